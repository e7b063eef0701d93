"""Change points: found at the right commit, rare on noise, and judged by the metric's direction."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bench.benchmarks.change_point_rates import NOISES, false_alarms, found
from bench.benchmarks.history.changes import cuts, noise, segments
from bench.benchmarks.history.series import Point, Series, changes
from bench.benchmarks.metrics import metric


def series_of(name, values, versions=None):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    points = (
        Point(f"{i:040x}", False, start + timedelta(days=i), value, None, None, (value,), (versions or {}).get(i, {}))
        for i, value in enumerate(values)
    )
    return Series("a machine", "planted", "numba/planted", metric(name), tuple(points))


def levels(*pairs, spread, seed=1, relative=True):
    """Noisy measurements: (level, commits) after one another."""
    random = np.random.default_rng(seed)
    true = np.concatenate([np.full(n, level) for level, n in pairs])
    shaken = (
        true * np.exp(random.normal(0, spread, len(true))) if relative else true + random.normal(0, spread, len(true))
    )
    return shaken.tolist()


def test_a_step_is_found_at_its_commit_with_its_size():
    (change,) = changes(series_of("words_per_second", levels((5e6, 20), (4e6, 15), spread=0.03)))
    assert change.index == 20
    assert change.effect == pytest.approx(-0.2, abs=0.03)
    assert change.before == pytest.approx(5e6, rel=0.03)
    assert not change.better


def test_several_steps_are_told_apart():
    values = levels((5e6, 15), (6.5e6, 12), (4.5e6, 20), spread=0.03)
    assert [(one.index, one.better) for one in changes(series_of("words_per_second", values))] == [
        (15, True),
        (27, False),
    ]


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("words_per_second", True), ("trained_words_per_second", True), ("train_seconds", False),
        ("compile_seconds", False), ("peak_memory_bytes", False), ("google-30k", True), ("wordsim-353", True),
    ],
)  # fmt: skip
def test_a_rise_is_judged_by_the_metrics_direction(name, better):
    quality = metric(name).kind == "quality"
    before, after, spread = (0.3, 0.4, 0.01) if quality else (100.0, 130.0, 0.03)
    for values, expected in (((before, after), better), ((after, before), not better)):
        shaken = levels((values[0], 12), (values[1], 12), spread=spread, relative=not quality)
        (change,) = changes(series_of(name, shaken))
        assert change.better is expected


def test_what_changed_beside_the_commit_is_named():
    versions = {i: {"numba": "0.61" if i < 10 else "0.62", "numpy": "2.4"} for i in range(20)}
    values = levels((5e6, 10), (4e6, 10), spread=0.02)
    (change,) = changes(series_of("words_per_second", values, versions))
    assert change.versions == ("numba 0.61 → 0.62",)


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("n", [12, 50])
def test_noise_alone_is_rarely_called_a_change(kind, n):
    """At most 1 in 100 series, 1 in 20 where nights resemble each other; the bound is 3.5 standard errors above."""
    rate, repeats = (0.05 if kind == "correlated 0.3" else 0.01), 300
    assert false_alarms(NOISES[kind], n, repeats) <= rate + 3.5 * np.sqrt(rate * (1 - rate) / repeats)


def test_steps_of_five_standard_deviations_are_found():
    assert found(NOISES["normal"], 25, 6, 5.0, 100) >= 0.9
    assert found(NOISES["normal"], 200, 10, 5.0, 30) >= 0.9


def test_one_bad_night_is_no_change():
    values = levels((5e6, 30), spread=0.02)
    values[12] /= 3
    assert changes(series_of("words_per_second", values)) == []


def test_two_commits_after_a_step_are_not_yet_enough():
    assert changes(series_of("words_per_second", levels((5e6, 20), (2e6, 2), spread=0.02))) == []


def test_real_but_tiny_changes_are_not_reported():
    assert changes(series_of("words_per_second", levels((5e6, 40), (4.95e6, 40), spread=0.001))) == []
    assert changes(series_of("google-30k", [0.400] * 10 + [0.402] * 10)) == []


def test_scores_that_repeat_to_the_digit_show_a_point_lost():
    (change,) = changes(series_of("google-30k", [0.400] * 8 + [0.390] * 4))
    assert (change.index, change.better) == (8, False)
    assert change.effect == pytest.approx(-0.01)


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 5, [0.0] * 30, [2e6] * 30])
def test_series_that_are_short_or_constant_have_no_changes(values):
    assert changes(series_of("compile_seconds", values)) == []


def test_compile_time_that_begins_is_a_change_for_the_worse():
    (change,) = changes(series_of("compile_seconds", [0.0] * 10 + [4.0, 4.1, 4.2, 3.9]))
    assert (change.index, change.better) == (10, False)


def test_noise_is_measured_past_a_step():
    random = np.random.default_rng(1)
    series = random.normal(0, 2.0, 2000)
    series[1000:] += 50
    assert noise(series) == pytest.approx(2.0, rel=0.1)


def test_only_the_last_points_of_a_very_long_series_are_looked_at(monkeypatch):
    monkeypatch.setattr("bench.benchmarks.history.changes.MOST_POINTS", 40)
    values = np.log(levels((5e6, 30), (4e6, 30), (6e6, 20), spread=0.02)).tolist()
    (last,) = cuts(values, floor=0.001, least=0.03)
    assert last.index == 60


@pytest.mark.parametrize("seed", range(6))
def test_segments_are_those_that_ruptures_finds(seed):
    ruptures = pytest.importorskip("ruptures")
    from bench.benchmarks.history.changes import GAMMA, LEAST_POINTS, PENALTY, PENALTY_BY_LENGTH

    random = np.random.default_rng(seed)
    parts = [random.normal(random.normal(0, 4), 1, random.integers(4, 25)) for _ in range(random.integers(1, 7))]
    z = np.concatenate(parts)
    model = ruptures.KernelCPD(kernel="rbf", params={"gamma": GAMMA}, min_size=LEAST_POINTS).fit(z[:, None])
    assert segments(z) == model.predict(pen=PENALTY + PENALTY_BY_LENGTH * np.log(len(z)))[:-1]
