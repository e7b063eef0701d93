"""The probe of the machine: what it reads of the caches, and figures that can be meant. No timing is asserted."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.benchmarks import measured_ceilings
from bench.benchmarks.caches import Caches, cache_sizes
from bench.benchmarks.ceilings import measure, table
from bench.benchmarks.isolation import core_count
from bench.benchmarks.measured_ceilings import measured_apart, with_ceilings
from bench.benchmarks.plan import make_plan
from bench.benchmarks.prediction import Ceilings, ceilings_of, highest
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
    assert table([some(2)]).endswith("| 2 | 20.0 G | 10.0 GB/s | 20.0 GB/s | – | – |")


def some(threads: int) -> Ceilings:
    return Ceilings(
        threads=threads, lanes=4, multiply_adds_per_second=1e10 * threads, memory_read_bytes_per_second=1e10,
        memory_update_bytes_per_second=2e10,
    )  # fmt: skip


class Spec(NamedTuple):
    """Of a planned run what matters here."""

    threads: int


def test_results_hold_what_was_asked_for_and_what_an_earlier_sitting_measured(
    make_results: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []

    def probe(threads: list[int]) -> list[Ceilings]:
        asked.append(threads)
        return [some(n) for n in threads]

    monkeypatch.setattr(measured_ceilings, "measured_apart", probe)
    monkeypatch.setattr(measured_ceilings, "core_count", lambda: 4)
    begun = make_results(environment={"cpu": {"model": "Some CPU"}})
    specs: Any = [Spec(2), Spec(1), Spec(2), Spec(64)]
    assert with_ceilings(begun, None, specs, asked=False) == begun
    found = with_ceilings(begun, None, specs, asked=True)
    assert asked == [[1, 2]]  # each once; 64 threads share cores, and no ceiling is theirs
    assert ceilings_of(found.environment) == {1: some(1), 2: some(2)}
    assert found.environment["cpu"] == begun.environment["cpu"]
    more = with_ceilings(begun, found, [*specs, Spec(4)], asked=True)
    assert asked == [[1, 2], [4]]
    assert set(ceilings_of(more.environment)) == {1, 2, 4}
    assert with_ceilings(begun, found, specs, asked=False).environment == found.environment


def test_a_plan_asks_for_them_and_not_of_machines_elsewhere() -> None:
    assert not make_plan({}).ceilings
    plan = make_plan({"ceilings": True})
    assert plan.ceilings
    assert plan.settled() == make_plan({}).settled()  # what is measured beside the runs does not make them others
    with pytest.raises(InputError, match="ceilings"):
        make_plan({"ceilings": True, "executor": "dask", "scheduler": "tcp://127.0.0.1:8786"})


def test_of_several_measurements_the_highest_counts() -> None:
    high = some(2).model_copy(update={"multiply_adds_per_second": 9e10, "cache_bytes": 5})
    kept = highest([{"ceilings": [some(2).model_dump()]}, {"ceilings": [high.model_dump()]}, {}, {"ceilings": "x"}])
    assert kept == [{**some(2).model_dump(), "multiply_adds_per_second": 9e10, "cache_bytes": 5}]
    assert highest([{}]) == []
