"""Results boiled down to what every table, figure and sentence shows: one row a configuration, as plain data."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from ..benchmarks.naming import BASELINE
from ..benchmarks.quality_comparison import Contrast, compare_quality
from ..benchmarks.records import CorpusRecord, CurvePoint, Results, RunRecord
from ..benchmarks.statistics import median_interval, paired_ratio
from ..benchmarks.store import RUNS
from ..benchmarks.time_to_quality import Reached, reached
from .cells import Cell, Moment, cells, protocol_key
from .scores import ScoreSummary, numbers, summarise_scores

SEED = 1
"""Of the bootstrap, so that a report made twice is the same report."""

STARTED = ("failed", "timeout")
"""What ends with these had a process, and so has a log."""


@dataclass(frozen=True)
class Estimate:
    """A median over rounds. ``low`` and ``high`` end its 95 % interval; None where one round cannot give one."""

    value: float
    low: float | None
    high: float | None
    values: tuple[float, ...]

    @property
    def n(self) -> int:
        """Rounds it rests on."""
        return len(self.values)


@dataclass(frozen=True)
class Failure:
    """Runs of one configuration that gave no numbers for the same reason."""

    label: str
    status: str
    reason: str
    rounds: tuple[int, ...]
    logs: tuple[str, ...] = ()
    """What the workers wrote, relative to the results directory; none where no process was started."""


@dataclass(frozen=True)
class Row:
    """One configuration of one implementation.

    Attributes:
        label: the shortest name that tells it from the other rows.
        run: a run that stands for what all its runs share (version, options, hyperparameters, threads, device).
        finished, attempted: runs with numbers, and all runs.
        speed: words/s, the median over rounds.
        ratio: speed over the baseline's in the same round, the median over rounds; None without a shared round.
        baseline: label of the row that ``ratio`` refers to.
        seconds: medians in seconds by phase (``prepare``, ``compile``, ``transfer``, ``train``, ``cpu``, ``steal``,
            ``evaluate``).
        trained_speed: words/s counted after subsampling, the median.
        load: the machine's load average before a run, the median.
        memory, gpu_memory: the largest peak of its runs, in bytes.
        scores: by task and metric, the headline metric of a task first.
        curves: of the finished runs that were looked at while they trained.
        reached: when it came to the score that the baseline had at its end.
        status: ``ok``, ``2 of 3 ok``, or what its runs ended with.
    """

    label: str
    run: RunRecord
    finished: int
    attempted: int
    status: str
    speed: Estimate | None = None
    ratio: Estimate | None = None
    baseline: str | None = None
    trained_speed: float | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    load: float | None = None
    memory: float | None = None
    gpu_memory: float | None = None
    scores: Mapping[tuple[str, str], ScoreSummary] = field(default_factory=dict)
    curves: tuple[tuple[CurvePoint, ...], ...] = ()
    reached: Reached | None = None

    @property
    def is_baseline(self) -> bool:
        return self.baseline == self.label

    @property
    def timing_note(self) -> str | None:
        """What else, or less, than training its words/s hold, in words."""
        return self.run.timing_note

    def score(self, task: str) -> ScoreSummary | None:
        """The headline score of a task."""
        return next((score for (name, _), score in self.scores.items() if name == task), None)


@dataclass(frozen=True)
class Summary:
    """What a report says, before it takes any form. Rows stand fastest first, those without numbers last."""

    created: datetime
    command: str | None
    corpus: CorpusRecord
    environment: Mapping[str, Any]
    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]
    quality: tuple[Contrast, ...] = ()
    """Each configuration's scores against its baseline's; none where there is nothing to compare with."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for, as it was recorded; empty in early results."""
    vectors: tuple[str, ...] = ()
    """Saved vectors of the finished runs, relative to the results directory."""

    @property
    def finished_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.finished)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks that any row was scored on, in the order they were run."""
        return tuple(dict.fromkeys(task for row in self.rows for task, _ in row.scores))

    @property
    def baselines(self) -> tuple[str, ...]:
        """Labels of the rows that speeds are divided by: one for every set of hyperparameters and threads."""
        return tuple(row.label for row in self.rows if row.is_baseline)


def log_of(run: str) -> str:
    """The path of a run's log in a results directory.

    It is read, copied and deleted under this name, so an id in a file that somebody sent must not lead elsewhere.
    """
    name = re.sub(r"[/\\\0]", "_", run)
    return f"{RUNS}/{name if name.strip('.') else '_'}/log.txt"


def summarise(results: Results, logs: Mapping[str, str] | None = None) -> Summary:
    """Aggregate a results file. Runs that differ in anything but round and seed never share a row.

    Args:
        results: of one benchmark, or merged.
        logs: by run, the path of its log from where the report goes. None for the usual places; merged results,
            whose runs lie elsewhere, then have none.
    """
    if logs is None:
        merged = "sources" in results.environment
        logs = {} if merged else {run.id: log_of(run.id) for run in results.runs}
    groups = cells(results.runs)
    bases = _baselines(groups)
    rows = [_row(cell, bases[cell.label]) for cell in groups]
    rows.sort(key=lambda row: (not row.finished, -(row.speed.value if row.speed else 0.0)))
    return Summary(
        results.created, results.command, results.corpus, results.environment, tuple(rows),
        failures=tuple(_failures(groups, logs)), quality=tuple(_quality(groups, bases)), plan=results.plan or {},
        vectors=tuple(run.vectors for run in results.runs if run.status == "ok" and run.vectors),
    )  # fmt: skip


def _quality(groups: Sequence[Cell], bases: Mapping[str, Cell | None]) -> list[Contrast]:
    """Each configuration against the baseline of its hyperparameters; those baselines against the first of them."""
    finished = [cell for cell in groups if cell.finished]
    if len(finished) < 2:
        return []
    own = {cell.label: bases[cell.label] or cell for cell in finished}
    first = own[finished[0].label].label
    against = {label: first if base.label == label else base.label for label, base in own.items()}
    pairs = [(base, label) for label, base in against.items() if base != label]
    return compare_quality({cell.label: cell.finished for cell in finished}, pairs)


def _failures(groups: Sequence[Cell], logs: Mapping[str, str]) -> Iterator[Failure]:
    for cell in groups:
        lost: dict[tuple[str, str], list[RunRecord]] = {}
        for run in cell.runs:
            if run.status != "ok":
                lost.setdefault((run.status, run.reason or "no reason was recorded"), []).append(run)
        for (status, reason), runs in lost.items():
            known = tuple(logs[run.id] for run in runs if run.status in STARTED and run.id in logs)
            yield Failure(cell.label, status, reason, tuple(run.round for run in runs), known)


def _baselines(groups: Sequence[Cell]) -> dict[str, Cell | None]:
    """By label, whom a configuration is compared with: of those with its protocol gensim, else the first."""
    first: dict[str, Cell] = {}
    for cell in groups:
        if _speeds(cell):
            key = protocol_key(cell.first)
            if key not in first or (cell.first.implementation == BASELINE != first[key].first.implementation):
                first[key] = cell
    return {cell.label: first.get(protocol_key(cell.first)) for cell in groups}


def _row(cell: Cell, base: Cell | None) -> Row:
    runs = cell.finished
    speeds = _speeds(cell)
    trained = numbers(run.trained_words_per_second for run in runs)
    phases: dict[str, Callable[[RunRecord], float | None]] = {
        "prepare": lambda run: run.prepare_seconds,
        "compile": lambda run: run.compile_seconds,
        "transfer": lambda run: run.transfer_seconds,
        "train": lambda run: run.train_seconds,
        "cpu": lambda run: run.cpu_seconds,
        "steal": lambda run: run.conditions.steal_seconds,
        "evaluate": lambda run: run.evaluate_seconds,
    }
    loads = numbers(run.conditions.load_before for run in runs)
    seconds = {name: numbers(map(read, runs)) for name, read in phases.items()}
    return Row(
        label=cell.label,
        run=cell.first,
        finished=len(runs),
        attempted=len(cell.runs),
        status=_status(cell),
        speed=_speed(speeds),
        ratio=_ratio(speeds, _speeds(base)) if base else None,
        baseline=base.label if base and speeds else None,
        trained_speed=median(trained) if trained else None,
        seconds={name: median(values) for name, values in seconds.items() if values},
        load=median(loads) if loads else None,
        memory=max(numbers(run.peak_memory_bytes for run in runs), default=None),
        gpu_memory=max(numbers(run.peak_gpu_memory_bytes for run in runs), default=None),
        scores=summarise_scores([run.scores for run in runs]),
        curves=tuple(tuple(run.curve) for run in runs if run.curve),
        reached=reached(runs, base.finished) if base else None,
    )


def _status(cell: Cell) -> str:
    if len(cell.finished) == len(cell.runs):
        return "ok"
    if cell.finished:
        return f"{len(cell.finished)} of {len(cell.runs)} ok"
    return ", ".join(dict.fromkeys(run.status for run in cell.runs))


def _speeds(cell: Cell) -> dict[Moment, float]:
    """Words/s of the finished runs by moment; a speed that is no positive number counts as not measured."""
    speeds = ((run, run.words_per_second) for run in cell.finished)
    return {(run.round, run.seed, run.node): value for run, value in speeds if value is not None and value > 0}


def _speed(speeds: Mapping[Moment, float]) -> Estimate | None:
    values = tuple(speeds.values())
    if not values:
        return None
    interval = median_interval(values, SEED)
    return Estimate(interval.value, interval.low, interval.high, values)


def _ratio(head: Mapping[Moment, float], base: Mapping[Moment, float]) -> Estimate | None:
    shared = [key for key in head if key in base]
    ratios = tuple(head[key] / base[key] for key in shared)
    if not shared:
        return None
    interval = paired_ratio([head[key] for key in shared], [base[key] for key in shared], SEED)
    return Estimate(interval.value, interval.low, interval.high, ratios)
