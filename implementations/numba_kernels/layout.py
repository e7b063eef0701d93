"""Which inputs of a unit of adjacent centres lie in which centre's window, tabulated over the windows' sizes."""

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_ENTRIES = 1 << 16


class WindowTable(NamedTuple):
    """For S adjacent centres at i, i + 1, …, one row for each combination of window sizes.

    The row of the sizes (r_0, r_1, …) has the number Σ (r_c - 1) * window ** c. An input's kind is the set of centres
    whose windows it lies in, as bits.

    Attributes:
        left, right: int32 (rows,), how far the union of the windows reaches from i.
        kinds: int32 (rows, 2 * window + S), kind of the words from i - left to i + right.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    kinds: NDArray[np.int32]


def is_tabulated(window: int, centres: int) -> bool:
    """Whether there is a table; where it would be large, the kinds are found one by one."""
    return bool(window**centres * (2 * window + centres) <= MAX_ENTRIES)


def window_table(window: int, centres: int) -> WindowTable:
    """Work the table out."""
    rows = window**centres
    sizes = np.array([reaches[::-1] for reaches in product(range(1, window + 1), repeat=centres)])
    number = np.arange(centres)
    left, right = (sizes - number).max(axis=1), (sizes + number).max(axis=1)
    kinds = np.zeros((rows, 2 * window + centres), np.int32)
    for row in range(rows):
        offset = np.arange(-left[row], right[row] + 1)
        apart = np.abs(offset[:, None] - number)
        kinds[row, : len(offset)] = ((apart > 0) & (apart <= sizes[row])) @ (1 << number)
    return WindowTable(left.astype(np.int32), right.astype(np.int32), kinds)
