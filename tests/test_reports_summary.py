"""What may share a row, and what the rows then say."""

from statistics import median

import pytest

from bench.reports.summary import summarise
from bench.reports.words import footnotes, sentences


def row_of(summary, label):
    return next(row for row in summary.rows if row.label == label)


def test_a_row_holds_the_median_of_its_rounds_and_the_paired_ratio(make_results):
    slow, fast = [100.0, 200.0, 400.0], [300.0, 500.0, 900.0]
    results = make_results({"implementation": "gensim", "speeds": slow}, {"implementation": "fast", "speeds": fast})
    row = row_of(summarise(results), "fast")
    assert row.speed.value == 500.0
    assert row.speed.values == (300.0, 500.0, 900.0)
    # Paired in each round: 3, 2.5 and 2.25, of which the median is not the ratio of the medians by construction.
    assert row.ratio.value == pytest.approx(median([3.0, 2.5, 2.25]))
    assert row.speed.low <= row.speed.value <= row.speed.high
    assert 2.25 <= row.ratio.low <= row.ratio.value <= row.ratio.high <= 3.0


def test_a_ratio_uses_only_rounds_that_both_finished(make_results):
    results = make_results(
        {"implementation": "gensim", "speeds": [100.0, None, 100.0]},
        {"implementation": "fast", "speeds": [200.0, 999.0], "failures": {3: ("timeout", "stopped after 5 s")}},
    )
    row = row_of(summarise(results), "fast")
    assert row.ratio.values == (2.0,)
    assert row.ratio.low is None
    assert row.status == "2 of 3 ok"


def test_gensim_is_the_baseline_wherever_it_stands_and_else_the_first(make_results):
    a, g = {"implementation": "a", "speeds": [50.0]}, {"implementation": "gensim", "speeds": [100.0]}
    assert row_of(summarise(make_results(a, g)), "a").ratio.value == pytest.approx(0.5)
    without = summarise(make_results(a, {"implementation": "b", "speeds": [25.0]}))
    assert row_of(without, "a").is_baseline
    assert row_of(without, "b").ratio.value == pytest.approx(0.5)


def test_a_failed_gensim_is_no_baseline(make_results):
    results = make_results(
        {"implementation": "gensim", "failures": {1: ("failed", "out of memory")}},
        {"implementation": "a", "speeds": [10.0]},
        {"implementation": "b", "speeds": [30.0]},
    )
    assert summarise(results).baselines == ("a",)


@pytest.mark.parametrize(
    "change",
    [
        {"hyperparameters": {"vector_size": 300}},
        {"hyperparameters": {"model": "cbow"}},
        {"hyperparameters": {"loss": "hs"}},
        {"threads": 4},
        {"options": {"negatives": "window"}},
        {"device": "cuda:0"},
        {"version": "2.0"},
    ],
)
def test_runs_that_differ_never_share_a_row(make_results, change):
    plain = {"implementation": "x", "speeds": [100.0, 110.0]}
    summary = summarise(make_results(plain, {**plain, "speeds": [900.0, 910.0], **change}))
    assert sorted(row.speed.values for row in summary.rows) == [(100.0, 110.0), (900.0, 910.0)]
    assert len({row.label for row in summary.rows}) == 2


@pytest.mark.parametrize("change", [{"hyperparameters": {"vector_size": 300}}, {"threads": 4}])
def test_speeds_are_divided_only_between_equal_hyperparameters_and_threads(make_results, change):
    results = make_results(
        {"implementation": "gensim", "speeds": [100.0]},
        {"implementation": "gensim", "speeds": [40.0], **change},
        {"implementation": "fast", "speeds": [200.0]},
        {"implementation": "fast", "speeds": [160.0], **change},
    )
    ratios = sorted(row.ratio.value for row in summarise(results).rows if row.run.implementation == "fast")
    assert ratios == pytest.approx([2.0, 4.0])


def test_seeds_and_rounds_share_a_row(make_results):
    one, two = ({"implementation": "x", "speeds": [speed], "seed": seed} for seed, speed in ((1, 5.0), (2, 7.0)))
    (row,) = summarise(make_results(one, two)).rows
    assert row.speed.value == 6.0


