"""The pytest-benchmark suites run, and put words/s beside their timings; plain ``pytest`` leaves them alone."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUITES = ROOT / "benchmarks" / "suites"
CHOSEN = (
    "test_kernels.py::test_kernel[skipgram-ns-window:3-text]",
    "test_pieces.py::test_counter_random",
    "test_pieces.py::test_noise_words",
    "test_pieces.py::test_encoding",
    "test_scoring.py::test_scoring[wordsim-353]",
    "test_trainers.py::test_trainer[numba]",
)
QUICK = ("--benchmark-min-rounds=1", "--benchmark-max-time=0.05", "--benchmark-warmup=off")


def suites(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    # Under pytest-xdist, pytest-benchmark would find that it is in a worker and time nothing.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=alone)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What a run of some of them wrote, by name."""
    out = tmp_path_factory.mktemp("suites") / "out.json"
    ids = [str(SUITES / one) for one in CHOSEN]
    done = suites(*ids, "--benchmark-only", f"--benchmark-json={out}", *QUICK)
    assert done.returncode == 0, done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(out.read_text())["benchmarks"]}


@pytest.mark.slow
def test_words_per_second_are_the_words_over_the_median(measured: dict[str, dict]) -> None:
    assert set(measured) == {one.split("::")[1] for one in CHOSEN}
    for name, words in (("test_noise_words", 1_000_000), ("test_encoding", 300_000)):
        one = measured[name]
        assert one["extra_info"]["words_per_second"] == pytest.approx(words / one["stats"]["median"], rel=0.01)
    for name in ("test_trainer[numba]", "test_kernel[skipgram-ns-window:3-text]"):
        assert measured[name]["extra_info"]["words_per_second"] > 1000


@pytest.mark.slow
def test_a_trainer_is_timed_alone_and_named(measured: dict[str, dict]) -> None:
    one = measured["test_trainer[numba]"]
    about = one["extra_info"]
    assert (about["implementation"], about["device"]) == ("numba", "cpu")
    assert about["options"]["negatives"]
    assert one["stats"]["rounds"] == 3
    assert {value["group"] for value in measured.values()} == {"kernels", "sampling", "encoding", "scoring", "trainers"}


def test_all_suites_are_found_by_the_command_of_the_docs_and_not_by_plain_pytest() -> None:
    found = suites("--collect-only", "benchmarks", "--benchmark-only").stdout
    for part in (*CHOSEN, "test_trainer[numpy]", "test_trainer[gensim]", "test_kernel[cbow-hs-window-folded]"):
        assert part.split("::")[-1] in found
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert settings["testpaths"] == ["tests"]


def test_the_suites_work_without_timing() -> None:
    done = suites(str(SUITES / "test_pieces.py::test_alias_table"), "--benchmark-disable")
    assert done.returncode == 0, done.stdout
