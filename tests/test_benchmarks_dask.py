"""Runs on a Dask cluster: a real scheduler and two real workers on loopback, and what becomes of them when some die."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.benchmarks.machines import by_machine, machine_id, machines_of
from bench.benchmarks.observer import Silent
from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.records import Results
from bench.benchmarks.runner import Interrupted, run
from bench.benchmarks.schedule import RunSpec
from bench.benchmarks.store import load_results
from bench.datasets.errors import InputError
from bench.reports.merge import groups
from bench.reports.sources import read_sources

pytest.importorskip("distributed", reason="distributed is not installed: pip install distributed")

PLUGIN = Path(__file__).with_name("misbehaving_trainers.py")
LABELS = ("one", "two")
PATIENCE = 120.0
"""Seconds for what takes one or two: the machine may be busy."""


class Cluster:
    """A scheduler and two workers, which say that they are machines of different makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""

    def whole(self) -> "Cluster":
        """Start what is not there."""
        if not self._runs("scheduler"):
            told = self.folder / "address.json"
            told.unlink(missing_ok=True)
            self._start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", told.name)
            wait_for(told.exists)
            self.address = json.loads(told.read_text())["address"]
        for name in LABELS:
            if not self._runs(name):
                settings = "--nthreads 1 --no-nanny --resources bench=1 --host 127.0.0.1 --local-directory scratch"
                self._start(name, "worker", self.address, "--name", name, *settings.split())
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            wait_for(lambda: {one["name"] for one in client.scheduler_info()["workers"].values()} == {*LABELS})
        return self

    def _runs(self, name: str) -> bool:
        return name in self.processes and self.processes[name].poll() is None

    def _start(self, name: str, what: str, *arguments: str) -> None:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        variables = {"BENCH_CACHE": str(folder / "cache"), "BENCH_MACHINE": name}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"],
                cwd=self.folder if what == "scheduler" else folder, env={**os.environ, **variables},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> list[psutil.Process]:
        """SIGKILL; returns the processes that it had started."""
        process = self.processes[name]
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        return family

    def started(self) -> list[psutil.Process]:
        """Processes of runs that the workers have now."""
        found = []
        for name in LABELS:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += psutil.Process(self.processes[name].pid).children(recursive=True)
        return [process for process in found if not over(process)]

    def close(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Watching(Silent):
    """Does something when so many runs have been sent out."""

    def __init__(self, count: int, then: Callable[[], Any]) -> None:
        self.left, self.then, self.result = count, then, None

    def started(self, spec: RunSpec) -> None:
        self.left -= 1
        if self.left == 0:
            self.result = self.then()


def over(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus that is known by a relative path, under which no worker finds it."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tiny.txt"
    path.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    (tmp_path / "pairs.txt").write_text("tiger cat 7.35\nking queen 8.58\ntea coffee 6.5\ncat coffee 1.2\n")
    return path


@pytest.fixture
def plan() -> Callable[..., Plan]:
    def make(impl: str | list[str], **settings: Any) -> Plan:
        base = {
            "plugin": PLUGIN, "corpus": "tiny.txt", "tasks": ["./pairs.txt"], "repeats": 2, "threads": 1,
            "vector_size": [8, 9],
        }  # fmt: skip
        return make_plan({**base, "impl": impl, **settings})

    return make


def without_measurements(results: Results) -> list[dict[str, Any]]:
    measured = {
        "started", "cores", "conditions", "machine", "node", "prepare_seconds", "train_seconds", "evaluate_seconds",
        "words_per_second", "trained_words_per_second", "cpu_seconds", "peak_memory_bytes", "peak_gpu_memory_bytes",
    }  # fmt: skip
    return [run.model_dump(exclude=measured) for run in results.runs]


@pytest.mark.slow
def test_results_are_those_of_local_runs_and_machines_stay_apart(
    plan: Callable[..., Plan], cluster: Cluster, tmp_path: Path
) -> None:
    impl = ["quick[sleep=0.5]", "raises"]
    asked: dict[str, Any] = {"impl": impl, "repeats": 1, "save_vectors": True}
    here = run(plan(**asked), tmp_path / "here")
    there = run(plan(**asked, executor="dask", scheduler=cluster.whole().address), tmp_path / "there")
    assert without_measurements(there) == without_measurements(here)
    assert load_results(tmp_path / "there") == there
    for one in here.runs:
        ours, theirs = (tmp_path / place / "runs" / one.id for place in ("here", "there"))
        assert {path.name for path in ours.iterdir()} == {path.name for path in theirs.iterdir()}
        if one.status == "ok":
            assert (ours / "vectors.bin").read_bytes() == (theirs / "vectors.bin").read_bytes()
        else:
            assert "the sky fell" in (theirs / "log.txt").read_text()

    # Each comparison kept to one machine, and both had one.
    made_by = {size: {run.machine for run in there.runs if run.hyperparameters.vector_size == size} for size in (8, 9)}
    assert all(len(machines) == 1 for machines in made_by.values())
    assert made_by[8] != made_by[9]
    told = there.environment["machines"]
    assert sorted(one["label"] for one in told.values()) == sorted(LABELS)
    assert machines_of(there) == told
    found = groups(read_sources([tmp_path / "there"]))
    assert len(found) == 2
    for group in found:
        (machine,) = {run.machine for run in group.results.runs}
        assert machine_id(group.results.environment) == machine
        assert len(group.results.runs) == 2
        assert [row.ratio is not None for row in group.summary.rows] == [True, False]
    assert all(run.scores for run in there.runs if run.status == "ok")
    # The text was sent, once for each machine.
    for name in LABELS:
        (entry,) = (cluster.folder / name / "cache" / "corpora").iterdir()
        assert (entry / "meta.json").exists()
    assert not list((cluster.folder / "one" / "scratch").rglob("runs/*"))
    assert cluster.started() == []


@pytest.mark.slow
def test_runs_of_a_worker_that_is_killed_are_made_by_another(
    plan: Callable[..., Plan], cluster: Cluster, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    observer = Watching(2, lambda: (wait_for(lambda: note.exists()), time.sleep(0.3), cluster.kill("one"))[-1])
    asked = plan(f"quick[sleep=1,note={note}]", executor="dask", scheduler=cluster.whole().address)
    results = run(asked, tmp_path / "out", observer=observer)
    assert [run.status for run in results.runs] == ["ok"] * 4
    assert len({run.id for run in results.runs}) == 4
    assert observer.result
    wait_for(lambda: all(map(over, observer.result)))
    assert cluster.started() == []
    assert [run.id for run in load_results(tmp_path / "out").runs] == [run.id for run in results.runs]


@pytest.mark.slow
def test_an_interrupt_ends_what_runs_on_the_workers_and_the_rest_is_made_later(
    plan: Callable[..., Plan], cluster: Cluster, tmp_path: Path
) -> None:
    def interrupt() -> None:
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()

    asked = {"executor": "dask", "scheduler": cluster.whole().address, "repeats": 1}
    with pytest.raises(Interrupted, match="stopped after 0 of 2 runs") as stopped:
        run(plan("hangs", **asked), tmp_path / "out", observer=Watching(2, interrupt))
    assert stopped.value.cause is None
    assert cluster.started() == []
    again = run(plan("hangs", **asked, timeout=1.0), tmp_path / "out", resume=True)
    assert [run.status for run in again.runs] == ["timeout"] * 2
    assert all((run.reason or "").endswith("after 1 s (--timeout)") for run in again.runs)


@pytest.mark.slow
def test_without_its_scheduler_a_benchmark_ends_in_words_and_can_be_finished_here(
    plan: Callable[..., Plan], cluster: Cluster, tmp_path: Path
) -> None:
    asked = {"executor": "dask", "scheduler": cluster.whole().address}
    with pytest.raises(Interrupted, match=r"the Dask scheduler at .* has gone: stopped after") as stopped:
        run(plan("quick[sleep=1]", **asked), tmp_path / "out", observer=Watching(3, lambda: cluster.kill("scheduler")))
    assert stopped.value.cause
    wait_for(lambda: cluster.started() == [])
    for name in LABELS:
        cluster.processes[name].wait(PATIENCE)
    done = {run.id for run in load_results(tmp_path / "out").runs}
    assert 1 <= len(done) < 4
    results = run(plan("quick[sleep=1]"), tmp_path / "out", resume=True)
    assert [run.status for run in results.runs] == ["ok"] * 4
    labels = {run.id: (results.environment["machines"][run.machine] or {}).get("label") for run in results.runs}
    assert {run for run, label in labels.items() if label in LABELS} == done
    assert len(by_machine(results)) >= 2


def test_what_cannot_be_is_said_before_anything_starts(
    plan: Callable[..., Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="executor dask needs scheduler tcp://"):
        plan("quick", executor="dask")
    with pytest.raises(InputError, match="scheduler goes with executor dask"):
        plan("quick", scheduler="tcp://127.0.0.1:1")
    for address in ("nonsense://x:1", "127.0.0.1:8786", "tcp://host", "tcp://host:port", "tcp:///:1"):
        with pytest.raises(InputError, match="scheduler must be an address such as tcp://HOST:8786"):
            plan("quick", executor="dask", scheduler=address)
    asked = plan("quick", executor="dask", scheduler="tcp://127.0.0.1:1")
    monkeypatch.setattr("bench.benchmarks.executors.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        run(asked, tmp_path / "out")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'word2vec-bench\[dask\]'"):
        run(asked, tmp_path / "out")
    assert not (tmp_path / "out").exists()
