"""Every metric is read from where it is recorded, and knows its direction."""

import math

import pytest

from bench.benchmarks.metrics import metric, metrics
from bench.datasets.errors import InputError
from bench.evaluation.tasks import all_tasks

RUN = {"implementation": "a", "speeds": [1e6, 2e6], "accuracy": 0.4, "rho": 0.6, "extra": {"train_seconds": 5.0}}


def test_values_come_from_the_record(make_results):
    record = make_results(RUN).runs[1]
    read = {one.name: one.read(record) for one in metrics(make_results(RUN))}
    assert read == {
        "words_per_second": 2e6, "train_seconds": 5.0, "compile_seconds": 0.5, "peak_memory_bytes": 3e8,
        "google-30k/accuracy": 0.4, "wordsim-353/spearman": 0.6,
    }  # fmt: skip


def test_only_what_was_measured_is_listed(make_results):
    names = [one.name for one in metrics(make_results({"implementation": "a", "speeds": [1e6]}))]
    assert names == ["words_per_second", "train_seconds", "compile_seconds", "peak_memory_bytes"]
    assert metrics(make_results({"implementation": "a", "failures": {1: ("failed", "broken")}})) == []


def test_speed_and_scores_rise_time_and_memory_fall():
    higher = {name: metric(name).higher_is_better for name in ("words_per_second", "trained_words_per_second")}
    lower = {name: metric(name).higher_is_better for name in ("train_seconds", "compile_seconds", "peak_memory_bytes")}
    assert all(higher.values())
    assert not any(lower.values())
    assert [metric(name).unit for name in (*higher, *lower)] == ["words/s", "words/s", "s", "s", "bytes"]


def test_every_task_has_its_direction_and_a_short_name():
    for task in all_tasks():
        about = task.metadata
        found = metric(about.name)
        assert found.name == f"{about.name}/{about.metric}"
        assert found == metric(found.name)
        assert found.higher_is_better == about.higher_is_better
        assert not found.relative


def test_a_run_that_failed_or_diverged_has_no_value(make_results):
    failed = make_results({"implementation": "a", "failures": {1: ("timeout", "slow")}}).runs[0]
    assert metric("words_per_second").read(failed) is None
    broken = make_results({"implementation": "a", "speeds": [math.inf], "accuracy": math.nan}).runs[0]
    assert metric("words_per_second").read(broken) is None
    assert metric("google-30k").read(broken) is None


def test_a_task_that_is_not_known_here_keeps_its_score(make_results):
    score = {"task": "of-tomorrow", "metric": "accuracy", "value": 0.3, "n": 1, "total": 1}
    results = make_results({"implementation": "a", "speeds": [1e6], "extra": {"scores": [score]}})
    (found,) = [one for one in metrics(results) if one.kind == "quality"]
    assert (found.name, found.read(results.runs[0]), found.higher_is_better) == ("of-tomorrow/accuracy", 0.3, True)


def test_a_misspelt_metric_is_met_with_a_suggestion():
    with pytest.raises(InputError, match="words_per_second"):
        metric("word_per_second")
    with pytest.raises(InputError, match="google-30k"):
        metric("google-30")
