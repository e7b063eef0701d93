"""Matrices that stay on disk: only rows that are asked for come into memory, and their pages are given back."""

from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..datasets.pages import give_back

_PIECE = 4096
"""Rows gathered between two givings back: Linux maps 64 KB around each, 256 MB in all."""


class PagedMatrix(np.memmap[Any, Any]):
    """A float32 matrix mapped from a file, read-only; what is taken from it by an index is a copy in memory.

    A map's pages stay in the process, and count as its memory, until they are given back. This one does so after every
    piece, so that a pass over a file of many gigabytes stays small as long as it goes block by block
    (``matrix[start:stop]``, ``matrix[rows]``). Operations on the whole matrix work, too, but may fill the memory.
    """

    def __new__(cls, path: Path, shape: tuple[int, int], offset: int = 0) -> "PagedMatrix":
        """Map ``shape`` from the byte ``offset`` of a file on."""
        return cast(PagedMatrix, super().__new__(cls, path, dtype="<f4", mode="r", offset=offset, shape=shape))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, np.ndarray) and index.dtype.kind == "i" and index.ndim == 1 and self.ndim == 2:
            found: NDArray[np.float32] = np.empty((len(index), self.shape[1]), dtype=np.float32)
            for start in range(0, len(index), _PIECE):
                found[start : start + _PIECE] = super().__getitem__(index[start : start + _PIECE])
                give_back(getattr(self, "_mmap", None))
            return found
        part = np.array(super().__getitem__(index), subok=False)
        give_back(getattr(self, "_mmap", None))
        return part[()]
