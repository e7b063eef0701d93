"""Which machine made a run, who makes which run next, and a corpus that is carried from one machine to another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.benchmarks.executors.dispatch import MOST_DEATHS, Dispatch, Place
from bench.benchmarks.history.entry import make_entry
from bench.benchmarks.machines import by_machine, described, machine_id, machines_of, with_machines
from bench.benchmarks.schedule import Candidate, RunSpec
from bench.datasets import carried
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.implementations.hyperparameters import Hyperparameters
from bench.reports.summary import summarise


def environment(**changes: Any) -> dict[str, Any]:
    cpu = {"model": "Some CPU", "cores": 4, "affinity": [0, 1], "mhz": 1200.0}
    base = {
        "cpu": cpu, "memory_bytes": 8 << 30, "system": {"kernel": "6.1"}, "packages": {"numpy": "2.0"}, "code": "ab",
    }  # fmt: skip
    return {**base, **changes}


def test_a_machine_is_known_by_what_decides_a_speed() -> None:
    one = machine_id(environment())
    assert one == machine_id(environment(load_average=[9, 9, 9], code="cd", memory_bytes=(8 << 30) + 4096))
    assert one == machine_id(environment(cpu={**environment()["cpu"], "mhz": 3600.0, "affinity": [2, 3]}))
    others = [
        environment(label="rack 2"),
        environment(memory_bytes=16 << 30),
        environment(system={"kernel": "6.2"}),
        environment(packages={"numpy": "2.1"}),
        environment(cpu={**environment()["cpu"], "model": "Another CPU"}),
        environment(cpu={**environment()["cpu"], "affinity": [0]}),
        environment(gpu=[{"name": "Some GPU", "driver_version": "1"}]),
        environment(gpu=[{"name": "Some GPU", "driver_version": "2"}]),
    ]
    assert len({one, *map(machine_id, others)}) == 1 + len(others)


def test_an_environment_tells_of_one_machine_or_of_each(make_results: Callable[..., Any]) -> None:
    client, one, two = environment(), environment(label="one"), environment(label="two", memory_bytes=16 << 30)
    ids = [machine_id(one), machine_id(two)]
    assert with_machines(client, {machine_id(client): described(client)}) == client
    single = with_machines(client, {ids[0]: described(one)})
    assert machine_id(single) == ids[0]
    both = with_machines(client, dict(zip(ids, map(described, (one, two)), strict=True)))
    assert both["cpu"] == client["cpu"]
    assert both["memory_bytes"] is None
    assert both["label"] is None
    assert both["code"] == "ab"

    results = make_results(
        {"implementation": "a", "speeds": [10.0, 20.0]}, {"implementation": "b", "speeds": [40.0, 60.0]}
    )
    runs = [run.model_copy(update={"machine": ids[run.round - 1]}) for run in results.runs]
    results = results.model_copy(update={"runs": runs, "environment": both})
    assert list(machines_of(results)) == ids
    parts = by_machine(results)
    assert {name: [run.round for run in part.runs] for name, part in parts.items()} == {ids[0]: [1, 1], ids[1]: [2, 2]}
    assert all(machine_id(part.environment) == name for name, part in parts.items())
    with pytest.raises(InputError, match="2 makes of machine made these runs"):
        make_entry(results, revision="HEAD")


def test_a_ratio_is_of_two_runs_on_one_computer(make_results: Callable[..., Any]) -> None:
    results = make_results(
        {"implementation": "gensim", "speeds": [10.0, 20.0]}, {"implementation": "b", "speeds": [40.0, 60.0]}
    )
    nodes = {("gensim", 1): "x", ("b", 1): "x", ("gensim", 2): "x", ("b", 2): "y"}
    runs = [run.model_copy(update={"node": nodes[run.implementation, run.round]}) for run in results.runs]
    rows = {row.label: row for row in summarise(results.model_copy(update={"runs": runs})).rows}
    assert rows["b"].speed.values == (40.0, 60.0)
    assert rows["b"].ratio.values == (4.0,)


def specs(rounds: int, sizes: tuple[int, ...], names: tuple[str, ...] = ("a", "b")) -> list[RunSpec]:
    return [
        RunSpec(
            f"{name}-{size}-{number}", "", "",
            Candidate(name, {}, {}, Hyperparameters(vector_size=size), 1, None, None, True), 1, number, number, "cpu",
        )
        for number in range(1, rounds + 1)
        for size in sizes
        for name in names
    ]  # fmt: skip


def place(address: str, machine: str, able: Callable[[RunSpec], bool] = lambda spec: True) -> Place:
    return Place(address, machine, able)


def test_a_round_of_a_comparison_stays_on_one_worker_and_a_comparison_on_one_make() -> None:
    dispatch = Dispatch(specs(3, (8, 9)))
    for one in (place("p", "X"), place("q", "X"), place("r", "Y")):
        dispatch.join(one)
    made: dict[str, list[RunSpec]] = {"p": [], "q": [], "r": []}
    while not dispatch.over:
        for address in made:
            if (spec := dispatch.next(address)) is not None:
                assert dispatch.next(address) is None  # one at a time
                made[address].append(spec)
        for runs in made.values():
            for spec in runs[-1:]:
                dispatch.done(spec)
    everything = [spec.id for runs in made.values() for spec in runs]
    assert sorted(everything) == sorted(spec.id for spec in specs(3, (8, 9)))
    where = {spec.id: address for address, runs in made.items() for spec in runs}
    for number in (1, 2, 3):
        for size in (8, 9):
            assert where[f"a-{size}-{number}"] == where[f"b-{size}-{number}"]
    machine = {"p": "X", "q": "X", "r": "Y"}
    for size in (8, 9):
        assert len({machine[where[f"{name}-{size}-{number}"]] for name in "ab" for number in (1, 2, 3)}) == 1
    # Both makes had something to do.
    assert {machine[address] for address in where.values()} == {"X", "Y"}


def test_what_a_dead_worker_had_is_given_to_another_and_given_up_the_third_time() -> None:
    (spec, after) = specs(1, (8,))
    dispatch = Dispatch([spec, after])
    for number in range(MOST_DEATHS):
        dispatch.join(place(f"w{number}", f"make {number}"))
        assert dispatch.next(f"w{number}") is spec
        given_up = dispatch.leave(f"w{number}", died=True)
    assert given_up is spec
    dispatch.join(place("last", "X"))
    assert dispatch.next("last") is after
    assert not dispatch.over
    dispatch.done(after)
    assert dispatch.over

    dispatch = Dispatch([spec])
    for number in range(MOST_DEATHS + 1):  # one that is asked to stop takes nothing with it
        dispatch.join(place(f"w{number}", "X"))
        assert dispatch.next(f"w{number}") is spec
        assert dispatch.leave(f"w{number}", died=False) is None


def test_a_worker_gets_only_what_it_can_make_and_nothing_once_closed() -> None:
    dispatch = Dispatch(specs(2, (8,)))
    dispatch.join(place("p", "X", lambda spec: spec.candidate.name == "b"))
    first = dispatch.next("p")
    assert first is not None
    assert first.id == "b-8-1"
    dispatch.done(first)
    dispatch.close()
    assert dispatch.next("p") is None
    assert dispatch.over


def test_an_encoded_corpus_arrives_whole_or_not_at_all(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("one two three two one\n" * 2000)
    corpus = encode(text, min_count=1, cache=tmp_path / "here")
    there, key = tmp_path / "there", Path(str(corpus.directory)).name
    temporary = carried.begin(key, there)
    for piece in carried.pieces(corpus):
        carried.add(temporary, piece)
    found = carried.open_encoded(carried.finish(temporary, key, there), name="text")
    assert found.sha256 == corpus.sha256
    assert found.vocabulary.words == corpus.vocabulary.words
    assert np.array_equal(found.tokens, corpus.tokens)

    temporary = carried.begin(key, tmp_path / "damaged")
    for piece in carried.pieces(corpus):
        data = piece.data[:-1] if piece.file == "tokens" else piece.data
        carried.add(temporary, carried.Piece(piece.file, data))
    with pytest.raises(InputError, match="arrived damaged"):
        carried.finish(temporary, key, tmp_path / "damaged")
    assert list((tmp_path / "damaged" / "corpora").iterdir()) == []
    with pytest.raises(InputError, match="not there or damaged"):
        carried.open_encoded(carried.place_of(key, tmp_path / "damaged"), name="text")
