"""The data behind each figure, and that every shape of results can be drawn."""

import json
import re

import pytest

from bench.reports import figures
from bench.reports.figures import learning_curve, quality, roofline, scaling, speed, stability, style, tradeoff
from bench.reports.summary import summarise

GENSIM = {"implementation": "gensim", "speeds": [500e3, 520e3, 510e3], "accuracy": 0.365, "rho": 0.63}
FAST = {"implementation": "fast", "speeds": [5.1e6, 5.3e6, 5.2e6], "accuracy": 0.37, "rho": 0.64}
ABSENT = {"implementation": "absent", "failures": {1: ("unavailable", "not installed")}}


def test_speed_shows_medians_intervals_rounds_and_ratios(make_results):
    summary = summarise(make_results(GENSIM, FAST, ABSENT))
    data = speed.data(summary)
    fast, slow = data.marks
    assert (fast.label, fast.median, fast.rounds) == ("fast", 5.2e6, (5.1e6, 5.3e6, 5.2e6))
    assert (fast.low, fast.high) == (summary.rows[0].speed.low, summary.rows[0].speed.high)
    assert fast.ratio == pytest.approx(10.2, abs=0.02)
    assert slow.ratio == 1.0
    assert data.omitted == ("absent",)
    assert "absent" in speed.caption(data)


@pytest.mark.parametrize(("factor", "log"), [(2, False), (100, True)])
def test_the_axis_is_logarithmic_only_for_a_wide_spread(make_results, factor, log):
    summary = summarise(make_results({**GENSIM, "speeds": [1e5]}, {**FAST, "speeds": [factor * 1e5]}))
    data = speed.data(summary)
    assert data.log is log
    assert ("Logarithmic" in speed.caption(data)) is log


def test_a_linear_speed_axis_starts_at_zero(make_results):
    data = speed.data(summarise(make_results(GENSIM)))
    assert speed.draw(data).axes[0].get_xlim()[0] == 0


def test_one_round_has_no_interval_and_says_so(make_results):
    data = speed.data(summarise(make_results({**GENSIM, "speeds": [5e5]})))
    assert data.marks[0].low is None
    assert "n = 1" in speed.caption(data)
    assert "95 %" not in speed.caption(data)


def test_a_lone_implementation_has_no_ratio_to_itself(make_results):
    data = speed.data(summarise(make_results(GENSIM)))
    assert data.marks[0].ratio is None
    assert data.baselines == ()


def test_quality_shows_the_score_its_interval_and_both_halves(make_results):
    data = quality.data(summarise(make_results(GENSIM, FAST)))
    mark = next(mark for mark in data.marks if mark.label == "gensim")
    assert (data.task, mark.value) == ("google-30k", pytest.approx(0.365))
    assert (mark.low, mark.high) == (pytest.approx(0.345), pytest.approx(0.385))
    assert mark.parts == {"semantic": pytest.approx(0.3285), "syntactic": pytest.approx(0.4015)}


def test_quality_falls_back_to_similarity_where_no_analogy_was_scored(make_results):
    data = quality.data(summarise(make_results({**GENSIM, "accuracy": None})))
    assert (data.task, data.metric, data.marks[0].value) == ("wordsim-353", "spearman", pytest.approx(0.63))


def test_an_unscored_implementation_is_named_not_drawn_at_zero(make_results):
    data = quality.data(summarise(make_results(GENSIM, {**FAST, "accuracy": float("nan")})))
    assert [mark.label for mark in data.marks] == ["gensim"]
    assert data.omitted == ("fast",)


def test_a_small_difference_is_not_blown_up(make_results):
    results = make_results({**GENSIM, "accuracy": 0.365}, {**FAST, "accuracy": 0.366})
    low, high = quality.limits(quality.data(summarise(results)))
    assert high - low >= quality.LEAST_SPAN


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_the_ends_of_the_scale_are_inside_the_axis(make_results, accuracy):
    low, high = quality.limits(quality.data(summarise(make_results({**GENSIM, "accuracy": accuracy}))))
    assert low <= accuracy <= high


def test_speed_against_quality_pairs_by_implementation(make_results):
    data = tradeoff.data(
        summarise(make_results(GENSIM, FAST, {**ABSENT}, {**GENSIM, "implementation": "x", "accuracy": None}))
    )
    pairs = {fast.label: (fast.median, good.value) for fast, good in data.pairs}
    assert pairs == {"fast": (5.2e6, pytest.approx(0.37)), "gensim": (510e3, pytest.approx(0.365))}
    assert set(data.omitted) == {"absent", "x"}


def test_speed_against_quality_needs_two(make_results):
    assert tradeoff.data(summarise(make_results(GENSIM, ABSENT))) is None


@pytest.mark.parametrize("configurations", [[], [ABSENT]])
def test_nothing_is_drawn_without_numbers(make_results, configurations):
    assert figures.draw_all(summarise(make_results(*configurations))) == []


NAMES = ["gensim", "numpy", "a-plug-in-with-quite-a-long-name-for-a-figure", "$x$_<b>&%\\", "_ünïcode", *"abcd"]


def crowd(count, **fields):
    return [
        {**GENSIM, "implementation": name, "speeds": [5e5 + 1e3 * i, 5.1e5], **fields}
        for i, name in enumerate(NAMES[:count])
    ]


def matrix(count):
    labels = tuple(NAMES[: min(count, stability.GROUPS)])
    pairs = [stability.Pair(label, label, 0.6) for label in labels]
    pairs += [
        stability.Pair(first, second, 0.55, -0.05, -0.06, -0.04, "undecided")
        for i, first in enumerate(labels)
        for second in labels[:i]
    ]
    return stability.Data(labels, (5,) * len(labels), tuple(pairs), 10, 400, 70_000, 0.02, ())


