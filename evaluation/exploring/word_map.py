"""A family of words on the plane that shows most of how they differ: the first two singular directions (PCA)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..embeddings import Embeddings
from ..geometry.directions import unit_rows
from .vocabulary import Vocabulary

_NOTHING = 1e-6
"""What float32 vectors cannot tell from zero, as a share of the largest."""


def word_map(embeddings: Embeddings, words: Sequence[str]) -> dict[str, Any]:
    """Project words on the first two singular directions of their own vectors, scaled to length 1 and centred.

    Rotated vectors give the same map. Each direction's sign is a convention, fixed by the words: the one that is
    farthest from the centre has a positive coordinate (of equally far ones the first that was asked for).

    Args:
        embeddings: the vectors.
        words: to lay out; two spellings of one word count once.

    Returns:
        Ready for JSON: ``{"variance", "least", "note", "points": [{"word", "found", "note", "x", "y"}]}``. ``variance``
        holds the shares of both directions in the variance of these words, ``least`` what both hold together at the
        least, whatever the vectors: 2 / (n − 1) for n words in many dimensions. Where no map can be laid, ``variance``
        and all coordinates are None and ``note`` says why; a word that is not found has no coordinates and a note.
    """
    vocabulary = Vocabulary(embeddings)
    asked = [vocabulary.find(word) for word in dict.fromkeys(words)]
    rows = list(dict.fromkeys(one.row for one in asked if one.row is not None))
    result: dict[str, Any] = {"variance": None, "least": None, "note": None}
    places: NDArray[np.float64] | None = None
    if len(rows) < 2:
        has = f"{len(rows)} of those asked for has" if len(rows) == 1 else "none of those asked for has"
        result["note"] = f"a map needs two words at least, and {has} a vector"
    else:
        unit = unit_rows(embeddings, np.array(rows))
        places, variance = _laid_out(unit)
        if places is None:
            result["note"] = "all these words have the same direction: there is nothing to lay out"
        else:
            result["variance"] = variance[:2].tolist()
            result["least"] = min(1.0, 2 / min(len(rows) - 1, embeddings.dim))
            result["note"] = _ambiguity(variance)
    points = []
    for one in asked:
        x, y = (None, None) if places is None or one.row is None else places[rows.index(one.row)].tolist()
        points.append({"word": one.asked, "found": one.word, "note": one.note, "x": x, "y": y})
    return result | {"points": points}


def _laid_out(unit: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Coordinates, float64 (n, 2), and shares of the variance of all directions, two at least; no coordinates of one
    point.
    """
    centred = unit - unit.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    if lengths[0] < _NOTHING:
        return None, np.zeros(2)
    lengths[lengths < _NOTHING * lengths[0]] = 0
    places = np.zeros((len(unit), 2))
    real = min(2, int(np.count_nonzero(lengths)))
    places[:, :real] = centred @ directions[:real].T
    variance = np.zeros(max(2, len(lengths)))
    variance[: len(lengths)] = lengths**2 / np.sum(lengths**2)
    return places * _signs(places), variance


def _signs(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64 (2,): what makes the farthest word's coordinate positive, rounding aside."""
    far = np.abs(places)
    first = np.argmax(far >= far.max(axis=0) * (1 - _NOTHING), axis=0)
    return np.where(places[first, [0, 1]] < 0, -1.0, 1.0)


def _ambiguity(variance: NDArray[np.float64]) -> str | None:
    """Directions of equal variance may be turned into each other: which map is drawn is then chance."""
    for i, turned in enumerate(("the map may be turned", "another second direction would do as well")):
        if i + 1 < len(variance) and variance[i] - variance[i + 1] < _NOTHING and variance[i] > _NOTHING:
            return f"directions {i + 1} and {i + 2} hold the same variance: {turned}"
    return None
