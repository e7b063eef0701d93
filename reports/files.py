"""A set of files that is replaced as a whole, or left as it was."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def replace_all(directory: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files under ``directory``: all are safely on disk beside their places before the first takes its place.

    Args:
        directory: exists.
        contents: bytes by relative path; folders are made.

    Returns:
        The files' paths, in order.

    Raises:
        OSError: one cannot be written; what was there is untouched and nothing else is left behind.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for name, data in contents.items():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.append((_stage(target, data), target))
        for part, target in staged:
            part.replace(target)
    except BaseException:
        for part, _ in staged:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        raise
    return [target for _, target in staged]


def _stage(target: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    return part