def finished(make_results, module, count):
    """A figure's data for so many implementations."""
    if module is stability:
        return matrix(count)
    if module is learning_curve:
        score = {"task": "google-30k", "metric": "accuracy", "n": 9, "total": 9}
        curve = [
            {"epoch": n, "words": n, "train_seconds": 1.5 * n, "scores": [{**score, "value": n / 10}]}
            for n in (1, 2, 3)
        ]
        peak = {"peak_memory_bytes": 3e8, "curve": curve}
        return learning_curve.data(summarise(make_results(*crowd(count, extra=peak))))
    if module is roofline:
        known = {
            "threads": 2, "lanes": 8, "multiply_adds_per_second": 1e11, "memory_read_bytes_per_second": 2e10,
            "memory_update_bytes_per_second": 3e10, "cache_update_bytes_per_second": 6e10,
            "first_cache_update_bytes_per_second": 2e11, "cache_bytes": 1 << 25, "core_cache_bytes": 1 << 19,
        }  # fmt: skip
        return roofline.data(summarise(make_results(*crowd(count), environment={"ceilings": [known]})))
    if module is scaling:
        runs = [{**each, "speeds": [speed * n for speed in each["speeds"]], "threads": n}
                for n in (1, 2) for each in crowd(count)]  # fmt: skip
        return scaling.data(summarise(make_results(*runs)))
    return module.data(summarise(make_results(*crowd(count))))


def texts_of(figure):
    """What is written in a figure, tick labels outside the axes left out."""
    texts = [text for legend in figure.legends for text in legend.get_texts()]
    texts += [figure._supxlabel] if figure._supxlabel is not None else []
    for axes in figure.axes:
        ends = (axes.get_xlim(), sorted(axes.get_ylim()))
        ticks = (axes.get_xticklabels(), axes.get_yticklabels())
        for way, labels in enumerate(ticks):
            low, high = ends[way]
            texts += [label for label in labels if low <= label.get_position()[way] <= high]
        texts += [*axes.texts, axes.xaxis.label, axes.yaxis.label]
    return [text for text in texts if text.get_text()]


@pytest.mark.parametrize("count", [1, 2, 4, 9])
@pytest.mark.parametrize("module", figures.FIGURES, ids=lambda module: module.NAME)
def test_names_and_values_do_not_overlap(make_results, module, count):
    """Every text of the finished figure stands clear of the others and inside the picture."""
    import matplotlib

    data = finished(make_results, module, count)
    if data is None:
        assert count == 1
        return
    with matplotlib.rc_context(style.RC):
        figure = module.draw(data)
        figure.draw_without_rendering()
        shown = texts_of(figure)
        boxes = [matplotlib.text.Text.get_window_extent(text) for text in shown]
    frame, edge = figure.bbox, 0.01 * figure.dpi
    assert frame.width == pytest.approx(figure.dpi * style.COLUMN_WIDTH)
    assert frame.height <= 9 * figure.dpi  # as high as a page
    for index, (box, text) in enumerate(zip(boxes, shown, strict=True)):
        assert box.x0 >= frame.x0 - edge, text
        assert box.x1 <= frame.x1 + edge, text
        assert box.y0 >= frame.y0 - edge, text
        assert box.y1 <= frame.y1 + edge, text
        for other, name in zip(boxes[:index], shown, strict=False):
            assert not box.shrunk(0.9, 0.9).overlaps(other.shrunk(0.9, 0.9)), (text, name)


def test_files_are_at_column_width_with_embedded_fonts_and_words(make_results):
    summary = summarise(make_results(GENSIM, FAST))
    drawings = figures.draw_all(summary)
    assert [each.name for each in drawings] == [
        "speed", "ratio", "quality", "speed-quality", "sections", "similarity", "memory",
    ]  # fmt: skip
    for drawing in drawings:
        assert "gensim" in drawing.alt
        assert "fast" in drawing.alt
        assert json.loads(json.dumps(drawing.data))
        assert drawing.caption
        svg = drawing.files["svg"].decode()
        assert re.search(r'width="([\d.]+)pt"', svg).group(1) == f"{72 * style.COLUMN_WIDTH:g}"
        assert "<text" not in svg
        assert b"/Type3" not in drawing.files["pdf"]
        assert b"/FontFile2" in drawing.files["pdf"]
        assert drawing.files["png"].startswith(b"\x89PNG")


def test_equal_results_give_equal_files(make_results):
    summary = summarise(make_results({**GENSIM, "accuracy": None, "rho": None}))
    first, second = figures.draw_all(summary), figures.draw_all(summary)
    assert [each.files for each in first] == [each.files for each in second]


def test_figures_and_formats_can_be_chosen(make_results):
    summary = summarise(make_results(GENSIM, FAST))
    (drawing,) = figures.draw_all(summary, only=["memory"], formats=("svg",))
    assert (drawing.name, list(drawing.files)) == ("memory", ["svg"])


def test_names_of_200_characters_are_drawn(make_results):
    """Broken and cut, so that the picture keeps the width of a column."""
    long = ["long " * 40, "x" * 200, "numba[" + ",".join(f"option{i}=value" for i in range(20)) + "]"]
    crowded = [{**GENSIM, "implementation": name} for name in long]
    for drawing in figures.draw_all(summarise(make_results(GENSIM, *crowded)), formats=("svg",)):
        width, height = map(float, re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', *[
            drawing.files["svg"].decode()
        ]).groups())  # fmt: skip
        assert width == pytest.approx(72 * style.COLUMN_WIDTH)
        assert height <= 72 * 9
