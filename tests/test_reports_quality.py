"""The report's verdicts: shown where there is something to compare, never more than the seeds allow."""

from dataclasses import asdict

import pytest

from bench.evaluation.comparison.result import Comparison, Contrast
from bench.reports import html, markdown, quality
from bench.reports.columns import columns
from bench.reports.comparison_table import comparison_notes, comparison_rows
from bench.reports.summary import summarise

GENSIM = [0.360, 0.364, 0.358, 0.371, 0.366]
LIKE = [0.362, 0.366, 0.359, 0.368, 0.363]
BETTER = [0.410, 0.412, 0.415, 0.409, 0.413]


def summary_of(make_results, **accuracies):
    runs = [
        {"implementation": name, "speeds": [100.0], "accuracy": value, "seed": seed}
        for name, values in accuracies.items()
        for seed, value in enumerate(values)
    ]
    return summarise(make_results(*runs))


def test_each_configuration_is_compared_with_gensim(make_results):
    summary = summary_of(make_results, like=LIKE, better=BETTER, gensim=GENSIM)
    table = quality.table(summary)
    titles = [column.title for column in table.columns]
    rows = {row[0].text: dict(zip(titles, row, strict=True)) for row in table.rows}
    assert {name: row["Verdict"].text for name, row in rows.items()} == {
        "like": "equal within margin", "better": "better",
    }  # fmt: skip
    assert rows["better"]["Difference"].text == "+4.80 points"
    assert (rows["better"]["Score"].text, rows["better"]["Score"].detail) == ("41.2 %", "± 0.24, n = 5")
    assert rows["better"]["gensim"].text == "36.4 %"
    assert quality.sentences(summary) == [], "the summary says it, with the speeds"


def test_both_reports_show_it_after_the_results(make_results):
    summary = summary_of(make_results, better=BETTER, gensim=GENSIM)
    text, page = markdown.render(summary, []), html.render(summary, [])
    assert text.index("## Results") < text.index(f"## {quality.HEADING}") < text.index("## All scores")
    assert page.index('id="results"') < page.index('id="quality"') < page.index('id="all-scores"')
    assert "better on Google analogies (by 4.80 points, p &lt; 0.001)" in text
    assert "better on Google analogies (by 4.80 points, p &lt; 0.001)" in page.replace("\N{NO-BREAK SPACE}", " ")
    for each in (text, page):
        assert "smaller than 1.00 points (shares)" in each.replace("\N{NO-BREAK SPACE}", " ")


def test_too_few_seeds_give_a_sentence_and_no_table(make_results):
    summary = summary_of(make_results, better=BETTER[:2], gensim=GENSIM[:2])
    assert quality.table(summary).rows == ()
    (sentence,) = quality.sentences(summary)
    assert "at least 3 seeds" in sentence
    for text in (markdown.render(summary, []), html.render(summary, [])):
        assert "at least 3 seeds" in text
        assert "How to read the verdicts" not in text


@pytest.mark.parametrize("accuracies", [{"gensim": GENSIM}, {"gensim": GENSIM, "lost": []}])
def test_nothing_is_shown_for_one_configuration(make_results, accuracies):
    summary = summary_of(make_results, **accuracies)
    assert summary.quality == ()
    assert quality.HEADING not in markdown.render(summary, [])
    assert quality.HEADING not in html.render(summary, [])


def test_configurations_of_other_hyperparameters_are_compared_with_their_own_baseline(make_results):
    runs = [
        {
            "implementation": name, "speeds": [9.0], "accuracy": value, "seed": seed,
            "hyperparameters": {"vector_size": size},
        }
        for size in (100, 300)
        for name, values in (("gensim", GENSIM), ("x", LIKE))
        for seed, value in enumerate(values)
    ]  # fmt: skip
    summary = summarise(make_results(*runs))
    found = {one.system: one.baseline for one in summary.quality}
    assert found == {
        "x[vector_size=100]": "gensim[vector_size=100]",
        "x[vector_size=300]": "gensim[vector_size=300]",
        "gensim[vector_size=300]": "gensim[vector_size=100]",
    }
    details = {row[0].text: row[4].detail for row in quality.table(summary).rows}
    assert details["x[vector_size=300]"].startswith("gensim[vector_size=300], ±")


def comparison(**fields):
    contrast = Contrast(
        task="google-30k", metric="accuracy", system="b", baseline="a", runs=5, baseline_runs=5, n=11884, total=19544,
        verdict="equal within margin", value=0.3651, baseline_value=0.3640, sd=0.006, baseline_sd=0.005,
        difference=0.0011, low=-0.004, high=0.0062, p=0.4, p_adjusted=0.8, margin=0.01, p_equivalence=0.004,
        detectable=0.008, unit="seeds and items",
    )  # fmt: skip
    lost = Contrast(
        task="rw", metric="spearman", system="b", baseline="a", runs=5, baseline_runs=5, n=0, total=2034,
        verdict="not scorable", reason="put it there",
    )  # fmt: skip
    return asdict(Comparison({"a": ("1",), "b": ("2",)}, 68225, 0.05, 1, 10, (contrast, lost), ("Mind the seeds.",)))


def test_a_comparison_reads_as_rows_and_notes():
    head, first, second = comparison_rows(comparison())
    by_head = dict(zip(head, first, strict=True))
    assert by_head["score"] == "36.5 % ± 0.60 points"
    assert by_head["difference"] == "+0.11 points"
    assert by_head["95 % interval"] == "−0.40 to +0.62"
    assert by_head["detectable"] == "0.80 points"
    assert by_head["verdict"] == "equal within margin"
    assert second[-1] == "not scorable: put it there"
    assert "google-30k" in columns([head, first, second])
    notes = comparison_notes(comparison())
    assert notes[:2] == ["68,225 words that all files have took part.", "Mind the seeds."]
    assert any("other runs and other items" in note for note in notes)
    assert any("1.00 points of accuracy" in note for note in notes)
