"""Products of a sparse matrix with a few columns, by blocks of rows in threads."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cooccurrence.parallel import in_threads

Columns = NDArray[np.float32]


class Products:
    """A sparse matrix (n_rows, n_columns) cut into blocks of rows with about equally many entries, one a thread.

    The sums are added up in the order of the blocks, so that the same number of threads gives the same bits.
    """

    def __init__(self, matrix: Any, threads: int) -> None:
        self.shape = matrix.shape
        shares = matrix.indptr[-1] * np.arange(1, threads) / threads
        cuts = [0, *np.searchsorted(matrix.indptr, shares).tolist(), matrix.shape[0]]
        self._bounds = [(first, last) for first, last in pairwise(cuts) if first < last]
        self._blocks = [_rows(matrix, first, last) for first, last in self._bounds]

    def times(self, right: Columns) -> Columns:
        """Matrix @ right, (n_rows, k)."""
        return np.concatenate(list(self._map(lambda number: self._blocks[number] @ right)))

    def transposed_times(self, right: Columns) -> Columns:
        """Matrix.T @ right, (n_columns, k)."""

        def part(number: int) -> Columns:
            first, last = self._bounds[number]
            return np.asarray(self._blocks[number].T @ right[first:last])

        parts = self._map(part)
        total: Columns = next(parts)
        for more in parts:
            total += more
        return total

    def _map(self, work: Any) -> Any:
        return in_threads(work, range(len(self._blocks)), len(self._blocks))


def _rows(matrix: Any, first: int, last: int) -> Any:
    """Some rows of a csr_array, without a copy of its entries."""
    bounds = matrix.indptr[first : last + 1]
    entries = slice(bounds[0], bounds[-1])
    return type(matrix)(
        (matrix.data[entries], matrix.indices[entries], bounds - bounds[0]), shape=(last - first, matrix.shape[1])
    )
