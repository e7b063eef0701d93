"""Runs one after the other on this machine."""

from collections.abc import Generator, Mapping
from types import TracebackType
from typing import Any, Self

from ...evaluation.tasks import absolute
from ..guardian import Guardian
from ..machines import described, machine_id, node
from ..outcome import record_without_measurement
from ..plan import Plan
from ..records import RunRecord
from ..schedule import Candidate, RunSpec, candidates
from .executor import Work
from .single_run import NoRecord, job_of, make


class LocalExecutor:
    """The machine that the benchmark was started on.

    Args:
        environment: of it.
    """

    def __init__(self, environment: Mapping[str, Any]) -> None:
        self._machine, self._node = machine_id(environment), node()
        self.machines: Mapping[str, Mapping[str, Any]] = {self._machine: described(environment)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return

    def offered(self, plan: Plan) -> list[Candidate]:
        """What can run here."""
        return candidates(plan)

    def make(self, work: Work) -> Generator[RunRecord, None, None]:
        """Make the runs in their order."""
        with Guardian() as guardian:
            for spec in work.specs:
                if work.interrupted() or not work.may_start():
                    return
                work.observer.started(spec)
                try:
                    record = self._one(spec, work, guardian)
                except OSError as error:
                    reason = f"its files cannot be written: {error.strerror}"
                    record = record_without_measurement(spec, "failed", reason)
                if record is None:
                    return
                record = record.model_copy(update={"machine": self._machine, "node": self._node})
                work.store.write_record(record)
                yield record

    def _one(self, spec: RunSpec, work: Work, guardian: Guardian) -> RunRecord | None:
        job = job_of(
            spec,
            work.plan,
            work.store.run_directory(spec.id).resolve(),
            corpus_sha256=work.corpus.sha256,
            tasks=absolute(work.plan.tasks),
            plugins=[path.resolve() for path in work.plan.plugin],
        ).model_copy(update={"machine": self._machine, "node": self._node})
        made = make(
            job,
            timeout=work.plan.timeout,
            guardian=guardian,
            heard=work.observer.heard,
            interrupted=work.interrupted,
        )
        return record_without_measurement(spec, *made) if isinstance(made, NoRecord) else made
