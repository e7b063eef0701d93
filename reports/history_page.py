"""``history.html`` and its figures: words/s, scores and memory over commits, changes first."""

import hashlib
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..benchmarks.history.records import Entry
from ..datasets.errors import InputError
from .figures import Drawing, commits
from .figures.saving import saved
from .files import replace_all
from .history_tables import changes_table, footnotes, levels_table, sentences
from .history_view import Track, tracks
from .page import figure_files, render_page

PAGE = "history.html"


def write_history(entries: Sequence[Entry], directory: Path, metrics: Sequence[str] | None = None) -> list[Path]:
    """Write the page and a figure a configuration, replaced together.

    Args:
        entries: as ``benchmarks.history.store.load`` gives them.
        directory: is made where there is none.
        metrics: names of those to show; None for the usual ones.

    Returns:
        The files written, the page first.

    Raises:
        InputError: a metric is unknown, or the files cannot be written.
    """
    found = tracks(entries, metrics)
    drawings = [(track, _drawing(track)) for track in found]
    contents = {PAGE: render(entries, drawings).encode("utf-8", errors="replace")}
    for _, drawing in drawings:
        contents.update({f"figures/{drawing.name}.{form}": data for form, data in drawing.files.items()})
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return replace_all(directory, contents)
    except OSError as error:
        raise InputError(f"cannot write the history into {directory}: {error.strerror or error}") from error


def render(entries: Sequence[Entry], drawings: Sequence[tuple[Track, Drawing]]) -> str:
    """The page as HTML that needs no network: styles, script and figures are inside."""
    found = [track for track, _ in drawings]
    context: dict[str, Any] = {
        "sentences": sentences(entries, found),
        "footnotes": footnotes(),
        "changes": changes_table(found),
        "machines": [
            (
                machine,
                levels_table([track for track in found if track.machine == machine]),
                [drawing for track, drawing in drawings if track.machine == machine],
            )
            for machine in dict.fromkeys(track.machine for track in found)
        ],
        "files": figure_files([drawing for _, drawing in drawings]),
    }
    return render_page("history.html.jinja", context)


def _drawing(track: Track) -> Drawing:
    files = saved(partial(commits.draw, track))
    return Drawing(_name(track), commits.TITLE, commits.caption(track), commits.alt(track), files)


def _name(track: Track) -> str:
    """A file name that lasts: configuration, and a hash that tells machines apart."""
    readable = re.sub(r"[^A-Za-z0-9.=]+", "-", track.configuration).strip("-")[:80]
    return f"{readable}-{hashlib.sha256('/'.join((track.machine, track.corpus)).encode()).hexdigest()[:6]}"
