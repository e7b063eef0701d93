"""An encoded corpus on disk: a directory that is whole or counts as absent.

``tokens`` int32 and ``offsets`` int64 (both mapped into memory), ``counts`` int64, ``words`` one a line, and
``meta.json`` with the size and CRC-32 of each of them and of itself.
"""

import errno
import json
import shutil
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, get_args

import numpy as np
from numpy.typing import NDArray

from .cache import beside
from .corpus import Corpus
from .decoding import Errors
from .vocabulary import Vocabulary

FORMAT = 1
"""Version of the layout and of the rules by which a text is encoded; part of every entry's key."""

_FILES = {"tokens", "offsets", "counts", "words"}
_ABANDONED = 24 * 3600.0
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST}


class CheckedFile:
    """A binary file that knows the size and CRC-32 of what went into it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.crc = 0

    def write(self, data: bytes | NDArray[Any]) -> None:
        view = data if isinstance(data, bytes) else data.data
        self._file.write(view)
        self.size += len(data) if isinstance(data, bytes) else data.nbytes
        self.crc = zlib.crc32(view, self.crc)

    @property
    def check(self) -> list[int]:
        return [self.size, self.crc]


def write_meta(directory: Path, facts: Mapping[str, Any], files: Mapping[str, CheckedFile]) -> None:
    """Write ``meta.json``, the last file of an entry."""
    meta = {"format": FORMAT, **facts, "files": {name: file.check for name, file in files.items()}}
    (directory / "meta.json").write_text(json.dumps({**meta, "check": _check(meta)}, indent=1) + "\n", "utf-8")


def load(directory: Path) -> Corpus | None:
    """Open an entry, or None if it is not there, incomplete or damaged: every byte is checked.

    The checking reads at the speed of the disk and keeps nothing in memory; ``tokens`` and ``offsets`` are mapped
    read-only afterwards.
    """
    try:
        meta = json.loads((directory / "meta.json").read_text("utf-8"))
        check = meta.pop("check")
        if check != _check(meta) or set(meta["files"]) != _FILES or not _believable(meta):
            return None
        if not all(_intact(directory / name, *c) for name, c in meta["files"].items()):
            return None
        return Corpus(
            name=directory.name,
            sha256=meta["sha256"],
            min_count=meta["min_count"],
            vocabulary=Vocabulary(
                words=(directory / "words").read_text("utf-8").removesuffix("\n").split("\n"),
                counts=np.fromfile(directory / "counts", np.int64),
            ),
            tokens=np.memmap(directory / "tokens", np.int32, mode="r"),
            offsets=np.memmap(directory / "offsets", np.int64, mode="r"),
            source_tokens=meta["source_tokens"],
            source_types=meta["source_types"],
            directory=directory,
            errors=meta.get("errors", "strict"),
            replaced=meta.get("replaced", 0),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _believable(meta: Mapping[str, Any]) -> bool:
    """Whether the facts are of their kinds: a checksum can be right for any."""
    numbers = (meta["min_count"], meta["source_tokens"], meta["source_types"], meta.get("replaced", 0))
    known = meta.get("errors", "strict") in get_args(Errors)
    return known and isinstance(meta["sha256"], str) and all(type(number) is int for number in numbers)


def _check(meta: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(meta, sort_keys=True).encode())


def _intact(path: Path, size: int, crc: int) -> bool:
    if path.stat().st_size != size:
        return False
    found = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found = zlib.crc32(block, found)
    return found == crc


def publish(temporary: Path, final: Path) -> Corpus:
    """Move a finished entry to its place.

    If another process put the same entry there first, that one is kept, because someone may be reading it. A damaged
    one is moved out of the way.
    """
    while True:
        try:
            temporary.rename(final)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        corpus = load(final)
        if corpus is not None:
            return corpus
        aside = beside(final, ".damaged")
        with suppress(FileNotFoundError):
            final.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
        if not temporary.exists():
            raise OSError(errno.EIO, "what was just written reads back differently")


def sweep(directory: Path) -> None:
    """Remove what processes that were killed left behind more than a day ago."""
    for left in directory.glob(".*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
