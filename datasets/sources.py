"""A text file as a stream of bytes, whatever it is packed with."""

import bz2
import gzip
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from . import zips
from .errors import InputError
from .xz import MOST_MEMORY, XzFile

BLOCK_SIZE = 1 << 18
"""Bytes read at a time: with what is derived from them they fit a core's second-level cache."""

_MAGIC = {
    "gzip": b"\x1f\x8b",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\0",
    "zip": b"PK\x03\x04",
    "empty zip": b"PK\x05\x06",
    "Zstandard": b"\x28\xb5\x2f\xfd",
    "7-Zip": b"7z\xbc\xaf\x27\x1c",
}
_SUFFIXES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zip": "zip"}
PACKED = tuple(_SUFFIXES)
"""Suffixes of files that are unpacked on the way."""

FREE = 1 << 30
MOST_TIMES = 250
"""Once a packed file has given ``FREE`` bytes they may be at most so many times its size: running text is packed to a
third or a tenth, and what was made to fill a disk to a thousandth."""

_CORRUPT = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


def check_file(path: Path, *, may_be_empty: bool = False) -> None:
    """Say in one sentence why ``path`` cannot be read as a file.

    Raises:
        InputError: it is missing, a directory, a pipe or device, empty (unless it may be), or not readable.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path} is a directory: name a text file in it")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is not a regular file: save the text to a file first")
        if not os.access(path, os.R_OK):
            raise InputError(f"cannot read {path}: you have no permission to")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: check the path") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if status.st_size == 0 and not may_be_empty:
        raise InputError(f"{path} is empty: a corpus is a text with one sentence or paragraph a line")


def packing(path: Path) -> str | None:
    """What the file is packed with (``gzip``, ``bzip2``, ``xz``, ``zip``), judged by its first bytes; None if plain.

    Raises:
        InputError: the name says packed and the content does not agree, or the packing is one we do not unpack.
    """
    with path.open("rb") as file:
        head = file.read(10)
    found = next((kind for kind, magic in _MAGIC.items() if head.startswith(magic)), None)
    # The name and block size of bzip2 could begin a text; the mark of its first block, or of its end, cannot.
    if found == "bzip2" and head[4:] not in (b"1AY&SY", b"\x17rE8P\x90"):
        found = None
    if found in ("Zstandard", "7-Zip"):
        raise InputError(f"{path} is packed with {found}: unpack it first, or use .gz, .bz2, .xz or .zip")
    if found == "empty zip":
        raise InputError(f"{path} is a zip archive with nothing in it")
    promised = _SUFFIXES.get(path.suffix.lower())
    if promised is not None and found is None:
        raise InputError(
            f"{path} is named like a {promised} file but is not one: "
            f"rename it without {path.suffix} if it is plain text, else fetch it again"
        )
    return found


def read_blocks(path: Path, block_size: int = BLOCK_SIZE) -> Iterator[bytes]:
    """Yield the unpacked bytes of a file in blocks of at most ``block_size``.

    Raises:
        InputError: the file cannot be read, is truncated or damaged, is a zip archive of several files, or unpacks to
            far more than a text would.
    """
    check_file(path)
    kind = packing(path)
    corrupt = (*_CORRUPT, *zips.DAMAGED) if kind == "zip" else _CORRUPT
    given = 0
    try:
        packed = path.stat().st_size
        with ExitStack() as stack:
            file = _open(path, kind, stack)
            while block := file.read(block_size):
                given += len(block)
                if kind is not None:
                    check_growth(path, packed, given)
                yield block
    except corrupt as error:
        if "emory usage limit" in str(error):
            raise InputError(
                f"{path} takes more than {MOST_MEMORY >> 30} GiB of memory to unpack: unpack it first and name the text"
            ) from error
        raise InputError(f"{path} is truncated or damaged ({kind}: {error}): fetch it again") from error
    except OSError as error:
        # bz2 reports damaged data as an OSError without a number.
        if error.errno is None:
            raise InputError(f"{path} is truncated or damaged ({kind}: {error}): fetch it again") from error
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def check_growth(path: Path, packed: int, unpacked: int) -> None:
    """Stop at what was packed to fill a disk.

    Raises:
        InputError: so many bytes cannot be the text of so small a file.
    """
    if unpacked > FREE and unpacked > MOST_TIMES * packed:
        raise InputError(
            f"{path} unpacks to more than {MOST_TIMES} times its {packed:,} bytes, as no text does: if it is meant, "
            "unpack it first and name the text"
        )


def read_ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, each fetched by a second thread while the one before it is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, blocks, b"")
        while block := coming.result():
            coming = pool.submit(next, blocks, b"")
            yield block


def _open(path: Path, kind: str | None, stack: ExitStack) -> BinaryIO:
    if kind is None:
        return stack.enter_context(path.open("rb", buffering=0))
    raw = stack.enter_context(path.open("rb"))
    if kind == "gzip":
        return cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=raw)))
    if kind == "bzip2":
        return cast(BinaryIO, stack.enter_context(bz2.BZ2File(raw)))
    if kind == "xz":
        return cast(BinaryIO, XzFile(raw))
    return _open_member(path, raw, stack)


def _open_member(path: Path, raw: io.BufferedReader, stack: ExitStack) -> BinaryIO:
    archive = stack.enter_context(zipfile.ZipFile(raw))
    # Archives made on a Mac carry a twin of each file below __MACOSX/.
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        shown = ", ".join(m.filename for m in members[:5]) + (", …" if len(members) > 5 else "")
        raise InputError(f"{path} holds {len(members)} files ({shown}): unpack it and name the text to use")
    zips.check_readable(path, members[0])
    return cast(BinaryIO, stack.enter_context(archive.open(members[0])))
