"""GloVe's parameters, laid out so that biases need no code of their own.

A word's row holds its vector, its bias and a 1; a context's row its vector, a 1 and its bias: their product is
w · c + b + b'. Zeros fill the row up. Behind it stand the sums of AdaGrad, one for each value: 1 at the start, but for
the constant 1, which a sum of ``FROZEN`` keeps where it is. A filling zero meets another, so its gradient is zero.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FROZEN = np.float32(1e30)
"""Sum of squares of a value that must not move: a step is divided by 1e15."""

BLOCK = 1 << 12
"""Rows drawn at a time."""


class Parameters(NamedTuple):
    """Rows of words and contexts, float32 (n_words, 2 * padded)."""

    words: NDArray[np.float32]
    contexts: NDArray[np.float32]

    def vectors(self, size: int) -> NDArray[np.float32]:
        """Word vectors (n_words, size), a view."""
        return self.words[:, :size]

    def context_vectors(self, size: int) -> NDArray[np.float32]:
        """Context vectors (n_words, size), a view."""
        return self.contexts[:, :size]


def initial_parameters(n_words: int, size: int, lanes: int, seed: int) -> Parameters:
    """Vectors and biases uniform in ±0.5 / size, as Stanford's program draws them."""
    padded = -(-(size + 2) // lanes) * lanes
    rng = np.random.default_rng(seed)
    rows = []
    for bias, one in ((size, size + 1), (size + 1, size)):
        filled = _aligned(n_words, 2 * padded)
        filled[:, padded:] = 1
        filled[:, one], filled[:, padded + one] = 1, FROZEN
        for first in range(0, n_words, BLOCK):
            drawn = rng.random((min(BLOCK, n_words - first), size + 1), dtype=np.float32)
            drawn -= np.float32(0.5)
            drawn /= np.float32(size)
            block = filled[first : first + len(drawn)]
            block[:, :size], block[:, bias] = drawn[:, :size], drawn[:, size]
        rows.append(filled)
    return Parameters(*rows)


def _aligned(n: int, width: int) -> NDArray[np.float32]:
    """Zeros whose first row begins on a cache line."""
    raw = np.zeros(n * width + 16, np.float32)
    start = -raw.ctypes.data // 4 % 16
    return raw[start : start + n * width].reshape(n, width)
