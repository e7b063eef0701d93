"""What is recorded of the place of measurement, and what must not be."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from bench.benchmarks.environment import environment
from bench.benchmarks.isolation import choose_cores, core_count, thread_variables


def test_it_tells_the_machine_and_the_libraries() -> None:
    found = environment()
    assert found["packages"]["numpy"] == np.__version__
    assert found["cpu"]["affinity"] == sorted(os.sched_getaffinity(0))
    assert found["cpu"]["model"]
    assert found["memory_bytes"] > 1 << 28
    assert found["blas"]["name"]
    assert json.loads(json.dumps(found)) == found


def test_it_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = environment()
    assert found["variables"]["OMP_NUM_THREADS"] == "3"
    assert "hunter2" not in json.dumps(found)


def test_gpus_are_those_nvidia_smi_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771 MiB, 570.86.15, 9.0, 700.00 W, 1980 MHz'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (gpu,) = environment()["gpu"]
    assert (gpu["name"], gpu["driver_version"], gpu["memory.total"]) == ("NVIDIA H200", "570.86.15", "143771 MiB")
    tool.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert environment()["gpu"] == []


def test_threads_are_held_to_as_many_cores() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    assert core_count() == len(allowed)
    for threads in (1, len(allowed), len(allowed) + 5):
        cores = choose_cores(threads)
        assert cores is not None
        assert len(cores) == min(threads, len(allowed))
        assert set(cores) <= set(allowed)
        assert {value for name, value in thread_variables(threads).items() if "THREADS" in name} == {str(threads)}
