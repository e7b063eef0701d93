"""The entries that GloVe is trained on, shuffled, on disk.

Sorted entries would train one word after the other. They are shuffled as Stanford's program does: as many as fit into
memory are permuted and written; then the file is read across all these chunks, a share of each at a time, and each
share is permuted again.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..cooccurrence.counts import Cooccurrences
from ..cooccurrence.spill import SpillFile, read_new

ENTRY = np.dtype([("row", np.int32), ("column", np.int32), ("log", np.float32), ("weight", np.float32)])
"""Word ids, the logarithm of the count x, and its weight f(x)."""

BLOCK = 1 << 15
"""Entries trained between two looks at the other threads: some milliseconds."""

_BYTES = 80
"""Memory for an entry that is being permuted: as a count, as an entry, again in its new place."""


def weigh(values: NDArray[np.float64], x_max: float, power: float) -> NDArray[np.float64]:
    """f(x) = min(1, (x / x_max) ** power) (Pennington, Socher & Manning 2014, equation 9)."""
    return np.minimum(1.0, values / x_max) ** power


class ShuffledEntries:
    """Blocks of entries in a random order that stays the same.

    Args:
        counts: are read once.
        x_max, power: of the weights.
        memory: bytes for a chunk while it is permuted, roughly.
        seed: of the order.
        progress: told of the fraction that is done.

    Raises:
        InputError: the disk is full.
    """

    def __init__(
        self,
        counts: Cooccurrences,
        *,
        x_max: float,
        power: float,
        memory: int,
        seed: int,
        progress: Callable[[float], None],
    ) -> None:
        self._n = len(counts)
        rng = np.random.default_rng([seed, 1])
        most = max(BLOCK, memory // _BYTES)
        sizes = []
        with SpillFile() as sorted_out:
            for part in counts.chunks(most):
                chunk = np.empty(len(part.rows), ENTRY)
                chunk["row"], chunk["column"] = part.rows, part.columns
                chunk["log"], chunk["weight"] = np.log(part.values), weigh(part.values, x_max, power)
                sorted_out.write(sorted_out.reserve(chunk.nbytes), chunk[rng.permutation(len(chunk))])
                sizes.append(len(chunk))
                progress(0.5 * sum(sizes) / self._n)
            self._file = SpillFile()
            try:
                self._deal(sorted_out, np.array(sizes, np.int64), rng, progress)
            except BaseException:
                self.close()
                raise

    def _deal(
        self,
        chunks: SpillFile,
        sizes: NDArray[np.int64],
        rng: np.random.Generator,
        progress: Callable[[float], None],
    ) -> None:
        """Write blocks, each an equal share of every chunk."""
        blocks = -(-self._n // BLOCK)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._bounds = np.zeros(blocks + 1, np.int64)
        for block in range(blocks):
            shares = [
                read_new(chunks, int(ENTRY.itemsize * (start + low)), int(high - low), ENTRY)
                for start, low, high in zip(starts, sizes * block // blocks, sizes * (block + 1) // blocks, strict=True)
            ]
            dealt = np.concatenate(shares)
            self._bounds[block + 1] = self._bounds[block] + len(dealt)
            self._file.write(self._file.reserve(dealt.nbytes), dealt[rng.permutation(len(dealt))])
            progress(0.5 + 0.5 * (block + 1) / blocks)

    def __len__(self) -> int:
        """Entries."""
        return self._n

    @property
    def blocks(self) -> int:
        """Blocks, of ``BLOCK`` entries or a little less or more."""
        return len(self._bounds) - 1

    def block(self, number: int) -> NDArray[np.void]:
        """The entries of a block, read anew."""
        first, last = int(self._bounds[number]), int(self._bounds[number + 1])
        return read_new(self._file, ENTRY.itemsize * first, last - first, ENTRY)

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()
