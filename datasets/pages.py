"""Giving back the memory that a mapped file takes up."""

import mmap


def give_back(data: object) -> None:
    """Let go of a map's pages; they are read again when needed. Nothing where the system has no way to."""
    if isinstance(data, mmap.mmap) and hasattr(data, "madvise"):
        data.madvise(mmap.MADV_DONTNEED)
