"""The comparison's tests err as often as they say, on made-up answers that cluster as the real sets' do.

Small versions of ``python -m bench.benchmarks.simulation_study``, whose tables stand in docs/statistics.md. Rates are
held to what they should be within three standard errors of so many replications.
"""

import math
from functools import partial

import numpy as np
import pytest
from scipy import stats

from bench.benchmarks.simulated_runs import Shares, answers, similarities
from bench.benchmarks.simulated_systems import ALIKE, FAR, UNLIKE, Analogies, Case, Similarities, Simulation
from bench.benchmarks.simulation_study import equal, promise, rates, several_runs, two_runs
from bench.datasets.catalogue import load
from bench.datasets.question_sets import AnalogySet

N = 400
USED_ONCE, USED = "shared words (used)", "seeds and items (used)"


def near(rate: float, expected: float, n: int = N) -> bool:
    return abs(rate - expected) <= 3 * math.sqrt(expected * (1 - expected) / n)


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def analogies() -> Analogies:
    """Four of Google's sections: 95 pairs, 3,176 questions."""
    google = load("google")
    kept = ("currency", "family", "gram1-adjective-to-adverb", "gram9-plural-verbs")
    return Analogies(AnalogySet("part", tuple(part for part in google.sections if part.name in kept)))


@pytest.fixture(scope="module")
def wordsim() -> Similarities:
    return Similarities("wordsim-353", load("wordsim-353"), 0.64)


@pytest.fixture(params=["analogies", "wordsim"])
def simulation(request: pytest.FixtureRequest) -> Simulation:
    return request.getfixturevalue(request.param)


def test_made_up_scores_are_what_they_are_said_to_be(analogies: Analogies, wordsim: Similarities) -> None:
    rng = np.random.default_rng(0)
    shares = Shares(words=0.2, run_words=0.1, run=0.05, run_questions=0.2)
    found = [answers(analogies.design, (0.7, 0.4), (1, 1), shares, rng).mean(axis=0) for _ in range(100)]
    np.testing.assert_allclose(np.mean(found, axis=0), (0.7, 0.4), atol=4 * np.std(found, axis=0).max() / 10)
    pairs = [similarities(wordsim.words, (0.6,), (1,), shares, rng) for _ in range(100)]
    rho = [stats.spearmanr(cosines[:, 0], gold).statistic for cosines, gold in pairs]
    assert np.mean(rho) == pytest.approx(0.6, abs=4 * np.std(rho) / 10)


@pytest.mark.parametrize("case", [ALIKE, UNLIKE], ids=["alike", "unlike"])
def test_two_single_runs_are_called_different_as_often_as_said(simulation: Simulation, case: Case) -> None:
    found = rates(simulation, case, 1, two_runs, replications=N)
    assert near(found[USED_ONCE].value, 0.05), found


def test_what_takes_questions_as_independent_is_wrong_far_more_often(analogies: Analogies) -> None:
    found = rates(analogies, UNLIKE, 1, two_runs, replications=200, bootstraps=100, draws=200)
    assert found["McNemar / Williams"].value > 0.15
    assert found["bootstrap over pairs"].value < 0.15  # its own test of level is in test_evaluation_intervals


@pytest.mark.parametrize("case", [ALIKE, UNLIKE, FAR], ids=["alike", "unlike", "far"])
def test_five_runs_of_each_are_called_different_as_often_as_said(simulation: Simulation, case: Case) -> None:
    found = rates(simulation, case, 5, several_runs, replications=N // 2)
    assert near(found[USED].value, 0.05, N // 2), found


def test_three_runs_that_lie_far_apart_fool_the_plain_bootstrap_but_not_the_test_used(wordsim: Similarities) -> None:
    found = rates(wordsim, Case("far", spread=8.0), 3, several_runs, replications=N, bootstraps=150, draws=200)
    assert near(found[USED].value, 0.05)
    assert found["hierarchical bootstrap"].value > found[USED].value + 0.05


def test_runs_alone_do_not_stand_for_other_questions(wordsim: Similarities) -> None:
    found = rates(wordsim, UNLIKE, 5, several_runs, replications=200)
    assert found["Welch"].value > 0.1


def test_systems_that_differ_by_the_margin_are_called_equal_in_at_most_5_per_cent(simulation: Simulation) -> None:
    margin = simulation.margin
    found = rates(simulation, ALIKE, 5, partial(equal, margin), replications=N // 2, difference=margin)
    assert found[USED].value <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / (N // 2)), found


def test_equal_systems_are_called_equal_where_runs_suffice(wordsim: Similarities) -> None:
    found = rates(wordsim, ALIKE, 5, partial(equal, 0.02), replications=100)
    assert found[USED].value > 0.9


@pytest.mark.parametrize("runs", [1, 5])
def test_a_detectable_difference_is_found_in_four_of_five_studies(wordsim: Similarities, runs: int) -> None:
    found = promise(wordsim, UNLIKE, runs, replications=N)
    # A little more is found than promised where a higher correlation has a smaller error.
    assert -3 * found.power.error <= found.power.value - 0.8 <= 0.05 + 3 * found.power.error, found
    assert near(found.coverage.value, 0.95), found
    assert found.claimed == pytest.approx(found.error, rel=0.12)
