"""Makes the runs of a plan and keeps their results; where they are made is the executor's part."""

import contextlib
import time
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..datasets.catalogue import open_corpus
from ..datasets.corpus import Corpus
from ..datasets.errors import InputError
from ..evaluation.tasks import find_tasks
from .environment import environment
from .executors import Executor, Lost, Work, find_executor
from .interrupts import Interrupts
from .machines import machines_of, with_machines
from .measured_ceilings import with_ceilings
from .observer import Observer, Silent
from .outcome import record_without_measurement
from .plan import Plan
from .records import CorpusRecord, Results, RunRecord
from .schedule import RunSpec, schedule
from .store import Store, check_resumable, finished, outdated
from .word_coverage import coverage


class Interrupted(Exception):  # noqa: N818 - no error, and InterruptedError is another thing
    """The benchmark was asked to end. What was done is kept, and no worker is left.

    Attributes:
        results: of the runs that were finished.
        total: runs there would have been.
        cause: what has gone, in words, where nobody asked for the end; else None.
    """

    def __init__(self, results: Results, total: int, cause: str | None = None) -> None:
        stopped = f"stopped after {len(results.runs)} of {total} runs"
        super().__init__(f"{cause}: {stopped}" if cause else stopped)
        self.results = results
        self.total = total
        self.cause = cause


def run(
    plan: Plan,
    out: Path,
    *,
    resume: bool = False,
    fresh: bool = False,
    retry_failed: bool = False,
    command: str | None = None,
    observer: Observer | None = None,
) -> Results:
    """Make every run of a plan and keep its results in ``out``.

    A run that fails, crashes or takes too long is a record with its reason, and the others go on. ``results.json`` is
    written before the first run and after each.

    Args:
        plan: what to run.
        out: directory for the results; made where there is none.
        resume: keep the finished runs of an earlier, equal benchmark in ``out`` and make the others.
        fresh: delete an earlier benchmark in ``out``.
        retry_failed: with ``resume``, make those again that failed or took too long, too.
        command: how the benchmark was called, for the record.
        observer: is told of the progress.

    Returns:
        All records, in the order in which the runs were planned; those that the plan's budget left time for.

    Raises:
        InputError: wrong settings, an unusable corpus or directory, or a disk that is full.
        Interrupted: SIGINT, SIGTERM or SIGHUP arrived, or what makes the runs has gone.
    """
    here = environment()
    with find_executor(plan, here) as executor:
        return _run(
            plan, out, executor, here, observer or Silent(), resume=resume, fresh=fresh, retry_failed=retry_failed,
            command=command,
        )  # fmt: skip


def _run(
    plan: Plan,
    out: Path,
    executor: Executor,
    here: Mapping[str, Any],
    observer: Observer,
    *,
    resume: bool,
    fresh: bool,
    retry_failed: bool,
    command: str | None,
) -> Results:
    specs, corpus = _checked(plan, out, executor, resume=resume, fresh=fresh)
    store = Store(out)
    results = Results(
        created=datetime.now(UTC),
        command=command,
        environment=dict(here),
        plan=plan.settled(),
        corpus=_corpus_record(corpus),
        runs=[],
    )
    with store.alone():
        earlier, records = store.earlier(resume=resume, fresh=fresh), dict[str, RunRecord]()
        if earlier is not None:
            check_resumable(earlier, results, specs, elsewhere=plan.executor != "local")
            results = results.model_copy(update={"created": earlier.created})
            records = finished(store, earlier, specs, retry_failed=retry_failed)
            if again := outdated(store, earlier, specs):
                warnings.warn(
                    f"made again, as other code or versions made them: {len(again)} of the runs", stacklevel=2
                )
        results = with_ceilings(results, earlier, specs, asked=plan.ceilings)
        store.claim(fresh=fresh)
        known = {} if earlier is None else machines_of(earlier)
        return _Benchmark(plan, store, results, specs, records, observer, corpus, executor, known).run()


def check(plan: Plan, out: Path, *, resume: bool = False, fresh: bool = False) -> tuple[list[RunSpec], Corpus]:
    """Everything that can be known to be wrong before the first run; nothing is written but the encoded corpus.

    Returns:
        The planned runs, and the corpus.

    Raises:
        InputError: as ``run``.
    """
    with find_executor(plan, environment()) as executor:
        return _checked(plan, out, executor, resume=resume, fresh=fresh)


def _checked(plan: Plan, out: Path, executor: Executor, *, resume: bool, fresh: bool) -> tuple[list[RunSpec], Corpus]:
    if resume and fresh:
        raise InputError("--resume and --fresh exclude each other")
    find_tasks(plan.tasks)
    specs = schedule(plan, executor.offered(plan))
    Store(out).earlier(resume=resume, fresh=fresh)
    return specs, open_corpus(plan.corpus, min_count=plan.hyperparameters.min_count, errors=plan.errors)


class _Benchmark:
    def __init__(
        self,
        plan: Plan,
        store: Store,
        results: Results,
        specs: list[RunSpec],
        records: dict[str, RunRecord],
        observer: Observer,
        corpus: Corpus,
        executor: Executor,
        machines: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._plan = plan
        self._store = store
        self._results = results
        self._here = results.environment
        self._specs = specs
        self._records = records
        self._observer = observer
        self._corpus = corpus
        self._executor = executor
        self._machines = machines
        self._interrupts = Interrupts()

    def run(self) -> Results:
        with self._interrupts.caught():
            self._observer.planned(len(self._specs), len(self._records))
            self._write()
            missing = [spec for spec in self._specs if spec.id not in self._records]
            for spec in missing:
                if spec.candidate.obstacle is not None:
                    self._keep(record_without_measurement(spec, *spec.candidate.obstacle))
            begun, budget = time.monotonic(), self._plan.budget
            work = Work(
                plan=self._plan,
                corpus=self._corpus,
                specs=[spec for spec in missing if spec.candidate.obstacle is None],
                store=self._store,
                observer=self._observer,
                interrupted=lambda: self._interrupts.requested,
                may_start=lambda: budget is None or time.monotonic() - begun <= budget,
            )
            try:
                with contextlib.closing(self._executor.make(work)) as made:
                    for record in made:
                        self._keep(record)
            except Lost as error:
                raise Interrupted(self._results, len(self._specs), str(error)) from error
            if self._interrupts.requested and any(spec.id not in self._records for spec in self._specs):
                raise Interrupted(self._results, len(self._specs))
        return self._results

    def _keep(self, record: RunRecord) -> None:
        self._records[record.id] = record
        self._observer.ended(record)
        self._write()

    def _write(self) -> None:
        runs = [self._records[spec.id] for spec in self._specs if spec.id in self._records]
        named = dict.fromkeys(run.machine for run in runs)
        known = {**self._machines, **self._executor.machines}
        told = {name: known[name] for name in named if name in known}
        self._results = self._results.model_copy(update={"runs": runs, "environment": with_machines(self._here, told)})
        self._store.write(self._results)


def _corpus_record(corpus: Corpus) -> CorpusRecord:
    return CorpusRecord(
        name=corpus.name,
        sha256=corpus.sha256,
        tokens=corpus.n_tokens,
        vocabulary_size=len(corpus.vocabulary),
        sentences=corpus.n_sentences,
        source_tokens=corpus.source_tokens,
        generated=corpus.generated,
        errors=corpus.errors,
        replaced=corpus.replaced,
        coverage=coverage(corpus.vocabulary.counts),
    )
