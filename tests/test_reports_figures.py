"""The data behind each figure, and that every shape of results can be drawn."""

import re

import pytest

from bench.reports import figures
from bench.reports.figures import quality, speed, style, tradeoff
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


def crowd(count):
    names = ["gensim", "numpy", "a-plug-in-with-quite-a-long-name-for-a-figure", "$x$_<b>&%\\", "ünïcode", *"abcd"]
    return [
        {**GENSIM, "implementation": name, "speeds": [5e5 + 1e3 * i, 5.1e5]} for i, name in enumerate(names[:count])
    ]


@pytest.mark.parametrize("count", [1, 2, 4, 9])
def test_names_and_values_do_not_overlap(make_results, count):
    """Every text of the finished figure stands clear of the others and inside the picture."""
    import matplotlib

    summary = summarise(make_results(*crowd(count)))
    for module in figures.FIGURES:
        data = module.data(summary)
        if data is None:
            continue
        with matplotlib.rc_context(style.RC):
            figure = module.draw(data)
            figure.draw_without_rendering()
            (axes,) = figure.axes
            texts = [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels(), axes.yaxis.label]
            if figure._supxlabel is not None:
                texts.append(figure._supxlabel)
            left, right = axes.get_xlim()
            low, high = sorted(axes.get_ylim())
            shown = [
                text
                for text in texts
                if text.get_text()
                and not (text in axes.get_xticklabels() and not left <= text.get_position()[0] <= right)
                and not (text in axes.get_yticklabels() and not low <= text.get_position()[1] <= high)
            ]
            boxes = [matplotlib.text.Text.get_window_extent(text) for text in shown]
        frame = figure.bbox
        for index, box in enumerate(boxes):
            name = (module.NAME, shown[index].get_text())
            assert box.x0 >= frame.x0 - 1, name
            assert box.x1 <= frame.x1 + 1, name
            assert box.y0 >= frame.y0 - 1, name
            assert box.y1 <= frame.y1 + 1, name
            for other, text in zip(boxes[:index], shown, strict=False):
                assert not box.shrunk(0.9, 0.9).overlaps(other.shrunk(0.9, 0.9)), (*name, text.get_text())


def test_files_are_at_column_width_with_embedded_fonts_and_words(make_results):
    summary = summarise(make_results(GENSIM, FAST))
    drawings = figures.draw_all(summary)
    assert len(drawings) == 3
    for drawing in drawings:
        assert "gensim" in drawing.alt
        assert "fast" in drawing.alt
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
