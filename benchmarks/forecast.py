"""What a plan would run, what of it is done, and about how long the rest takes."""

import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ..datasets.catalogue import open_corpus
from ..datasets.corpus import Corpus
from .plan import Plan
from .records import RunRecord
from .schedule import Candidate, RunSpec, candidates, schedule
from .store import Store, finished

PROBE_WORDS = 200_000
"""Of the corpus's beginning, that a probe trains on."""


@dataclass(frozen=True)
class Cell:
    """All runs of one configuration.

    Attributes:
        settings: what tells it from the other cells: options and those hyperparameters that vary.
        done, failed, open: runs by their state; ``open`` are still to be made.
        obstacle: why it cannot run here, or None.
        seconds: expected of one run, or None where nothing is known.
        measured: whether earlier runs of this cell tell so; else a probe did.
    """

    implementation: str
    settings: Mapping[str, Any]
    threads: int
    done: int
    failed: int
    open: int
    obstacle: str | None
    seconds: float | None = None
    measured: bool = False

    @property
    def left(self) -> float | None:
        """Seconds that the open runs take, as far as is known."""
        return 0.0 if not self.open else None if self.seconds is None else self.open * self.seconds


def as_document(plan: Plan, out: Path, cells: Sequence[Cell]) -> dict[str, Any]:
    """The cells as plain data, with what they belong to."""
    return {
        "corpus": plan.corpus,
        "results": str(out),
        "budget": plan.budget,
        "cells": [{**vars(cell), "settings": dict(cell.settings), "left": cell.left} for cell in cells],
    }


def forecast(plan: Plan, out: Path, *, retry_failed: bool = False, probe: bool = True) -> list[Cell]:
    """Look ahead without running the plan; only probes train, each once on a small piece of the corpus.

    Args:
        plan: what is to be run.
        out: directory with the results so far, if there are any.
        retry_failed: count failed runs among those to be made.
        probe: train each configuration that no earlier run tells of for a moment, to see how fast it is.

    Raises:
        InputError: as ``runner.run``.
    """
    found = candidates(plan)
    specs = schedule(plan, found)
    store = Store(out)
    earlier = store.earlier(resume=True, fresh=False)
    records = {} if earlier is None else finished(store, earlier, specs, retry_failed=retry_failed)
    cells = [_cell(group, records, found) for group in _by_configuration(specs, found)]
    unknown = [cell for cell, _ in cells if cell.open and cell.seconds is None]
    if not (probe and unknown):
        return [cell for cell, _ in cells]
    probed = _probed(plan, {spec.configuration for cell, spec in cells if cell in unknown})
    return [_with(cell, probed.get(spec.configuration)) for cell, spec in cells]


def _by_configuration(specs: Sequence[RunSpec], found: Sequence[Candidate]) -> list[list[RunSpec]]:
    """The runs of each configuration, in the order in which the plan names them."""
    groups: dict[str, list[RunSpec]] = {}
    for spec in specs:
        groups.setdefault(spec.configuration, []).append(spec)
    order = {id(candidate): number for number, candidate in enumerate(found)}
    return sorted(groups.values(), key=lambda group: order[id(group[0].candidate)])


def _cell(specs: list[RunSpec], records: Mapping[str, RunRecord], found: Sequence[Candidate]) -> tuple[Cell, RunSpec]:
    made = [records[spec.id] for spec in specs if spec.id in records]
    times = [seconds for record in made if record.status == "ok" and (seconds := _seconds(record)) is not None]
    first = specs[0].candidate
    cell = Cell(
        first.name,
        {**first.given, **_varying(first, found)},
        first.threads,
        done=sum(record.status == "ok" for record in made),
        failed=sum(record.status != "ok" for record in made),
        open=0 if first.obstacle else len(specs) - len(made),
        obstacle=None if first.obstacle is None else f"{first.obstacle[0]}: {first.obstacle[1]}",
        seconds=median(times) if times else None,
        measured=bool(times),
    )
    return cell, specs[0]


def _varying(one: Candidate, found: Sequence[Candidate]) -> dict[str, Any]:
    every = [other.hyperparameters.model_dump() for other in found]
    return {
        key: value for key, value in one.hyperparameters.model_dump().items() if len({row[key] for row in every}) > 1
    }


def _seconds(record: RunRecord) -> float | None:
    parts = (record.prepare_seconds, record.train_seconds, record.evaluate_seconds)
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _with(cell: Cell, seconds: float | None) -> Cell:
    return cell if seconds is None or cell.seconds is not None else Cell(**{**vars(cell), "seconds": seconds})


def _probed(plan: Plan, wanted: set[str]) -> dict[str, float]:
    """Seconds that a run of each configuration takes, from one epoch on the beginning of the corpus."""
    from .runner import run

    corpus = open_corpus(plan.corpus, min_count=plan.hyperparameters.min_count, errors=plan.errors)
    with tempfile.TemporaryDirectory(prefix="bench-probe-") as folder:
        piece = _beginning(corpus, Path(folder) / "beginning.txt")
        known = {spec.configuration: spec for spec in schedule(plan, candidates(plan)) if spec.round == 1}
        found = {}
        for configuration in wanted:
            spec = known[configuration]
            hyper = {**spec.candidate.hyperparameters.model_dump(), "epochs": 1, "min_count": 1}
            short = plan.model_copy(
                update={
                    "impl": (_selector(spec),), "corpus": str(piece), "threads": spec.threads, "repeats": 1,
                    "seed": None, "grid": {}, "save_vectors": False, "learning_curve": False, "timed_seconds": 0.0,
                    "hyperparameters": type(spec.candidate.hyperparameters)(**hyper),
                }
            )  # fmt: skip
            (record,) = run(short, Path(folder) / configuration[:16]).runs
            words = corpus.n_tokens * spec.candidate.hyperparameters.epochs
            if record.status == "ok" and record.words_per_second:
                found[configuration] = (
                    (_seconds(record) or 0.0)
                    - (record.train_seconds or 0.0)
                    + max(plan.timed_seconds, words / record.words_per_second)
                )
    return found


def _selector(spec: RunSpec) -> str:
    given = ",".join(f"{key}={value}" for key, value in spec.candidate.given.items())
    return f"{spec.candidate.name}[{given}]" if given else spec.candidate.name


def _beginning(corpus: Corpus, path: Path) -> Path:
    """The first sentences of the corpus, ``PROBE_WORDS`` words or what there is."""
    words = corpus.vocabulary.words
    last = int(np.searchsorted(corpus.offsets, PROBE_WORDS))
    with path.open("w", encoding="utf-8") as piece:
        for begin, end in itertools.pairwise(corpus.offsets[: last + 1].tolist()):
            piece.write(" ".join(words[token] for token in corpus.tokens[begin:end].tolist()) + "\n")
    return path
