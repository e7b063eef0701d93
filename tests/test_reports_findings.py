"""One sentence an implementation: speed and quality together, and no more than the tests allow."""

import re

import pytest

from bench.reports import findings, quality
from bench.reports.summary import summarise
from bench.reports.words import sentences

GENSIM = [0.360, 0.364, 0.358, 0.371, 0.366]
LIKE = [0.362, 0.366, 0.359, 0.368, 0.363]
BETTER = [0.410, 0.412, 0.415, 0.409, 0.413]
WORSE = [0.310, 0.312, 0.315, 0.309, 0.313]
WILD = [0.30, 0.44, 0.35, 0.41, 0.33]


@pytest.fixture
def summary_of(make_results):
    """Summary of systems that are given as (speed, accuracies of the seeds, correlations of the seeds)."""

    def make(**systems):
        runs = [
            {
                "implementation": name, "speeds": [speed * (1 + 0.01 * seed)], "seed": seed, "accuracy": accuracy,
                "rho": rhos[seed] if rhos else None,
            }
            for name, (speed, accuracies, rhos) in systems.items()
            for seed, accuracy in enumerate(accuracies)
        ]  # fmt: skip
        return summarise(make_results(*runs))

    return make


def test_equal_quality_is_said_with_its_margin_and_p(summary_of):
    summary = summary_of(fast=(400.0, LIKE, None), gensim=(100.0, GENSIM, None))
    (contrast,) = summary.quality
    assert contrast.verdict == "equal within margin"
    (sentence,) = findings.comparisons(summary)
    assert sentence == (
        "fast trains 4.00 times (4.00–4.00) as fast as gensim at equal quality (Google analogies: TOST ±1 point, "
        f"p = {contrast.p_equivalence:.3f})."
    )


@pytest.mark.parametrize(
    ("accuracies", "words"),
    [
        (BETTER, r"quality: better on Google analogies \(by 4\.80 points, p < 0\.001\)\.$"),
        (WORSE, r"quality: worse on Google analogies \(by 5\.20 points, p < 0\.001\)\.$"),
        (WILD, r"quality: not decided on Google analogies \(differences up to \d\.\d\d points could hide\)\.$"),
    ],
)
def test_what_is_not_equal_is_never_called_so(summary_of, accuracies, words):
    (sentence,) = findings.comparisons(summary_of(x=(400.0, accuracies, None), gensim=(100.0, GENSIM, None)))
    assert re.search(words, sentence)
    assert "equal" not in sentence


def test_what_could_hide_is_the_farther_end_of_the_interval(summary_of):
    summary = summary_of(x=(400.0, WILD, None), gensim=(100.0, GENSIM, None))
    (contrast,) = summary.quality
    farther = max(-contrast.low, contrast.high)
    assert farther > abs(contrast.difference)
    assert f"up to {100 * farther:.2f} points" in findings.comparisons(summary)[0]


def test_several_tasks_keep_their_own_verdicts(summary_of):
    summary = summary_of(
        x=(400.0, LIKE, [0.700, 0.702, 0.701, 0.703, 0.700]), gensim=(100.0, GENSIM, [0.64, 0.63, 0.65, 0.64, 0.64])
    )
    (sentence,) = findings.comparisons(summary)
    assert re.search(
        r"; quality: better on WordSim-353 \(by 0\.0612, p < 0\.001\), equal on Google analogies "
        r"\(TOST ±1 point, p = 0\.\d{3}\)\.$",
        sentence,
    )
    assert "at equal quality" not in sentence


def test_all_tasks_equal_is_equal_quality_each_with_its_margin(summary_of):
    rhos = [0.640, 0.641, 0.639, 0.640, 0.641]
    (sentence,) = findings.comparisons(summary_of(x=(400.0, LIKE, rhos), gensim=(100.0, GENSIM, rhos[::-1])))
    assert "at equal quality (Google analogies: TOST ±1 point, p = " in sentence
    assert "; WordSim-353: TOST ±0.02, p < 0.001)." in sentence


