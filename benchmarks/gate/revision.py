"""The two sides of a gate: the working tree as it is, and a revision checked out beside it."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...datasets.errors import InputError

PACKAGE = Path(__file__).resolve().parents[2]
"""The root of the package that runs this."""


@dataclass(frozen=True)
class Side:
    """One revision, ready to run.

    Attributes:
        label: "base" or "head".
        revision: its commit; with "+" where files were changed since.
        path: folder to put first on the module search path, so that ``bench`` is this side's; None for the package
            that is installed.
        plugins: its plug-in files.
    """

    label: str
    revision: str
    path: Path | None
    plugins: tuple[Path, ...] = ()

    def variables(self) -> dict[str, str]:
        """Environment of its workers."""
        if self.path is None:
            return {}
        rest = os.environ.get("PYTHONPATH")
        return {"PYTHONPATH": str(self.path) if not rest else f"{self.path}{os.pathsep}{rest}"}


@contextmanager
def sides(base: str, plugins: tuple[Path, ...] = ()) -> Iterator[tuple[Side, Side]]:
    """Check out ``base`` into a temporary folder, and remove it in the end.

    With plug-ins it is their repository that is gated, and both sides run on the package that is installed; without,
    this package's own.

    Args:
        base: a revision of git.
        plugins: files of trainers, all in one repository.

    Raises:
        InputError: there is no repository, no such revision, or a plug-in that the revision does not have.
    """
    root = _repository(plugins[0].resolve().parent if plugins else PACKAGE)
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}", message=f"git knows no {base!r}")
    dirty = _git(root, "status", "--porcelain", "--untracked-files=no", message="git status failed")
    now = _git(root, "rev-parse", "HEAD", message="this repository has no commit yet") + ("+" if dirty else "")
    with tempfile.TemporaryDirectory(prefix="bench-gate-") as directory:
        tree = Path(directory, "base", "bench")
        tree.parent.mkdir()
        _git(root, "worktree", "add", "--detach", "--quiet", str(tree), commit, message=f"cannot check out {base}")
        try:
            if plugins:
                yield _plugin_sides(root, tree, commit, now, plugins)
            else:
                head = Path(directory, "head")
                head.mkdir()
                (head / "bench").symlink_to(PACKAGE)
                yield Side("base", commit, tree.parent), Side("head", now, head)
        finally:
            subprocess.run(["git", "-C", str(root), "worktree", "remove", "--force", str(tree)], capture_output=True)
            subprocess.run(["git", "-C", str(root), "worktree", "prune"], capture_output=True)


def _plugin_sides(root: Path, tree: Path, commit: str, now: str, plugins: tuple[Path, ...]) -> tuple[Side, Side]:
    before = []
    for plugin in plugins:
        path = tree / plugin.resolve().relative_to(root)
        if not path.is_file():
            raise InputError(f"{plugin} is not in {commit[:10]}; gate against a revision that has it")
        before.append(path)
    return Side("base", commit, None, tuple(before)), Side("head", now, None, tuple(p.resolve() for p in plugins))


def _repository(folder: Path) -> Path:
    found = _git(folder, "rev-parse", "--show-toplevel", message=f"{folder} is in no git repository; gate needs one")
    return Path(found).resolve()


def _git(folder: Path, *arguments: str, message: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise InputError("gate needs git, which is not installed") from None
    if done.returncode:
        detail = done.stderr.strip().splitlines()
        raise InputError(f"{message}{f': {detail[-1]}' if detail else ''}")
    return done.stdout.strip()
