"""The probe of the machine: what it reads of the caches, and figures that can be meant. No timing is asserted."""

import json
from pathlib import Path

import pytest

from bench.benchmarks.caches import Caches, cache_sizes
from bench.benchmarks.ceilings import measure, measured_apart, table
from bench.benchmarks.isolation import core_count
from bench.benchmarks.prediction import Ceilings
from bench.datasets.errors import InputError


def machine(root: Path, *cores: int) -> Path:
    """A made-up /sys of cores in pairs: 32 kB and 512 kB of each core's own, 4 MB for each pair."""
    for core in cores:
        first = core - core % 2
        for index, (level, kind, size, users) in enumerate(
            [
                (1, "Data", "32K", f"{core}"),
                (1, "Instruction", "9999K", f"{core}"), (2, "Unified", "512K", f"{core}"),
                (3, "Unified", "4096K", f"{first}-{first + 1}"),
            ]
        ):  # fmt: skip
            where = root / f"cpu{core}" / "cache" / f"index{index}"
            where.mkdir(parents=True)
            for name, value in (("level", level), ("type", kind), ("size", size), ("shared_cpu_list", users)):
                (where / name).write_text(f"{value}\n")
    return root


def test_caches_are_told_apart_by_level_and_by_who_shares_them(tmp_path: Path) -> None:
    root = machine(tmp_path, 0, 1, 2, 3)
    assert cache_sizes([0, 1], root) == Caches(32 << 10, 512 << 10, 4 << 20, 1)
    assert cache_sizes([0, 2], root) == Caches(32 << 10, 512 << 10, 4 << 20, 2)


def test_caches_that_the_system_does_not_tell_are_unknown(tmp_path: Path) -> None:
    assert cache_sizes([0], tmp_path) == Caches(None, None, None, 1)
    (machine(tmp_path, 0) / "cpu0" / "cache" / "index3" / "size").write_text("large\n")
    assert cache_sizes([0], tmp_path).last == 512 << 10


def test_ceilings_can_be_meant() -> None:
    found = measure(1, rounds=1, array=8 << 20)
    assert found.threads == 1
    assert found.lanes in (4, 8, 16)
    # From a slow core to a large machine: anything else was optimised away or counted wrong.
    assert 1e8 < found.multiply_adds_per_second < 1e14
    assert 1e8 < found.memory_read_bytes_per_second < 1e14
    assert 1e8 < found.memory_update_bytes_per_second < 1e14
    assert found == Ceilings.model_validate(json.loads(found.model_dump_json()))
    assert f"| 1 | {found.multiply_adds_per_second / 1e9:.1f} G |" in table([found])


def test_more_threads_than_cores_have_no_ceiling() -> None:
    with pytest.raises(InputError, match="cores"):
        measure(core_count() + 1)


def test_a_probe_that_fails_says_why() -> None:
    with pytest.raises(InputError, match="100000 threads need as many cores"):
        measured_apart([100_000])


def test_what_was_not_measured_is_a_dash() -> None:
    some = Ceilings(
        threads=2, lanes=4, multiply_adds_per_second=1e10, memory_read_bytes_per_second=1e10,
        memory_update_bytes_per_second=2e10,
    )  # fmt: skip
    assert table([some]).endswith("| 2 | 10.0 G | 10.0 GB/s | 20.0 GB/s | – | – |")
