"""The data behind the figures of analogies by section and of similarity sets."""

import pytest

from bench.reports.figures import sections, series, similarity
from bench.reports.summary import summarise

ORDER = ["capital-world", "family", "gram1-adjective-to-adverb"]


def analogies(accuracy, *, names=ORDER, empty=(), task="google-30k"):
    """A score as evaluation makes it: sections, groups, the mean over sections."""
    parts = {}
    for i, name in enumerate(names):
        n = 0 if name in empty else 100 + i
        value = None if name in empty else accuracy + i / 1000
        ends = {} if name in empty else {"low": value - 0.05, "high": value + 0.05}
        parts[name] = {"value": value, "n": n, "total": 200, "correct": round(n * accuracy), **ends}
    whole = {"value": accuracy, "n": 303, "total": 600, "correct": 100, "low": accuracy - 0.02, "high": accuracy + 0.02}
    parts["semantic"] = {**whole, "value": accuracy + 0.1}
    parts["syntactic"] = {**whole, "value": accuracy - 0.1}
    parts["macro"] = {"value": accuracy + 0.01, "n": len(names), "total": len(names), "low": 0.1, "high": 0.9}
    return {"task": task, "metric": "accuracy", "sections": parts, **whole}


def similar(task, rho, *, n=300):
    everything = {"all pairs, unknown = 0": {"value": rho - 0.1, "n": n + 50, "total": n + 50}}
    return {
        "task": task, "metric": "spearman", "value": rho, "low": rho - 0.06, "high": rho + 0.06, "n": n,
        "total": n + 50, "sections": everything,
    }  # fmt: skip


def scored(name, *scores, speed=1e6, seed=1, **fields):
    return {"implementation": name, "speeds": [speed], "seed": seed, "extra": {"scores": list(scores)}, **fields}


def of(label, data):
    return next(one for one in data.series if one.label == label)


# Sections


def test_sections_stand_in_the_sets_order_and_averages_under_them(make_results):
    summary = summarise(make_results(scored("gensim", analogies(0.3)), scored("fast", analogies(0.4), speed=2e6)))
    data = sections.data(summary)
    titles = [part.title for part in data.parts]
    assert titles == ["capital world", "family", "adjective to adverb", "semantic", "syntactic", "macro", sections.ALL]
    assert [part.average for part in data.parts] == [False] * 3 + [True] * 4
    assert [one.label for one in data.series] == ["fast", "gensim"]
    values = [point.value for point in of("gensim", data).points]
    assert values == pytest.approx([0.3, 0.301, 0.302, 0.4, 0.2, 0.31, 0.3])
    first = of("fast", data).points[0]
    assert (first.low, first.high) == (pytest.approx(0.35), pytest.approx(0.45))
    assert [part.seen for part in data.parts[:3]] == [(100, 100), (101, 101), (102, 102)]


def test_macro_counts_sections_so_it_has_no_number_of_questions(make_results):
    data = sections.data(summarise(make_results(scored("gensim", analogies(0.3)))))
    assert {part.name: part.seen for part in data.parts}["macro"] is None
    assert data.parts[-1].seen == (303, 303)


def test_values_are_means_over_runs(make_results):
    runs = [scored("gensim", analogies(value), seed=seed) for seed, value in enumerate((0.2, 0.4), 1)]
    data = sections.data(summarise(make_results(*runs)))
    assert of("gensim", data).points[0].value == pytest.approx(0.3)
    assert of("gensim", data).points[0].low == pytest.approx(0.25)
    assert "mean of 2 runs" in sections.caption(data)


def test_a_section_without_questions_has_no_marker(make_results):
    data = sections.data(summarise(make_results(scored("gensim", analogies(0.3, empty=["family"])))))
    assert of("gensim", data).points[1] is None
    assert data.parts[1].seen == (0, 0)
    assert "family: nothing scored" in sections.alt(data)


@pytest.mark.parametrize("task", ["wordsim-353", "subj"])
def test_sets_that_are_no_analogies_have_no_sections_to_draw(make_results, task):
    other = {"task": task, "metric": "accuracy", "value": 0.7, "n": 9, "total": 9, "correct": 7,
             "sections": {"known": {"value": 0.9, "n": 9, "total": 9, "correct": 8},
                          "majority": {"value": 0.5, "n": 9, "total": 9, "correct": 5}}}  # fmt: skip
    assert sections.data(summarise(make_results(scored("gensim", other)))) is None
    both = summarise(make_results(scored("gensim", other, analogies(0.3, task="msr"))))
    assert sections.data(both).task == "msr"


