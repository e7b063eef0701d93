"""Spark behind the trainer's contract: in local mode, on a real cluster of this machine, and ended with us."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from bench.benchmarks.plan import make_plan
from bench.benchmarks.runner import run
from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import spark_program
from bench.implementations.given import LEARNING_RATE, THREADS, UPDATES
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.spark_program import SparkProgram
from bench.implementations.spark_trainer import MASTER_VARIABLE, SparkTrainer
from bench.implementations.trainer import TrainingError

REASON = SparkTrainer.unavailable()
needs_spark = pytest.mark.skipif(REASON is not None, reason=REASON or "")
H = Hyperparameters(loss="hs", sample=0, vector_size=10, min_count=1, epochs=3, window=3, alpha=0.05)
HEAP = "512m"


@pytest.fixture(scope="module", autouse=True)
def _own_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache, and a directory for temporary files that is empty when every test has cleaned up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("tmp")))
        patch.delenv(MASTER_VARIABLE, raising=False)
        # Its first compiler alone: programs as short as these gain nothing by the second, and wait for it.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield


def two_topics(sentences: int = 3000) -> Corpus:
    """Sentences of ten words, all of one topic or all of the other; words a0 … a9 and b0 … b9 of unequal counts."""
    rng = np.random.default_rng(3)
    share = 1 / np.arange(1, 11)
    drawn = rng.choice(10, (sentences, 10), p=share / share.sum()) + 10 * (np.arange(sentences) % 2)[:, None]
    names = [topic + str(word) for topic in "ab" for word in range(10)]
    counts = np.bincount(drawn.ravel(), minlength=20)
    order = sorted(range(20), key=lambda i: (-counts[i], names[i]))
    vocabulary = Vocabulary([names[i] for i in order], counts[order].astype(np.int64))
    tokens = np.argsort(order)[drawn.ravel()].astype(np.int32)
    return Corpus("made", "", 1, vocabulary, tokens, np.arange(sentences + 1, dtype=np.int64) * 10, len(tokens), 20)


CORPUS = two_topics()


def contrast(vectors: NDArray[np.float32]) -> float:
    """Mean cosine of two words of a topic, less that of two words of different topics."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    topic = np.array([word[0] == "a" for word in CORPUS.vocabulary.words])
    same, cosines = topic[:, None] == topic, unit @ unit.T
    return float(cosines[same].mean() - cosines[~same].mean())


def prepared(threads: int = 1, **options: Any) -> SparkTrainer:
    trainer = SparkTrainer(memory=HEAP, **options)
    trainer.prepare(CORPUS, H, threads=threads, seed=7, device="cpu")
    return trainer


def gone(pid: int) -> bool:
    """Whether a process has ended, given a moment; one that waits to be reaped has."""
    for _ in range(500):
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.02)
                continue
        return True
    return False