def test_a_round_that_crashed_before_its_device_was_known_stays_with_its_configuration(make_results):
    results = make_results(
        {"implementation": "x", "speeds": [5.0, 6.0], "options": {"negatives": "pair"}, "version": "1.0"},
        {"implementation": "x", "failures": {3: ("failed", "crashed")}, "device": "auto", "options": {}},
    )
    (row,) = summarise(results).rows
    assert (row.status, row.finished, row.attempted) == ("2 of 3 ok", 2, 3)


def test_scores_are_means_over_runs_and_a_nan_does_not_blot_them_out(make_results):
    configuration = {"implementation": "x", "speeds": [5.0]}
    results = make_results(
        {**configuration, "accuracy": 0.30, "seed": 1},
        {**configuration, "accuracy": 0.40, "seed": 2},
        {**configuration, "accuracy": float("nan"), "seed": 3},
    )
    score = summarise(results).rows[0].score("google-30k")
    assert score.value == pytest.approx(0.35)
    assert (score.low, score.high) == (pytest.approx(0.33), pytest.approx(0.37))
    assert len(score.values) == 2
    assert score.sections["semantic"].value == pytest.approx(0.35 * 0.9)


@pytest.mark.parametrize("speed", [0.0, float("nan"), float("inf"), None])
def test_a_speed_that_is_no_positive_number_counts_as_not_measured(make_results, speed):
    results = make_results(
        {"implementation": "gensim", "speeds": [speed], "accuracy": 0.1}, {"implementation": "x", "speeds": [9.0]}
    )
    summary = summarise(results)
    assert row_of(summary, "gensim").speed is None
    assert row_of(summary, "gensim").score("google-30k").value == 0.1
    assert summary.baselines == ("x",)


def test_rows_stand_fastest_first_and_those_without_numbers_last(make_results):
    results = make_results(
        {"implementation": "none", "failures": {1: ("unavailable", "no GPU")}},
        {"implementation": "slow", "speeds": [1.0]},
        {"implementation": "fast", "speeds": [2.0]},
    )
    assert [row.label for row in summarise(results).rows] == ["fast", "slow", "none"]


def test_equal_failures_are_told_once_with_their_rounds(make_results):
    results = make_results(
        {"implementation": "x", "failures": {1: ("failed", "a"), 2: ("failed", "b"), 3: ("failed", "a")}}
    )
    assert [(f.reason, f.rounds) for f in summarise(results).failures] == [("a", (1, 3)), ("b", (2,))]


def test_the_words_do_not_claim_a_difference_the_interval_does_not_show(make_results):
    results = make_results(
        {"implementation": "gensim", "speeds": [100.0, 120.0, 100.0]},
        {"implementation": "same", "speeds": [110.0, 100.0, 105.0]},
        {"implementation": "fast", "speeds": [300.0, 310.0, 320.0]},
    )
    text = " ".join(sentences(summarise(results)))
    assert "holds 1 for same:" in text
    assert "fast trains 3.00 times" in text


def test_one_round_is_said_to_have_no_interval(make_results):
    results = make_results({"implementation": "a", "speeds": [1.0]}, {"implementation": "b", "speeds": [2.0]})
    summary = summarise(results)
    assert any("One round each" in line for line in sentences(summary))
    assert any("n = 1" in line for line in footnotes(summary))


def test_three_rounds_are_not_sold_as_95_per_cent(make_results):
    summary = summarise(make_results({"implementation": "a", "speeds": [1.0, 2.0, 3.0]}))
    # A median lies outside the range of three rounds with probability 2 · (1/2)³.
    assert any("75 %" in line for line in footnotes(summary))


@pytest.mark.parametrize(("load", "told"), [(2.0, False), (9.0, True)])
def test_other_work_on_the_machine_is_held_against_the_speeds(make_results, load, told):
    results = make_results({"implementation": "x", "speeds": [5.0], "extra": {"conditions": {"load_before": load}}})
    assert any("busy with other work" in line for line in sentences(summarise(results))) is told


@pytest.mark.parametrize(("stolen", "told"), [(0.1, False), (30.0, True)])
def test_stolen_processor_time_is_told(make_results, stolen, told):
    extra = {"conditions": {"steal_seconds": stolen}, "train_seconds": 100.0}
    results = make_results({"implementation": "x", "speeds": [5.0], "extra": extra})
    assert any("hypervisor" in line for line in sentences(summarise(results))) is told
