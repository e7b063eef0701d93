"""What an earlier report left and this one does not fill: taken away, so that no old number stands beside new ones."""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

from ..benchmarks.records import Results
from ..benchmarks.store import RESULTS, load_results
from ..datasets.errors import InputError
from .figures import FIGURES, FORMATS
from .summary import log_of


def remove(directory: Path, names: Collection[str]) -> None:
    """Delete files, and the folders that they leave empty."""
    for name in names:
        path = directory / name
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == directory:
                    break
                folder.rmdir()  # only where it is empty


def of_merging(out: Path, folders: Collection[str] = (), keep: Collection[Path] = ()) -> set[str]:
    """Files that a report on several left in its directory: merged results, their logs, and figures of groups.

    A group's folder holds its merged results and nothing else; a folder with more in it is somebody's own.

    Args:
        out: the directory.
        folders: of groups that stay: their figures do, too.
        keep: folders that are read, whatever they hold.
    """
    found = set()
    kept = {path.resolve() for path in keep}
    for folder in ["", *_group_folders(out)]:
        results = _merged(out / folder)
        if results is not None and (out / folder).resolve() not in kept:
            found.add((Path(folder) / RESULTS).as_posix())
            found |= {log_of(run.id) for run in results.runs if run.status != "ok"}
            if folder and folder not in folders:
                found |= {f"figures/{folder}/{module.NAME}.{form}" for module in FIGURES for form in FORMATS}
    return found


def _group_folders(out: Path) -> Iterator[str]:
    if out.is_dir():
        for folder in out.iterdir():
            if folder.is_dir() and not folder.is_symlink() and [one.name for one in folder.iterdir()] == [RESULTS]:
                yield folder.name


def _merged(place: Path) -> Results | None:
    """Merged results in a folder, or None where there are none."""
    with contextlib.suppress(InputError):
        results = load_results(place)
        return results if "sources" in results.environment else None
    return None
