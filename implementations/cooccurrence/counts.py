"""The counts of a text, read from disk piece by piece."""

from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .runs import Run
from .spill import SpillFile


class Entries(NamedTuple):
    """Entries of the matrix of counts, one place of each array an entry.

    Attributes:
        rows, columns: int32, word ids.
        values: float64, weighted counts.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]


class Cooccurrences:
    """The matrix X of weighted counts, by rows, then columns.

    Symmetric: X[i, j] counts how often j stands within the window of i, on either side; of the equal entries (i, j) and
    (j, i) only that with i <= j is kept. On the diagonal each occurrence counts twice, once from either word. Else
    X[i, j] counts how often j stands behind i.

    Attributes:
        n_words: rows and columns.
        symmetric: whether only the upper triangle is kept.
        kept: words that were counted, all epochs together.
    """

    def __init__(self, n_words: int, symmetric: bool, scale: int, kept: int, file: SpillFile, run: Run) -> None:
        self.n_words, self.symmetric, self.kept = n_words, symmetric, kept
        self._scale, self._file, self._run = scale, file, run

    def __len__(self) -> int:
        """Entries that are kept."""
        return self._run.pairs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the disk space back; nothing can be read any more."""
        self._file.close()

    def chunks(self, most: int = 1 << 20) -> Iterator[Entries]:
        """All entries in order, at most so many at a time."""
        from .kernels import split_keys

        for first in range(0, len(self), most):
            n = min(most, len(self) - first)
            keys, units = np.empty(n, np.uint64), np.empty(n, np.int64)
            self._run.read(self._file, first, keys, units)
            rows, columns = np.empty(n, np.int32), np.empty(n, np.int32)
            split_keys(keys, rows, columns)
            if self.symmetric:
                units <<= rows == columns
            yield Entries(rows, columns, units / self._scale)
