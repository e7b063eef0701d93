"""What is taken out of a downloaded archive, and how: whole or not at all."""

import fnmatch
import gzip
import hashlib
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from . import zips
from .cache import atomic_file, explained
from .errors import InputError
from .sources import check_growth, read_blocks
from .wikifil import filter_wikipedia

_BLOCK = 1 << 22

LARGEST_SET = 1 << 28
"""Bytes that the files of a question set may have together, or one file of it."""


def join_members(archive: Path, pattern: str, target: Path) -> None:
    """Write the members of a .tar.gz whose path matches the glob ``pattern`` into one text, in the archive's order.

    The order is a property of the archive, so the same archive gives the same text; members are not sorted, since that
    would take a second pass or twice the disk. Only regular files count: a link could name anything. No member's path
    is ever used as one.

    Raises:
        InputError: the archive is damaged, has no such member or unpacks to far more than a text would, or ``target``
            cannot be written.
    """
    found = written = 0
    packed = archive.stat().st_size
    with explained(target.parent), atomic_file(target) as out:
        try:
            # tarfile takes a cut-off archive for a short one; gzip does not.
            with gzip.open(archive) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as members:
                for member in members:
                    check_growth(archive, packed, unpacked.tell())
                    wanted = member.isreg() and fnmatch.fnmatch(member.name, pattern)
                    source = members.extractfile(member) if wanted else None
                    if source is not None:
                        found += 1
                        while block := source.read(_BLOCK):
                            written += len(block)
                            check_growth(archive, packed, written)
                            out.write(block)
                while unpacked.read(_BLOCK):
                    check_growth(archive, packed, unpacked.tell())
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, OverflowError) as error:
            raise InputError(f"{archive} is truncated or damaged ({error}): delete it and fetch it again") from error
        if not found:
            raise InputError(f"{archive} has no member {pattern}: delete it and fetch it again")


def write_fil9(archive: Path, target: Path, *, size: int | None = None, start_sha256: str | None = None) -> None:
    """Write the clean text of a packed Wikipedia dump.

    Args:
        archive: the dump, plain or packed.
        target: the text to write.
        size: bytes the text must have.
        start_sha256: what its first 10^8 bytes must hash to: for enwik9 they are text8.

    Raises:
        InputError: the archive is damaged, the text is not the published one, or ``target`` cannot be written.
    """
    written, start, hashed = 0, hashlib.sha256(), 100_000_000
    with explained(target.parent), atomic_file(target) as out:
        for words in filter_wikipedia(read_blocks(archive, _BLOCK)):
            out.write(words)
            start.update(words[: max(0, hashed - written)])
            written += len(words)
        if size is not None and written != size:
            raise InputError(f"the text of {archive} has {written:,} bytes, not {size:,} as published: fetch it again")
        if start_sha256 is not None and start.hexdigest() != start_sha256:
            raise InputError(f"the text of {archive} does not begin with text8, as fil9 does: fetch it again")


def unpack_folder(archive: Path, folder: str, target: Path) -> None:
    """Take the files below ``folder`` (a path inside a .zip, after its first part) out into the folder ``target``.

    A member whose path leads elsewhere is left out; a link becomes a file that holds its text.

    Raises:
        InputError: the archive is damaged, too large or has no such folder, or ``target`` cannot be written.
    """
    wanted = PurePosixPath(folder)
    with explained(target.parent):
        temporary = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _unpack_below(archive, wanted, temporary)
            temporary.chmod(0o755)
            temporary.rename(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _unpack_below(archive: Path, wanted: PurePosixPath, target: Path) -> None:
    found = size = 0
    with zips.opened(archive) as members:
        for member in members.infolist():
            # A repository's archive has one folder at its root, named after the commit.
            inner = PurePosixPath(*PurePosixPath(member.filename).parts[1:])
            if member.is_dir() or not inner.is_relative_to(wanted) or inner == wanted or ".." in inner.parts:
                continue
            data = zips.content(members, member, LARGEST_SET - size)
            size += len(data)
            path = target / inner.relative_to(wanted)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            found += 1
    if not found:
        raise InputError(f"{archive} has no folder {wanted}: delete it and fetch it again")


def content_sha256(path: Path) -> str:
    """sha256 of a file; of a folder, that of its files one after the other in the order of their paths."""
    digest = hashlib.sha256()
    files = [path]
    if path.is_dir():
        files = sorted((f for f in path.rglob("*") if f.is_file()), key=lambda f: f.relative_to(path).as_posix())
    for file in files:
        with file.open("rb") as source:
            while block := source.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
