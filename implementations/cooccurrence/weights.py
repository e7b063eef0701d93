"""What a pair of words counts, by the distance between them.

Weights are whole numbers of units, so that sums of them are exact: the counts do not depend on the order in which
threads and runs add them up, and a plain dictionary of fractions gives the same.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FINEST = 1 << 30
"""Most units to a weight of 1; sums stay below 2**63 up to eight billion occurrences of one pair."""


@dataclass(frozen=True, eq=False)
class DistanceWeights:
    """A pair at distance d counts ``units[d] / scale``.

    Attributes:
        units: int64 (window + 1,); distance 0 does not occur.
        scale: units in a weight of 1.
    """

    units: NDArray[np.int64]
    scale: int

    @property
    def window(self) -> int:
        """Largest distance that counts."""
        return len(self.units) - 1


def inverse_distance(window: int) -> DistanceWeights:
    """1/d, GloVe's (Pennington, Socher & Manning 2014, §4.2); exact up to window 22, then to 30 binary places."""
    exact = math.lcm(*range(1, window + 1))
    scale = min(exact, FINEST)
    return DistanceWeights(np.array([0, *(round(scale / d) for d in range(1, window + 1))], np.int64), scale)


def dynamic_window(window: int) -> DistanceWeights:
    """(window - d + 1) / window: how often word2vec's windows, drawn uniformly from 1..window, reach distance d."""
    return DistanceWeights(np.array([0, *range(window, 0, -1)], np.int64), window)


def flat_window(window: int) -> DistanceWeights:
    """1 at every distance."""
    return DistanceWeights(np.array([0, *[1] * window], np.int64), 1)
