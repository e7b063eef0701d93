"""A file's SHA-256, not computed again while the file stays as it is."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from .cache import atomic_file
from .errors import InputError

SETTLED = 2.0
"""Seconds a file must lie unchanged before its hash is remembered: the coarsest clock of a file system in use (FAT)."""


def signature(path: Path) -> tuple[int, ...]:
    """What changes whenever the file's content does: device, inode, size, times of content and of status change."""
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def fingerprint(path: Path, cache: Path) -> str:
    """SHA-256 of the file as it lies on disk, in hexadecimal.

    It is remembered below ``cache`` under the file's signature. A file changed within the last two seconds is hashed
    but not remembered, because its next change could carry the same time.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        before = signature(path)
        note = cache / "hashes" / hashlib.sha256(repr(before).encode()).hexdigest()[:32]
        with suppress(OSError, UnicodeDecodeError):
            remembered = note.read_text("ascii")
            if len(remembered) == 64:
                return remembered
        settled = max(before[3:]) < (time.time() - SETTLED) * 1e9
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if settled:
        # A cache that cannot be written is no reason to fail here.
        with suppress(OSError):
            note.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(note) as out:
                out.write(digest.encode("ascii"))
    return digest
