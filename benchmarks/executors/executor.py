"""What the runner asks of an executor."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from ...datasets.corpus import Corpus
from ..observer import Observer
from ..plan import Plan
from ..records import RunRecord
from ..schedule import Candidate, RunSpec
from ..store import Store


class Lost(Exception):  # noqa: N818 - what was done is kept
    """Nothing more can be made: what makes the runs has gone. The message says what, in words."""


@dataclass(frozen=True)
class Work:
    """What is to be made, and with whom to speak of it.

    Attributes:
        specs: runs that are still to be made, in the plan's order; none of them has an obstacle.
        store: log, vectors and record of each run lie there before the record is handed over.
        interrupted: asked several times a second; True ends everything.
        may_start: asked before each run; False once the budget is spent.
    """

    plan: Plan
    corpus: Corpus
    specs: Sequence[RunSpec]
    store: Store
    observer: Observer
    interrupted: Callable[[], bool]
    may_start: Callable[[], bool]


class Executor(Protocol):
    """Makes runs, each in a process of its own on cores of its own; a context manager for a benchmark's length."""

    @property
    def machines(self) -> Mapping[str, Mapping[str, Any]]:
        """Descriptions (``machines.described``) by id of the machines that runs may have been made on."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def offered(self, plan: Plan) -> list[Candidate]:
        """The plan's implementations with their versions and obstacles there where they would run.

        Raises:
            InputError: as ``schedule.candidates``.
        """
        ...

    def make(self, work: Work) -> Generator[RunRecord, None, None]:
        """Make the runs and give each record as it ends.

        It stops early when ``interrupted`` or not ``may_start``; what was running then is ended and not recorded in the
        first case, finished in the second. When it returns, nothing that it started is left.

        Raises:
            Lost: no further run can be made.
        """
        ...


def find_executor(plan: Plan, environment: Mapping[str, Any]) -> Executor:
    """The executor that a plan names; what it needs is imported only now.

    Args:
        plan: what to run.
        environment: of this process.

    Raises:
        InputError: a package is missing.
    """
    if plan.executor == "dask":
        from .dask_executor import DaskExecutor

        assert plan.scheduler is not None
        return DaskExecutor(plan.scheduler)
    from .local import LocalExecutor

    return LocalExecutor(environment)
