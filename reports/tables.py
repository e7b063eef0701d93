"""The tables of a report as plain data; each exporter draws them in its own form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import units
from .listing import Footnotes
from .scores import ScoreSummary, headline_tasks
from .summary import Estimate, Row, Summary

TITLES = {
    "google-30k": "Google analogies",
    "msr": "MSR analogies",
    "wordsim-353": "WordSim-353",
    "ws353-sim": "WordSim-353 similarity",
    "ws353-rel": "WordSim-353 relatedness",
    "simlex-999": "SimLex-999",
    "men": "MEN",
    "men-lemma": "MEN, lemmas",
    "rw": "Rare Words",
    "simverb-3500": "SimVerb-3500",
    "mturk-287": "MTurk-287",
    "mturk-771": "MTurk-771",
    "rg-65": "RG-65",
    "mc-30": "MC-30",
    "yp-130": "YP-130",
    "verb-143": "VERB-143",
    "ap": "AP",
    "bless": "BLESS",
    "battig": "Battig",
    "lee": "Lee documents",
    "subj": "SUBJ",
    "mr": "MR",
    "trec": "TREC",
}
"""How readers know the tasks; other tasks stand under their own names."""


@dataclass(frozen=True)
class Column:
    """A column's heading, and whether it holds numbers (set flush right, sorted by value)."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Entry:
    """A cell.

    Attributes:
        text: what it shows.
        detail: a second line, in small.
        value: the number that it shows, in full; rows are sorted by it.
        order: what to sort by instead, where that is not a number that is shown.
        links: files that the text names.
        notes: numbers of the table's footnotes on it.
    """

    text: str
    detail: str = ""
    value: float | None = None
    order: float | None = None
    links: tuple[str, ...] = ()
    notes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table ready to draw. Its first column names the rows, ``notes`` are its footnotes from number 1."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    notes: tuple[str, ...] = ()


def main_table(summary: Summary) -> Table:
    """One row a configuration: speed, ratio, headline scores, memory, compile time, status."""
    from . import time_to_quality  # it fills its column with this module's entries

    baseline = summary.baselines[0] if len(summary.baselines) == 1 else "baseline"
    tasks = headline_tasks(summary.tasks)
    gpu = any(row.gpu_memory is not None for row in summary.rows)
    late = time_to_quality.shown(summary)
    notes = timing_notes(summary)
    columns = [
        Column("Implementation"),
        Column("Words/s", True),
        Column(f"Speed ÷ {baseline}", True),
        *(Column(TITLES.get(task, task), True) for task in tasks),
        *([time_to_quality.column(summary)] if late else []),
        Column("Memory", True),
        *([Column("GPU memory", True)] if gpu else []),
        Column("Compile", True),
        Column("Status"),
    ]
    rows = [
        (
            Entry(row.label, implementation_detail(row)),
            _noted(speed_entry(row.speed), row, notes),
            _noted(ratio_entry(row), row, notes),
            *(score_entry(row.score(task)) for task in tasks),
            *([time_to_quality.entry(row)] if late else []),
            Entry(units.memory(row.memory), value=row.memory),
            *([Entry(units.memory(row.gpu_memory), value=row.gpu_memory)] if gpu else []),
            Entry(units.seconds(row.seconds.get("compile")), value=row.seconds.get("compile")),
            status_entry(row),
        )
        for row in summary.rows
    ]
    return Table("results", "Speed and quality by implementation", tuple(columns), tuple(rows), notes.lines)


def timing_notes(summary: Summary) -> Footnotes:
    """What must be known of the words/s of some implementations: that not the training alone is timed."""
    return Footnotes((row.label, row.timing_note) for row in summary.rows if row.speed and row.timing_note)


def _noted(entry: Entry, row: Row, notes: Footnotes) -> Entry:
    if entry.value is None or not row.timing_note:
        return entry
    return replace(entry, notes=(notes.number(row.label, row.timing_note),))


