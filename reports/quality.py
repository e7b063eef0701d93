"""Quality: equal, better or undecided. What the seeds allow to say, as a table and in sentences."""

from dataclasses import replace

from ..benchmarks.quality_comparison import Contrast
from . import units
from .summary import Summary
from .tables import TITLES, Column, Entry, Table

HEADING = "Quality: equal, better or undecided"

WORDS = {
    "better": "better",
    "worse": "worse",
    "equal within margin": "equal",
    "undecided": "not decided",
}
"""Verdicts that a test gives, in the order they are told, and how a sentence puts them."""


def sentences(summary: Summary) -> list[str]:
    """Why there is nothing to find; what is found stands with the speeds (``findings.comparisons``)."""
    if not summary.quality or judged(summary):
        return []
    open_ = [one.reason or "" for one in summary.quality if one.verdict == "undecided"]
    if not open_:
        return ["No verdict: none of the tasks that were scored is one to rank on."]
    if not any(reason.startswith("needs") for reason in open_):
        return [f"No verdict: {open_[0]}."]
    return [
        "No verdict: with so few seeds a difference cannot be told from chance. It takes at least 3 seeds of each "
        "implementation (--repeats 3; 5 or more show smaller differences)."
    ]


def table(summary: Summary) -> Table:
    """A row a configuration and task; empty where no seed can tell anything."""
    baselines = list(dict.fromkeys(one.baseline for one in summary.quality))
    columns = (
        Column("Implementation"),
        Column("Task"),
        Column("Verdict"),
        Column("Score", True),
        Column(baselines[0] if len(baselines) == 1 else "Baseline", True),
        Column("Difference", True),
        Column("p", True),
        Column("Detectable", True),
    )
    rows = [_row(one, named=len(baselines) > 1) for contrasts in by_pair(summary) for one in contrasts]
    return Table("quality", HEADING, columns, tuple(rows) if judged(summary) else ())


def notes(summary: Summary) -> list[str]:
    """How to read the table."""
    if not judged(summary):
        return []
    margins = {units.is_share(one.metric): units.size(one.margin, one.metric) for one in summary.quality if one.margin}
    said = " and ".join(f"{margin} ({'shares' if share else 'correlations'})" for share, margin in margins.items())
    return [
        "What varies is the seed; the questions stay. A verdict says what other seeds would give on these very "
        "questions.",
        "Score: the mean over seeds ± their standard deviation. Difference: of the means, with its 95 % interval "
        "(Welch); its farther end is what the summary says could hide. p: of no difference, after Holm's correction "
        "for all rows. Better and worse: p below .05.",
        f"Equal within margin: two one-sided tests (TOST) show at 5 % that the difference is smaller than {said}; a "
        "difference smaller than that may still be there.",
        "Detectable: the difference that these seeds would find with a probability of 80 %. Undecided is no equality: "
        "it says that more seeds are needed.",
    ]


def judged(summary: Summary) -> bool:
    """Whether any configuration has seeds enough."""
    return any(one.p is not None for one in summary.quality)


def by_pair(summary: Summary) -> list[list[Contrast]]:
    """The contrasts of one configuration with one baseline together, in the order they were made."""
    pairs: dict[tuple[str, str], list[Contrast]] = {}
    for one in summary.quality:
        pairs.setdefault((one.system, one.baseline), []).append(one)
    return list(pairs.values())


def _row(one: Contrast, *, named: bool) -> tuple[Entry, ...]:
    interval = ""
    if one.low is not None and one.high is not None:
        interval = units.difference_range(one.low, one.high, one.metric)
    equivalence = "" if one.p_equivalence is None else f"equal: {units.p_value(one.p_equivalence)}"
    baseline = _score(one.baseline_value, one.baseline_sd, one.baseline_runs, one.metric)
    return (
        Entry(one.system),
        Entry(TITLES.get(one.task, one.task)),
        Entry(one.verdict, one.reason or ""),
        _score(one.value, one.sd, one.runs, one.metric),
        replace(baseline, detail=f"{one.baseline}, {baseline.detail}") if named else baseline,
        Entry(units.difference(one.difference, one.metric), interval, one.difference),
        Entry(units.p_value(one.p_adjusted), equivalence, one.p_adjusted),
        Entry(units.size(one.detectable, one.metric), value=one.detectable),
    )


def _score(value: float | None, sd: float | None, seeds: int, metric: str) -> Entry:
    spread = "" if sd is None else f"± {units.size(sd, metric).removesuffix(' points')}, "
    return Entry(units.fraction(value, metric), f"{spread}n = {seeds}", value)
