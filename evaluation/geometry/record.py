"""The geometry of one file of vectors as one record."""

from typing import Any

from ..embeddings import Embeddings
from .directions import with_direction
from .hubness import WORDS, hubness
from .isotropy import isotropy
from .norms import norms_by_frequency

FEWEST_WORDS = 3


def geometry(embeddings: Embeddings, *, hub_words: int = WORDS, k: int = 10) -> dict[str, Any]:
    """Isotropy, hubness, and lengths against frequency: ready for JSON.

    Everything is a matter of angles and lengths, so that rotated vectors have the same geometry.

    Args:
        embeddings: the vectors.
        hub_words: how many of the most frequent words hubness is measured among.
        k: neighbours that hubness counts.

    Returns:
        ``{"words", "dim", "without_direction", "reason", "isotropy", "hubness", "norms"}``; the last three as their
        functions tell, or None where ``reason`` says why they cannot be measured.
    """
    able = with_direction(embeddings)
    rows = embeddings.frequency_order[able[embeddings.frequency_order]]
    lost = len(embeddings) - len(rows)
    record: dict[str, Any] = {
        "words": len(embeddings),
        "dim": embeddings.dim,
        "without_direction": lost,
        "reason": None,
        "isotropy": None,
        "hubness": None,
        "norms": None,
    }
    if len(rows) < FEWEST_WORDS:
        why = f", {lost} are zero or hold NaN" if lost else ""
        return record | {"reason": f"only {len(rows)} of {len(embeddings)} vectors have a direction{why}"}
    return record | {
        "isotropy": isotropy(embeddings, rows),
        "hubness": hubness(embeddings, rows[:hub_words], k=k),
        "norms": norms_by_frequency(embeddings, rows),
    }