def timing_table(summary: Summary) -> Table:
    """Where the time went, phase by phase."""
    phases = {"prepare": "Prepare", "train": "Train", "cpu": "CPU time", "steal": "Stolen", "evaluate": "Evaluate"}
    transfers = any("transfer" in row.seconds for row in summary.finished_rows)
    if transfers:
        phases = {"prepare": phases.pop("prepare"), "transfer": "Transfer", **phases}
    columns = [Column("Implementation"), Column("Runs", True)]
    columns += [Column(title, True) for title in phases.values()]
    columns += [Column("Load before", True), Column("Trained words/s", True)]
    rows = [
        (
            Entry(row.label),
            Entry(str(row.finished), value=row.finished),
            *(Entry(units.seconds(row.seconds.get(name)), value=row.seconds.get(name)) for name in phases),
            Entry(units.MISSING if row.load is None else f"{row.load:.2f}", value=row.load),
            Entry(units.rate(row.trained_speed), value=row.trained_speed),
        )
        for row in summary.finished_rows
    ]
    caption = (
        "Seconds by phase, medians over runs. CPU time: user and system time of training. Stolen: processor time of "
        "training that the hypervisor gave to others. Load before: one-minute load average when a run began. Trained "
        "words: those left after subsampling."
    )
    if transfers:
        caption += " Transfer: copies between host and GPU, which training does not contain."
    return Table("timing", caption, tuple(columns), tuple(rows))


def scores_table(summary: Summary) -> Table:
    """Every task and metric that was scored, with what it rests on."""
    keys = dict.fromkeys(key for row in summary.rows for key in row.scores)
    columns = [Column("Task"), Column("Metric"), Column("Scored of", True)]
    columns += [Column(row.label, True) for row in summary.finished_rows]
    rows = []
    for task, metric in keys:
        scores = [row.scores.get((task, metric)) for row in summary.finished_rows]
        covered = sorted({(score.n, score.total) for score in scores if score})
        text = ", ".join(f"{units.count(n)} / {units.count(total)}" for n, total in covered)
        rows.append((Entry(task), Entry(metric), Entry(text), *(score_entry(score, counts=False) for score in scores)))
    return Table("scores", "All scores with their 95 % intervals", tuple(columns), tuple(rows))


def section_tables(summary: Summary) -> list[Table]:
    """For every task that has sections: the value in each, by implementation, with correct / seen."""
    tables = []
    for task, metric in dict.fromkeys(key for row in summary.rows for key in row.scores):
        scored = [(row, row.scores[task, metric]) for row in summary.finished_rows if (task, metric) in row.scores]
        names = dict.fromkeys(name for _, score in scored for name in score.sections)
        if not names:
            continue
        columns = (Column("Section"), *(Column(row.label, True) for row, _ in scored))
        rows = tuple((Entry(name), *(_section_entry(score, name, metric) for _, score in scored)) for name in names)
        caption = f"{TITLES.get(task, task)} ({task}, {metric}) by section"
        tables.append(Table(f"sections-{task}-{metric}", caption, columns, rows))
    return tables


def failures_table(summary: Summary) -> Table:
    """Runs without numbers, each with its reason and what its process wrote."""
    columns = tuple(map(Column, ("Implementation", "Rounds", "Status", "Reason", "Log")))
    rows = tuple(
        (
            Entry(failure.label),
            Entry(", ".join(map(str, failure.rounds))),
            Entry(failure.status),
            Entry(failure.reason),
            Entry(", ".join(failure.logs) or units.MISSING, links=failure.logs),
        )
        for failure in summary.failures
    )
    return Table("failures", "Runs without numbers", columns, rows)


def hyperparameters_table(summary: Summary) -> Table:
    """What was trained with: one value column where all rows agree, else one for each row."""
    settings = [settings_of(row) for row in summary.rows]
    names = dict.fromkeys(name for setting in settings for name in setting)
    shared = all(setting == settings[0] for setting in settings)
    heads = ["Value"] if shared else [row.label for row in summary.rows]
    rows = tuple(
        (Entry(name), *(Entry(setting.get(name, units.MISSING)) for setting in settings[: 1 if shared else None]))
        for name in names
    )
    return Table("hyperparameters", "Hyperparameters", (Column("Name"), *map(Column, heads)), rows)