def in_a_child(file: str) -> None:
    """Train one partition in one thread, write down what came of it, and wait to be killed."""
    trainer, told = prepared(), [(0, 0)]
    with pytest.raises(TrainingError, match="before it has trained"):
        trainer.vectors()  # as the worker asks, and it goes on
    trainer.train(lambda done, total: told.append((done, total)))
    np.savez(file, vectors=trainer._fetched(), told=told, memory=trainer.program_memory or 0)
    assert trainer._program is not None
    print(trainer._program.pid, flush=True)
    time.sleep(120)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a process has trained in local mode; it has been killed since."""
    place = tmp_path_factory.mktemp("local")
    code = (
        "import importlib.util as u\n"
        f"spec = u.spec_from_file_location('spark_tests', {__file__!r})\n"
        "tests = u.module_from_spec(spec)\n"
        "spec.loader.exec_module(tests)\n"
        f"tests.in_a_child({str(place / 'trained.npz')!r})\n"
    )
    environment = {**os.environ, "TMPDIR": str(place)}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    program = int(process.stdout.readline())
    assert psutil.pid_exists(program)
    process.kill()
    process.wait()
    process.stdout.close()
    assert gone(program), "its program of Java ends with it"
    with np.load(place / "trained.npz") as trained:
        return dict(trained)


@needs_spark
def test_local_mode_learns_and_keeps_the_vocabulary_s_order(local: Any) -> None:
    vectors, done = local["vectors"], local["told"][:, 0]
    assert vectors.shape == (20, 10)
    assert vectors.dtype == np.float32
    assert contrast(vectors) > 0.5
    assert local["memory"] > 100e6, "a Java machine with Spark in it"
    assert (np.diff(done) >= 0).all()
    assert local["told"][-1].tolist() == [3 * CORPUS.n_tokens, 3 * CORPUS.n_tokens]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A master and two workers of one core each on the loopback interface."""
    found = find_spec("pyspark")
    assert found is not None
    assert found.submodule_search_locations is not None
    home, work = Path(found.submodule_search_locations[0]), tmp_path_factory.mktemp("work")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    common = ["--host", "127.0.0.1", "--webui-port", "0"]
    worker = [*common, "--cores", "1", "--memory", HEAP, "--work-dir", str(work), address]
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "128m"}
    processes: list[subprocess.Popen[bytes]] = []

    def start(name: str, arguments: list[str]) -> None:
        with (work / f"{len(processes)}.log").open("wb") as log:
            command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
            processes.append(
                subprocess.Popen(
                    command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, start_new_session=True
                )
            )

    try:
        start("master.Master", ["--port", str(port), *common])
        wait_for(("127.0.0.1", port), work / "0.log")
        for _ in range(2):
            start("worker.Worker", worker)
        yield address
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a worker's own processes are in its group
            process.wait()


def wait_for(address: tuple[str, int], log: Path) -> None:
    """Until someone listens there."""
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.slow
@needs_spark
def test_a_cluster_trains_what_local_mode_trains(local: Any, cluster: str) -> None:
    """One partition gives the same vectors in whatever process it is trained; two are trained in two processes."""
    trainer = prepared(threads=2, partitions=1, master=cluster)
    program = trainer._program
    assert program is not None
    assert trainer.options == {"partitions": 1, "master": cluster, "memory": HEAP}
    trainer.train(lambda done, total: None)
    np.testing.assert_allclose(trainer._fetched(), local["vectors"], atol=1e-6)
    assert len(program.context._jsc.sc().statusTracker().getExecutorInfos()) == 3, "the driver and two workers"
    trainer._partitions = 2
    trainer.train(lambda done, total: None)
    assert trainer.output_vectors() is None
    assert np.abs(trainer.vectors() - local["vectors"]).max() > 1e-3
    assert contrast(trainer.vectors()) > 0.5
    assert gone(program.pid)
    assert list(Path(tempfile.gettempdir()).glob("word2vec-bench-spark-*")) == []
    with pytest.raises(TrainingError, match="prepare"):
        trainer.train(lambda done, total: None)


def test_explains_what_went_wrong(tmp_path: Path) -> None:
    program = object.__new__(SparkProgram)
    program._log = tmp_path / "log.txt"
    program._log.write_text("WARNING: Using incubator modules: x\nfirst\n\nlast words\n")
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    program._process = sleeper

    class JavaError(Exception):
        java_exception = None

        def __init__(self, text: str, cause: "JavaError | None" = None) -> None:
            super().__init__("long story")
            self.text, self.cause, self.java_exception = text, cause, self

        def toString(self) -> str:  # noqa: N802 - Java's
            return self.text

        def getCause(self) -> "JavaError | None":  # noqa: N802
            return self.cause

    root = JavaError("java.io.FileNotFoundException: File /x/text.txt does not exist\n at org.apache")
    told = str(program.explained(JavaError("SparkException: Job aborted", root)))
    assert told == "Spark failed: java.io.FileNotFoundException: File /x/text.txt does not exist"
    told = str(program.explained(JavaError("SparkException", JavaError("OutOfMemoryError: Java heap space", root))))
    assert told == "Spark failed: OutOfMemoryError: Java heap space; give it more memory, for instance spark[memory=8g]"
    assert str(program.explained(ValueError("one\ntwo"))) == "Spark failed: one"
    sleeper.kill()
    sleeper.wait()
    ended = "Spark's program ended with exit code -9; its log ends: first | last words"
    assert str(program.explained(ConnectionError("refused"))) == ended


