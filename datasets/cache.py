"""Where derived files are kept, and how they are written: whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .errors import InputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def cache_dir() -> Path:
    """The directory for everything that can be made again: ``BENCH_CACHE``, else the platform's cache directory.

    It need not exist yet.
    """
    chosen = os.environ.get("BENCH_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    # What pooch.os_cache does, without loading pooch, which a mere list of the data has no use for.
    from platformdirs import user_cache_path

    return user_cache_path("word2vec-bench")


def beside(path: Path, suffix: str) -> Path:
    """A hidden name next to ``path`` that no other process uses."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{suffix}")


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` when the block ends, or leaves no trace when the block fails."""
    temporary = beside(path, ".part")
    try:
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Turn what the operating system says about writing below ``directory`` into one sentence.

    Raises:
        InputError: the disk or quota is full, or the directory cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise InputError(
                f"no space left in {directory}: free some, or set BENCH_CACHE to a directory on a larger disk"
            ) from error
        reason = error.strerror or str(error)
        raise InputError(
            f"cannot write to {directory} ({reason}): set BENCH_CACHE to a directory that can be written"
        ) from error
