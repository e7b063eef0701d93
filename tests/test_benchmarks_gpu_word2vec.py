"""The GPU script in miniature: its first step needs no GPU, the others run interpreted on the CPU."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# Looked for, not imported: Triton settles at its import whether it interprets, and another test file decides that.
if find_spec("torch") is None or find_spec("triton") is None:
    pytest.skip("torch or triton is not installed", allow_module_level=True)

SMALL = ["--vector-size", "8", "--window", "2", "--negative", "2", "--models", "cbow"]


def script(*arguments: str, interpret: bool, cache: Path) -> list[dict[str, Any]]:
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    environment |= {"BENCH_CACHE": str(cache)} | ({"TRITON_INTERPRET": "1"} if interpret else {})
    command = [sys.executable, "-m", "bench.benchmarks.gpu_word2vec", *SMALL, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_builds_without_a_gpu(tmp_path: Path) -> None:
    lines = script("--compile-only", interpret=False, cache=tmp_path)
    assert [line["step"] for line in lines] == ["machine", "build"]
    assert lines[1]["atomics"]
    assert all(name.endswith("relaxed.add.v4.f32") for name in lines[1]["atomics"])
    assert lines[1]["spilled_bytes"] == 0


@pytest.mark.slow
def test_checks_and_times_in_miniature(tmp_path: Path) -> None:
    text, log = tmp_path / "text.txt", tmp_path / "log.json"
    text.write_text("the cat sat on the mat\nthe dog sat on the cat and the mat\n")
    lines = script(
        "--corpus", str(text), "--device", "cpu", "--min-count", "1", "--epochs", "1", "--sample", "0",
        "--programs", "1,2", "--batches", "8", "--each", "3", "--tasks", "wordsim-353", "--log", str(log),
        interpret=True, cache=tmp_path,
    )  # fmt: skip
    assert [line["step"] for line in lines] == ["machine", "check", "bounds", "time", "time", "time"]
    assert json.loads(log.read_text()) == lines
    check = lines[1]
    assert check["same_words"] is True
    assert check["largest_difference"] < 1e-6 < check["largest_value"]
    assert [line["path"] for line in lines[3:]] == ["triton", "triton", "plain"]
    assert all(line["trained_words_per_second"] == line["words_per_second"] != 0 for line in lines[3:])
