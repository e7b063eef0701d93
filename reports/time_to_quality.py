"""Time to quality in a report: a column of the main table, a sentence, and what both mean."""

from collections.abc import Sequence

from ..benchmarks.time_to_quality import Arrival, Reached
from . import units
from .listing import listed
from .summary import Row, Summary
from .tables import TITLES, Column, Entry

MOST = 8
"""Implementations that a sentence names."""


def shown(summary: Summary) -> bool:
    """Whether there is a column: some row was looked at while it trained, and has another to compare with."""
    return any(_told(summary, baseline) for baseline in summary.baselines)


def column(summary: Summary) -> Column:
    """Its heading."""
    whose = summary.baselines[0] if len(summary.baselines) == 1 else "baseline"
    return Column(f"Time to {whose}'s score", True)


def entry(row: Row) -> Entry:
    """Seconds over their interval and the epochs that took, or that it was not reached."""
    if row.reached is None:
        return Entry(units.MISSING)
    outcome = row.reached.outcome
    if not isinstance(outcome, Arrival):
        best = units.fraction(outcome.best, row.reached.target.metric)
        return Entry("not reached", f"best {best} in {_epochs(outcome.epochs)}")
    took = _epochs(outcome.epoch) if row.curves else "at the end, no curve"
    detail = f"{_range(outcome)}, {took}" if _range(outcome) else took
    return Entry(units.seconds(outcome.seconds.value), detail, outcome.seconds.value)


def sentences(summary: Summary) -> list[str]:
    """When each came to its baseline's score: one sentence for each baseline that others are compared with."""
    said = []
    for baseline in summary.baselines:
        if rows := _told(summary, baseline):
            said.append(_sentence(baseline, rows))
    return said


def note(summary: Summary) -> list[str]:
    """What the column holds, for the notes under the table."""
    if not shown(summary):
        return []
    aims = {row.reached.target for row in summary.rows if row.reached}
    titles = listed([TITLES.get(task, task) for task in dict.fromkeys(sorted(aim.task for aim in aims))])
    return [
        f"Time to the baseline's score ({titles}): seconds of training until the end of the first epoch at which the "
        "mean score over runs is at least the baseline's at its end; the median over runs, with the interval of that "
        "median. Between the ends of epochs nobody looked. A mean that is as high is no proof of equal quality."
    ]


def _told(summary: Summary, baseline: str) -> list[Row]:
    """The rows of a baseline that are told of; none without a curve or another row."""
    rows = [row for row in summary.rows if row.baseline == baseline and row.reached]
    return rows if len(rows) > 1 and any(row.curves for row in rows) else []


def _sentence(baseline: str, rows: Sequence[Row]) -> str:
    reached = [one for row in rows if (one := row.reached) is not None]
    aim = reached[0].target
    whose = (
        f"the final score of {baseline} on {TITLES.get(aim.task, aim.task)} ({units.fraction(aim.value, aim.metric)})"
    )
    came = [(row, one) for row, one in zip(rows, reached, strict=True) if isinstance(one.outcome, Arrival)]
    missed = [(row, one) for row, one in zip(rows, reached, strict=True) if not isinstance(one.outcome, Arrival)]
    came.sort(key=lambda pair: pair[1].outcome.seconds.value)  # type: ignore[union-attr]  # they arrived
    parts = [_came(row, one) for row, one in came[:MOST]]
    if len(came) > MOST:
        parts.append(f"{len(came) - MOST} more later")
    text = f"Time to {whose}: {'; '.join(parts)}" if parts else f"None came to {whose}"
    if missed:
        text += f"; not reached by {listed([_missed(row, one) for row, one in missed])}"
    return f"{text}."


def _came(row: Row, one: Reached) -> str:
    assert isinstance(one.outcome, Arrival)  # the caller looked
    spread = f" ({_range(one.outcome)})" if _range(one.outcome) else ""
    own = " itself" if row.is_baseline else ""
    return f"{row.label}{own} {units.seconds(one.outcome.seconds.value)}{spread} after {_epochs(one.outcome.epoch)}"


def _missed(row: Row, one: Reached) -> str:
    assert not isinstance(one.outcome, Arrival)  # the caller looked
    return f"{row.label} in {_epochs(one.outcome.epochs)} (best {units.fraction(one.outcome.best, one.target.metric)})"


def _range(arrival: Arrival) -> str:
    low, high = arrival.seconds.low, arrival.seconds.high
    if low is None or high is None:
        return ""
    ends = units.seconds(low), units.seconds(high)
    return f"{ends[0].removesuffix(' s') if high < 600 else ends[0]}–{ends[1]}"


def _epochs(number: int) -> str:
    return "1 epoch" if number == 1 else f"{number} epochs"