def test_tasks_of_one_verdict_stand_together_with_their_own_numbers(summary_of):
    apart = [0.60, 0.70, 0.58, 0.66, 0.71]
    (sentence,) = findings.comparisons(summary_of(x=(400.0, WILD, apart), gensim=(100.0, GENSIM, apart[::-1])))
    assert re.search(
        r"; quality: not decided on Google analogies \(differences up to \d\.\d\d points could hide\) and on "
        r"WordSim-353 \(differences up to 0\.\d{4} could hide\)\.$",
        sentence,
    )


def test_one_seed_is_no_test(summary_of):
    (sentence,) = findings.comparisons(summary_of(x=(400.0, [0.41], [0.6]), gensim=(100.0, [0.36], [0.7])))
    assert sentence == (
        "x trains 4.00 times as fast as gensim; scores, not tested: Google analogies 41.0 % against 36.0 %, "
        "WordSim-353 0.600 against 0.700."
    )


def test_speed_alone_claims_nothing_of_quality(make_results):
    summary = summarise(
        make_results({"implementation": "x", "speeds": [50.0]}, {"implementation": "gensim", "speeds": [100.0]})
    )
    assert findings.comparisons(summary) == ["x trains 0.50 times as fast as gensim."]


def test_each_finding_is_told_once(summary_of):
    summary = summary_of(x=(400.0, BETTER, None), gensim=(100.0, GENSIM, None))
    told = [*sentences(summary), *quality.sentences(summary)]
    assert len([line for line in told if "better" in line]) == 1


def test_the_fastest_that_loses_nothing_is_named(summary_of):
    summary = summary_of(
        careless=(900.0, WORSE, None), wild=(500.0, WILD, None), sound=(400.0, LIKE, None), gensim=(100.0, GENSIM, None)
    )
    assert findings.choice(summary) == (
        "The fastest that is shown to equal or beat gensim on Google analogies, and is worse on nothing: sound."
    )
    assert findings.choice(summary) in sentences(summary)


def test_nobody_is_named_where_nothing_holds(summary_of):
    summary = summary_of(a=(900.0, WORSE, None), b=(500.0, WILD, None), gensim=(100.0, GENSIM, None))
    assert findings.choice(summary).startswith("Of those faster than gensim none is shown")


@pytest.mark.parametrize("seeds", [1, 5])
def test_nobody_is_named_where_the_fastest_holds_or_nothing_was_tested(summary_of, seeds):
    summary = summary_of(
        a=(900.0, BETTER[:seeds], None), b=(500.0, WILD[:seeds], None), gensim=(100.0, GENSIM[:seeds], None)
    )
    assert findings.choice(summary) is None


def test_better_analogies_do_not_hide_a_worse_task(summary_of):
    summary = summary_of(
        a=(900.0, BETTER, [0.500, 0.502, 0.501, 0.503, 0.500]),
        b=(500.0, LIKE, [0.640, 0.641, 0.639, 0.640, 0.641]),
        gensim=(100.0, GENSIM, [0.641, 0.640, 0.639, 0.641, 0.640]),
    )
    assert findings.choice(summary).endswith("worse on nothing: b.")


def test_many_implementations_do_not_fill_the_page(summary_of):
    systems = {f"x{number:02}": (100.0 + number, LIKE, None) for number in range(40)}
    lines = findings.comparisons(summary_of(gensim=(100.0, GENSIM, None), **systems))
    assert len(lines) == findings.MOST + 1
    assert lines[0].startswith("x39 ")
    assert lines[-1] == "32 more comparisons stand in the tables."


def test_baselines_of_other_hyperparameters_are_compared_without_a_speed(make_results):
    runs = [
        {
            "implementation": "gensim", "speeds": [9.0], "accuracy": value, "seed": seed,
            "hyperparameters": {"vector_size": size},
        }
        for size, values in ((100, GENSIM), (300, BETTER))
        for seed, value in enumerate(values)
    ]  # fmt: skip
    (sentence,) = findings.comparisons(summarise(make_results(*runs)))
    assert sentence.startswith("gensim[vector_size=300] against gensim[vector_size=100]: better on Google analogies (")
