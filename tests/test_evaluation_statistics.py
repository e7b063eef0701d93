"""The procedures of a comparison, each against an oracle: SciPy, statsmodels, a published table, brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bench.evaluation.statistics.crossed import crossed_difference
from bench.evaluation.statistics.difference import Difference
from bench.evaluation.statistics.hierarchical import hierarchical_draws, percentiles
from bench.evaluation.statistics.holm import holm
from bench.evaluation.statistics.mcnemar import exact_mcnemar
from bench.evaluation.statistics.resampling import analogy_draws, pair_draws, word_draws
from bench.evaluation.statistics.shared_words import SharedWords
from bench.evaluation.statistics.spearman import influences
from bench.evaluation.statistics.welch import welch
from bench.evaluation.statistics.williams import least_significant_difference, williams

scores = st.lists(st.integers(0, 1000).map(lambda points: points / 1000), min_size=2, max_size=8)


@settings(deadline=None)
@given(scores, scores)
def test_welch_is_scipys_and_statsmodels_equivalence_test(a: list[float], b: list[float]) -> None:
    from statsmodels.stats.weightstats import ttost_ind

    if np.ptp(a) == 0 and np.ptp(b) == 0:
        return
    found, expected = welch(a, b), stats.ttest_ind(a, b, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    assert found.df == pytest.approx(expected.df, rel=1e-6)
    interval = expected.confidence_interval(0.95)
    assert found.interval() == pytest.approx((interval.low, interval.high), abs=1e-9)
    equivalence, _, _ = ttost_ind(np.array(a), np.array(b), -0.1, 0.1, usevar="unequal")
    assert found.equivalence_p(0.1) == pytest.approx(equivalence, abs=1e-9)


def test_welch_wants_numbers() -> None:
    for bad in ([1.0], [1.0, float("nan")]):
        with pytest.raises(ValueError, match="two finite scores"):
            welch(bad, [1.0, 2.0])


@pytest.mark.parametrize("df", [4.0, 60.0, math.inf])
@pytest.mark.parametrize("value", [-0.03, 0.0, 0.008, 0.05])
def test_equivalence_is_the_90_per_cent_interval_inside_the_margin(value: float, df: float) -> None:
    found = Difference(value, 0.004, df)
    low, high = found.interval(0.9)
    for margin in (0.001, 0.01, 0.02, 0.1):
        assert (found.equivalence_p(margin) < 0.05) == (-margin < low and high < margin)
        assert (found.p < 0.05) == (not found.interval()[0] <= 0 <= found.interval()[1])


@pytest.mark.parametrize("df", [6, 20, 200])
def test_a_detectable_difference_is_found_four_times_in_five(df: int) -> None:
    detectable = Difference(0.0, 1.0, df).detectable()
    critical = stats.t.ppf(0.975, df)
    power = stats.nct.sf(critical, df, detectable) + stats.nct.cdf(-critical, df, detectable)
    assert power == pytest.approx(0.8, abs=0.02)


def test_nothing_that_varies_decides_at_once() -> None:
    assert Difference(0.0, 0.0, math.inf).p == 1
    assert Difference(0.1, 0.0, math.inf).p == 0
    assert Difference(0.1, 0.0, math.inf).equivalence_p(0.2) == 0
    assert Difference(0.1, 0.0, math.inf).equivalence_p(0.1) == 1
    with pytest.raises(ValueError, match="above zero"):
        Difference(0.1, 0.1, 5).equivalence_p(0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_mcnemar_is_statsmodels_exact_test(answers: list[tuple[bool, bool]]) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    a, b = np.array(answers).T
    found = exact_mcnemar(a, b)
    table = [[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]]
    assert (found.b, found.c) == (table[0][1], table[1][0])
    assert found.p == pytest.approx(float(mcnemar(table, exact=True).pvalue) if found.b + found.c else 1.0)
    with pytest.raises(ValueError, match="cannot be paired"):
        exact_mcnemar(a, a[:0])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_by_its_definition(p_values: list[float]) -> None:
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    expected, highest = [0.0] * len(p_values), 0.0
    for step, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - step) * p_values[i]))
        expected[i] = highest
    assert holm(p_values) == pytest.approx(expected)


def test_holm_is_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    for n in (1, 2, 30):
        p_values = np.random.default_rng(n).choice([0.0, 1e-4, 0.01, 0.011, 0.2, 0.7, 1.0], n)
        assert holm(p_values.tolist()) == pytest.approx(multipletests(p_values, method="holm")[1])


TABLE = {
    3500: (2.7, 2.1, 1.2), 3000: (3.0, 2.3, 1.3), 2034: (3.6, 2.8, 1.6), 999: (5.2, 4.0, 2.3), 771: (5.9, 4.5, 2.6),
    353: (8.7, 6.7, 3.9), 287: (9.7, 7.5, 4.3), 252: (10.3, 8.0, 4.6), 203: (11.5, 8.9, 5.1), 144: (13.7, 10.6, 6.1),
    130: (14.4, 11.2, 6.5), 65: (20.6, 16.0, 9.2), 30: (30.6, 23.9, 13.8),
}  # fmt: skip
"""Rastogi et al. 2015, table 2, and by their program for the sets they have not: times 100, where the systems correlate
.5, .7 and .9 with each other. The program tries differences in steps of .001, so that it cuts rather than rounds."""


@pytest.mark.parametrize("n", TABLE)
def test_least_significant_differences_are_those_of_the_published_table(n: int) -> None:
    for between, expected in zip((0.5, 0.7, 0.9), TABLE[n], strict=True):
        assert math.floor(1000 * least_significant_difference(n, between)) / 10 == expected


def test_williams_level_and_direction() -> None:
    rng = np.random.default_rng(0)
    low, reps, n = 0, 1000, 100
    for _ in range(reps):
        gold, common, a, b = rng.normal(size=(4, n))
        r = np.corrcoef([gold, 0.6 * gold + 0.6 * common + 0.5 * a, 0.6 * gold + 0.6 * common + 0.5 * b])
        found = williams(r[0, 1], r[0, 2], r[1, 2], n)
        assert np.sign(found.t) == np.sign(r[0, 1] - r[0, 2])
        low += found.p < 0.05
    assert low / reps == pytest.approx(0.05, abs=3 * math.sqrt(0.05 * 0.95 / reps))
    assert williams(0.5, 0.5, 0.9, 30).p == 1
    with pytest.raises(ValueError, match="at least 4"):
        williams(0.5, 0.4, 0.9, 3)
    with pytest.raises(ValueError, match="too few"):
        least_significant_difference(4, 0.0)


@pytest.mark.parametrize("levels", [4, 1000])
def test_influences_are_what_one_more_copy_of_a_pair_does(levels: int) -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, levels, size=(30, 2)).astype(float)
    y = (x[:, 0] + rng.integers(0, levels, size=30)).round()
    found, copies = influences(x, y), 2000
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    for run in range(2):
        many_x, many_y = np.tile(x[:, run], copies), np.tile(y, copies)
        before = stats.spearmanr(many_x, many_y).statistic
        for i in (0, 7, 29):
            after = stats.spearmanr(np.append(many_x, x[i, run]), np.append(many_y, y[i])).statistic
            assert (after - before) * len(many_x) == pytest.approx(found[i, run], abs=1e-3)


def test_shared_words_by_brute_force() -> None:
    rng = np.random.default_rng(2)
    words, values = rng.integers(0, 25, size=(60, 3)), rng.normal(size=(60, 2))
    found = SharedWords(words).covariance(values)
    share = np.array([[bool(set(a) & set(b)) for b in words.tolist()] for a in words.tolist()])
    deviations = values - values.mean(axis=0)
    correction = 1 - share.sum() / 60**2
    np.testing.assert_allclose(found.shared, deviations.T @ share @ deviations / 60**2 / correction)
    same = np.array([[sorted(a) == sorted(b) for b in words.tolist()] for a in words.tolist()])
    np.testing.assert_allclose(found.alone, deviations.T @ same @ deviations / 60**2 / correction)
    assert found.df == pytest.approx(60**2 / share.sum())


def test_items_without_common_words_give_the_usual_standard_error() -> None:
    values = np.random.default_rng(3).normal(size=(50, 1))
    found = SharedWords(np.arange(100).reshape(50, 2)).covariance(values)
    assert found.shared[0, 0] == pytest.approx(values.var(ddof=1) / 50)
    assert found.df == pytest.approx(50)
    assert found.variance(np.ones(1)) == pytest.approx(values.var(ddof=1) / 50)


def test_sections_are_centred_each_for_itself_and_small_ones_together() -> None:
    words = np.arange(120).reshape(60, 2)
    sections = np.repeat([0, 1, 2, 3], [28, 28, 2, 2])
    words[56:58] = words[58:] = [500, 501]  # two tiny sections of one and the same pair
    values = np.random.default_rng(4).normal(size=(60, 1)) + 100.0 * (sections[:, None] == 1)
    found = SharedWords(words, sections).covariance(values).shared[0, 0]
    assert found == pytest.approx(1 / 60, rel=0.5)  # the hundred between the sections adds nothing
    assert SharedWords(words, np.zeros(60)).covariance(values).shared[0, 0] > 10
    tiny = np.repeat(np.arange(30), 2)  # each of two items with a word in common: together they have a mean
    words = np.stack([tiny + 1000 * (np.arange(60) % 2 + 1), tiny], axis=1)
    shared = SharedWords(words, tiny).covariance(values[:, :1] * 0 + np.repeat(np.arange(30.0), 2)[:, None])
    assert shared.shared[0, 0] == pytest.approx(np.arange(30.0).var(ddof=1) / 30)


def test_crossed_difference_of_runs_alike_on_every_item_is_welchs() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=8)
    # No two runs have anything in common: covariances between runs are zero.
    items = SharedWords(np.arange(400).reshape(200, 2)).covariance(np.eye(200)[:, :8] * 0)
    found, expected = crossed_difference(values, items, range(4), range(4, 8)), welch(values[:4], values[4:])
    assert (found.value, found.standard_error, found.df) == pytest.approx(
        (expected.value, expected.standard_error, expected.df)
    )


def test_a_single_run_gives_the_items_own_test() -> None:
    rng = np.random.default_rng(6)
    answers = (rng.random(size=(300, 2)) < 0.5).astype(float)
    items = SharedWords(np.arange(600).reshape(300, 2)).covariance(answers)
    found = crossed_difference(answers.mean(axis=0), items, [0], [1])
    expected = stats.ttest_rel(answers[:, 0], answers[:, 1])
    assert found.value / found.standard_error == pytest.approx(expected.statistic)
    # What is left of the questions is believed to be at least as uncertain as is said.
    assert crossed_difference(answers.mean(axis=0), items, [0], [1], least_variance=4.0).standard_error == 2


def test_the_items_part_is_that_of_the_systems_not_of_their_runs() -> None:
    """Systems differ by word-wise effects, runs by noise: over many sets the variance is what theory says."""
    rng = np.random.default_rng(7)
    n, runs, found = 400, 3, []
    for _ in range(200):
        own = np.repeat(rng.normal(size=(n, 2)), runs, axis=1)
        answers = own + rng.normal(size=(n, 2 * runs))
        items = SharedWords(np.arange(2 * n).reshape(n, 2)).covariance(answers)
        difference = crossed_difference(answers.mean(axis=0), items, range(runs), range(runs, 2 * runs))
        found.append(difference.standard_error**2)
    assert np.mean(found) == pytest.approx((2 + 2 / runs) / n, rel=0.05)


def test_analogy_draws_pair_the_runs() -> None:
    rng = np.random.default_rng(8)
    pairs = [np.array([(i, j) for i in range(6) for j in range(6) if i != j]), np.array([(0, 1), (1, 0), (0, 2)])]
    right = [rng.random(size=(len(some), 2)) < 0.5 for some in pairs]
    twice = analogy_draws(pairs, [np.repeat(own[:, :1], 2, axis=1) for own in right], seed=3, draws=50)
    np.testing.assert_array_equal(twice[:, 0], twice[:, 1])
    assert analogy_draws(pairs, right, seed=3, draws=50)[:, 0] == pytest.approx(twice[:, 0], nan_ok=True)


def test_word_draws_weigh_a_pair_by_both_words_and_a_word_beside_itself_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.evaluation.statistics import resampling

    seen: list[np.ndarray] = []

    class Spy:
        def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
            pass

        def __call__(self, weights: np.ndarray) -> np.ndarray:
            seen.append(weights.copy())
            return np.zeros(len(weights))

    monkeypatch.setattr(resampling, "WeightedSpearman", Spy)
    words = np.array([[0, 1], [1, 2], [2, 2], [0, 3]])
    word_draws(np.zeros((4, 1)), np.zeros(4), words, seed=1, draws=200)
    weights = np.concatenate(seen)
    assert weights.shape == (200, 4)
    squares = weights[:, 0] * weights[:, 1]
    assert set(np.unique(weights[:, 2])) <= {0, 1, 2, 3, 4}  # drawn up to four times, not up to sixteen
    assert (squares[weights[:, 2] == 0] == 0).all()
    assert weights[:, 0].mean() == pytest.approx(0.75, abs=0.25)  # E[m_i m_j] = 1 − 1/4


def test_pair_draws_centre_on_the_correlation() -> None:
    rng = np.random.default_rng(9)
    gold = rng.normal(size=300)
    cosines = gold[:, None] + rng.normal(size=(300, 2))
    draws = pair_draws(cosines, gold, seed=1, draws=400)
    expected = [stats.spearmanr(column, gold).statistic for column in cosines.T]
    np.testing.assert_allclose(draws.mean(axis=0), expected, atol=0.01)
    np.testing.assert_allclose(
        draws.var(axis=0), (influences(cosines, gold) ** 2).sum(axis=0) / 300**2, rtol=4 * math.sqrt(2 / 400)
    )


@pytest.mark.parametrize(("fewer", "share"), [(0, 4 / 5), (1, 1.0)])
def test_drawing_one_run_fewer_gives_the_variance_of_a_mean(fewer: int, share: float) -> None:
    values = np.random.default_rng(10).normal(size=10)
    constant = np.tile(values, (20_000, 1))
    draws = hierarchical_draws(constant, range(5), range(5, 10), seed=2, fewer=fewer)
    expected = (values[:5].var(ddof=1) + values[5:].var(ddof=1)) / 5 * share
    assert draws.var() == pytest.approx(expected, rel=0.05)
    assert draws.mean() == pytest.approx(values[:5].mean() - values[5:].mean(), abs=0.02)


def test_percentiles_leave_out_draws_without_a_number() -> None:
    assert percentiles(np.array([np.nan, 2.0, 2.0]), 0.95) == (2, 2)
    assert all(map(math.isnan, percentiles(np.array([np.nan]), 0.95)))
