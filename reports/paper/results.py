"""The table of results: a row a configuration, with speed, ratio, scores and memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...benchmarks.statistics import Estimate as Interval
from ...benchmarks.time_to_quality import Arrival
from ..merge import Group
from ..rounds import too_few
from ..scores import ScoreSummary, headline_tasks
from ..summary import Estimate, Row, Summary
from ..tables import TITLES, implementation_detail, plain, settings_of
from .marks import marks
from .numbers import Kind, Quantity, kind_of, scale_of
from .table import EMPTY, RESERVED, Block, Cell, Column, Note, PaperTable

_TIMED = ("speed", "ratio", "trained-speed", "time-to-quality")
"""Columns that rest on the clock of the training."""


@dataclass(frozen=True)
class Measure:
    """A column of numbers: where a row holds them."""

    key: str
    title: str
    kind: Kind
    read: Callable[[Row], Quantity | None]
    default: bool = False
    symbol: str = ""


def results_table(groups: Sequence[Group]) -> PaperTable:
    """Speed and quality by implementation, with every column there is; ``chosen`` picks from them.

    Args:
        groups: results that may not be compared with each other stand in blocks of their own.
    """
    summaries = [group.summary for group in groups]
    rows = [row for summary in summaries for row in summary.finished_rows]
    found_marks = [marks(group.results) for group in groups]
    measures = _measures(summaries, rows)
    scales = {one.key: scale_of(one.kind, [one.read(row) for row in rows], one.symbol) for one in measures}
    texts = _texts(rows)
    blocks = []
    for group, summary, own in zip(groups, summaries, found_marks, strict=True):
        lines = []
        for row in summary.finished_rows:
            line = {"implementation": Cell(row.label, implementation_detail(row))}
            for one in measures:
                line[one.key] = scales[one.key].cell(one.read(row), own.get((row.label, one.key)))
            line["ratio"] = Cell("1", "baseline", line["ratio"].mark, 1.0) if row.is_baseline else line["ratio"]
            if row.timing_note:
                note = Note(row.label, row.timing_note)
                line |= {key: replace(line[key], note=note) for key in _TIMED if line[key] != EMPTY}
            line |= {key: Cell(read(row)) for key, read in texts.items()}
            line["n"] = _runs(row)
            lines.append(line)
        if lines:
            blocks.append(Block(group.title if len(groups) > 1 else "", tuple(lines)))
    columns = [Column("implementation", "Implementation", numeric=False)]
    columns += [Column(one.key, one.title, scales[one.key].unit, default=one.default) for one in measures]
    columns += [Column("n", "n")]
    columns += [Column(key, key.replace("-", " ").capitalize(), numeric=False, default=False) for key in texts]
    corpora = " and ".join(dict.fromkeys(summary.corpus.name for summary in summaries))
    caption = f"Speed and quality of word2vec implementations trained on {corpora}."
    return PaperTable("results", caption, tuple(columns), tuple(blocks), tuple(_notes(summaries, rows)))


def _measures(summaries: Sequence[Summary], rows: Sequence[Row]) -> list[Measure]:
    bases = dict.fromkeys(label for summary in summaries for label in summary.baselines)
    baseline = next(iter(bases)) if len(bases) == 1 else "baseline"
    taken = {*RESERVED, *_texts(rows)}
    tasks = list(dict.fromkeys(task for one in summaries for task in one.tasks if task not in taken))
    headlines = headline_tasks(tasks)
    found = [
        Measure("speed", "Speed", "rate", lambda row: _estimate(row.speed), default=True),
        Measure("ratio", f"Speed ÷ {baseline}", "ratio", lambda row: _estimate(row.ratio), default=True),
        *(_score_measure(task, rows, default=True) for task in headlines),
        *(_score_measure(task, rows) for task in tasks if task not in headlines),
        Measure("memory", "Peak memory", "bytes", lambda row: _plain(row.memory), default=True),
        Measure("gpu-memory", "Peak GPU memory", "bytes", lambda row: _plain(row.gpu_memory),
                default=any(row.gpu_memory is not None for row in rows)),
        Measure("trained-speed", "Trained words", "rate", lambda row: _plain(row.trained_speed)),
        Measure("time-to-quality", f"Time to score of {baseline}", "seconds", _time_to_quality),
        Measure("words-to-quality", f"Words to score of {baseline}", "count", _words_to_quality),
    ]  # fmt: skip
    for phase in ("train", "prepare", "compile", "transfer", "evaluate"):
        found.append(Measure(phase, f"{phase.capitalize()} time", "seconds", _phase(phase)))
    for task, metric in dict.fromkeys(key for row in rows for key in row.scores):
        kind, symbol = kind_of(metric)
        title = f"{TITLES.get(task, task)} {metric}"
        found.append(Measure(f"{task}/{metric}", title, kind, _score_reader(task, metric), symbol=symbol))
    return found


def _score_measure(task: str, rows: Sequence[Row], *, default: bool = False) -> Measure:
    """The headline score of a task."""
    score = next((found for row in rows if (found := row.score(task)) is not None), None)
    metric = score.metric if score is not None else "accuracy"
    kind, symbol = kind_of(metric)
    return Measure(task, TITLES.get(task, task), kind, _score_reader(task, metric), default, symbol)


def _score_reader(task: str, metric: str) -> Callable[[Row], Quantity | None]:
    return lambda row: _score(row.scores.get((task, metric)))


def _time_to_quality(row: Row) -> Quantity | None:
    outcome = row.reached.outcome if row.reached else None
    return _estimate(outcome.seconds) if isinstance(outcome, Arrival) else None


def _words_to_quality(row: Row) -> Quantity | None:
    outcome = row.reached.outcome if row.reached else None
    return _plain(outcome.words) if isinstance(outcome, Arrival) else None


def _phase(name: str) -> Callable[[Row], Quantity | None]:
    return lambda row: _plain(row.seconds.get(name))


def _texts(rows: Sequence[Row]) -> dict[str, Callable[[Row], str]]:
    """Columns of words: version, device and each hyperparameter."""
    settings = dict.fromkeys(name for row in rows for name in settings_of(row))
    found: dict[str, Callable[[Row], str]] = {
        "version": lambda row: row.run.version or EMPTY.text,
        "options": lambda row: ", ".join(f"{key}={plain(value)}" for key, value in row.run.options.items()),
        "device": lambda row: row.run.device,
    }
    return found | {name.replace("_", "-"): _setting(name) for name in settings}


def _setting(name: str) -> Callable[[Row], str]:
    return lambda row: settings_of(row).get(name, EMPTY.text)


def _estimate(one: Estimate | Interval | None) -> Quantity | None:
    return None if one is None else Quantity(one.value, one.low, one.high)


def _plain(value: float | None) -> Quantity | None:
    return None if value is None else Quantity(value)


def _score(score: ScoreSummary | None) -> Quantity | None:
    return None if score is None or score.value is None else Quantity(score.value, score.low, score.high)


def _runs(row: Row) -> Cell:
    lost = f"of {row.attempted}" if row.finished < row.attempted else ""
    return Cell(str(row.finished), lost, value=row.finished)


def _notes(summaries: Sequence[Summary], rows: Sequence[Row]) -> list[str]:
    notes = [
        "n: runs. Speed: in-vocabulary words times epochs per second of training, the median over rounds; ratios are "
        "formed within a round. Scores: means over runs. In parentheses 95 % intervals: of speeds and ratios over "
        "rounds, of scores over the items."
    ]
    rounds = sorted({row.speed.n for row in rows if row.speed})
    if rounds and rounds[-1] == 1:
        notes.append("Speeds of one round have no interval.")
    elif said := too_few(rounds):
        notes.append(said)
    lost = [f"{row.label} ({row.status})" for summary in summaries for row in summary.rows if not row.finished]
    if lost:
        notes.append(f"Without numbers: {', '.join(lost)}.")
    if generated := [summary.corpus.name for summary in summaries if summary.corpus.generated]:
        notes.append(f"Generated text: {', '.join(dict.fromkeys(generated))}.")
    return notes
