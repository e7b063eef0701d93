"""What a path that somebody typed leads to: nothing, where no file can have such a name.

``Path.exists`` and its like raise an error for a name that is too long, and ``Path.expanduser`` for an unknown user.
"""

import os.path
from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether it is an existing file."""
    return os.path.isfile(path)  # noqa: PTH113


def is_dir(path: Path) -> bool:
    """Whether it is an existing folder."""
    return os.path.isdir(path)  # noqa: PTH112


def exists(path: Path) -> bool:
    """Whether there is anything, the target of a link included."""
    return os.path.exists(path)  # noqa: PTH110


def expanded(path: str) -> Path:
    """With the home directory of ``~`` or ``~user`` in its place; as it is where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111