def test_a_set_of_very_many_sections_shows_the_largest(make_results):
    many = analogies(0.3, names=[f"section {i}" for i in range(70)])
    data = sections.data(summarise(make_results(scored("gensim", many))))
    shown = [part.name for part in data.parts if not part.average]
    assert shown == [f"section {i}" for i in range(70 - sections.MOST_SECTIONS, 70)]
    assert data.left_out == 40
    assert "40 sections with fewer questions" in sections.caption(data)


def test_of_many_implementations_the_baseline_and_the_fastest_are_drawn(make_results):
    others = [scored(f"x{i}", analogies(0.3), similar("men", 0.5), speed=1e6 + i) for i in range(8)]
    summary = summarise(make_results(*others, scored("gensim", analogies(0.3), similar("men", 0.5), speed=1e5)))
    expected = ["x7", "x6", "x5", "x4", "x3", "gensim"]
    for module, data in ((sections, sections.data(summary)), (similarity, similarity.data(summary))):
        drawn = [one.label for one in data.series] if module is sections else list(data.labels)
        assert drawn == expected
        assert "not shown: x2, x1, x0." in module.caption(data)


def test_every_series_has_its_own_marker_and_colour():
    assert len({look.marker for look in series.LOOKS}) == len({look.colour for look in series.LOOKS}) == series.MOST


# Similarity


def test_sets_stand_headlines_first_with_values_intervals_and_pairs(make_results):
    own = [similar("men", 0.7, n=2900), similar("simlex-999", 0.3, n=990), similar("wordsim-353", 0.6)]
    data = similarity.data(summarise(make_results(scored("gensim", analogies(0.3), *own))))
    assert [one.task for one in data.sets] == ["wordsim-353", "simlex-999", "men"]
    (point,) = data.sets[0].points
    assert (point.value, point.low, point.high) == pytest.approx((0.6, 0.54, 0.66))
    assert [one.pairs for one in data.sets] == [(300, 300), (990, 990), (2900, 2900)]
    low, high = similarity.limits(data)
    assert low < 0.24
    assert high > 0.76


def test_the_detectable_difference_is_that_of_the_comparison(make_results):
    values = {"gensim": (0.60, 0.61, 0.63), "fast": (0.61, 0.62, 0.66), "third": (0.5, 0.6, 0.7)}
    runs = [
        scored(name, similar("men", rho), seed=seed, speed=1e6 + len(name))
        for name, own in values.items()
        for seed, rho in enumerate(own, 1)
    ]
    summary = summarise(make_results(*runs))
    data = similarity.data(summary)
    compared = {one.system: one.detectable for one in summary.quality}
    assert data.sets[0].detectable == max(compared.values()) == compared["third"]
    assert f"{compared['third']:.3f}" in similarity.alt(data)
    assert "80 %" in similarity.caption(data)
    bars = [line for line in similarity.draw(data).axes[0].lines if line.get_linewidth() == 2.6]
    assert [line.get_xdata()[1] - line.get_xdata()[0] for line in bars] == pytest.approx([compared["third"]])


def test_few_seeds_give_no_detectable_difference_and_say_so(make_results):
    runs = [scored(name, similar("men", 0.6)) for name in ("gensim", "fast")]
    data = similarity.data(summarise(make_results(*runs)))
    assert data.sets[0].detectable is None
    assert "fewer than three seeds" in similarity.caption(data)


def test_an_implementation_without_a_score_of_one_set_is_drawn_in_the_others(make_results):
    lost = {"task": "men", "metric": "spearman", "value": None, "n": 0, "total": 3000, "reason": "no pairs"}
    data = similarity.data(
        summarise(
            make_results(
                scored("gensim", similar("men", 0.7), similar("rw", 0.4)),
                scored("fast", lost, similar("rw", 0.3), speed=2e6),
                scored("none", lost, speed=3e6),
            )
        )
    )
    assert {one.task: [point.label for point in one.points] for one in data.sets} == {
        "men": ["gensim"], "rw": ["fast", "gensim"],
    }  # fmt: skip
    assert data.omitted == ("none",)


def test_accuracies_are_no_correlations(make_results):
    assert similarity.data(summarise(make_results(scored("gensim", analogies(0.3))))) is None
