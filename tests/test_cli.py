"""The command line as a user meets it: exit codes, sentences, signals, and what it does not import."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.benchmarks.plan import make_plan
from bench.benchmarks.runner import run
from bench.benchmarks.store import load_results
from bench.implementations.hyperparameters import Hyperparameters

PLUGIN = str(Path(__file__).with_name("misbehaving_trainers.py"))
VERBS = ("run", "evaluate", "report", "list", "data")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    lines = "the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60
    (path / "tiny.txt").write_text(lines)
    return path


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "BENCH_DATA"}
    return {**kept, "BENCH_CACHE": str(home / "cache"), "COLUMNS": "200"}


@pytest.fixture
def bench(tmp_path: Path, environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bench", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)

    return call


@pytest.fixture
def quick(home: Path) -> list[str]:
    corpus = str(home / "tiny.txt")
    return ["run", "--plugin", PLUGIN, "--corpus", corpus, "--tasks", "wordsim-353", "--vector-size", "8"]


def test_each_verb_explains_itself_with_an_example(bench: Callable[..., Any]) -> None:
    top = bench("--help")
    assert top.returncode == 0
    for verb in VERBS:
        assert f"\n  {verb} " in top.stdout
        assert "Example: python -m bench" in bench(*(verb, "list") if verb == "data" else (verb,), "--help").stdout


def test_every_hyperparameter_is_a_flag_with_its_own_help_and_default(bench: Callable[..., Any]) -> None:
    words = " ".join(bench("run", "--help").stdout.split())
    for name, field in Hyperparameters.model_fields.items():
        assert f"--{name.replace('_', '-')} " in words
        assert " ".join(str(field.description).split())[:40] in words
    assert "[default: (0.025)]" in words


def test_help_and_list_load_nothing_heavy(environment: dict[str, str]) -> None:
    code = (
        "import sys, runpy\n"
        "sys.argv = ['bench', *{arguments!r}]\n"
        "try:\n    runpy.run_module('bench', run_name='__main__')\nexcept SystemExit as end:\n    assert not end.code\n"
        "print('LOADED', *sys.modules)"
    )
    common = {"torch", "gensim", "numba", "scipy", "pandas", "matplotlib", "pooch", "jinja2"}
    for arguments, heavy in {
        ("--help",): common | {"numpy"},
        ("run", "--help"): common | {"numpy"},
        ("list",): common,
        ("list", "tasks"): common,
        ("list", "corpora"): common | {"numpy"},
    }.items():
        command = [sys.executable, "-c", code.format(arguments=list(arguments))]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        loaded = set(done.stdout.rpartition("LOADED")[2].split())
        assert "bench.implementations.hyperparameters" in loaded
        assert not heavy & loaded, arguments


def test_list_names_each_implementation_with_its_version_or_the_reason(bench: Callable[..., Any]) -> None:
    done = bench("list", "--plugin", PLUGIN)
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert done.returncode == 0
    assert "1.2" in lines["quick"]
    assert "the package absent is not installed: pip install absent" in lines["absent"]
    assert np.__version__ in lines["numpy"]
    assert "google-30k" in bench("list", "tasks").stdout
    assert "planted" in bench("list", "corpora").stdout
    assert "wordsim-353" in bench("data", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--window", "0"], "--window must be at least 1, got 0"),
        (["run", "--alpha", "nan"], "--alpha must be a finite number, got nan"),
        (["run", "--window", "five"], "--window"),
        (["run", "--vektor-size", "5"], "--vektor-size"),
        (["run", "--impl", "gensin"], "did you mean gensim"),
        (["run", "--corpus", "./missing.txt"], "missing.txt"),
        (["run", "--corpus", ""], "--corpus must be a name, got ''"),
        (["run", "--impl", ""], "--impl names nothing"),
        (["run", "--impl", "numpy", "--tasks", " , "], "--tasks names nothing"),
        (["evaluate", "missing.bin", "--tasks", ""], "--tasks names nothing"),
        (["run", "--tasks", "gogle-30k"], "did you mean google-30k"),
        (["run", "--plan", "missing.toml"], "plan missing.toml cannot be read"),
        (["run", "--plugin", "missing.py"], "plug-in missing.py is not a file"),
        (["run", "--resume", "--fresh"], "--resume and --fresh exclude each other"),
        (["list", "wonders"], "choose implementations, tasks or corpora"),
        (["report", "nowhere"], "no results in nowhere"),
        (["evaluate", "missing.bin"], "missing.bin does not exist"),
        (["data", "fetch", "gogle"], "did you mean google"),
        (["train"], "No such command"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    arguments: list[str], message: str, bench: Callable[..., Any], tmp_path: Path
) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"one\n", b"\0\xff" * 500, b"all words here are rare\n"])
def test_a_corpus_that_cannot_be_used_is_one_sentence(
    content: bytes, bench: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "bad.txt").write_bytes(content)
    done = bench("run", "--plugin", PLUGIN, "--impl", "quick", "--corpus", "bad.txt", "--out", "out")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_a_traceback_only_for_who_asks(bench: Callable[..., Any]) -> None:
    assert "Traceback" in bench("run", "--window", "0", "--debug").stderr


def test_a_run_writes_results_and_a_report_and_says_where(
    bench: Callable[..., Any], quick: list[str], tmp_path: Path
) -> None:
    done = bench(*quick, "--impl", "quick", "--repeats", "2", "--window", "3", "--no-cbow-mean", "--seed", "4,5")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    out = tmp_path / "results" / "tiny"
    for name in ("results.json", "report.md", "report.html"):
        assert (out / name).is_file()
        assert str(Path("results") / "tiny" / name) in done.stdout
    results = load_results(out)
    assert [(one.status, one.seed) for one in results.runs] == [("ok", 4), ("ok", 5)]
    assert results.runs[0].hyperparameters == Hyperparameters(vector_size=8, window=3, cbow_mean=False)
    assert results.command is not None
    assert "--no-cbow-mean" in results.command
    (out / "report.html").unlink()
    assert bench("report", "results/tiny").returncode == 0
    assert (out / "report.html").is_file()
    again = bench(*quick, "--impl", "quick", "--out", "results/tiny")
    assert again.returncode == 2
    assert "add --resume to finish them or --fresh to start again" in again.stderr


def test_flags_go_before_the_plan_file(
    bench: Callable[..., Any], home: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "plan.toml").write_text(
        f'impl = "quick"\nplugin = "{PLUGIN}"\ncorpus = "{home / "tiny.txt"}"\ntasks = "wordsim-353"\n'
        'vector-size = 16\nwindow = 9\nrepeats = 1\nout = "here"\n'
    )
    assert bench("run", "--plan", "plan.toml", "--window", "2").returncode == 0
    (only,) = load_results(tmp_path / "here").runs
    assert (only.hyperparameters.vector_size, only.hyperparameters.window) == (16, 2)


@pytest.mark.parametrize(("impl", "code"), [("quick,raises", 3), ("quick,absent", 3)])
def test_failed_runs_are_exit_code_3(impl: str, code: int, bench: Callable[..., Any], quick: list[str]) -> None:
    done = bench(*quick, "--impl", impl, "--repeats", "1", "--out", "out")
    assert done.returncode == code, done.stderr
    assert done.stderr == "", "no progress where there is no terminal"
    assert "report.html" in done.stdout


def test_a_reader_that_leaves_is_no_fault(environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m bench data list | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_outside_of_the_runs_is_one_word(environment: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import os, runpy, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import bench.datasets.catalogue as catalogue\n"
        "catalogue.corpora = lambda: os.kill(os.getpid(), signal.SIGINT) or signal.pause()\n"
        "sys.argv = ['bench', 'data', 'list']\n"
        "runpy.run_module('bench', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (130, "stopped\n")


def test_a_report_whose_reader_has_left_is_written_all_the_same(
    environment: dict[str, str], quick: list[str], tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "bench", *quick, "--impl", "quick,raises", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, env=environment)
    os.close(writing)
    assert (done.returncode, done.stderr) == (3, "")
    assert (tmp_path / "out" / "report.html").exists()


def test_evaluate_scores_a_file_as_table_and_as_json(bench: Callable[..., Any], tmp_path: Path) -> None:
    words = ["tiger", "cat", "computer", "keyboard", "plane", "car", "king", "queen"]
    random = np.random.default_rng(1)
    rows = [f"{word} {' '.join(map(str, random.normal(size=5)))}" for word in words]
    (tmp_path / "vectors.txt").write_text("\n".join([f"{len(words)} 5", *rows]) + "\n")
    done = bench("evaluate", "vectors.txt", "--tasks", "wordsim-353,google-30k", "--json")
    assert done.returncode == 0, done.stderr
    (entry,) = json.loads(done.stdout)
    assert (entry["vectors"], entry["words"], entry["dim"]) == ("vectors.txt", 8, 5)
    assert {score["task"] for score in entry["scores"]} == {"wordsim-353", "google-30k"}
    table = bench("evaluate", "vectors.txt", "--tasks", "wordsim-353").stdout
    value = next(score["value"] for score in entry["scores"] if score["task"] == "wordsim-353")
    assert "8 words, 5 dimensions" in table
    assert f"{value:.4f}" in table


def test_evaluate_keeps_the_first_of_two_vectors_if_told_to(bench: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "twice.txt").write_text("4 2\ntiger 1 0\ncat 1 1\ntiger 0 1\nplane 0 1\n")
    refused = bench("evaluate", "twice.txt", "--tasks", "wordsim-353")
    assert refused.returncode == 2
    assert "--first-duplicate" in refused.stderr
    kept = bench("evaluate", "twice.txt", "--tasks", "wordsim-353", "--first-duplicate", "--json")
    assert kept.returncode == 0
    assert json.loads(kept.stdout)[0]["words"] == 3
    assert kept.stderr.startswith("warning: twice.txt: 1 rows repeat a word")
    assert kept.stderr.count("\n") == 1


def test_the_seed_of_evaluate_moves_the_interval_and_not_the_score(bench: Callable[..., Any], tmp_path: Path) -> None:
    words = ["tiger", "cat", "computer", "keyboard", "plane", "car", "king", "queen", "train", "money", "cash", "bank"]
    random = np.random.default_rng(1)
    rows = [f"{word} {' '.join(map(str, random.normal(size=5)))}" for word in words]
    (tmp_path / "vectors.txt").write_text("\n".join(rows) + "\n")
    arguments = ("evaluate", "vectors.txt", "--tasks", "wordsim-353", "--json", "--seed")
    one, same, other = (json.loads(bench(*arguments, seed).stdout)[0]["scores"][0] for seed in ("1", "1", "2"))
    assert one == same
    assert one["value"] == other["value"]
    assert (one["low"], one["high"]) != (other["low"], other["high"])
    assert bench(*arguments, "-1").returncode == 2


# Signals: a real command line, stopped in the middle.


@contextlib.contextmanager
def started(arguments: list[str], directory: Path, environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bench", *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=directory, env=environment, start_new_session=True, **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def gone(processes: list[psutil.Process]) -> bool:
    def ended(process: psutil.Process) -> bool:
        try:
            return process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return all(ended(process) for process in processes)


def facts(path: Path) -> list[dict[str, Any]]:
    """What of each run does not depend on time."""
    timed = ("seconds", "per_second", "started", "conditions", "memory")
    document = json.loads((path / "results.json").read_text())
    return [
        {key: value for key, value in one.items() if not any(word in key for word in timed)} for one in document["runs"]
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_benchmark_keeps_what_is_done_and_can_be_finished(
    number: signal.Signals, bench: Callable[..., Any], quick: list[str], tmp_path: Path, environment: dict[str, str]
) -> None:
    note = tmp_path / "note"
    arguments = [*quick, "--impl", f"quick[sleep=1,note={note}]", "--repeats", "3"]
    with started([*arguments, "--out", "cut"], tmp_path, environment) as process:
        wait_for(lambda: note.exists() and note.read_text().count("\n") == 2)  # the second run is under way
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped after 1 of 3 runs" in stderr
    assert "--out cut --resume" in stderr
    assert "Traceback" not in stderr
    assert len(family) >= 2
    wait_for(lambda: gone(family))
    assert [one.round for one in load_results(tmp_path / "cut").runs] == [1]
    assert (tmp_path / "cut" / "report.html").is_file()
    assert "report.html" in stdout
    assert not list((tmp_path / "cut").rglob("*.part"))
    if number != signal.SIGINT:
        return
    assert bench(*arguments, "--out", "cut", "--resume").returncode == 0
    assert note.read_text().split("\n")[:-1] == ["quick 1", "quick 2", "quick 2", "quick 3"]
    settings = {"plugin": PLUGIN, "corpus": quick[4], "tasks": "wordsim-353", "vector_size": 8, "repeats": 3}
    run(make_plan({**settings, "impl": f"quick[sleep=1,note={note}]"}), tmp_path / "whole")
    assert facts(tmp_path / "cut") == facts(tmp_path / "whole")


def test_no_worker_and_nothing_it_started_survives_a_killed_launcher(
    quick: list[str], tmp_path: Path, environment: dict[str, str]
) -> None:
    note = tmp_path / "note"
    with started([*quick, "--impl", f"forks[note={note}]", "--out", "out"], tmp_path, environment) as process:
        wait_for(
            lambda: note.exists() and note.read_text().split()[:1] != ["forks"] and len(note.read_text().split()) == 2
        )
        in_group = int(note.read_text().split()[0])
        family = psutil.Process(process.pid).children(recursive=True)
        assert in_group in {one.pid for one in family}
        alone = int(note.read_text().split()[1])
        process.kill()
        process.wait()
        try:
            wait_for(lambda: gone([one for one in family if one.pid != alone]))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(alone, signal.SIGKILL)  # it has a session of its own: nothing but a cgroup would reach it
