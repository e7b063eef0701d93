"""Makes the runs of a plan, one after the other, each in a process of its own."""

import time
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ..datasets.catalogue import open_corpus
from ..datasets.corpus import Corpus
from ..datasets.errors import InputError
from ..evaluation.tasks import absolute, find_tasks
from .environment import environment
from .files import write_atomically
from .guardian import Guardian
from .interrupts import Interrupts
from .isolation import choose_cores
from .job import Job
from .launch import launch
from .outcome import failure, record_without_measurement
from .plan import Plan
from .records import CorpusRecord, Results, RunRecord
from .schedule import RunSpec, candidates, schedule
from .signals import Signal
from .store import Store, check_resumable, finished, outdated


class Interrupted(Exception):  # noqa: N818 - no error, and InterruptedError is another thing
    """The benchmark was asked to end. What was done is kept, and no worker is left.

    Attributes:
        results: of the runs that were finished.
        total: runs there would have been.
    """

    def __init__(self, results: Results, total: int) -> None:
        super().__init__(f"stopped after {len(results.runs)} of {total} runs")
        self.results = results
        self.total = total


class Observer(Protocol):
    """Told what happens, for showing it. Its methods return at once."""

    def planned(self, total: int, kept: int) -> None:
        """There are ``total`` runs, ``kept`` of them finished earlier."""

    def started(self, spec: RunSpec) -> None:
        """A worker starts."""

    def heard(self, signal: Signal) -> None:
        """The worker tells where it is."""

    def ended(self, record: RunRecord) -> None:
        """A run has its record."""


class Silent:
    """The observer that shows nothing."""

    def planned(self, total: int, kept: int) -> None:
        """Show nothing."""

    def started(self, spec: RunSpec) -> None:
        """Show nothing."""

    def heard(self, signal: Signal) -> None:
        """Show nothing."""

    def ended(self, record: RunRecord) -> None:
        """Show nothing."""


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
        Interrupted: SIGINT, SIGTERM or SIGHUP arrived.
    """
    specs, corpus = check(plan, out, resume=resume, fresh=fresh)
    store = Store(out)
    results = Results(
        created=datetime.now(UTC),
        command=command,
        environment=environment(),
        plan=plan.settled(),
        corpus=_corpus_record(corpus),
        runs=[],
    )
    with store.alone():
        earlier, records = store.earlier(resume=resume, fresh=fresh), dict[str, RunRecord]()
        if earlier is not None:
            check_resumable(earlier, results, specs)
            results = results.model_copy(update={"created": earlier.created})
            records = finished(store, earlier, specs, retry_failed=retry_failed)
            if again := outdated(store, earlier, specs):
                warnings.warn(
                    f"made again, as other code or versions made them: {len(again)} of the runs", stacklevel=2
                )
        store.claim(fresh=fresh)
        return _Benchmark(plan, store, results, specs, records, observer or Silent()).run()


def check(plan: Plan, out: Path, *, resume: bool = False, fresh: bool = False) -> tuple[list[RunSpec], Corpus]:
    """Everything that can be known to be wrong before the first run; nothing is written but the encoded corpus.

    Returns:
        The planned runs, and the corpus.

    Raises:
        InputError: as ``run``.
    """
    if resume and fresh:
        raise InputError("--resume and --fresh exclude each other")
    find_tasks(plan.tasks)
    specs = schedule(plan, candidates(plan))
    Store(out).earlier(resume=resume, fresh=fresh)
    return specs, open_corpus(plan.corpus, min_count=plan.hyperparameters.min_count)


class _Benchmark:
    def __init__(
        self,
        plan: Plan,
        store: Store,
        results: Results,
        specs: list[RunSpec],
        records: dict[str, RunRecord],
        observer: Observer,
    ) -> None:
        self._plan = plan
        self._store = store
        self._results = results
        self._specs = specs
        self._records = records
        self._observer = observer
        self._interrupts = Interrupts()

    def run(self) -> Results:
        with self._interrupts.caught(), Guardian() as guardian:
            self._observer.planned(len(self._specs), len(self._records))
            self._write()
            begun, budget = time.monotonic(), self._plan.budget
            for spec in self._specs:
                if spec.id in self._records:
                    continue
                if budget is not None and time.monotonic() - begun > budget:
                    break
                record = None if self._interrupts.requested else self._one(spec, guardian)
                if record is None:
                    raise Interrupted(self._results, len(self._specs))
                self._records[spec.id] = record
                self._observer.ended(record)
                self._write()
        return self._results

    def _write(self) -> None:
        runs = [self._records[spec.id] for spec in self._specs if spec.id in self._records]
        self._results = self._results.model_copy(update={"runs": runs})
        self._store.write(self._results)

    def _one(self, spec: RunSpec, guardian: Guardian) -> RunRecord | None:
        """The record of a run, or None where it was interrupted."""
        if spec.candidate.obstacle is not None:
            return record_without_measurement(spec, *spec.candidate.obstacle)
        self._observer.started(spec)
        try:
            record = self._launched(spec, guardian)
        except OSError as error:
            record = record_without_measurement(spec, "failed", f"its files cannot be written: {error.strerror}")
        if record is not None:
            self._store.write_record(record)
        return record

    def _launched(self, spec: RunSpec, guardian: Guardian) -> RunRecord | None:
        directory = self._store.run_directory(spec.id)
        job_file, log = directory / "job.json", directory / "log.txt"
        write_atomically(job_file, self._job(spec, directory).model_dump_json(indent=2))
        ended = launch(
            job_file,
            log,
            threads=spec.threads,
            timeout=self._plan.timeout,
            guardian=guardian,
            heard=self._observer.heard,
            interrupted=lambda: self._interrupts.requested,
        )
        if ended.stopped == "interrupted":
            return None
        record = self._store.read_record(spec.id) if ended.stopped is None and ended.code == 0 else None
        if record is None or (record.id, record.configuration) != (spec.id, spec.configuration):
            return failure(spec, ended, log, self._plan.timeout)
        return record

    def _job(self, spec: RunSpec, directory: Path) -> Job:
        return Job(
            id=spec.id,
            configuration=spec.configuration,
            implementation=spec.candidate.name,
            options=dict(spec.candidate.given),
            hyperparameters=spec.candidate.hyperparameters,
            threads=spec.threads,
            seed=spec.seed,
            round=spec.round,
            device=spec.device,
            code=spec.code,
            corpus=self._plan.corpus,
            corpus_sha256=self._results.corpus.sha256,
            cores=choose_cores(spec.threads),
            tasks=absolute(self._plan.tasks),
            plugins=[path.resolve() for path in self._plan.plugin],
            save_vectors=self._plan.save_vectors,
            timed_seconds=self._plan.timed_seconds,
            learning_curve=self._plan.learning_curve,
            directory=directory.resolve(),
        )


def _corpus_record(corpus: Corpus) -> CorpusRecord:
    return CorpusRecord(
        name=corpus.name,
        sha256=corpus.sha256,
        tokens=corpus.n_tokens,
        vocabulary_size=len(corpus.vocabulary),
        sentences=corpus.n_sentences,
        source_tokens=corpus.source_tokens,
        generated=corpus.generated,
    )
