"""The data behind the figures of memory, of the ratio to the baseline, and of the Pareto front."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reports.figures import memory, pareto, ratio, tradeoff
from bench.reports.summary import summarise

GENSIM = {"implementation": "gensim", "speeds": [500e3, 520e3, 510e3], "accuracy": 0.365, "rho": 0.63}
FAST = {"implementation": "fast", "speeds": [5.1e6, 5.3e6, 5.2e6], "accuracy": 0.37, "rho": 0.64}
SLOW = {"implementation": "slow", "speeds": [1e5, 1.1e5, 1.2e5], "accuracy": 0.20}
ABSENT = {"implementation": "absent", "failures": {1: ("unavailable", "not installed")}}


# Memory


def test_memory_is_the_largest_peak_and_the_gpu_stands_beside_it(make_results):
    gpu = {**FAST, "extra": {"peak_memory_bytes": 2_000_000_000, "peak_gpu_memory_bytes": 700_000_000}}
    data = memory.data(summarise(make_results(GENSIM, gpu, ABSENT)))
    assert [(mark.label, mark.host, mark.gpu, mark.runs) for mark in data.marks] == [
        ("fast", 2e9, 7e8, 3), ("gensim", 3e8, None, 3),
    ]  # fmt: skip
    assert data.omitted == ("absent",)
    assert "GPU" in memory.caption(data)
    assert "GPU 700 MB" in memory.alt(data)
    assert "no interval" in memory.caption(data)


def test_memory_of_the_host_alone_has_no_word_of_a_gpu(make_results):
    data = memory.data(summarise(make_results(GENSIM)))
    assert "GPU" not in memory.caption(data) + memory.alt(data)


@pytest.mark.parametrize("peak", [None, 0])
def test_what_was_not_measured_is_not_drawn_at_zero(make_results, peak):
    unmeasured = {**FAST, "extra": {"peak_memory_bytes": peak}}
    assert memory.data(summarise(make_results(unmeasured))) is None
    data = memory.data(summarise(make_results(GENSIM, unmeasured)))
    assert ([mark.label for mark in data.marks], data.omitted) == (["gensim"], ("fast",))


def test_bars_begin_at_zero(make_results):
    axes = memory.draw(memory.data(summarise(make_results(GENSIM, FAST)))).axes[0]
    assert axes.get_xlim()[0] == 0
    assert {(bar.get_x(), bar.get_width()) for bar in axes.patches} == {(0, 3e8)}


# Ratio to the baseline


def test_ratios_are_those_of_the_tables_highest_first(make_results):
    summary = summarise(make_results(GENSIM, FAST, SLOW, ABSENT))
    data = ratio.data(summary)
    rows = {row.label: row.ratio for row in summary.rows}
    assert [mark.label for mark in data.marks] == ["fast", "slow"]
    for mark in data.marks:
        own = rows[mark.label]
        assert (mark.ratio, mark.low, mark.high, mark.rounds) == (own.value, own.low, own.high, own.values)
    assert (data.baselines, data.omitted) == (("gensim",), ("absent",))
    assert "fast 10.2×" in ratio.alt(data)


@pytest.mark.parametrize("configurations", [[GENSIM], [GENSIM, ABSENT], [ABSENT]])
def test_without_two_there_is_no_ratio(make_results, configurations):
    assert ratio.data(summarise(make_results(*configurations))) is None


@pytest.mark.parametrize("others", [[FAST], [SLOW], [FAST, SLOW]])
def test_the_line_of_equal_speed_is_inside_the_axis(make_results, others):
    data = ratio.data(summarise(make_results(GENSIM, *others)))
    low, high = ratio.draw(data).axes[0].get_xlim()
    assert low < 1 < high
    assert all(low <= mark.ratio <= high for mark in data.marks)


def test_each_set_of_hyperparameters_has_its_baseline(make_results):
    small = [{**each, "hyperparameters": {"vector_size": 50}} for each in (GENSIM, FAST)]
    data = ratio.data(summarise(make_results(GENSIM, FAST, *small)))
    assert len(data.baselines) == 2
    assert all(mark.baseline in data.baselines for mark in data.marks)
    assert all(name in ratio.caption(data) for name in data.baselines)


def test_one_round_has_a_ratio_without_an_interval(make_results):
    data = ratio.data(summarise(make_results({**GENSIM, "speeds": [1e5]}, {**FAST, "speeds": [2e5]})))
    (mark,) = data.marks
    assert (mark.ratio, mark.low, mark.high) == (pytest.approx(2), None, None)
    assert "95 %" not in ratio.caption(data)


# The Pareto front

numbers = st.integers(0, 6).map(float)


@st.composite
def candidates(draw):
    made = []
    for label in "abcdefg"[: draw(st.integers(1, 7))]:
        score = draw(numbers)
        reach = draw(st.none() | st.integers(0, 3))
        ends = (None, None) if reach is None else (score - reach, score + reach)
        made.append(pareto.Candidate(label, draw(numbers) + 1, score, *ends))
    return made


def beats(a, b):
    return a.speed >= b.speed and a.score >= b.score and (a.speed > b.speed or a.score > b.score)


@settings(max_examples=200, deadline=None)
@given(candidates())
def test_the_front_is_whom_nobody_beats_and_beats_all_others(made):
    front = pareto.front(made)
    assert front
    for one in made:
        beaten = [other for other in made if beats(other, one)]
        assert (one in front) == (not beaten)
        assert one in front or any(beats(other, one) for other in front)
    assert [one.speed for one in front] == sorted((one.speed for one in front), reverse=True)
    assert [one.score for one in front] == sorted(one.score for one in front)


@settings(max_examples=200, deadline=None)
@given(candidates())
def test_nobody_is_called_worse_whose_interval_overlaps_all_that_beat_it(made):
    front, possible, uncertain = pareto.front(made), pareto.possible(made), pareto.uncertain(made)
    for one in made:
        beaten = [other for other in made if beats(other, one)]
        apart = [other for other in beaten if None not in (other.low, one.high) and other.low > one.high]
        assert (one in possible) == bool(beaten and not apart)
    assert all(one in front and one.speed < max(other.speed for other in made) for one in uncertain)


def test_the_caption_says_who_is_on_the_front_and_how_sure_that_is(make_results):
    """The scores' intervals are ± .02: fast and gensim overlap, slow is worse than both."""
    gensim = {**GENSIM, "accuracy": 0.375}
    near = {**FAST, "implementation": "near", "speeds": [4e6, 4.1e6, 4.2e6], "accuracy": 0.36}
    data = tradeoff.data(summarise(make_results(gensim, FAST, SLOW, near)))
    assert (data.front, data.uncertain, data.possible) == (("fast", "gensim"), ("gensim",), ("near",))
    for text in (tradeoff.caption(data), tradeoff.alt(data)):
        assert ": fast and gensim." in text
        assert "that of gensim, whose place there may be chance" in text
        assert "not shown to score lower: near." in text
    assert "slow" not in tradeoff.caption(data)


def test_points_on_the_front_are_filled_others_hollow(make_results):
    from bench.reports.figures import style

    data = tradeoff.data(summarise(make_results(GENSIM, FAST, SLOW)))
    assert data.front == ("fast",)
    axes = tradeoff.draw(data).axes[0]
    filled = {
        line.get_xdata()[0]: line.get_markerfacecolor() == style.BLUE for line in axes.lines if line.get_marker() == "o"
    }
    assert filled == {5.2e6: True, 510e3: False, 1.1e5: False}
