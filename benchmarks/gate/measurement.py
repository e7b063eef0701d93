"""Runs the arms of a round in fresh processes and keeps what they measured."""

import dataclasses
import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...datasets.catalogue import corpora, open_corpus
from ...datasets.catalogue_entries import matching
from ...datasets.errors import InputError
from ...datasets.shards import anchored
from ...evaluation.tasks import absolute
from ..files import write_atomically
from ..guardian import Guardian
from ..interrupts import Interrupts
from ..isolation import choose_cores
from ..job import Job
from ..launch import Ended, launch
from ..plan import Plan
from ..probe import Observation, observed
from ..records import RunRecord
from ..schedule import Candidate, candidates
from ..signals import Signal
from ..turns import Ring
from ..worker import RECORD
from .revision import Side


@dataclass(frozen=True)
class Arm:
    """One of the things that a round runs: a side, under a name of its own ("base", "control" or "head").

    Attributes:
        change: what it does to the job besides; a gate's arms do nothing, those of a campaign are made slower or worse.
    """

    name: str
    side: Side
    change: Callable[[Job], Job] | None = None


@dataclass(frozen=True)
class Measured:
    """One run of an arm: its record, and what else the machine did."""

    arm: str
    cell: str
    round: int
    record: RunRecord
    conditions: Observation

    def line(self) -> str:
        """As a line of ``rounds.jsonl``."""
        return json.dumps(
            {
                "arm": self.arm,
                "cell": self.cell,
                "round": self.round,
                "conditions": dataclasses.asdict(self.conditions),
                "record": self.record.model_dump(mode="json"),
            }
        )


LOG = "log.txt"


class Stopped(Exception):  # noqa: N818 - no error
    """The gate was interrupted."""


class FailedRun(Exception):  # noqa: N818 - the run is what failed
    """A run did not end well: there is nothing to compare."""


