"""The noise distribution: negatives are drawn in proportion to count ** ns_exponent."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .counter_random import Words


class AliasTable(NamedTuple):
    """A discrete distribution that is sampled with one 32-bit number (Walker 1977, built by Vose's method, 1991).

    The number times n_words has the column in its upper 32 bits and a uniform remainder in its lower 32 bits; the
    column's own word is taken where the remainder is below ``threshold``, else ``alias``. Each word's probability is
    exact to about 2**-32.

    Attributes:
        threshold: uint32 (n_words,).
        alias: int32 (n_words,).
    """

    threshold: Words
    alias: NDArray[np.int32]

    def sample(self, numbers: Words) -> NDArray[np.int32]:
        """Words for uniform 32-bit numbers, int32 of the same shape."""
        product = numbers.astype(np.uint64) * np.uint64(len(self.threshold))
        column = (product >> np.uint64(32)).astype(np.int32)
        remainder = (product & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        return np.where(remainder < self.threshold[column], column, self.alias[column])


def noise_weights(counts: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Probability of each word as a negative, float64 (n_words,), summing to 1."""
    # Relative to the largest count, so that a large exponent cannot overflow.
    weights = (counts / counts.max()) ** exponent
    return np.asarray(weights / weights.sum())


def alias_table(probabilities: NDArray[np.float64]) -> AliasTable:
    """Build the table for probabilities that sum to 1."""
    n = len(probabilities)
    scaled = (probabilities * n).tolist()
    share, alias = [1.0] * n, list(range(n))
    small = [i for i, p in enumerate(scaled) if p < 1.0]
    large = [i for i, p in enumerate(scaled) if p >= 1.0]
    while small and large:
        poor, rich = small.pop(), large[-1]
        share[poor], alias[poor] = scaled[poor], rich
        scaled[rich] -= 1.0 - scaled[poor]
        if scaled[rich] < 1.0:
            small.append(large.pop())
    # What is left over is 1 up to rounding and keeps its whole column.
    threshold = np.minimum(np.array(share) * 2.0**32, 2.0**32 - 1).astype(np.uint32)
    return AliasTable(threshold, np.array(alias, np.int32))
