"""Zip archives that somebody else made: what is wrong with one is one sentence, and none can fill the memory."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""Ways of packing that are unpacked. LZMA, which is rare in archives, may ask for gigabytes of memory."""

DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError,
    ValueError,  # names that are no text, places before the archive's beginning
    IndexError,  # a name of no characters
    OverflowError, RuntimeError, NotImplementedError,  # flags and versions that zipfile does not know
)  # fmt: skip
"""What zipfile raises for an archive that it cannot read."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive; what goes wrong with it inside the block is explained.

    Raises:
        InputError: it is no archive or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except DAMAGED as error:
        raise InputError(f"{path} is truncated or damaged ({error}): delete it and fetch it again") from error
    except OSError as error:
        if error.errno is None:  # of bzip2
            raise InputError(f"{path} is truncated or damaged ({error}): delete it and fetch it again") from error
        raise


def content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """A file of an archive, unpacked, of at most ``most`` bytes: no more is ever read than its entry announces.

    Raises:
        InputError: it is larger, encrypted, or packed in a way that is not unpacked here.
        Exception: one of ``DAMAGED``.
    """
    check_readable(Path(archive.filename or "the archive"), member)
    if member.file_size > most:
        raise InputError(
            f"{member.filename} in {archive.filename} unpacks to {member.file_size:,} bytes, where at most {most:,} "
            "were expected: this is not the published archive; delete it and fetch it again"
        )
    return archive.read(member)


def check_readable(path: Path, member: zipfile.ZipInfo) -> None:
    """Refuse what cannot be unpacked here.

    Raises:
        InputError: it is encrypted, or packed in another way than ``METHODS``.
    """
    if member.flag_bits & 1:
        raise InputError(f"{path} is encrypted: unpack it first")
    if member.compress_type not in METHODS:
        raise InputError(
            f"{path} is packed by zip's method {member.compress_type}, which is not read here: unpack it first"
        )
