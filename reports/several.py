"""One report of one benchmark in its directory, or of several, merged, in a directory of its own."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from ..benchmarks.store import RESULTS, load_results
from ..datasets.errors import InputError
from . import stale
from .merge import Group, groups
from .sources import Source, read_sources
from .summary import log_of
from .write import write_groups


def report_on(
    paths: Sequence[Path],
    out: Path | None = None,
    *,
    formats: Collection[str] | None = None,
    only: Collection[str] | None = None,
) -> tuple[list[Group], list[Path]]:
    """Read results, merge what may be compared, and write their report.

    Args:
        paths: results directories or files; several need ``out``.
        out: where the report goes, with the merged ``results.json`` (one in a folder for each group, where there are
            several) and the logs of failed runs. None for the directory itself.
        formats: as for ``write_report``.
        only: as for ``write_report``.

    Returns:
        The groups, and the files written.

    Raises:
        InputError: as ``write_report``; also if ``out`` is missing, or holds results of its own.
    """
    sources = read_sources(paths)
    if out is None:
        if len(sources) > 1:
            raise InputError("a report of several needs a directory of its own: give it to --out")
        found = groups(sources)
        return found, write_groups(found, sources[0].directory, formats=formats, only=only)
    found = groups(sources, out)
    folders = [group.name if len(found) > 1 else "" for group in found]
    _check_free([out, *(out / folder for folder in folders)], sources)
    contents = {log_of(run): log for group in found for run, log in _logs(group)}
    for group, folder in zip(found, folders, strict=True):
        text = group.results.model_dump_json(indent=1) + "\n"
        contents[(Path(folder) / RESULTS).as_posix()] = text.encode()
    earlier = stale.of_merging(out, folders, [source.directory for source in sources])
    written = write_groups(found, out, formats=formats, only=only, beside=contents)
    stale.remove(out, earlier - {path.relative_to(out).as_posix() for path in written})
    return found, written


def _check_free(places: Sequence[Path], sources: Sequence[Source]) -> None:
    """Refuse to overwrite what was measured. What an earlier merging left may be written again."""
    for place in places:
        if any(place.resolve() == source.directory.resolve() for source in sources):
            raise InputError(f"{place} is one of the directories to read; give another one to --out")
        if (place / RESULTS).exists() and "sources" not in load_results(place).environment:
            raise InputError(f"{place} holds results of its own; give another directory to --out")


def _logs(group: Group) -> Iterator[tuple[str, bytes]]:
    for run, path in group.logs.items():
        with contextlib.suppress(OSError):
            yield run, path.read_bytes()
