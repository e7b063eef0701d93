"""Stability: overlaps are counted right, and what is said of two implementations is as sure as it claims to be."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings, EmbeddingsWarning, write_embeddings
from bench.evaluation.geometry.energy import agreement, average, permutation_p, within
from bench.evaluation.geometry.overlap import neighbour_ids, overlaps, pairwise, sample_by_band
from bench.evaluation.geometry.stability import stability

Floats = NDArray[np.float64]
WORDS = [f"w{i}" for i in range(300)]
FIVE = np.arange(5)


def test_overlap_is_the_share_of_common_neighbours() -> None:
    first, second = np.array([[1, 2, 3, 4], [1, 2, -1, -1]]), np.array([[4, 3, 8, 9], [2, 5, -1, -1]])
    assert overlaps(first, second).tolist() == [0.5, 0.25]
    both = pairwise([first, second])
    assert both.shape == (2, 2, 2)
    assert both[0, 1].tolist() == both[1, 0].tolist() == [0.5, 0.25]


def test_files_of_another_order_and_more_words_have_the_same_neighbours() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(300, 5)).astype(np.float32)
    order = rng.permutation(300)
    shared = WORDS[:200]
    asked = np.array([0, 50, 199])
    first = neighbour_ids(Embeddings(shared, vectors[:200]), shared, asked, 7)
    second = neighbour_ids(Embeddings([WORDS[i] for i in order], vectors[order]), shared, asked, 7)
    np.testing.assert_array_equal(first, second)


def test_the_sample_is_of_each_band_and_of_a_seed() -> None:
    sample = sample_by_band(5_000, 150, seed=3)
    assert {name: len(ranks) for name, ranks in sample.items()} == {"1-100": 100, "101-1000": 150, "1001-10000": 150}
    assert all(len(set(ranks.tolist())) == len(ranks) for ranks in sample.values())
    assert (sample["1001-10000"] >= 1000).all()
    again = sample_by_band(5_000, 150, seed=3)
    other = sample_by_band(5_000, 150, seed=4)
    assert all((sample[name] == again[name]).all() for name in sample)
    assert (sample["101-1000"] != other["101-1000"]).any()


# What is said of two groups


def test_means_are_those_of_the_pairs() -> None:
    band = np.random.default_rng(0).uniform(size=(5, 5, 8))
    band = (band + band.transpose(1, 0, 2)) / 2
    found = agreement([band], np.array([0, 1, 2]), np.array([3, 4]))
    table = band.mean(axis=2)
    first = np.mean([table[0, 1], table[0, 2], table[1, 2]])
    between = table[:3, 3:].mean()
    assert found.within_first == pytest.approx(first)
    assert found.within_second == pytest.approx(table[3, 4])
    assert found.between == pytest.approx(between)
    assert found.difference == pytest.approx(between - (first + table[3, 4]) / 2)
    assert found.low is None  # two runs of the second: no interval
    assert within([band], np.array([4])) is None


def simulated(rng: np.random.Generator, n_runs: int, shift: float, words: int = 40) -> Floats:
    """Overlaps of 2 * n_runs runs: likeness of two runs at a word falls with their distance, which differs by word.

    Runs are points; those of the second half are moved by ``shift``. Each has a quality of its own, too.
    """
    points = rng.normal(size=(2 * n_runs, 1, 4)) + 0.3 * rng.normal(size=(2 * n_runs, words, 4))
    points[n_runs:, :, 0] += shift
    quality = rng.normal(scale=0.05, size=(2 * n_runs, 1))
    distance = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    overlap: Floats = 0.6 * np.exp(-distance / 10) + 0.1 + quality[:, None] + quality[None, :]
    return overlap


def test_runs_of_one_kind_are_called_different_no_more_often_than_the_level() -> None:
    rng = np.random.default_rng(0)
    called = [permutation_p(average([simulated(rng, 4, 0)]), *np.split(np.arange(8), 2), seed=1)[0] for _ in range(300)]
    # The 70 splits are 35 pairs of equal ones: the exact level under .05 is 1 / 35, here plus three standard errors.
    level = 1 / 35
    assert np.mean(np.array(called) <= 0.05) <= level + 3 * np.sqrt(level * (1 - level) / 300)
    assert np.mean(called) == pytest.approx(0.5, abs=0.06)


def test_runs_of_two_kinds_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    found = [permutation_p(average([simulated(rng, 5, 4)]), FIVE, FIVE + 5, seed=1) for _ in range(40)]
    assert np.mean([p <= 0.05 for p, _ in found]) > 0.9
    assert found[0][1] == 252


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_intervals_hold_the_true_difference_as_often_as_they_say(shift: float) -> None:
    rng = np.random.default_rng(1)
    many = np.mean(
        [agreement([simulated(rng, 20, shift)], np.arange(20), np.arange(20, 40)).difference for _ in range(60)]
    )
    held = 0
    for _ in range(300):
        found = agreement([simulated(rng, 5, shift)], FIVE, FIVE + 5)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= many <= found.high
    assert held / 300 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)


def test_more_runs_than_can_be_split_in_every_way_are_split_at_random() -> None:
    overall = average([simulated(np.random.default_rng(0), 9, 3)])
    p, splits = permutation_p(overall, np.arange(9), np.arange(9, 18), seed=1)
    assert splits == 5001
    assert p <= 0.01


# Files


def runs(folder: Path, name: str, seeds: Sequence[int], *, of: int, noise: float = 0.3) -> list[Path]:
    """Files of one kind: the same 20-dimensional vectors with noise, each turned its own way."""
    folder.mkdir(exist_ok=True)
    kind = np.random.default_rng(of).normal(size=(300, 20))
    paths = []
    for seed in seeds:
        rng = np.random.default_rng([of, seed])
        turn, _ = np.linalg.qr(rng.normal(size=(20, 20)))
        vectors = (kind + noise * rng.normal(size=kind.shape)) @ turn
        paths.append(folder / f"{name}-{seed}.bin")
        write_embeddings(paths[-1], Embeddings(WORDS, vectors.astype(np.float32)), binary=True)
    return paths


def test_one_kind_in_two_groups_is_as_stable_between_as_within(tmp_path: Path) -> None:
    groups = {"a": runs(tmp_path, "a", range(4), of=1), "b": runs(tmp_path, "b", range(4, 8), of=1)}
    found = stability(groups)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    [comparison] = found["comparisons"]
    assert comparison["verdict"] == "as high"
    assert "as high as within, to the margin of 0.02" in comparison["sentence"]
    assert found["bands"] == {"1-100": 100, "101-1000": 200}
    assert found["groups"]["a"]["runs"] == 4
    assert 0.2 < found["groups"]["a"]["within"]["all"] < 0.95
    assert set(comparison["bands"]) == {"1-100", "101-1000"}
    assert comparison["low"] < comparison["difference"] < comparison["high"]
    assert found["chance"] == pytest.approx(10 / 299)


def test_two_kinds_are_less_stable_between_than_within(tmp_path: Path) -> None:
    groups = {"a": runs(tmp_path, "a", range(4), of=1), "b": runs(tmp_path, "b", range(4), of=2)}
    [comparison] = stability(groups)["comparisons"]
    assert comparison["verdict"] == "lower"
    assert comparison["p_value"] == pytest.approx(2 / 70)
    # Unrelated vectors share neighbours by chance only.
    assert comparison["between"] == pytest.approx(10 / 299, abs=0.01)


def test_few_runs_are_shown_without_a_verdict(tmp_path: Path) -> None:
    paths = runs(tmp_path, "a", range(6), of=1)
    three = stability({"a": paths[:3], "b": paths[3:]}, margin=0)["comparisons"][0]
    assert three["verdict"] == "undecided"
    assert "20 ways to share out the runs allow no p under 0.05" in three["sentence"]
    clear = stability({"a": paths[:3], "b": runs(tmp_path, "b", range(3), of=2)})["comparisons"][0]
    assert clear["verdict"] == "lower"
    assert clear["high"] < 0
    assert clear["p_value"] == pytest.approx(0.1)
    two = stability({"a": paths[:2], "b": paths[2:4]})["comparisons"][0]
    assert (two["verdict"], two["low"]) == ("undecided", None)
    assert "needs 3 runs of each, there are 2" in two["sentence"]
    found = stability({"a": paths[:1], "b": paths[1:2]})
    one = found["comparisons"][0]
    assert one["between"] > 0.2
    assert (one["difference"], one["p_value"], one["verdict"]) == (None, None, "undecided")
    assert found["groups"]["a"]["within"] == {"1-100": None, "101-1000": None, "all": None}
    assert stability({"a": paths})["comparisons"] == []


def test_pairs_of_one_seed_are_left_out_where_seeds_are_known(tmp_path: Path) -> None:
    """Two groups whose runs of one seed are the very same files look alike for that reason only."""
    a, b = runs(tmp_path, "a", range(4), of=1, noise=0.6), runs(tmp_path / "b", "b", range(4), of=1, noise=0.6)
    blind = stability({"a": a, "b": b})["comparisons"][0]
    seeing = stability({"a": a, "b": b}, seeds={"a": range(4), "b": range(4)})["comparisons"][0]
    assert blind["difference"] > 0.1
    assert seeing["difference"] == pytest.approx(0, abs=1e-9)
    with pytest.raises(InputError, match="as many seeds as files"):
        stability({"a": a, "b": b}, seeds={"a": range(4)})


def test_the_same_file_twice_agrees_with_itself(tmp_path: Path) -> None:
    path = runs(tmp_path, "a", [0], of=1)
    found = stability({"a": path * 3, "b": path * 3})
    assert found["groups"]["a"]["within"]["all"] == 1
    assert found["comparisons"][0]["verdict"] == "as high"


def test_words_without_direction_in_one_file_are_asked_of_none(tmp_path: Path) -> None:
    first = runs(tmp_path, "a", [0, 1], of=1)
    vectors = np.random.default_rng(0).normal(size=(301, 20)).astype(np.float32)
    vectors[:40] = 0
    write_embeddings(tmp_path / "holes.bin", Embeddings([*WORDS, "more"], vectors), binary=True)
    with pytest.warns(EmbeddingsWarning, match="40 of 301 vectors are zero"):
        found = stability({"a": [first[0], tmp_path / "holes.bin"]})
    assert found["shared_words"] == 260


def test_what_cannot_be_compared_is_said_in_one_sentence(tmp_path: Path) -> None:
    [path] = runs(tmp_path, "a", [0], of=1)
    with pytest.raises(InputError, match="at least one file"):
        stability({"a": [path], "b": []})
    with pytest.raises(InputError, match=r"none\.bin does not exist"):
        stability({"a": [path, tmp_path / "none.bin"]})
    write_embeddings(tmp_path / "other.txt", Embeddings(["unshared"], np.ones((1, 20), np.float32)), binary=False)
    with pytest.raises(InputError, match="share 0 words"):
        stability({"a": [path, tmp_path / "other.txt"]})
    pair = Embeddings(WORDS[:2], np.eye(2, dtype=np.float32))
    write_embeddings(tmp_path / "pair.txt", pair, binary=False)
    assert stability({"a": [path, tmp_path / "pair.txt"]})["k"] == 1
