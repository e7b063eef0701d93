"""What the compiler leaves in memory, given back once a kernel is ready."""

import ctypes
import sys
from pathlib import Path

_DONTNEED = 4
"""MADV_DONTNEED of Linux (madvise(2))."""


def release_compiler() -> None:
    """Let go of the pages of LLVM's machine code, some 50 MB; whoever calls LLVM again finds them in its file.

    Only mappings that cannot be written to hold nothing but the file's own content, so only executable ones are
    touched. Linux only; elsewhere nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text().splitlines():
        where, flags, _, _, _, *path = line.split(maxsplit=5)
        if flags.startswith("r-xp") and path and "llvmlite" in Path(path[0]).name:
            start, end = (int(part, 16) for part in where.split("-"))
            madvise(start, end - start, _DONTNEED)
