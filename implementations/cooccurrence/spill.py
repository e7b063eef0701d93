"""A temporary file that has no name: its space is free again when it is closed or the process ends, however it ends."""

import os
import tempfile
import threading
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...datasets.cache import cache_dir, explained


class SpillFile:
    """Arrays on disk, in the cache directory; threads may write and read at the same time.

    What was written a moment ago is read from the system's page cache, which gives way to whoever needs memory.

    Raises:
        InputError: on opening and writing: the disk is full, or the directory cannot be written.
    """

    def __init__(self) -> None:
        self._directory = cache_dir()
        self._end = 0
        self._lock = threading.Lock()
        with explained(self._directory):
            self._directory.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._directory, buffering=0)  # noqa: SIM115 - closed by close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the space back."""
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes reserved so far."""
        return self._end

    def reserve(self, size: int) -> int:
        """Room for so many bytes that nobody else writes to; returns where it begins."""
        with self._lock:
            begin = self._end
            self._end += size
        return begin

    def write(self, offset: int, array: NDArray[Any]) -> None:
        """Write a contiguous array."""
        rest = _bytes(array)
        with explained(self._directory):
            while rest:
                written = os.pwrite(self._file.fileno(), rest, offset)
                rest, offset = rest[written:], offset + written

    def read(self, offset: int, out: NDArray[Any]) -> None:
        """Fill a contiguous array."""
        rest = _bytes(out)
        while rest:
            got = os.preadv(self._file.fileno(), [rest], offset)
            if got == 0:
                raise EOFError(f"the temporary file ends before byte {offset}")
            rest, offset = rest[got:], offset + got


def read_new(file: SpillFile, offset: int, count: int, dtype: Any) -> NDArray[Any]:
    """``count`` elements as a new array."""
    out = np.empty(count, dtype)
    file.read(offset, out)
    return out


def _bytes(array: NDArray[Any]) -> memoryview:
    return array.data.cast("B") if array.size else memoryview(b"")  # no size, no cast
