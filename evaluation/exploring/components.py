"""What stands behind an analogy's answer: the vectors of its words, of a − b + c and of the answer, side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..embeddings import Embeddings
from ..geometry.directions import unit_rows, with_direction


def components(embeddings: Embeddings, found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The vectors of an analogy, each of length 1, with their cosines with a − b + c.

    Args:
        embeddings: the vectors that were asked.
        found: what ``questions.analogy`` returned for them.

    Returns:
        Ready for JSON: ``{"formula", "rows": [{"name", "vector", "cosine"}], "answer", "among",
        "rank_with_question"}``. The rows are a, b, c, a − b + c and, where there is one, the nearest word; ``among``
        counts the words that could have been the answer. ``rank_with_question`` is the answer's rank where the three
        words of the question may answer as well: 3CosAdd leaves them out, and often a or c would be first. None where
        a word is missing or the vectors cancel out.
    """
    if None in found["found"]:
        return None
    names: list[str] = [*found["found"], *(one["word"] for one in found["answers"][:1])]
    row = {word: i for i, word in enumerate(embeddings.words) if word in set(names)}
    unit = unit_rows(embeddings, np.array([row[name] for name in names]))
    direction = unit[0] - unit[1] + unit[2]
    length = np.linalg.norm(direction)
    if length < 1e-6:
        return None
    vectors = np.insert(unit, 3, direction / length, axis=0)
    cosines = vectors @ vectors[3]
    a, b, c, *answer = names
    formula = f"{a} - {b} + {c}"
    labelled = zip([a, b, c, formula, *answer], vectors.tolist(), cosines.tolist(), strict=True)
    question = {word: float(cosine) for word, cosine in zip((a, b, c), cosines[:3], strict=True)}
    before = sum(cosine > float(cosines[4]) for cosine in question.values()) if answer else 0
    return {
        "formula": formula,
        "rows": [{"name": name, "vector": vector, "cosine": cosine} for name, vector, cosine in labelled],
        "answer": answer[0] if answer else None,
        "among": int(with_direction(embeddings).sum()) - len(question),
        "rank_with_question": 1 + before if answer else None,
    }
