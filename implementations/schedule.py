"""Starting values and learning rate: the parts of the protocol that every trainer of ours shares."""

import numpy as np
from numpy.typing import NDArray

from .hyperparameters import Hyperparameters

BLOCK = 1 << 12
"""Rows drawn at a time."""


def initial_vectors(
    n_words: int, vector_size: int, seed: int, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Input vectors before training, float32 (n_words, vector_size), uniform in ±0.5 / vector_size.

    ``out`` is filled and returned where it is given; no second matrix is made then.
    """
    filled = np.empty((n_words, vector_size), np.float32) if out is None else out
    rng = np.random.default_rng(seed)
    for first in range(0, n_words, BLOCK):
        block = rng.random((min(BLOCK, n_words - first), vector_size), dtype=np.float32)
        block -= np.float32(0.5)
        block /= np.float32(vector_size)
        filled[first : first + len(block)] = block
    return filled


def learning_rate(hyperparameters: Hyperparameters, done: int, n_tokens: int) -> float:
    """Learning rate after ``done`` words of ``epochs * n_tokens``: linear from alpha to min_alpha.

    ``done`` counts the words that precede a sentence in the order of the corpus, so the rate belongs to the sentence
    and does not depend on which thread trains it or when.
    """
    start, end = hyperparameters.alpha, hyperparameters.min_alpha
    return start - (start - end) * done / (hyperparameters.epochs * n_tokens)
