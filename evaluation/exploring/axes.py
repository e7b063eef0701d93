"""Words laid out between two pairs of words: one axis points from b to a, the other from d to c."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..embeddings import Embeddings
from ..geometry.directions import unit_rows
from .vocabulary import Found, Vocabulary, notes

Pair = tuple[str, str]


def axes(embeddings: Embeddings, words: Sequence[str], x: Pair, y: Pair) -> dict[str, Any]:
    """Project words on a − b and on c − d.

    All vectors have length 1 before; a coordinate is the cosine of a word and the axis, between −1 and 1. Only the
    directions of the axes count: whatever is at right angles to both is not seen. The four words of the axes are laid
    out as well.

    Args:
        embeddings: the vectors.
        words: to lay out.
        x: a and b: the first coordinate is high near a, low near b.
        y: c and d, likewise.

    Returns:
        Ready for JSON: ``{"x", "y", "cosine", "note", "points": [{"word", "found", "note", "x", "y"}]}``. ``cosine`` is
        that of the two axes: near 1 or −1 both show the same. Where an axis cannot be laid, there are no points and
        ``note`` says why; a word that is not found has no coordinates and a note.
    """
    vocabulary = Vocabulary(embeddings)
    ends = [vocabulary.find(word) for word in (*x, *y)]
    result: dict[str, Any] = {"x": list(x), "y": list(y), "cosine": None, "note": None, "points": []}
    rows = [one.row for one in ends if one.row is not None]
    if len(rows) < 4:
        return result | {"note": notes([one for one in ends if one.row is None])}
    unit = unit_rows(embeddings, np.array(rows))
    across = np.stack([unit[0] - unit[1], unit[2] - unit[3]])
    lengths = np.linalg.norm(across, axis=1, keepdims=True)
    if (lengths < 1e-6).any():
        one, other = (x, y)[int(np.argmin(lengths))]
        return result | {"note": f"{one} - {other} is zero: two words of one direction lay no axis"}
    across /= lengths
    asked = [*ends, *map(vocabulary.find, words)]
    return result | {
        "cosine": float(across[0] @ across[1]),
        "points": [_point(embeddings, across, one) for one in {one.asked: one for one in asked}.values()],
    }


def _point(embeddings: Embeddings, across: NDArray[np.float64], one: Found) -> dict[str, Any]:
    point: dict[str, Any] = {"word": one.asked, "found": one.word, "note": one.note, "x": None, "y": None}
    if one.row is None:
        return point
    x, y = across @ unit_rows(embeddings, np.array([one.row]))[0]
    return point | {"x": float(x), "y": float(y)}