@needs_spark
def test_a_row_says_how_to_ask_for_it(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    plan = make_plan(
        {"impl": "spark,numpy", "corpus": str(text), "tasks": ["wordsim-353"], "repeats": 1, "vector_size": 8}
    )
    rows = {record.implementation: record for record in run(plan, tmp_path / "out").runs}
    assert rows["numpy"].status == "ok"
    assert rows["spark"].status == "unsupported"
    assert "'spark[loss=hs,sample=0]'" in str(rows["spark"].reason)


def test_a_vocabulary_of_one_word_is_an_error() -> None:
    corpus = Corpus(
        "one", "", 1, Vocabulary(["a"], np.array([9])), np.zeros(9, np.int32), np.array([0, 9], np.int64), 9, 1
    )
    with pytest.raises(TrainingError, match="at least two words"):
        SparkTrainer().prepare(corpus, H, threads=1, seed=1, device="cpu")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "'spark[loss=hs,sample=0]'"),
        ({"loss": "hs"}, "'spark[sample=0]'"),
        ({"model": "cbow", "loss": "hs", "sample": 0}, "'spark[model=skipgram]'"),
        ({"loss": "hs", "sample": 0, "shrink_windows": False}, "shrink_windows true"),
        ({"loss": "hs", "sample": 0, "min_alpha": 0.02}, "min_alpha to a tenth"),
    ],
)
def test_says_what_it_cannot_do(settings: dict[str, Any], told: str) -> None:
    assert told in str(SparkTrainer().unsupported(Hyperparameters(**settings)))
    with pytest.raises(TrainingError, match=re.escape(told)):
        SparkTrainer().prepare(CORPUS, Hyperparameters(**settings), threads=1, seed=1, device="cpu")
    assert SparkTrainer().unsupported(H) is None


def test_tells_what_it_was_given() -> None:
    given = SparkTrainer(partitions=1).given(H)
    assert given["alpha"].value == H.alpha
    assert given["min_alpha"].value is None
    assert "10,000 words" in str(given[LEARNING_RATE].note)
    assert given[UPDATES].note is None
    assert THREADS not in given
    assert "averaged" in str(SparkTrainer(partitions=2).given(H)[UPDATES].note)
    assert all(setting.note for setting in given.values() if setting.value is None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"partitions": 0}, "1 or more"),
        ({"partitions": "two"}, "whole number"),
        ({"master": "host:7077"}, "master must be local or an address"),
        ({"memory": "2 GB"}, "2g or 512m"),
    ],
)
def test_refuses_wrong_options(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        SparkTrainer(**options)


def test_a_cluster_may_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MASTER_VARIABLE, "spark://somewhere:7077")
    assert SparkTrainer().options["master"] == "spark://somewhere:7077"
    assert SparkTrainer(master="local").options["master"] == "local"


def fake_java(directory: Path, answer: str) -> Path:
    program = directory / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    return program


def test_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_program.importlib.util, "find_spec", lambda name: None)
    assert "pip install pyspark" in str(spark_program.missing())
    monkeypatch.setattr(spark_program.importlib.util, "find_spec", lambda name: object())
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no java on the PATH" in str(spark_program.missing())
    old = fake_java(tmp_path / "old", "echo 'openjdk version \"1.8.0_392\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    assert f"needs Java 17 or later, and {old} is Java 8" in str(spark_program.missing())
    fake_java(tmp_path / "new", "echo 'openjdk version \"21\" 2023-09-19' >&2")
    monkeypatch.setenv("PATH", str(tmp_path / "new" / "bin"))
    monkeypatch.delenv("JAVA_HOME")
    assert spark_program.missing() is None
    fake_java(tmp_path / "broken", "exit 1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "broken"))
    assert "JAVA_HOME does not run" in str(spark_program.missing())
    assert "CPU only" in str(SparkTrainer.unavailable("cuda"))
