"""What git knows of a commit, where there is git."""

import re
import subprocess
from datetime import datetime
from pathlib import Path

from ...datasets.errors import InputError

PACKAGE = Path(__file__).resolve().parents[2]
"""Root of the package: a repository of its own where it runs from a checkout."""


def resolved(revision: str, repository: Path) -> str:
    """The full name of a commit. One that git does not know here is taken as it is if it looks like a commit's.

    Raises:
        InputError: it is neither known nor hexadecimal.
    """
    for folder in (repository, PACKAGE):
        found = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if found:
            return found
    if re.fullmatch(r"[0-9a-f]{7,64}", revision):
        return revision
    raise InputError(f"git knows no commit {revision!r} in {repository.resolve()}; give its full hash to --revision")


def committed(revision: str, repository: Path) -> datetime | None:
    """When a commit was made (committer's date), or None where git does not know it."""
    for folder in (repository, PACKAGE):
        found = _git(folder, "show", "--no-patch", "--format=%cI", revision)
        if found:
            return datetime.fromisoformat(found)
    return None


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
