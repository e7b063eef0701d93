"""A sentence for each implementation: how fast it is against its baseline, and whether at equal quality."""

from collections.abc import Iterable, Mapping, Sequence

from ..benchmarks.quality_comparison import Contrast
from . import quality, units
from .listing import Footnotes, listed
from .scores import headline_tasks
from .summary import Row, Summary
from .tables import TITLES

MOST = 8
"""Implementations that get a sentence; further ones stand in the tables."""

_NAMED = 3
"""Tasks that a sentence names; of more it gives the number."""

Contrasts = Mapping[tuple[str, str], Sequence[Contrast]]


def comparisons(summary: Summary) -> list[str]:
    """What speed and scores say of each implementation against its baseline, the fastest first."""
    contrasts = {(some[0].system, some[0].baseline): some for some in quality.by_pair(summary)}
    rows = {row.label: row for row in summary.rows}
    said = {}
    for row in summary.finished_rows:
        if row.ratio and row.baseline and not row.is_baseline:
            said[row.label, row.baseline] = _sentence(row, rows[row.baseline], summary, contrasts)
    for pair, some in contrasts.items():
        if pair not in said and (found := _verdicts(some)):
            said[pair] = f"{pair[0]} against {pair[1]}: {found}."
    lines = list(said.values())
    if len(lines) > MOST + 1:
        left = len(lines) - MOST
        lines = [*lines[:MOST], f"{left} more comparisons stand in the tables."]
    return lines


def choice(summary: Summary) -> str | None:
    """The fastest that loses nothing, where it is another than the fastest; None where that is said or not known."""
    if len(summary.baselines) != 1:
        return None
    base = summary.baselines[0]
    contrasts = {some[0].system: [one for one in some if one.p is not None] for some in quality.by_pair(summary)}
    titles = [task for task in headline_tasks(summary.tasks) if _tested(contrasts.values(), task)]
    faster = [row for row in summary.finished_rows if row.ratio and not row.is_baseline and _faster(row)]
    if not titles or len(faster) < 2:
        return None
    good = [row for row in faster if _holds(contrasts.get(row.label, ()), titles[0])]
    title = TITLES.get(titles[0], titles[0])
    if not good:
        return f"Of those faster than {base} none is shown to equal or beat it on {title} and to be worse on nothing."
    if good[0] is faster[0]:
        return None
    said = f"The fastest that is shown to equal or beat {base} on {title}, and is worse on nothing: {good[0].label}"
    return f"{said}{caveat(good[0])}."


def caveat(row: Row, base: Row | None = None) -> str:
    """What must be said with a speed where not the training alone is timed, in brackets; empty where nothing must."""
    noted = [one for one in (row, base) if one is not None and one.timing_note]
    if not noted:
        return ""
    lines = Footnotes((one.label, one.timing_note or "") for one in noted).lines if noted != [row] else ()
    said = "; ".join(line.removesuffix(".") for line in lines) or (row.timing_note or "").rstrip(". ")
    return f" (what is timed is not training alone; {said})"


def _tested(contrasts: Iterable[Sequence[Contrast]], task: str) -> bool:
    return any(one.task == task for some in contrasts for one in some)


def _faster(row: Row) -> bool:
    return row.ratio is not None and (row.ratio.value if row.ratio.low is None else row.ratio.low) > 1


def _holds(contrasts: Sequence[Contrast], task: str) -> bool:
    """Whether the first task is shown to be as good or better, and none to be worse."""
    verdicts = {one.task: one.verdict for one in contrasts}
    return verdicts.get(task) in ("better", "equal within margin") and "worse" not in verdicts.values()


def _sentence(row: Row, base: Row, summary: Summary, contrasts: Contrasts) -> str:
    assert row.ratio is not None  # the caller looked
    interval = ""
    if row.ratio.low is not None and row.ratio.high is not None:
        interval = f" ({units.ratio_range(row.ratio.low, row.ratio.high).removesuffix('×')})"
    times = units.ratio(row.ratio.value).removesuffix("×")
    speed = f"{row.label} trains {times} times{interval} as fast as {base.label}{caveat(row, base)}"
    tested = [one for one in contrasts.get((row.label, base.label), ()) if one.p is not None]
    if not tested:
        scores = [part for task in headline_tasks(summary.tasks)[:2] if (part := _scores(row, base, task))]
        return f"{speed}; scores, not tested: {', '.join(scores)}." if scores else f"{speed}."
    if all(one.verdict == "equal within margin" for one in tested):
        return f"{speed} at equal quality ({'; '.join(f'{where}: {how}' for where, how in _grouped(tested))})."
    return f"{speed}; quality: {_verdicts(tested)}."


def _scores(row: Row, base: Row, task: str) -> str:
    own, other = row.score(task), base.score(task)
    if own is None or other is None or own.value is None or other.value is None:
        return ""
    title = TITLES.get(task, task)
    return f"{title} {units.fraction(own.value, own.metric)} against {units.fraction(other.value, other.metric)}"


def _verdicts(contrasts: Sequence[Contrast]) -> str:
    """The verdicts on all tested tasks, those of a kind together."""
    said = []
    for verdict, word in quality.WORDS.items():
        found = _grouped([one for one in contrasts if one.p is not None and one.verdict == verdict])
        if found:
            said.append(f"{word} {' and '.join(f'on {where} ({how})' for where, how in found)}")
    return ", ".join(said)


def _grouped(contrasts: Sequence[Contrast]) -> list[tuple[str, str]]:
    """Contrasts of one verdict as (tasks, what shows it): shares and correlations apart, as their sizes differ."""
    groups: dict[tuple[bool, float | None], list[Contrast]] = {}
    for one in contrasts:
        groups.setdefault((units.is_share(one.metric), one.margin), []).append(one)
    return [(_where(some), _how(some)) for some in groups.values()]


def _where(contrasts: Sequence[Contrast]) -> str:
    titles = [TITLES.get(one.task, one.task) for one in contrasts]
    if len(titles) > _NAMED + 1:
        titles = [*titles[:_NAMED], f"{len(titles) - _NAMED} more tasks"]
    return listed(titles)


def _how(contrasts: Sequence[Contrast]) -> str:
    """The numbers behind one verdict: of several tasks the least certain."""
    first = contrasts[0]
    if first.verdict == "equal within margin":
        return f"TOST ±{margin(first)}, {_p([one.p_equivalence for one in contrasts])}"
    if first.verdict == "undecided":
        # What the interval leaves open. "Detectable" would be what such a test finds on average, whatever it has found.
        largest = max(max(abs(one.low or 0.0), abs(one.high or 0.0)) for one in contrasts)
        return f"differences up to {units.size(largest, first.metric)} could hide"
    sizes = sorted(abs(one.difference or 0.0) for one in contrasts)
    least, most = (units.size(size, first.metric) for size in (sizes[0], sizes[-1]))
    by = most if len(sizes) == 1 else f"{least.removesuffix(' points')} to {most}"
    return f"by {by}, {_p([one.p_adjusted for one in contrasts])}"


def margin(one: Contrast) -> str:
    """The margin of equality: ``1 point`` or ``0.02``."""
    if one.margin is None:
        return units.MISSING
    if not units.is_share(one.metric):
        return f"{one.margin:g}"
    return f"{100 * one.margin:g} point{'' if one.margin == 0.01 else 's'}"


def _p(values: Sequence[float | None]) -> str:
    largest = max((value for value in values if value is not None), default=None)
    text = units.p_value(largest)
    if text.startswith("<"):
        return f"p {text}"
    return f"p {'=' if len(values) == 1 else '≤'} {text}"
