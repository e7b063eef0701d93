"""The table of tasks: a row a task, a column a configuration, the best of a row marked where a test shows it."""

from collections.abc import Sequence

from ...datasets.errors import InputError
from .. import units
from ..merge import Group
from ..scores import ScoreSummary
from ..tables import TITLES
from .marks import Marks, marks
from .numbers import Quantity, kind_of, scale_of
from .table import EMPTY, Block, Cell, Column, PaperTable

NAMED = {"spearman": "Spearman's ρ", "pearson": "Pearson's r"}
"""Metrics as readers know them; of shares the unit is per cent."""


def tasks_table(groups: Sequence[Group]) -> PaperTable:
    """Every task's headline score by configuration, in blocks of what may be compared.

    Raises:
        InputError: there is no score.
    """
    summaries = [group.summary for group in groups]
    labels = dict.fromkeys(row.label for summary in summaries for row in summary.finished_rows)
    blocks = []
    for group, summary in zip(groups, summaries, strict=True):
        found, lines = marks(group.results), []
        for task in summary.tasks:
            scores = {row.label: row.score(task) for row in summary.finished_rows}
            if any(score is not None and score.value is not None for score in scores.values()):
                lines.append(_line(task, scores, found))
        if lines:
            blocks.append(Block(group.title if len(groups) > 1 else "", tuple(lines)))
    if not blocks:
        raise InputError("these results hold no scores, so there is no table of tasks")
    columns = (
        Column("task", "Task", numeric=False),
        Column("metric", "Metric", numeric=False),
        Column("items", "Items"),
        *(Column(f"score:{label}" if label in ("task", "metric", "items") else label, label) for label in labels),
    )
    corpora = " and ".join(dict.fromkeys(summary.corpus.name for summary in summaries))
    notes = (
        "Means over runs; in parentheses 95 % intervals over the items. Items: those scored, of those that the set "
        "holds.",
    )
    return PaperTable("tasks", f"Scores of vectors trained on {corpora}.", columns, tuple(blocks), notes)


def _line(task: str, scores: dict[str, ScoreSummary | None], found: Marks) -> dict[str, Cell]:
    known = [score for score in scores.values() if score is not None and score.value is not None]
    metric = known[0].metric
    kind, symbol = kind_of(metric)
    scale = scale_of(kind, [Quantity(score.value or 0.0) for score in known], symbol)
    covered = sorted({(score.n, score.total) for score in known})
    cells = {
        "task": Cell(TITLES.get(task, task)),
        "metric": Cell(NAMED.get(metric, f"{metric}, %" if kind == "share" else metric)),
        "items": Cell(", ".join(f"{units.count(n)} / {units.count(total)}" for n, total in covered)),
    }
    for label, score in scores.items():
        key = f"score:{label}" if label in cells else label
        if score is None or score.value is None:
            cells[key] = EMPTY
        else:
            cells[key] = scale.cell(
                Quantity(score.value, score.low, score.high), found.get((label, f"{task}/{metric}"))
            )
    return cells
