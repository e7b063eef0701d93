"""Neighbours of words, and analogies as a user types them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..embeddings import Embeddings
from ..geometry.directions import unit_rows
from ..geometry.neighbours import Neighbours, nearest, nearest_to
from .vocabulary import Vocabulary, notes

K = 10


def neighbors(embeddings: Embeddings, words: Sequence[str], k: int = K) -> list[dict[str, Any]]:
    """The nearest words by cosine of each word, exact.

    Returns:
        Ready for JSON, one a word: ``{"word", "found", "note", "neighbors": [{"word", "cosine"}]}``. ``found`` is the
        vocabulary's spelling; where it is None, ``note`` says why, and what may have been meant.
    """
    vocabulary = Vocabulary(embeddings)
    results = []
    for one in map(vocabulary.find, words):
        near = [] if one.row is None else _listed(embeddings, nearest(embeddings, np.array([one.row]), k))
        results.append({"word": one.asked, "found": one.word, "note": one.note, "neighbors": near})
    return results


def analogy(embeddings: Embeddings, a: str, b: str, c: str, k: int = K) -> dict[str, Any]:
    """The words nearest to a − b + c: ``king man woman`` asks for king − man + woman, and expects queen.

    All three vectors have length 1 before, and none of the three words is an answer: 3CosAdd. (A line of the Google
    set, ``man king woman queen``, is the same question with the first two words exchanged.)

    Returns:
        Ready for JSON: ``{"formula", "found", "note", "answers": [{"word", "cosine"}]}``. Where a word is missing, or
        the three cancel out, there are no answers and ``note`` says why.
    """
    vocabulary = Vocabulary(embeddings)
    found = [vocabulary.find(word) for word in (a, b, c)]
    result: dict[str, Any] = {
        "formula": f"{a} - {b} + {c}",
        "found": [one.word for one in found],
        "note": notes(found),
        "answers": [],
    }
    rows = [one.row for one in found if one.row is not None]
    if len(rows) < 3:
        return result
    unit = unit_rows(embeddings, np.array(rows))
    direction = unit[0] - unit[1] + unit[2]
    if np.linalg.norm(direction) < 1e-6:
        return result | {"note": notes(found) or f"{a} - {b} + {c} is zero: the vectors cancel out"}
    near = nearest_to(embeddings, direction[None, :], k, excluded=np.array([rows]))
    return result | {"answers": _listed(embeddings, near)}


def _listed(embeddings: Embeddings, near: Neighbours) -> list[dict[str, Any]]:
    """The neighbours of the only query."""
    return [
        {"word": embeddings.words[row], "cosine": float(cosine)}
        for row, cosine in zip(near.rows[0], near.cosines[0], strict=True)
        if row >= 0
    ]
