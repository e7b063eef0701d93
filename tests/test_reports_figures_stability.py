"""The data behind the figure of stability: overlaps of saved vectors, within and between implementations."""

from itertools import combinations, product

import numpy as np
import pytest

from bench.benchmarks.neighbour_overlap import FILES, GROUPS, RUNS, neighbour_overlap
from bench.benchmarks.saved_vectors import System
from bench.evaluation.embeddings import Embeddings, write_embeddings
from bench.reports import figures
from bench.reports.figures import stability
from bench.reports.summary import summarise

WORDS = [f"w{i}" for i in range(80)]
COMMON = np.random.default_rng(0).normal(size=(80, 8))


def vectors(noise, number):
    return (COMMON + noise * np.random.default_rng(number).normal(size=COMMON.shape)).astype(np.float32)


@pytest.fixture
def ran(tmp_path, make_results):
    """Makes results whose runs have vectors, each as noisy as is said."""

    def make(noises, rounds=3):
        runs = []
        for place, (name, noise) in enumerate(noises.items()):
            for seed in range(1, rounds + 1):
                path = f"runs/{name}-{seed}.bin"
                (tmp_path / "runs").mkdir(exist_ok=True)
                write_embeddings(
                    tmp_path / path, Embeddings(WORDS, vectors(noise, 100 * place + seed)), binary=True
                )  # fmt: skip
                runs.append({"implementation": name, "speeds": [1e6 - place], "seed": seed, "extra": {"vectors": path}})
        return make_results(*runs)

    return make


def neighbours(matrix, k=10):
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = unit.astype(np.float64) @ unit.T.astype(np.float64)
    np.fill_diagonal(cosines, -2)
    return [set(row[:k].tolist()) for row in np.argsort(-cosines, axis=1)]


def shared(first, second):
    return np.mean([len(a & b) / 10 for a, b in zip(first, second, strict=True)])


def test_overlaps_are_those_of_all_pairs_of_runs(ran, tmp_path):
    """80 words make one band, of which all are asked: the mean over words and pairs of runs, by the definition."""
    results = ran({"a": 0.2, "b": 0.6})
    data = stability.data(stability.saved_vectors(results, tmp_path), ("a", "b"))
    lists = {name: [neighbours(vectors(noise, 100 * i + seed)) for seed in (1, 2, 3)]
             for i, (name, noise) in enumerate({"a": 0.2, "b": 0.6}.items())}  # fmt: skip
    expected = {(name, name): np.mean([shared(*two) for two in combinations(own, 2)]) for name, own in lists.items()}
    # Runs of one seed may draw the same examples: they are not compared.
    apart = [(i, j) for i, j in product(range(3), repeat=2) if i != j]
    expected["a", "b"] = np.mean([shared(lists["a"][i], lists["b"][j]) for i, j in apart])
    assert {(pair.first, pair.second): pair.overlap for pair in data.pairs} == pytest.approx(expected)
    assert (data.labels, data.runs, data.words, data.shared) == (("a", "b"), (3, 3), 80, 80)
    assert f"within a {expected['a', 'a']:.3f}" in stability.alt(data)


def test_a_verdict_needs_an_interval(ran, tmp_path):
    two = stability.data(stability.saved_vectors(ran({"a": 0.2, "b": 0.2}, rounds=2), tmp_path))
    assert [pair.verdict for pair in two.pairs] == [None] * 3
    assert "≈" not in stability.caption(two)
    three = stability.data(stability.saved_vectors(ran({"a": 0.2, "b": 0.2}), tmp_path))
    assert three.pairs[-1].verdict in stability.SIGNS
    assert three.pairs[-1].low < three.pairs[-1].difference < three.pairs[-1].high
    assert "≈" in stability.caption(three)


@pytest.mark.parametrize("noises", [{"a": 0.2}, {"a": 0.2, "b": 0.3}])
def test_one_run_each_of_one_seed_gives_no_figure(ran, tmp_path, noises):
    assert stability.data(stability.saved_vectors(ran(noises, rounds=1), tmp_path)) is None


def test_files_that_are_gone_are_left_out(ran, tmp_path):
    results = ran({"a": 0.2, "b": 0.3})
    for gone in ("a-1", "b-1", "b-2", "b-3"):
        (tmp_path / "runs" / f"{gone}.bin").unlink()
    saved = stability.saved_vectors(results, tmp_path)
    assert {label: system.seeds for label, system in saved.items()} == {"a": [2, 3]}
    assert stability.data(saved).labels == ("a",)


def test_a_damaged_file_gives_no_figure_but_the_others(ran, tmp_path):
    results = ran({"a": 0.2})
    (tmp_path / "runs" / "a-2.bin").write_bytes(b"80 8\nw0 cut short")
    saved = stability.saved_vectors(results, tmp_path)
    assert stability.data(saved) is None
    names = [drawing.name for drawing in figures.draw_all(summarise(results), saved=saved, formats=("svg",))]
    assert names == ["speed", "memory"]


def test_what_is_read_is_bounded(tmp_path):
    path = tmp_path / "v.bin"
    write_embeddings(path, Embeddings(WORDS, vectors(0.1, 1)), binary=True)
    read = neighbour_overlap({f"s{i}": System([path] * 9, list(range(9 * i, 9 * i + 9))) for i in range(GROUPS)})
    runs = [group["runs"] for group in read["groups"].values()]
    assert max(runs) <= RUNS
    assert sum(runs) <= FILES
    with pytest.raises(ValueError, match="more than"):
        neighbour_overlap({f"s{i}": System([path]) for i in range(GROUPS + 1)})


def test_of_many_the_baseline_is_kept_and_the_rest_named():
    order = tuple(f"x{i}" for i in range(8))
    assert stability.series.chosen(order, ("x7",)) == (*order[:5], "x7")


def test_reports_label_vectors_as_their_rows(ran, tmp_path):
    results = ran({"a": 0.2, "b": 0.3})
    assert set(stability.saved_vectors(results, tmp_path)) == {row.label for row in summarise(results).rows}
