"""Writing a text file whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from ..datasets.cache import atomic_file


def write_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text to a file beside ``path`` and put it in its place once it is safely on disk.

    Raises:
        OSError: it cannot be written; what was at ``path`` is untouched and nothing else is left behind.
    """
    with atomic_file(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
        file.flush()
        os.fsync(file.fileno())


def remove_parts(directory: Path) -> None:
    """Remove what a process that was killed while it wrote a file left of it."""
    with suppress(OSError):
        for part in directory.glob(".*.part"):
            part.unlink()
