"""What the history's page says in sentences and tables."""

from collections.abc import Sequence

from ..benchmarks.history.records import Entry
from ..benchmarks.history.series import LEAST
from .history_view import Event, Track, effect, events, value, verdict
from .tables import Column, Table
from .tables import Entry as Cell


def sentences(entries: Sequence[Entry], found: Sequence[Track]) -> list[str]:
    """What the history holds, in plain text."""
    if not entries:
        return ["This history holds no benchmarks yet."]
    revisions = {entry.revision for entry in entries}
    lines = [
        f"{_count(len(entries), 'benchmark')} of {_count(len(revisions), 'commit')}, committed from "
        f"{entries[0].time:%Y-%m-%d} to {entries[-1].time:%Y-%m-%d}; {_count(len(found), 'configuration')} on "
        f"{_count(len({track.machine for track in found}), 'kind of machine', 'kinds of machine')}."
    ]
    all_ = events(found)
    for better in (False, True):
        some = [event for event in all_ if event.change.better is better]
        if some:
            last = some[0]
            lines.append(
                f"{_count(len(some), 'change')} for the {'better' if better else 'worse'}; the latest: "
                f"{last.line.metric.title} of {last.track.configuration} {effect(last.line.metric, last.change)} "
                f"at {last.commit} ({last.time:%Y-%m-%d})."
            )
    if not all_:
        lines.append("No level changed.")
    lines += [
        f"In the last benchmark {_count(one.runs, 'run')} of {one.name} gave no numbers ({one.status}: {one.reason})."
        for one in entries[-1].failures
        if one.status in ("failed", "timeout")
    ]
    return lines


def footnotes() -> list[str]:
    """What the page's numbers mean."""
    return [
        "A series holds what was measured under equal conditions: the same configuration and corpus, processor, cores, "
        "vector instructions, operating system and minor version of Python. Versions of libraries may differ; where "
        "they do across a change, they are named.",
        "Benchmarks of the same commit are pooled. Speeds and times are medians over rounds, memory is the largest "
        "peak, scores are means over runs.",
        "Level: the median since the last change. Changes are found with a kernel change-point method that needs three "
        "commits on either side; on noise alone fewer than one series in a hundred shows one. Changes below "
        f"{100 * LEAST['speed']:.0f} % (scores: {100 * LEAST['quality']:.1f} points) are not reported.",
    ]


def changes_table(found: Sequence[Track]) -> Table:
    """Every change, the latest commit first."""
    columns = (
        *(Column(head) for head in ("Commit", "Configuration", "Metric")),
        *(Column(head, True) for head in ("Before", "After", "Change")),
        *(Column(head) for head in ("Verdict", "Versions that differ")),
    )
    return Table("changes", "Changes of level", columns, tuple(_change(event) for event in events(found)))


def levels_table(found: Sequence[Track]) -> Table:
    """Where every series of one machine stands."""
    heads = ("Commits", "Level now", "Last commit", "Last value")
    columns = (Column("Configuration"), Column("Metric"), *(Column(head, True) for head in heads))
    rows = []
    for track in found:
        for line in track.lines:
            last, number = line.series.points[-1], len(line.series.points)
            detail = ""
            if last.low is not None and last.high is not None:
                detail = f"{value(line.metric, last.low)} – {value(line.metric, last.high)}"
            rows.append(
                (
                    Cell(track.configuration),
                    Cell(line.metric.title),
                    Cell(str(number), value=number),
                    Cell(value(line.metric, line.level), value=line.level),
                    Cell(last.label, f"{last.time:%Y-%m-%d}", order=last.time.timestamp()),
                    Cell(value(line.metric, last.value), detail, last.value),
                )
            )
    return Table("levels", "Levels", columns, tuple(rows))


def _change(event: Event) -> tuple[Cell, ...]:
    metric, change = event.line.metric, event.change
    return (
        Cell(event.commit, f"{event.time:%Y-%m-%d}"),
        Cell(event.track.configuration, event.track.machine),
        Cell(metric.title),
        Cell(value(metric, change.before), value=change.before),
        Cell(value(metric, change.after), value=change.after),
        Cell(effect(metric, change), value=change.effect),
        Cell(verdict(change)),
        Cell(", ".join(change.versions)),
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
