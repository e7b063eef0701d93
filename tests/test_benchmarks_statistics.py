"""Medians and paired ratios: their values, their intervals and what they refuse."""

import math
from itertools import combinations_with_replacement, product
from statistics import median

import numpy as np
import pytest

from bench.benchmarks.statistics import median_interval, paired_ratio, pseudomedian_interval


def exact_interval(values: list[float]) -> tuple[float, float]:
    """The bootstrap's percentiles over all n**n resamples, which the seeded draws approximate."""
    medians = sorted(median(draw) for draw in product(values, repeat=len(values)))
    return medians[int(0.025 * len(medians))], medians[math.ceil(0.975 * len(medians)) - 1]


@pytest.mark.parametrize("values", [[3.0, 1.0, 2.0], [5.0, 1.0, 2.0, 9.0, 4.0]])
def test_interval_equals_that_of_every_resample(values: list[float]) -> None:
    estimate = median_interval(values, seed=7)
    assert estimate.value == median(values)
    assert (estimate.low, estimate.high) == exact_interval(values)
    assert estimate.n == len(values)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = list(np.random.default_rng(0).normal(100, 10, 400))
    assert median_interval(values, 3) == median_interval(values, 3)
    assert median_interval(values, 3) != median_interval(values, 4)


def test_the_interval_covers_the_true_median_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    covered = 0
    for trial in range(100):
        estimate = median_interval(list(random.lognormal(0, 0.5, 25)), trial)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= 1.0 <= estimate.high
    assert 86 <= covered <= 100


def pseudomedian(values: list[float]) -> float:
    return median((a + b) / 2 for a, b in combinations_with_replacement(values, 2))


@pytest.mark.parametrize("n", [2, 3, 10, 31])
def test_a_pseudomedian_is_the_median_of_all_means_of_two(n: int) -> None:
    values = list(np.random.default_rng(n).lognormal(size=n))
    estimate = pseudomedian_interval(values)
    assert estimate.value == pytest.approx(pseudomedian(values))
    assert estimate.low is not None
    assert estimate.high is not None
    assert min(values) <= estimate.low <= estimate.value <= estimate.high <= max(values)


def test_a_pseudomedian_is_surer_than_a_median_and_bears_with_some_that_are_far_off() -> None:
    samples = np.random.default_rng(1).normal(size=(400, 21))
    assert np.std([pseudomedian(list(row)) for row in samples]) < 0.92 * np.std(np.median(samples, axis=1))
    covered = 0
    for row in samples[:40]:
        estimate = pseudomedian_interval([1e6, 1e6, *row[2:]])
        assert estimate.low is not None
        assert abs(estimate.value) < 2
        covered += estimate.low <= 0
    assert covered > 32


def test_one_value_has_no_interval() -> None:
    assert median_interval([4.0]) == (4.0, None, None, 1)
    assert paired_ratio([4.0], [2.0]) == (pytest.approx(2.0), None, None, 1)


def test_a_ratio_is_not_moved_by_what_slows_both_in_a_round() -> None:
    base = [100.0, 10.0, 55.0, 1.0]
    estimate = paired_ratio([3 * value for value in base], base)
    assert estimate[:3] == pytest.approx((3.0, 3.0, 3.0))


def test_a_ratio_turned_round_is_its_inverse() -> None:
    head, base = [3.0, 5.0, 4.0, 9.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0]
    there, back = paired_ratio(head, base, 5), paired_ratio(base, head, 5)
    assert there.low is not None
    assert back.high is not None
    assert there.value == pytest.approx(1 / back.value)
    assert there.low == pytest.approx(1 / back.high, rel=0.02)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_a_median_of_nothing_or_of_what_is_not_finite_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="median"):
        median_interval(values)


@pytest.mark.parametrize(("head", "base"), [([1.0], [1.0, 2.0]), ([0.0], [1.0]), ([1.0], [-1.0]), ([], [])])
def test_what_cannot_be_paired_is_refused(head: list[float], base: list[float]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - four reasons, one kind
        paired_ratio(head, base)
