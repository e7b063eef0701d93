"""One run on this machine: a job file, a worker that reads it, and the record it leaves."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from ..files import remove_parts, write_atomically
from ..guardian import Guardian
from ..isolation import choose_cores
from ..job import Job
from ..launch import launch
from ..outcome import how_it_ended
from ..plan import Plan
from ..records import RunRecord
from ..schedule import RunSpec
from ..signals import Signal
from ..store import read_record
from ..worker import RECORD

LOG = "log.txt"
JOB = "job.json"


class NoRecord(NamedTuple):
    """Why a worker left none."""

    status: Literal["failed", "timeout"]
    reason: str


def job_of(
    spec: RunSpec, plan: Plan, directory: Path, *, corpus_sha256: str, tasks: list[str] | None, plugins: Sequence[Path]
) -> Job:
    """The job of a run; where it is made, and on which cores, is filled in there.

    Args:
        spec: the run.
        plan: what it belongs to.
        directory: for its record, log and vectors.
        corpus_sha256: of the corpus's text.
        tasks: to score with, files of questions as absolute paths.
        plugins: files with trainers, absolute.
    """
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
        corpus=plan.corpus,
        corpus_sha256=corpus_sha256,
        errors=plan.errors,
        cores=None,
        tasks=tasks,
        plugins=list(plugins),
        save_vectors=plan.save_vectors,
        timed_seconds=plan.timed_seconds,
        learning_curve=plan.learning_curve,
        directory=directory,
    )


def make(
    job: Job,
    *,
    timeout: float | None,
    guardian: Guardian,
    heard: Callable[[Signal], None],
    interrupted: Callable[[], bool],
) -> RunRecord | NoRecord | None:
    """Run a job's worker to its end; None where it was interrupted.

    Args:
        job: its directory exists and is empty; cores are chosen here.
        timeout: as for ``launch``, and so the others.
        guardian: as there.
        heard: as there.
        interrupted: as there.

    Raises:
        OSError: files cannot be written, or no process be started.
    """
    job = job.model_copy(update={"cores": choose_cores(job.threads)})
    job_file, log = job.directory / JOB, job.directory / LOG
    write_atomically(job_file, job.model_dump_json(indent=2))
    ended = launch(
        job_file, log, threads=job.threads, timeout=timeout, guardian=guardian, heard=heard, interrupted=interrupted
    )
    remove_parts(job.directory)
    if ended.stopped == "interrupted":
        return None
    record = read_record(job.directory / RECORD) if ended.stopped is None and ended.code == 0 else None
    if record is None or (record.id, record.configuration) != (job.id, job.configuration):
        return NoRecord(*how_it_ended(ended, log, timeout))
    return record
