"""Runs in processes of their own: what they measure, and what becomes of one that goes wrong."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.records import Results, RunRecord
from bench.benchmarks.runner import run
from bench.benchmarks.signals import Signal
from bench.benchmarks.store import load_results
from bench.datasets.errors import InputError

PLUGIN = Path(__file__).with_name("misbehaving_trainers.py")
TASKS = ["wordsim-353"]


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "tiny.txt"
    path.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    return path


@pytest.fixture
def plan(text: Path) -> Callable[..., Plan]:
    def make(impl: str | list[str], **settings: object) -> Plan:
        base = {"plugin": PLUGIN, "corpus": str(text), "tasks": TASKS, "repeats": 1, "vector_size": 8, "threads": 1}
        return make_plan({**base, "impl": impl, **settings})

    return make


def gone(pid: int) -> bool:
    """Whether a process has ended, given a moment; one that waits to be reaped by init has."""
    for _ in range(250):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def only(results: Results) -> RunRecord:
    (record,) = results.runs
    return record


def test_a_run_holds_what_was_measured(plan: Callable[..., Plan], tmp_path: Path) -> None:
    results = run(plan("quick[sleep=0.3]", epochs=2), tmp_path)
    record = only(results)
    assert record.status == "ok"
    assert record.reason is None
    assert record.version == "1.2"
    assert record.options == {"scale": 1.0, "sleep": 0.3, "note": ""}
    assert record.compile_seconds == 0.25
    assert record.train_seconds is not None
    assert 0.3 <= record.train_seconds < 30
    assert record.cpu_seconds is not None
    assert record.cpu_seconds < record.train_seconds
    words = results.corpus.tokens * 2
    assert record.words_per_second == pytest.approx(words / record.train_seconds)
    assert record.trained_words_per_second == pytest.approx(words // 2 / record.train_seconds)
    assert [score.task for score in record.scores] == TASKS
    assert load_results(tmp_path) == results
    directory = tmp_path / "runs" / record.id
    assert RunRecord.model_validate_json((directory / "record.json").read_bytes()) == record
    assert (directory / "log.txt").exists()


def test_a_short_training_is_timed_again_until_there_are_enough_seconds(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    once, often = (
        run(plan("quick[sleep=0.3]", epochs=1, timed_seconds=seconds), tmp_path / str(seconds))
        for seconds in (0.2, 0.7)
    )
    assert only(once).trainings == 1
    record = only(often)
    assert 2 <= record.trainings <= 3
    assert record.train_seconds is not None
    assert 0.3 <= record.train_seconds < 30
    assert record.words_per_second == pytest.approx(often.corpus.tokens / record.train_seconds)
    assert record.cpu_seconds is not None
    assert record.cpu_seconds < record.train_seconds
    # The vectors are those of one training.
    assert record.scores == only(once).scores


def test_a_worker_is_pinned_in_time_and_sees_a_clean_environment(plan: Callable[..., Plan], tmp_path: Path) -> None:
    record = only(run(plan("reports"), tmp_path))
    log = (tmp_path / "runs" / record.id / "log.txt").read_text()
    assert record.cores is not None
    assert len(record.cores) == 1
    assert f"seen {record.cores}" in log
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        assert f"'{name}': '1'" in log
    assert "leaked []" in log
    assert "group True modules False False" in log


def test_peak_memory_is_the_worker_s_own(plan: Callable[..., Plan], tmp_path: Path) -> None:
    held = bytearray(os.urandom(1 << 20) * 400)  # this process is larger than any worker here
    small, big = run(plan("quick,big"), tmp_path).runs
    if small.implementation == "big":
        small, big = big, small
    assert len(held) > 400e6
    assert small.peak_memory_bytes is not None
    assert big.peak_memory_bytes is not None
    assert small.peak_memory_bytes < 300e6
    assert 140e6 < big.peak_memory_bytes - small.peak_memory_bytes < 200e6


REASONS = {
    "raises": "RuntimeError: the sky fell",
    "refuses": "it diverged at word 7; try a smaller alpha",
    "segfault": "its process was killed by SIGSEGV (Segmentation fault) in training; its log ends:",
    "killed": "its process was killed by SIGKILL, most likely by the system for want of memory",
    "hog": "out of memory",
    "quits": "its process ended with exit code 0 and no record in training",
    "exits": "its process ended with exit code 7 and no record in training; its log ends: giving up",
    "forger": "its process ended with exit code 0 and no record in training",
    "not-finite": "it diverged: 1 of 9 vectors are not finite; try a smaller alpha",
    "wrong-shape": "vectors have shape (9, 7), not (9, 8)",
    "constant": "all words have the same vector",
    "no-operation": "training changed no vector",
    "no-words": "it trained no word",
}


def test_every_way_to_fail_is_a_row_with_its_reason_and_the_others_go_on(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    results = run(plan([*REASONS, "quick"]), tmp_path)
    records = {record.implementation: record for record in results.runs}
    assert records.pop("quick").status == "ok"
    assert set(records) == set(REASONS)
    for name, reason in REASONS.items():
        assert records[name].status == "failed", name
        assert reason in (records[name].reason or ""), name
        assert records[name].words_per_second is None
        assert not records[name].scores
        assert "\n" not in (records[name].reason or "")
    assert "last words" in (records["segfault"].reason or "")
    assert load_results(tmp_path) == results


def test_what_goes_to_stdout_cannot_disturb_a_run(plan: Callable[..., Plan], tmp_path: Path) -> None:
    heard: list[Signal] = []

    class Ear:
        def planned(self, total: int, kept: int) -> None: ...
        def started(self, spec: object) -> None: ...
        def ended(self, record: RunRecord) -> None: ...
        def heard(self, signal: Signal) -> None:
            heard.append(signal)

    results = run(plan("garbage,chatters"), tmp_path, observer=Ear())
    assert [record.status for record in results.runs] == ["ok", "ok"]
    assert Signal("train", 1, 2) not in heard
    assert {signal.phase for signal in heard} == {"prepare", "train", "evaluate"}
    assert 0 < len(heard) < 300


@pytest.mark.parametrize(("name", "timeout"), [("hangs", 2), ("stubborn", 3), ("forks", 4)])
def test_a_timeout_kills_the_worker_and_all_it_started(
    name: str, timeout: float, plan: Callable[..., Plan], tmp_path: Path
) -> None:
    note = tmp_path / "children"
    start = time.monotonic()
    record = only(run(plan(f"{name}[note={note}]", timeout=timeout), tmp_path / "out"))
    assert record.status == "timeout"
    assert (record.reason or "").startswith("stopped ")
    assert (record.reason or "").endswith(f" after {timeout} s (--timeout)")
    assert time.monotonic() - start < 100
    if name == "forks":
        assert all(gone(int(child)) for child in note.read_text().split())


def test_what_a_run_leaves_behind_is_ended_with_it(plan: Callable[..., Plan], tmp_path: Path) -> None:
    note = tmp_path / "child"
    assert only(run(plan(f"leaves[note={note}]"), tmp_path / "out")).status == "ok"
    assert gone(int(note.read_text().split()[-1]))


def test_half_a_file_of_a_killed_worker_goes_with_it(plan: Callable[..., Plan], tmp_path: Path) -> None:
    (record,) = run(plan("half-writes"), tmp_path / "out").runs
    assert "killed by SIGKILL" in (record.reason or "")
    assert not list((tmp_path / "out").rglob(".*"))


def test_what_cannot_run_here_is_a_row_and_no_worker(plan: Callable[..., Plan], tmp_path: Path) -> None:
    results = run(plan("absent,unable,quick", model="cbow", repeats=2), tmp_path)
    rows = [(record.implementation, record.round, record.status, record.reason) for record in results.runs]
    assert ("absent", 1, "unavailable", "the package absent is not installed: pip install absent") in rows
    assert ("unable", 1, "unsupported", "unable has no CBOW") in rows
    assert [row[:3] for row in rows if row[0] == "quick"] == [("quick", 1, "ok"), ("quick", 2, "ok")]
    assert len(rows) == 4
    assert sorted(path.name.split("-")[0] for path in (tmp_path / "runs").iterdir()) == ["quick", "quick"]


def test_vectors_are_kept_where_asked_for(plan: Callable[..., Plan], tmp_path: Path) -> None:
    from bench.evaluation.embeddings import read_embeddings

    record = only(run(plan("quick", save_vectors=True), tmp_path))
    assert record.vectors is not None
    embeddings = read_embeddings(tmp_path / record.vectors)
    assert embeddings.vectors.shape == (9, 8)
    assert list(embeddings.words)[:2] == ["the", "and"]


def test_a_corpus_that_changes_during_the_benchmark_fails_the_run(text: Path, tmp_path: Path) -> None:
    from bench.benchmarks.job import Job
    from bench.benchmarks.records import RunRecord as Record

    job = Job(
        id="x", configuration="y", implementation="quick", options={}, hyperparameters={"vector_size": 8}, threads=1,
        seed=1, round=1, device="cpu", corpus=str(text), corpus_sha256="0" * 64, cores=None, tasks=TASKS,
        plugins=[PLUGIN], save_vectors=False, directory=tmp_path,
    )  # fmt: skip
    (tmp_path / "job.json").write_text(job.model_dump_json())
    subprocess.run([sys.executable, "-m", "bench.benchmarks.worker", str(tmp_path / "job.json")], check=True)
    record = Record.model_validate_json((tmp_path / "record.json").read_bytes())
    assert record.status == "failed"
    assert "has changed since the benchmark began" in (record.reason or "")


@pytest.mark.parametrize(
    ("impl", "message"),
    [
        ("quik", "did you mean quick"),
        ("quick[scales=2]", "has no option scales; it takes scale, sleep"),
        ("quick[scale=-1]", "scale must be above 0, got -1"),
        ("quick[window=0]", "window must be at least 1, got 0"),
        ("quick[min_count=1]", "min_count makes the corpus"),
        ("quick,quick[scale=1.0]", "the same run asked for twice"),
    ],
)
def test_a_wrong_selector_is_one_sentence_and_starts_nothing(
    impl: str, message: str, plan: Callable[..., Plan], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        run(plan(impl), tmp_path / "out")
    assert not (tmp_path / "out").exists()
