"""Runs on the workers of a Dask scheduler, each of which has one run at a time to itself.

This process decides who makes what (``dispatch``) and names the worker of every task; a thread for each worker sends
the runs and writes what comes back. Dask carries the messages, knows who is there and stops what is no longer wanted.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...datasets.errors import InputError
from ..outcome import record_without_measurement
from ..plan import Plan
from ..records import RunRecord
from ..schedule import Candidate, RunSpec
from . import dask_tasks
from .cluster import RESOURCE, Cluster, Died, Stopped
from .corpus_there import provide_corpus
from .dispatch import MOST_DEATHS, Dispatch
from .executor import Work
from .fleet import Fleet, Settled
from .single_run import job_of

_PIECE = 8 << 20
_REFRESH_SECONDS = 0.5
_FAREWELL_SECONDS = 5.0

_News = queue.SimpleQueue[RunSpec | RunRecord | BaseException]
"""From the threads: a run has started, one has its record, or something is wrong."""


class DaskExecutor:
    """The workers of a scheduler.

    Args:
        address: of the scheduler.

    Raises:
        InputError: distributed is not installed, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        self._cluster = Cluster(address)
        self._left_out: dict[str, InputError] = {}

    @property
    def machines(self) -> Mapping[str, Mapping[str, Any]]:
        """Of all workers that there were."""
        return self._fleet.machines

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._cluster.stop()
        self._cluster.__exit__(kind, error, at)

    def offered(self, plan: Plan) -> list[Candidate]:
        """What can run on any of the workers that are there, once there is one.

        Raises:
            InputError: no worker offers the resource, one has other code, or the plan is wrong.
        """
        self._fleet = Fleet(self._cluster, plan)
        return self._fleet.offered()

    def make(self, work: Work) -> Generator[RunRecord, None, None]:
        """Make the runs, several at a time, each on a worker of its own."""
        dispatch = Dispatch(work.specs)
        told: _News = queue.SimpleQueue()
        serving: dict[str, threading.Thread] = {}
        self._fleet.check(work.specs)
        try:
            refreshed = 0.0
            while not dispatch.over or not told.empty():
                if work.interrupted():
                    return
                if not work.may_start():
                    dispatch.close()
                if time.monotonic() - refreshed > _REFRESH_SECONDS:
                    self._look_after(serving, dispatch, work, told)
                    refreshed = time.monotonic()
                yield from self._heard(told, work, patience=0.1)
            for thread in serving.values():
                thread.join(_FAREWELL_SECONDS)
            yield from self._heard(told, work)
        finally:
            self._cluster.stop()
            for thread in serving.values():
                thread.join()
            if not self._cluster.quiet(list(serving), dask_tasks.busy):
                self._fleet.warn("some workers did not tell that they have ended their runs")

    def _heard(self, told: "_News", work: Work, patience: float = 0.0) -> Generator[RunRecord, None, None]:
        """What the threads have to tell, as far as it has come."""
        with contextlib.suppress(queue.Empty):
            while True:
                news = told.get(timeout=patience) if patience else told.get_nowait()
                if isinstance(news, BaseException):
                    raise news
                if isinstance(news, RunSpec):
                    work.observer.started(news)
                else:
                    yield news
                patience = 0.0

    def _look_after(self, serving: dict[str, threading.Thread], dispatch: Dispatch, work: Work, told: "_News") -> None:
        """Begin to serve workers that have come. Those that have gone are noticed by their threads."""
        there = self._cluster.workers()
        if not there:
            self._fleet.warn(f"every worker of {self._cluster.address} has gone; waiting for one")
        ours = [address for address, about in there.items() if about["resources"].get(RESOURCE, 0) >= 1]
        if ours and all(address in self._left_out for address in ours):
            raise self._left_out[ours[0]]
        for address in ours:
            idle = address not in serving or not serving[address].is_alive()
            if idle and address not in self._left_out:
                thread = threading.Thread(target=self._serve, args=(address, dispatch, work, told), daemon=True)
                serving[address] = thread
                thread.start()

    def _serve(self, address: str, dispatch: Dispatch, work: Work, told: "_News") -> None:
        """Send runs to one worker as long as there are some and it lives."""
        died, settled = False, self._fleet.known(address)
        try:
            settled = settled or self._fleet.settle(address)
            encoded = provide_corpus(self._cluster, settled.address, self._fleet.session, work)
            dispatch.join(self._fleet.place(settled))
            while not dispatch.over:
                spec = dispatch.next(address, patience=0.5)
                if not self._cluster.has(address):
                    raise Died(address)
                if spec is not None:
                    told.put(spec)
                    told.put(self._one(settled, spec, work, encoded))
                    dispatch.done(spec)
            self._cluster.call(address, dask_tasks.leave, self._fleet.session)
        except Died:
            died = True
            self._fleet.forget(address)
        except Stopped:
            pass
        except InputError as error:
            self._left_out[address] = error
            self._fleet.warn(f"{error}. It is left out")
        except BaseException as error:
            told.put(error)
        finally:
            given_up = dispatch.leave(address, died=died)
            if given_up is not None and settled is not None:
                reason = f"{MOST_DEATHS} workers died while they made it, the last of them {address}"
                told.put(self._kept(record_without_measurement(given_up, "failed", reason), settled, work))

    def _one(self, settled: Settled, spec: RunSpec, work: Work, encoded: str) -> RunRecord:
        """Make a run on a worker, and bring what it left.

        Raises:
            Died, Stopped: as ``Cluster.call``.
        """
        job = job_of(
            spec,
            work.plan,
            settled.folder,  # the worker makes it a folder of its own
            corpus_sha256=work.corpus.sha256,
            tasks=self._fleet.luggage.tasks(settled.folder),
            plugins=self._fleet.luggage.plugins(settled.folder),
        ).model_copy(update={"machine": settled.machine, "node": settled.node, "encoded": encoded})
        gpu = settled.gpu and spec.device.partition(":")[0] in ("auto", "cuda")
        arguments = (self._fleet.session, job.model_dump_json(), work.plan.timeout)
        try:
            answer = self._cluster.call(settled.address, dask_tasks.make_run, *arguments, gpu=gpu)
            if answer is None:  # Dask took it back, as the worker was about to go
                raise Died(settled.address)
            self._fetch(settled.address, answer, work.store.run_directory(spec.id))
        except (Died, Stopped):
            raise
        except OSError as error:
            reason = f"its files cannot be written: {error.strerror}"
            return self._kept(record_without_measurement(spec, "failed", reason), settled, work)
        except Exception as error:
            reason = f"the worker {settled.address} could not make it: {type(error).__name__}: {error}"
            return self._kept(record_without_measurement(spec, "failed", reason), settled, work)
        if "record" in answer:
            return self._kept(RunRecord.model_validate_json(answer["record"]), settled, work)
        return self._kept(record_without_measurement(spec, answer["status"], answer["reason"]), settled, work)

    def _fetch(self, address: str, answer: Mapping[str, Any], directory: Path) -> None:
        """Bring log, vectors and job file of a run, piece by piece, and delete them there."""
        for name, size in answer["files"].items():
            with (directory / Path(name).name).open("wb") as file:
                path = str(Path(answer["folder"]) / name)
                for offset in range(0, size, _PIECE):
                    file.write(self._cluster.call(address, dask_tasks.read_piece, path, offset, _PIECE))
        self._cluster.call(address, dask_tasks.forget, answer["folder"])

    def _kept(self, record: RunRecord, settled: Settled, work: Work) -> RunRecord:
        record = record.model_copy(update={"machine": settled.machine, "node": settled.node})
        work.store.write_record(record)
        return record