class Bench:
    """Runs rounds of a plan's implementations, arms in random order.

    Args:
        plan: what to train; its ``repeats`` are not looked at, round r trains with seed r.
        arms: of each round.
        out: directory that keeps ``rounds.jsonl`` and the runs.
        tell: called with a line for each run.

    Attributes:
        timed_seconds: of each run, as the plan has it.
        by_turns: start the arms of a round together and let them train in turn, not one whole run after the other;
            each side's worker has to know how.

    Raises:
        InputError: nothing of the plan can run here, or the corpus cannot be opened.
    """

    def __init__(self, plan: Plan, arms: Sequence[Arm], out: Path, tell: Callable[[str], None]) -> None:
        self.plan, self.arms, self.out, self._tell = plan, arms, out, tell
        self.timed_seconds, self.by_turns = plan.timed_seconds, False
        found = candidates(plan)
        stuck = [candidate for candidate in found if candidate.obstacle is not None and candidate.chosen]
        if stuck:
            assert stuck[0].obstacle is not None
            raise InputError(f"{stuck[0].name} cannot run: {stuck[0].obstacle[1]}")
        self.cells = {_cell(candidate, found): candidate for candidate in found if candidate.obstacle is None}
        corpus = open_corpus(plan.corpus, min_count=plan.hyperparameters.min_count, errors=plan.errors)
        self._sha256 = corpus.sha256
        # Workers start in directories of their own.
        named = matching(plan.corpus, corpora()) is not None
        self._corpus = plan.corpus if named else anchored(plan.corpus, Path.cwd()) or plan.corpus
        self._interrupts = Interrupts()
        self._guardians = [Guardian() for _ in arms]
        (out / "runs").mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Bench":
        self._caught = self._interrupts.caught()
        self._caught.__enter__()
        self._running = ExitStack()
        for guardian in self._guardians:
            self._running.enter_context(guardian)
        return self

    def __exit__(self, *exception: Any) -> None:
        self._running.__exit__(*exception)
        self._caught.__exit__(*exception)

    def round(self, number: int, *, keep: bool = True) -> list[Measured]:
        """Run every cell on every arm once.

        Args:
            number: of the round, from 1; also the seed of the training.
            keep: write the measurements to ``rounds.jsonl``; a warm-up is not kept.

        Raises:
            FailedRun: a run failed.
            Stopped: SIGINT, SIGTERM or SIGHUP arrived.
        """
        measured = list(self.runs(number))
        if keep:
            with (self.out / "rounds.jsonl").open("a", encoding="utf-8") as file:
                file.write("".join(one.line() + "\n" for one in measured))
        return measured

    def runs(self, number: int) -> Iterator[Measured]:
        """The runs of a round, each as soon as it is made, in an order drawn from ``order_seed`` and the number.

        Raises:
            FailedRun: a run failed.
            Stopped: SIGINT, SIGTERM or SIGHUP arrived.
        """
        order = [(cell, arm) for cell in self.cells for arm in self.arms]
        random.Random(f"{self.plan.order_seed}/{number}").shuffle(order)
        # Arms of one cell stay together: what drifts slowly is then common to them.
        for cell in self.cells:
            arms = [arm for name, arm in order if name == cell]
            yield from self._by_turns(cell, arms, number) if self.by_turns else self._in_sequence(cell, arms, number)

    def _in_sequence(self, cell: str, arms: Sequence[Arm], number: int) -> Iterator[Measured]:
        for arm in arms:
            with observed() as conditions:
                ended = self._launched(cell, arm, number, self._guardians[0])
            yield self._measured(cell, arm, number, ended, conditions)

    def _by_turns(self, cell: str, arms: Sequence[Arm], number: int) -> Iterator[Measured]:
        """All arms at once, of which one works at a time; the conditions are those of the whole, its length shared."""
        ring = Ring(len(arms))

        def run(place: int) -> Ended:
            try:
                return self._launched(cell, arms[place], number, self._guardians[place], *ring.place(place))
            finally:
                ring.leave(place)

        # The kernel ends a worker with the thread that started it, so these threads wait for their workers.
        with observed() as conditions, ThreadPoolExecutor(len(arms)) as pool:
            found = list(pool.map(run, range(len(arms))))
        assert conditions.seconds is not None
        conditions = dataclasses.replace(conditions, seconds=conditions.seconds / len(arms))
        for arm, ended in zip(arms, found, strict=True):
            yield self._measured(cell, arm, number, ended, conditions)

    def _launched(
        self,
        cell: str,
        arm: Arm,
        number: int,
        guardian: Guardian,
        variables: Mapping[str, str] | None = None,
        descriptors: Sequence[int] = (),
    ) -> Ended:
        directory = self._directory(cell, arm, number)
        directory.mkdir(exist_ok=True)
        job_file = directory / "job.json"
        job = self._job(self.cells[cell], arm, number, directory)
        write_atomically(job_file, (arm.change(job) if arm.change else job).model_dump_json(indent=2))
        return launch(
            job_file,
            directory / LOG,
            threads=self.cells[cell].threads,
            timeout=self._timeout,
            guardian=guardian,
            heard=_ignore,
            interrupted=lambda: self._interrupts.requested,
            variables={**arm.side.variables(), **(variables or {})},
            descriptors=descriptors,
            directory=directory,
        )

    def _measured(self, cell: str, arm: Arm, number: int, ended: Ended, conditions: Observation) -> Measured:
        directory = self._directory(cell, arm, number)
        if ended.stopped == "interrupted" or self._interrupts.requested:
            raise Stopped
        record = _record(directory)
        if ended.stopped is not None or record is None or record.status != "ok":
            why = record.reason if record is not None else f"it ended with code {ended.code}"
            why = f"it took longer than {self._timeout:g} s" if ended.stopped == "timeout" else why
            raise FailedRun(f"{cell} failed on {arm.name} ({arm.side.revision[:10]}): {why}; see {directory / LOG}")
        self._tell(f"round {number} {cell} {arm.name}: {record.words_per_second or 0:,.0f} words/s")
        return Measured(arm.name, cell, number, record, conditions)

    def _directory(self, cell: str, arm: Arm, number: int) -> Path:
        name = f"{arm.name}-{self.cells[cell].name}-{hashlib.sha256(cell.encode()).hexdigest()[:6]}-r{number}"
        return (self.out / "runs" / name).resolve()

    @property
    def _timeout(self) -> float | None:
        """A worker that waits for its turn ages, too."""
        timeout = self.plan.timeout
        return timeout * len(self.arms) if timeout is not None and self.by_turns else timeout

    def _job(self, candidate: Candidate, arm: Arm, number: int, directory: Path) -> Job:
        return Job(
            id=directory.name,
            configuration="",
            implementation=candidate.name,
            options=dict(candidate.given),
            hyperparameters=candidate.hyperparameters,
            threads=candidate.threads,
            seed=number,
            round=number,
            device=self.plan.device,
            corpus=self._corpus,
            corpus_sha256=self._sha256,
            errors=self.plan.errors,
            cores=choose_cores(candidate.threads),
            tasks=absolute(self.plan.tasks),
            plugins=list(arm.side.plugins),
            save_vectors=self.plan.save_vectors,
            timed_seconds=self.timed_seconds,
            directory=directory,
        )


def read_rounds(path: Path) -> list[Measured]:
    """What an earlier gate measured.

    Raises:
        InputError: the file is missing or damaged.
    """
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [
            Measured(
                line["arm"],
                line["cell"],
                line["round"],
                RunRecord.model_validate(line["record"]),
                Observation(**line["conditions"]),
            )
            for line in lines
        ]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path} holds no rounds of a gate: {error}") from None


def _cell(candidate: Candidate, found: Sequence[Candidate]) -> str:
    """A name for a configuration: the implementation's, with its settings where another one shares it."""
    alone = sum(other.name == candidate.name for other in found) == 1
    settings: Mapping[str, Any] = candidate.given
    return candidate.name if alone else f"{candidate.name}[{','.join(f'{k}={v}' for k, v in settings.items())}]"


def _record(directory: Path) -> RunRecord | None:
    try:
        return RunRecord.model_validate_json((directory / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _ignore(signal: Signal) -> None:
    """Workers' progress is too short to show."""
