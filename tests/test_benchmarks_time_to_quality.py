"""Time to quality: when the mean of a configuration's scores first comes up to its baseline's at the end."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from bench.benchmarks.metrics import metrics
from bench.benchmarks.time_to_quality import NAME, Arrival, Missed, Reached, Target, reached, target, time_to
from bench.reports.export.measures import measures


def score(value: float | None, task: str = "google-30k") -> dict[str, Any]:
    metric = "accuracy" if task == "google-30k" else "spearman"
    return {"task": task, "metric": metric, "value": value, "n": 10, "total": 10}


def curve(seconds: Sequence[float], values: Sequence[float | None], task: str = "google-30k") -> list[dict[str, Any]]:
    return [
        {"epoch": epoch, "words": 1000 * epoch, "train_seconds": one, "scores": [score(value, task)]}
        for epoch, (one, value) in enumerate(zip(seconds, values, strict=True), 1)
    ]


def results_of(make_results: Any, curves: dict[str, list[Any]], **finals: float) -> Any:
    """Results whose runs have these curves, one a round; a run without one has a final score and 100 seconds."""
    made = make_results(
        *({"implementation": name, "speeds": [50.0] * max(1, len(runs))} for name, runs in curves.items())
    )
    document = made.model_dump(mode="json")
    for run in document["runs"]:
        runs = curves[run["implementation"]]
        run["curve"] = runs[run["round"] - 1] if runs else []
        run["train_seconds"] = run["curve"][-1]["train_seconds"] if run["curve"] else 100.0
        run["scores"] = run["curve"][-1]["scores"] if run["curve"] else [score(finals[run["implementation"]])]
    return type(made).model_validate(document)


def runs_of(make_results: Any, name: str = "one", **curves: list[Any]) -> Any:
    results = results_of(make_results, curves)
    return [run for run in results.runs if run.implementation == name]


AIM = Target("google-30k", "accuracy", 0.3)


def test_it_is_the_first_end_of_an_epoch_whose_mean_score_is_as_good(make_results: Any) -> None:
    curves = [curve([1, 2, 3], [0.1, 0.29, 0.5]), curve([1.5, 3, 4.5], [0.2, 0.31, 0.4])]
    (first, second) = runs_of(make_results, one=curves)
    found = time_to(AIM, [first.curve, second.curve])
    assert isinstance(found, Arrival)
    assert (found.epoch, found.words) == (2, 2000)
    assert found.value == pytest.approx(0.3)
    assert (found.seconds.value, found.seconds.low, found.seconds.high) == pytest.approx((2.5, 2, 3))


def test_a_curve_that_falls_again_has_been_there(make_results: Any) -> None:
    (run,) = runs_of(make_results, one=[curve([1, 2, 3], [0.2, 0.35, 0.25])])
    found = time_to(AIM, [run.curve])
    assert isinstance(found, Arrival)
    assert found.epoch == 2
    assert found.seconds.low is None  # one run


def test_what_does_not_come_so_far_tells_its_best(make_results: Any) -> None:
    (run,) = runs_of(make_results, one=[curve([1, 2, 3], [0.1, 0.25, 0.2])])
    assert time_to(AIM, [run.curve]) == Missed(3, 0.25)


def test_an_epoch_that_some_runs_have_no_number_for_is_passed_over(make_results: Any) -> None:
    runs = runs_of(make_results, one=[curve([1, 2, 3], [0.1, 0.9, 0.4]), curve([1, 2, 3], [0.1, math.nan, 0.2])])
    found = time_to(AIM, [run.curve for run in runs])
    assert isinstance(found, Arrival)
    assert found.epoch == 3


def test_without_scores_there_is_nothing_to_tell(make_results: Any) -> None:
    (run,) = runs_of(make_results, one=[curve([1, 2], [0.1, 0.2], "wordsim-353")])
    assert time_to(AIM, [run.curve]) is None
    assert time_to(AIM, []) is None


def test_the_target_is_the_mean_over_seeds_of_the_first_headline_task(make_results: Any) -> None:
    runs = make_results({"implementation": "a", "speeds": [1.0, 1.0], "accuracy": 0.3, "rho": 0.6}).runs
    runs[1].scores[0] = runs[1].scores[0].__class__(**{**vars(runs[1].scores[0]), "value": 0.4})
    assert target(runs) == Target("google-30k", "accuracy", pytest.approx(0.35))
    assert target([]) is None


def test_a_baseline_reaches_its_own_score_at_its_end_at_the_latest(make_results: Any) -> None:
    """Also in rounding: the mean of three scores, summed twice."""
    ends = [0.1, 0.2, 0.4 / 3]
    runs = runs_of(make_results, one=[curve([1, 2], [0.01, end]) for end in ends])
    found = reached(runs, runs)
    assert found is not None
    assert isinstance(found.outcome, Arrival)
    assert found.outcome.epoch == 2


def test_a_baseline_that_cannot_pause_is_known_at_its_end(make_results: Any) -> None:
    results = results_of(make_results, {"one": [curve([1, 2], [0.2, 0.4])], "program": []}, program=0.3)
    one, program = results.runs
    found = reached([one], [program])
    assert found == Reached(AIM, found.outcome if found else Missed(0, 0))
    assert isinstance(found.outcome, Arrival)
    assert found.outcome.epoch == 2
    own = reached([program], [program])
    assert own is not None
    assert own.outcome.epoch == 5  # all epochs: on the way nobody looked
    late = reached([program], [one])
    assert late is not None
    assert late.outcome == Missed(5, 0.3)


def test_as_a_metric_it_is_read_from_each_run(make_results: Any) -> None:
    curves = {
        "gensim": [curve([10, 20], [0.1, 0.3]), curve([12, 24], [0.1, 0.3])],
        "fast": [curve([1, 2], [0.2, 0.4]), curve([1, 3], [0.4, 0.4])],
        "slow": [curve([50, 90], [0.1, 0.2]), curve([50, 90], [0.1, 0.2])],
    }
    results = results_of(make_results, curves)
    (found,) = [one for one in metrics(results) if one.name == NAME]
    assert (found.unit, found.kind, found.higher_is_better) == ("s", "time", False)
    read = {(run.implementation, run.round): found.read(run) for run in results.runs}
    assert read == {
        ("gensim", 1): 20, ("gensim", 2): 24, ("fast", 1): 1, ("fast", 2): 1, ("slow", 1): None, ("slow", 2): None,
    }  # fmt: skip
    exported = {(one.name.split("/")[0], one.estimate.value) for one in measures(results) if one.metric.name == NAME}
    assert exported == {("gensim", 22.0), ("fast", 1.0)}


@pytest.mark.parametrize("curves", [{"one": [curve([1, 2], [0.1, 0.2])]}, {"one": [], "two": []}])
def test_no_metric_without_curves_or_others(make_results: Any, curves: dict[str, list[Any]]) -> None:
    results = results_of(make_results, curves, one=0.1, two=0.2)
    assert NAME not in [one.name for one in metrics(results)]
