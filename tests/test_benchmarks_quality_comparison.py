"""Verdicts from runs' scores: the unit is the seed, and few seeds give none."""

import numpy as np
import pytest
from scipy import stats

from bench.benchmarks.quality_comparison import compare_quality
from bench.evaluation.comparison.contrast import Margins

GENSIM = [0.360, 0.364, 0.358, 0.371, 0.366]
LIKE = [0.362, 0.366, 0.359, 0.368, 0.363]
BETTER = [0.410, 0.412, 0.415, 0.409, 0.413]


def runs(make_results, implementation, accuracies, seeds=None, **more):
    seeds = seeds or range(1, len(accuracies) + 1)
    each = [
        {"implementation": implementation, "speeds": [1.0], "accuracy": value, "seed": seed, **more}
        for value, seed in zip(accuracies, seeds, strict=True)
    ]
    return make_results(*each).runs


def compared(make_results, *accuracies, margins=None, **more):
    configurations = {name: runs(make_results, name, own, **more) for name, own in zip("ab", accuracies, strict=True)}
    return compare_quality(configurations, [("a", "b")], margins=margins)


def test_the_test_is_welchs_over_seeds(make_results):
    (one,) = compared(make_results, GENSIM, LIKE)
    expected = stats.ttest_ind(LIKE, GENSIM, equal_var=False)
    interval = expected.confidence_interval()
    assert (one.p, one.low, one.high) == pytest.approx((expected.pvalue, interval.low, interval.high))
    assert (one.value, one.baseline_value) == pytest.approx((np.mean(LIKE), np.mean(GENSIM)))
    assert (one.sd, one.baseline_sd) == pytest.approx((np.std(LIKE, ddof=1), np.std(GENSIM, ddof=1)))
    assert (one.runs, one.unit, one.task, one.metric) == (5, "seeds", "google-30k", "accuracy")


def test_better_worse_equal_and_undecided(make_results):
    assert compared(make_results, GENSIM, BETTER)[0].verdict == "better"
    assert compared(make_results, BETTER, GENSIM)[0].verdict == "worse"
    assert compared(make_results, GENSIM, LIKE)[0].verdict == "equal within margin"
    assert compared(make_results, GENSIM, LIKE, margins=Margins(share=0.002))[0].verdict == "undecided"


@pytest.mark.parametrize(("a", "b"), [(2, 5), (5, 2), (1, 1)])
def test_fewer_than_three_seeds_give_no_verdict(make_results, a, b):
    (one,) = compared(make_results, GENSIM[:a], BETTER[:b])
    assert (one.verdict, one.p, one.low) == ("undecided", None, None)
    assert "needs at least 3 runs of each, with different seeds" in one.reason
    assert one.difference == pytest.approx(np.mean(BETTER[:b]) - np.mean(GENSIM[:a]))


def test_runs_of_one_seed_count_once(make_results):
    repeated = runs(make_results, "a", GENSIM, seeds=[1, 1, 1, 2, 2])
    (one,) = compare_quality({"a": repeated, "b": runs(make_results, "b", BETTER)}, [("a", "b")])
    assert (one.baseline_runs, one.verdict) == (2, "undecided")
    assert one.baseline_value == pytest.approx((np.mean(GENSIM[:3]) + np.mean(GENSIM[3:])) / 2)


def test_holms_correction_is_over_all_rows(make_results):
    configurations = {
        name: runs(make_results, name, own, rho=0.6) for name, own in (("a", GENSIM), ("b", LIKE), ("c", BETTER))
    }
    for group in configurations.values():
        for i, run in enumerate(group):
            object.__setattr__(run.scores[1], "value", 0.6 + 0.001 * i)
    found = compare_quality(configurations, [("a", "b"), ("a", "c")])
    assert [(one.task, one.system) for one in found] == [
        ("google-30k", "b"), ("google-30k", "c"), ("wordsim-353", "b"), ("wordsim-353", "c"),
    ]  # fmt: skip
    smallest = min(found, key=lambda one: one.p)
    assert smallest.p_adjusted == pytest.approx(4 * smallest.p)


def test_a_run_without_a_score_is_left_out(make_results):
    (one,) = compared(make_results, [*GENSIM, float("nan")], [*LIKE, 0.36])
    assert (one.baseline_runs, one.runs) == (5, 6)
    assert one.verdict == "equal within margin"


def test_configurations_that_were_not_scored_are_not_compared(make_results):
    assert compared(make_results, [None] * 3, [None] * 3) == []
    assert compared(make_results, GENSIM, [None] * 5) == []


def test_scores_without_any_spread_decide_nothing_unless_they_are_the_same(make_results):
    assert compared(make_results, [1.0] * 3, [1.0] * 3)[0].verdict == "equal within margin"
    (one,) = compared(make_results, [0.5] * 3, [0.6] * 3)
    assert (one.verdict, one.p) == ("undecided", None)
    assert "nothing tells a difference from chance" in one.reason
