"""Whether what a trainer returned can be trained vectors at all."""

import numpy as np
from numpy.typing import NDArray

from ..implementations.trainer import Trainer, TrainingError

SAMPLE = 2000
"""Rows of the most frequent words that are kept from before the training: they change first."""


def initial_vectors(trainer: Trainer) -> NDArray[np.float32] | None:
    """A copy of the first rows before training, or None where the trainer has none to show yet."""
    try:
        return np.array(trainer.vectors()[:SAMPLE], dtype=np.float32)
    except Exception:  # whatever it raises: the contract promises vectors only after training
        return None


def trained_vectors(
    trainer: Trainer, *, words: int, size: int, before: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """The trainer's vectors, checked.

    Args:
        trainer: after ``train``.
        words: rows there must be.
        size: columns there must be.
        before: from ``initial_vectors``.

    Returns:
        float32 (words, size).

    Raises:
        TrainingError: they have another shape, are not finite, are all the same, or training changed nothing.
    """
    vectors = np.asarray(trainer.vectors())
    if vectors.shape != (words, size):
        raise TrainingError(f"vectors have shape {vectors.shape}, not {(words, size)}")
    if not np.issubdtype(vectors.dtype, np.floating):
        raise TrainingError(f"vectors are {vectors.dtype}, not float32")
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    broken = int((~np.isfinite(vectors).all(axis=1)).sum())
    if broken:
        raise TrainingError(f"it diverged: {broken:,} of {words:,} vectors are not finite; try a smaller alpha")
    if words > 1 and (vectors == vectors[0]).all():
        raise TrainingError("all words have the same vector")
    if trainer.trained_words == 0:
        raise TrainingError("it trained no word: subsampling left nothing; try a larger sample, or 0 for none")
    if before is not None and np.array_equal(before, vectors[:SAMPLE]):
        raise TrainingError("training changed no vector")
    return vectors
