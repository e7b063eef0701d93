"""Intervals: the resampling is what it says, and what it gives covers the truth about as often as it claims."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from bench.evaluation import intervals
from bench.evaluation.correlation import pearson, weighted_pearson
from bench.evaluation.intervals import (
    multiplicities,
    percentile_interval,
    resample_groups,
    resample_section,
    resample_spearman,
    spearman,
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=40))
def test_spearman_is_scipys_with_any_ties(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=np.float64).T
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-3, 3)), min_size=3, max_size=40), st.sampled_from([0, 1e6]))
def test_pearson_is_numpys_however_far_from_zero(pairs: list[tuple[int, float]], away: float) -> None:
    x, y = np.array(pairs, dtype=np.float64).T
    x, y = x + away, np.round(y, 3) - away
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(pearson(x, y))
    else:
        assert pearson(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-7)


class Fixed(np.random.Generator):
    """Draws that are known beforehand."""

    def __init__(self, seed: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.picked: list[np.ndarray] = []

    def integers(self, *args: object, **kwargs: object) -> np.ndarray:  # type: ignore[override]
        drawn = super().integers(*args, **kwargs)  # type: ignore[call-overload]
        self.picked += list(drawn.copy())
        return drawn


def test_each_spearman_draw_is_that_of_the_resampled_items() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 30, size=50).astype(float), rng.normal(size=50)
    source = Fixed(1)
    draws = resample_spearman(x, y, rng=source, draws=40)
    expected = [spearmanr(x[picked], y[picked]).statistic for picked in source.picked]
    np.testing.assert_allclose(draws, expected, atol=1e-12)


def test_each_pearson_draw_is_that_of_the_resampled_items() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 30))
    weights = rng.integers(0, 3, size=(20, 30)).astype(float)
    weights[0] = np.eye(30)[7] * 30  # one item alone has no correlation
    expected = [np.corrcoef(np.repeat(x, w), np.repeat(y, w))[0, 1] for w in weights[1:].astype(int)]
    draws = weighted_pearson(x, y, weights)
    np.testing.assert_allclose(draws[1:], expected, atol=1e-12)
    assert np.isnan(draws[0])


def test_each_draw_of_groups_is_the_ratio_over_the_groups_drawn() -> None:
    source = Fixed(0)
    right, asked = np.array([3.0, 0, 5, 0]), np.array([8.0, 8, 5, 0])
    draws = resample_groups(right, asked, rng=source, draws=60)
    with np.errstate(invalid="ignore"):
        expected = [right[picked].sum() / asked[picked].sum() for picked in source.picked]
    np.testing.assert_allclose(draws, expected)


@pytest.mark.parametrize("n", [1, 7, 4000])
def test_every_draw_has_as_many_items_as_there_are(n: int) -> None:
    pieces = list(multiplicities(n, 50, n, np.random.default_rng(0)))
    drawn = np.concatenate([weights for _, weights in pieces])
    assert drawn.shape == (50, n)
    assert (drawn.sum(axis=1) == n).all()
    assert [i for chunk, _ in pieces for i in range(chunk.start, chunk.stop)] == list(range(50))


def section(n_pairs: int, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    first, second = (index.ravel() for index in np.indices((n_pairs, n_pairs)))
    kept = (first != second) & (rng.random(first.shape) < 0.8)
    first, second = first[kept], second[kept]
    return first, second, rng.random(len(first)) < 0.4, rng.random(len(first)) < 0.7


@pytest.mark.parametrize("dense", [True, False])
def test_each_section_draw_weighs_questions_by_both_their_pairs(dense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not dense:
        monkeypatch.setattr(intervals, "_DENSE", 0)
    first, second, right, counted = section(9, 0)
    source = Fixed(3)
    n_right, n_counted = resample_section(first, second, right, counted, rng=source, draws=25)
    for draw, picked in enumerate(source.picked):
        times = np.bincount(picked, minlength=9)
        weight = times[first] * times[second]
        assert n_counted[draw] == weight[counted].sum()
        assert n_right[draw] == weight[counted & right].sum()


def test_draws_do_not_depend_on_the_answers() -> None:
    first, second, right, counted = section(20, 1)
    draws = [resample_section(first, second, r, counted, rng=np.random.default_rng(5))[1] for r in (right, ~right)]
    np.testing.assert_array_equal(draws[0], draws[1])


def test_percentiles_leave_out_draws_without_a_value() -> None:
    assert percentile_interval(np.array([np.nan, 1, 1, 1])) == (1, 1)
    assert percentile_interval(np.array([np.nan])) == (None, None)


def test_spearman_intervals_cover_the_true_correlation() -> None:
    rng = np.random.default_rng(0)
    r = 0.6
    truth = 6 / np.pi * np.arcsin(r / 2)
    covered = 0
    for _ in range(300):
        x, z = rng.normal(size=(2, 100))
        low, high = percentile_interval(resample_spearman(x, r * x + np.sqrt(1 - r * r) * z, rng=rng, draws=400))
        assert low is not None
        assert high is not None
        covered += low <= truth <= high
    assert 0.90 <= covered / 300 <= 0.985  # 0.95 give or take three standard errors and the percentile method's bias


def simulate(rng: np.random.Generator, n_pairs: int, spread: float) -> tuple[np.ndarray, ...]:
    """Questions whose pairs differ in difficulty: right where the two pairs' ease and a private one sum above zero."""
    ease = rng.normal(size=n_pairs) * spread
    first, second = (index.ravel() for index in np.indices((n_pairs, n_pairs)))
    kept = first != second
    first, second = first[kept], second[kept]
    right = ease[first] + ease[second] + rng.normal(size=len(first)) > 0  # true accuracy 1/2 by symmetry
    return first, second, right, np.ones_like(right)


def test_analogy_intervals_cover_where_questions_taken_as_independent_would_not() -> None:
    rng = np.random.default_rng(1)
    covered = naive = 0
    for _ in range(200):
        data = simulate(rng, 30, spread=0.7)
        n_right, n_counted = resample_section(*data, rng=rng, draws=200)
        low, high = percentile_interval(n_right / n_counted)
        assert low is not None
        assert high is not None
        covered += low <= 0.5 <= high
        accuracy = data[2].mean()
        naive += abs(accuracy - 0.5) <= 1.96 * np.sqrt(accuracy * (1 - accuracy) / len(data[2]))
    assert 0.90 <= covered / 200 <= 0.99
    assert naive / 200 < 0.5


def test_analogy_intervals_stay_on_the_wide_side_where_pairs_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(100):
        n_right, n_counted = resample_section(*simulate(rng, 20, spread=0), rng=rng, draws=200)
        low, high = percentile_interval(n_right / n_counted)
        covered += (low or 0) <= 0.5 <= (high or 0)
    assert covered / 100 >= 0.93
