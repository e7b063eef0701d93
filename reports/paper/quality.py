"""The table of verdicts: each configuration against its baseline, task by task."""

from collections.abc import Mapping, Sequence

from ...benchmarks.quality_comparison import Contrast
from ...datasets.errors import InputError
from .. import units
from ..merge import Group
from ..tables import TITLES
from .table import EMPTY, Block, Cell, Column, PaperTable

_COLUMNS = (
    Column("implementation", "Implementation", numeric=False),
    Column("baseline", "Against", numeric=False),
    Column("task", "Task", numeric=False),
    Column("verdict", "Verdict", numeric=False),
    Column("score", "Score"),
    Column("baseline-score", "Baseline's score"),
    Column("difference", "Difference"),
    Column("p", "p"),
    Column("p-equivalence", "p of equivalence", default=False),
    Column("detectable", "Detectable", default=False),
    Column("n", "n"),
)


def quality_table(groups: Sequence[Group]) -> PaperTable:
    """Verdicts on quality, in blocks of what may be compared.

    Raises:
        InputError: nothing was tested.
    """
    blocks, tested = [], []
    for group in groups:
        contrasts = group.summary.quality
        tested += [one for one in contrasts if one.p is not None]
        rows = sorted(contrasts, key=lambda one: (one.baseline, one.system))  # stable: tasks stay in their order
        if rows:
            blocks.append(Block(group.title if len(groups) > 1 else "", tuple(map(_row, rows))))
    if not tested:
        raise InputError(
            "these results hold no verdict on quality: it takes two implementations with scores of at least 3 seeds "
            "each; run with --repeats 3 or more"
        )
    margins = {units.is_share(one.metric): units.size(one.margin, one.metric) for one in tested if one.margin}
    notes = (
        "Scores: means over seeds, under them their standard deviation. Difference: of the means, with its 95 % "
        "interval (Welch). p: of no difference, after Holm's correction for all rows. n: seeds of the two.",
        f"Equal within margin: two one-sided tests (TOST) at 5 %, margin {' or '.join(margins.values())}.",
    )
    caption = "Differences in quality from the baseline, tested over seeds."
    return PaperTable("quality", caption, _COLUMNS, tuple(blocks), notes)


def _row(one: Contrast) -> Mapping[str, Cell]:
    interval = ""
    if one.low is not None and one.high is not None:
        interval = units.difference_range(one.low, one.high, one.metric)
    return {
        "implementation": Cell(one.system),
        "baseline": Cell(one.baseline),
        "task": Cell(TITLES.get(one.task, one.task)),
        "verdict": Cell(one.verdict),
        "score": _score(one.value, one.sd, one.metric),
        "baseline-score": _score(one.baseline_value, one.baseline_sd, one.metric),
        "difference": Cell(
            units.difference(one.difference, one.metric), interval, None, one.difference, one.low, one.high
        ),
        "p": _p(one.p_adjusted),
        "p-equivalence": _p(one.p_equivalence),
        "detectable": Cell(units.size(one.detectable, one.metric), value=one.detectable),
        "n": Cell(f"{one.runs}, {one.baseline_runs}"),
    }


def _score(value: float | None, sd: float | None, metric: str) -> Cell:
    spread = "" if sd is None else f"± {units.size(sd, metric)}"
    return Cell(units.fraction(value, metric), spread, value=value)


def _p(value: float | None) -> Cell:
    return EMPTY if value is None else Cell(units.p_value(value), value=value)
