"""Time to quality in a report: the column, the sentence, the note under the table, and the marks in the figure."""

from collections.abc import Sequence
from typing import Any

import pytest

from bench.reports import markdown, tables, time_to_quality, words
from bench.reports.figures import learning_curve, style
from bench.reports.printed import printed
from bench.reports.summary import summarise


def curve(seconds: Sequence[float], values: Sequence[float]) -> list[dict[str, Any]]:
    return [
        {
            "epoch": epoch, "words": 1000 * epoch, "train_seconds": one,
            "scores": [{"task": "google-30k", "metric": "accuracy", "value": value, "n": 10, "total": 10}],
        }
        for epoch, (one, value) in enumerate(zip(seconds, values, strict=True), 1)
    ]  # fmt: skip


def summary_of(make_results: Any, **curves: list[list[dict[str, Any]]]) -> Any:
    """Of runs whose scores at their end are those of their curves; the first implementation is the fastest."""
    made = make_results(
        *(
            {"implementation": name, "speeds": [1e6 / (i + 1)] * max(1, len(runs)), "accuracy": 0.5}
            for i, (name, runs) in enumerate(curves.items())
        )
    )
    document = made.model_dump(mode="json")
    for run in document["runs"]:
        runs = curves[run["implementation"]]
        if runs:
            run["curve"] = runs[run["round"] - 1]
            run["scores"] = run["curve"][-1]["scores"]
    return summarise(type(made).model_validate(document))


GENSIM = [curve([10, 20], [0.1, 0.3]), curve([12, 24], [0.1, 0.3])]
FAST = [curve([1, 2], [0.2, 0.31]), curve([1.5, 3], [0.25, 0.35])]
WEAK = [curve([5, 6], [0.1, 0.2]), curve([5, 6], [0.1, 0.22])]


def test_the_column_says_when_or_that_it_was_not_reached(make_results: Any) -> None:
    summary = summary_of(make_results, fast=FAST, weak=WEAK, gensim=GENSIM)
    table = tables.main_table(summary)
    (at,) = [i for i, column in enumerate(table.columns) if column.title == "Time to gensim's score"]
    shown = {row[0].text: (row[at].text, row[at].detail, row[at].value) for row in table.rows}
    assert shown == {
        "fast": ("2.50 s", "2.00–3.00 s, 2 epochs", 2.5),
        "weak": ("not reached", "best 21.0 % in 2 epochs", None),
        "gensim": ("22.0 s", "20.0–24.0 s, 2 epochs", 22.0),
    }
    assert any("Between the ends of epochs nobody looked." in note for note in words.footnotes(summary))


def test_the_sentence_is_in_the_summary(make_results: Any) -> None:
    summary = summary_of(make_results, fast=FAST, weak=WEAK, gensim=GENSIM)
    (said,) = time_to_quality.sentences(summary)
    assert said == (
        "Time to the final score of gensim on Google analogies (30.0 %): fast 2.50 s (2.00–3.00 s) after 2 epochs; "
        "gensim itself 22.0 s (20.0–24.0 s) after 2 epochs; not reached by weak in 2 epochs (best 21.0 %)."
    )
    assert said in words.sentences(summary)
    assert "Time to gensim's score" in markdown.render(summary)


def test_one_run_each_has_no_interval(make_results: Any) -> None:
    (said,) = time_to_quality.sentences(summary_of(make_results, fast=FAST[:1], gensim=GENSIM[:1]))
    assert "fast 2.00 s after 2 epochs; gensim itself 20.0 s after 2 epochs." in said


@pytest.mark.parametrize(
    "curves", [{"gensim": GENSIM}, {"fast": [], "gensim": []}], ids=["nothing to compare with", "no curves"]
)
def test_nothing_is_said_without_curves_or_others(make_results: Any, curves: dict[str, Any]) -> None:
    summary = summary_of(make_results, **curves)
    assert time_to_quality.sentences(summary) == []
    assert time_to_quality.note(summary) == []
    assert not [column for column in tables.main_table(summary).columns if "score" in column.title]


def test_a_baseline_without_a_curve_is_known_at_its_end(make_results: Any) -> None:
    summary = summary_of(make_results, fast=[curve([1, 2], [0.2, 0.6])], gensim=[])
    assert "fast 2.00 s after 2 epochs" in time_to_quality.sentences(summary)[0]
    (gensim,) = [row for row in summary.rows if row.label == "gensim"]
    assert time_to_quality.entry(gensim).detail == "at the end, no curve"


def test_the_figure_marks_the_score_and_who_comes_up_to_it(make_results: Any) -> None:
    import matplotlib

    found = learning_curve.data(summary_of(make_results, fast=FAST, weak=WEAK, gensim=GENSIM))
    assert found is not None
    assert (found.baseline, found.target) == ("gensim", pytest.approx(0.3))
    reached = {line.label: line.reached and (line.reached.epoch, line.reached.seconds) for line in found.lines}
    assert reached == {"fast": (2, 2.5), "weak": None, "gensim": (2, 22.0)}
    said = learning_curve.caption(found)
    assert "The final score of gensim, 30.0 % (dashed), is reached at the end of an epoch (dotted) by fast" in said
    assert "fast after 2.50 s, gensim after 22.0 s; not by weak." in said
    with matplotlib.rc_context(style.RC):
        (axes,) = learning_curve.draw(found).axes
    across, *drops = axes.collections
    assert across.get_segments()[0][:, 1] == pytest.approx([30, 30])
    assert {round(drop.get_segments()[0][0, 0], 6) for drop in drops} == {2.5, 22.0}
    low, high = axes.get_ylim()
    assert low < 30 < high


def test_two_targets_are_not_drawn(make_results: Any) -> None:
    """Two vector sizes have two baselines: one line across would be true of one of them."""
    runs = []
    for size, end in ((50, 0.3), (100, 0.4)):
        for name in ("fast", "gensim"):
            one = {"curve": curve([1, 2], [0.1, end]), "scores": curve([1], [end])[0]["scores"]}
            runs.append(
                {"implementation": name, "speeds": [1e6], "extra": one, "hyperparameters": {"vector_size": size}}
            )
    summary = summarise(make_results(*runs))
    found = learning_curve.data(summary)
    assert found is not None
    assert found.target is None
    assert all(line.reached is None for line in found.lines)
    assert "dashed" not in learning_curve.caption(found)
    assert len(time_to_quality.sentences(summary)) == 2


def test_a_paper_table_has_it_when_asked(make_results: Any, tmp_path: Any) -> None:
    made = make_results(
        *(
            {"implementation": name, "speeds": [1e6], "extra": {"curve": own, "scores": own[-1]["scores"]}}
            for name, own in (("fast", FAST[0]), ("weak", WEAK[0]), ("gensim", GENSIM[0]))
        )
    )
    (tmp_path / "results.json").write_text(made.model_dump_json())
    text = printed([tmp_path], "csv", columns=["time-to-quality", "words-to-quality"])
    head, *lines = [line.split(",") for line in text.splitlines()]
    places = [head.index(name) for name in ("time-to-quality", "words-to-quality")]
    assert {line[0]: [line[place] for place in places] for line in lines} == {
        "fast": ["2", "2000"], "weak": ["", ""], "gensim": ["20", "2000"],
    }  # fmt: skip