def corpus_table(summary: Summary) -> Table:
    """The text that was trained on."""
    corpus = summary.corpus
    facts = {
        "name": corpus.name,
        "words in an epoch": units.count(corpus.tokens),
        "words of the text, rare ones included": units.count(corpus.source_tokens),
        "vocabulary": units.count(corpus.vocabulary_size),
        "sentences": units.count(corpus.sentences),
        "SHA-256 of the text": corpus.sha256,
    }
    if corpus.errors != "strict":
        facts["sequences of bytes that are not UTF-8, replaced by U+FFFD"] = units.count(corpus.replaced)
    return _facts("corpus", "Corpus", facts)


def environment_table(summary: Summary) -> Table:
    """The machine and the software, as they were recorded; the sources of merged results have a table of their own."""
    recorded = {name: value for name, value in summary.environment.items() if name != "sources"}
    return _facts("environment", "Environment", dict(_flatten(recorded)))


def settings_of(row: Row) -> dict[str, str]:
    """Hyperparameters and threads of a row, as text."""
    return {
        **{name: plain(value) for name, value in row.run.hyperparameters.model_dump().items()},
        "threads": plain(row.run.threads),
    }


def implementation_detail(row: Row) -> str:
    """Version and device of a row, where its label leaves them out; its options stand with what it was given."""
    version = "" if f"version={row.run.version}" in row.label else row.run.version or ""
    device = row.run.device if row.finished and row.run.device != "cpu" else ""
    return " · ".join(part for part in (version, device) if part)


def speed_entry(speed: Estimate | None) -> Entry:
    """Median words/s over its interval, or over ``n = 1``."""
    if speed is None:
        return Entry(units.MISSING)
    return Entry(units.rate(speed.value), _interval(speed, units.rate_range), speed.value)


def ratio_entry(row: Row) -> Entry:
    """Speed over the baseline's, over its interval."""
    if row.is_baseline:
        return Entry("1", "baseline", 1.0)
    if row.ratio is None:
        return Entry(units.MISSING)
    return Entry(units.ratio(row.ratio.value), _interval(row.ratio, units.ratio_range), row.ratio.value)


def score_entry(score: ScoreSummary | None, *, counts: bool = True) -> Entry:
    """A score; under it correct / seen where answers are counted, else its interval."""
    if score is None:
        return Entry(units.MISSING)
    if score.value is None:
        return Entry(units.MISSING, score.reason or "no value")
    detail = ""
    if counts and score.correct is not None:
        detail = f"{units.count(score.correct)}/{units.count(score.n)}"
    elif score.low is not None and score.high is not None:
        detail = units.fraction_range(score.low, score.high, score.metric)
    return Entry(units.fraction(score.value, score.metric), detail, score.value)


def status_entry(row: Row) -> Entry:
    """``ok`` with the number of runs, or what went wrong instead."""
    runs = "1 run" if row.attempted == 1 else f"{row.attempted} runs"
    return Entry(row.status, runs if row.status == "ok" else "")


def plain(value: object) -> str:
    """A setting as it is written on the command line."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _interval(estimate: Estimate, spell: Any) -> str:
    if estimate.low is None or estimate.high is None:
        return f"n = {estimate.n}"
    return str(spell(estimate.low, estimate.high))


def _section_entry(score: ScoreSummary, name: str, metric: str) -> Entry:
    section = score.sections.get(name)
    if section is None:
        return Entry(units.MISSING)
    counted = section.n if section.correct is None else section.correct
    detail = f"{units.count(counted)}/{units.count(section.total if section.correct is None else section.n)}"
    return Entry(units.fraction(section.value, metric), detail, section.value)


def _facts(name: str, caption: str, facts: Mapping[str, str]) -> Table:
    rows = tuple((Entry(key), Entry(value)) for key, value in facts.items())
    return Table(name, caption, (Column("Name"), Column("Value")), rows)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested mappings as dotted names; lists of plain values on one line."""
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            pairs += _flatten(value, f"{name}.")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            pairs += _items(name, value)
        else:
            pairs.append((name, units.MISSING if value is None else plain(value)))
    return pairs


def _items(name: str, values: Sequence[Any]) -> list[tuple[str, str]]:
    if any(isinstance(value, Mapping) for value in values):
        return _flatten({f"{name}[{i}]": value for i, value in enumerate(values)})
    return [(name, ", ".join(map(plain, values)) or units.MISSING)]
