"""The workers of a scheduler, made ready for one benchmark: which there are, what they are, and what each can run."""

import time
import uuid
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...datasets.errors import InputError
from ..history.fingerprint import fingerprint
from ..machines import described, machine_id
from ..plan import Plan
from ..schedule import Candidate, RunSpec, candidates
from . import dask_tasks
from .cluster import GPU, RESOURCE, Cluster, Died
from .dispatch import Place
from .executor import Lost
from .look import package_code
from .luggage import Luggage

_POLL_SECONDS = 0.2


class Settled:
    """A worker that has the benchmark's files and has told what it is."""

    def __init__(self, address: str, answer: Mapping[str, Any], resources: Mapping[str, float]) -> None:
        self.address = address
        self.folder = Path(answer["folder"])
        self.environment: Mapping[str, Any] = answer["environment"]
        self.machine, self.node = machine_id(self.environment), str(answer["node"])
        self.candidates: list[Mapping[str, Any]] = answer["candidates"]
        self.gpu = resources.get(GPU, 0) >= 1


class Fleet:
    """Workers that have a benchmark's files and whose code, environment and implementations are known.

    Args:
        cluster: of the workers.
        plan: of the benchmark.

    Attributes:
        machines: descriptions by id of the machines that they are or were on.

    Raises:
        InputError: the plan is wrong, or a file of it cannot be read.
    """

    def __init__(self, cluster: Cluster, plan: Plan) -> None:
        self.cluster = cluster
        self.session = uuid.uuid4().hex[:12]
        self.luggage = Luggage.of(plan)
        self._here = candidates(plan)
        self._offered: list[Candidate] = []
        self._code = package_code()
        self.machines: dict[str, Mapping[str, Any]] = {}
        self._settled: dict[str, Settled] = {}
        self._warned: set[str] = set()

    def offered(self) -> list[Candidate]:
        """What can run on any of the workers that are there, once there is one.

        Raises:
            InputError: no worker offers the resource, one has other code, or the plan cannot be run there.
        """
        try:
            self._settle_all()
        except Lost as error:
            raise InputError(f"{error}; start it again") from error
        self._offered = [self._best(number, one) for number, one in enumerate(self._here)]
        return self._offered

    def _settle_all(self) -> None:
        while not self._settled:
            there = self.cluster.workers()
            ours = [address for address, told in there.items() if told["resources"].get(RESOURCE, 0) >= 1]
            if there and not ours:
                raise InputError(
                    f"none of the {len(there)} workers of {self.cluster.address} offers the resource {RESOURCE}: start "
                    f'them with `dask worker {self.cluster.address} --nthreads 1 --resources "{RESOURCE}=1"`'
                )
            if not ours:
                self.warn(f"no worker is at {self.cluster.address} yet; waiting for one")
                time.sleep(_POLL_SECONDS)
                continue
            with ThreadPoolExecutor(len(ours)) as threads:
                looks = [threads.submit(self.settle, address) for address in ours]
                try:
                    while not all(look.done() for look in looks):
                        self.cluster.workers()
                        time.sleep(_POLL_SECONDS)
                except BaseException:
                    self.cluster.stop()
                    raise
            for look in looks:
                if not isinstance(error := look.exception(), Died) and error is not None:
                    raise error

    def settle(self, address: str) -> Settled:
        """Make a worker ready for the benchmark.

        Raises:
            InputError: it cannot do what is asked.
            Died, Stopped: as ``Cluster.call``.
        """
        try:
            answer = self.cluster.call(address, dask_tasks.settle, self.session, *self.luggage.packed)
        except InputError as error:
            raise InputError(f"the worker {address}: {error}") from error
        except (ImportError, AttributeError) as error:
            raise InputError(
                f"the worker {address} cannot load this version of word2vec-bench ({error}): install the same there, "
                "with its extra dask, and start the worker again"
            ) from error
        if answer["code"] != self._code:
            raise InputError(
                f"the worker {address} has other code of word2vec-bench ({answer['code']}, here {self._code}): install "
                "the same version there, and start the worker again"
            )
        settled = Settled(address, answer, self.cluster.resources(address))
        if settled.node in {other.node for other in self._settled.values()}:
            self.warn("two workers are on one computer: runs side by side slow each other down")
        self._settled[address] = settled
        self.machines[settled.machine] = described(settled.environment)
        return settled

    def _best(self, number: int, here: Candidate) -> Candidate:
        """A candidate as the first worker has it that can run it; else with the obstacle there."""
        told = [one.candidates[number] for one in self._settled.values()]
        chosen = next((one for one in told if one["obstacle"] is None), told[0])
        obstacle = chosen["obstacle"] and tuple(chosen["obstacle"])
        return replace(here, version=chosen["version"], options=chosen["options"], obstacle=obstacle)

    def place(self, settled: Settled) -> Place:
        """What the dispatch must know of a worker."""
        numbers = {id(candidate): number for number, candidate in enumerate(self._offered)}

        def able(spec: RunSpec) -> bool:
            told = settled.candidates[numbers[id(spec.candidate)]]
            suits = told["obstacle"] is None and told["version"] == spec.candidate.version
            return suits and (settled.gpu or not spec.device.startswith("cuda"))

        return Place(settled.address, settled.machine, able)

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Warn of what makes runs wait or slow."""
        wanted = any(spec.device.startswith("cuda") for spec in specs)
        if wanted and not any(one.gpu for one in self._settled.values()):
            self.warn(f'no worker offers the resource {GPU}: start those with one with --resources "bench=1 {GPU}=1"')
        most = max((spec.threads for spec in specs), default=0)
        for one in self._settled.values():
            cores = fingerprint(one.environment).usable_cores
            if cores is not None and most > cores:
                self.warn(f"{most} threads share the {cores} cores of {one.address}; timings show that, too")

    def known(self, address: str) -> Settled | None:
        """A worker that has been made ready."""
        return self._settled.get(address)

    def forget(self, address: str) -> None:
        """A worker has gone."""
        self._settled.pop(address, None)

    def warn(self, text: str) -> None:
        """Once."""
        if text not in self._warned:
            self._warned.add(text)
            warnings.warn(text, stacklevel=2)
