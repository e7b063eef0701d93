"""The data behind the figure of learning curves."""

from collections.abc import Sequence
from typing import Any

import pytest

from bench.reports.figures import learning_curve, quality, series, speed, style
from bench.reports.summary import summarise


def curve(seconds: Sequence[float], values: Sequence[float | None], task: str = "google-30k") -> list[dict[str, Any]]:
    metric = "accuracy" if task == "google-30k" else "spearman"
    return [
        {
            "epoch": epoch, "words": 1000 * epoch, "train_seconds": one,
            "scores": [{"task": task, "metric": metric, "value": value, "n": 10, "total": 10}],
        }
        for epoch, (one, value) in enumerate(zip(seconds, values, strict=True), 1)
    ]  # fmt: skip


def results_of(make_results: Any, curves: dict[str, list[list[dict[str, Any]]]]) -> Any:
    """Results whose runs have these curves, one a round; the first implementation is the fastest."""
    made = make_results(
        *(
            {"implementation": name, "speeds": [1e6 / (i + 1)] * max(1, len(runs)), "accuracy": 0.3}
            for i, (name, runs) in enumerate(curves.items())
        )
    )
    document = made.model_dump(mode="json")
    for run in document["runs"]:
        runs = curves[run["implementation"]]
        run["curve"] = runs[run["round"] - 1] if runs else []
    return type(made).model_validate(document)


def data(make_results: Any, **curves: list[list[dict[str, Any]]]) -> learning_curve.Data | None:
    return learning_curve.data(summarise(results_of(make_results, curves)))


def test_a_line_is_the_median_time_and_the_mean_score_of_its_runs(make_results: Any) -> None:
    runs = [curve([1, 2, 3], [0.1, 0.2, 0.3]), curve([9, 12, 15], [0.2, 0.3, 0.4]), curve([2, 4, 6], [0.3, 0.4, 0.8])]
    found = data(make_results, fast=runs)
    assert found is not None
    (line,) = found.lines
    assert (found.task, found.metric, line.label) == ("google-30k", "accuracy", "fast")
    assert [(point.epoch, point.seconds) for point in line.points] == [(1, 2), (2, 4), (3, 6)]
    assert [point.value for point in line.points] == pytest.approx([0.2, 0.3, 0.5])
    assert [[point.seconds for point in run] for run in line.runs] == [[1, 2, 3], [9, 12, 15], [2, 4, 6]]
    text = learning_curve.caption(found)
    assert "median time, mean score" in text
    assert "n = 3" in text
    assert "clock stood still" in text


def test_lines_stand_in_the_order_of_speed_and_those_without_a_curve_are_named(make_results: Any) -> None:
    found = data(make_results, first=[curve([1, 2], [0.1, 0.2])], second=[curve([3, 4], [0.1, 0.2])], plain=[])
    assert found is not None
    assert [line.label for line in found.lines] == ["first", "second"]
    assert found.omitted == ("plain",)
    assert "Without a curve, not shown: plain." in learning_curve.caption(found)
    assert "first from 10.0 % after 1.00 s (epoch 1) to 20.0 % after 2.00 s (epoch 2)" in learning_curve.alt(found)


@pytest.mark.parametrize(("last", "log"), [(speed.LOG_SPREAD * 0.9, False), (speed.LOG_SPREAD * 1.1, True)])
def test_the_time_axis_is_logarithmic_only_for_a_wide_span(make_results: Any, last: float, log: bool) -> None:
    import matplotlib

    found = data(make_results, one=[curve([1.0, last], [0.1, 0.2])])
    assert found is not None
    assert found.log is log
    assert ("Logarithmic" in learning_curve.caption(found)) is log
    with matplotlib.rc_context(style.RC):
        (axes,) = learning_curve.draw(found).axes
    assert axes.get_xscale() == ("log" if log else "linear")
    assert (axes.get_xlim()[0] == 0) is not log


def test_what_is_no_number_is_left_out(make_results: Any) -> None:
    broken = curve([1, 2, 3, 4, 5], [None, float("nan"), 0.3, 0.4, 0.5])
    broken[2]["train_seconds"] = 0.0
    found = data(make_results, one=[broken])
    assert found is not None
    assert [point.epoch for point in found.lines[0].points] == [4, 5]


@pytest.mark.parametrize(
    "runs",
    [[], [[]], [curve([1], [0.3])], [curve([1, 2], [None, 0.3])], [curve([1, 2], [None, None])]],
    ids=["no curve", "empty", "one epoch", "one score", "no score"],
)
def test_no_figure_without_two_points(make_results: Any, runs: list[Any]) -> None:
    assert data(make_results, one=runs) is None


def test_another_task_stands_in_where_the_first_has_no_scores(make_results: Any) -> None:
    points = curve([1, 2], [None, None])
    for point, other in zip(points, curve([1, 2], [-0.05, 0.4], "wordsim-353"), strict=True):
        point["scores"] += other["scores"]
    found = data(make_results, one=[points])
    assert found is not None
    assert (found.task, found.metric) == ("wordsim-353", "spearman")
    low, _ = quality.limits(learning_curve._as_quality(found))
    assert low < -0.05


def test_old_results_have_no_curve(make_results: Any) -> None:
    made = make_results({"implementation": "gensim", "speeds": [1e6], "accuracy": 0.3})
    assert all(run.curve == [] for run in made.runs)
    assert learning_curve.data(summarise(made)) is None


def test_a_crowd_shows_the_baseline_and_names_who_is_left_out(make_results: Any) -> None:
    names = [f"impl{i}" for i in range(11)] + ["gensim"]
    found = data(make_results, **{name: [curve([1, 2], [0.1, 0.2])] for name in names})
    assert found is not None
    assert len(found.lines) == series.MOST
    assert "gensim" in [line.label for line in found.lines]
    assert "impl10" in learning_curve.caption(found)


NAMES = ["gensim", "numba[negatives=window:3]", "numpy", "torch", "$x$_<b>&%\\", "_hidden", "n" * 200, "x", "y"]


@pytest.mark.parametrize("count", [1, 2, 4, 9])
@pytest.mark.parametrize("epochs", [2, 5, 60])
def test_lines_and_last_markers_are_drawn_inside_the_axes(make_results: Any, count: int, epochs: int) -> None:
    import matplotlib

    steps = range(1, epochs + 1)
    curves = {
        name: [
            curve([(3**i) * k * (1 + 0.1 * run) for k in steps], [0.4 * k / epochs - 0.01 * run for k in steps])
            for run in range(2)
        ]
        for i, name in enumerate(NAMES[:count])
    }
    found = data(make_results, **curves)
    assert found is not None
    with matplotlib.rc_context(style.RC):
        figure = learning_curve.draw(found)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        frame = axes.get_window_extent()
        for line in axes.lines:
            for x, y in axes.transData.transform(line.get_xydata()):
                assert frame.x0 <= x <= frame.x1
                assert frame.y0 <= y <= frame.y1
        marked = {tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() not in ("None", None)}
        for line in found.lines:
            last = line.points[-1]
            assert (last.seconds, pytest.approx(100 * last.value)) in [(x, y) for x, y in marked]
        assert len(marked) <= len(found.lines) * (learning_curve.MOST_MARKS + 1)
        words = figure._supxlabel.get_window_extent()
        assert words.x0 >= figure.bbox.x0
        assert words.x1 <= figure.bbox.x1
        for legend in figure.legends:
            box = legend.get_window_extent()
            assert box.y0 >= frame.y1
            assert box.x0 >= figure.bbox.x0 - 1
            assert box.x1 <= figure.bbox.x1 + 1
