"""Tables for papers: bold only what a test shows, units in the headings, and what the command line prints of them."""

import csv
import io
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from bench.__main__ import app
from bench.benchmarks.quality_comparison import compare_quality
from bench.datasets.errors import InputError
from bench.reports import paper
from bench.reports.cells import cells
from bench.reports.merge import Group
from bench.reports.paper.marks import marks
from bench.reports.summary import summarise

SLOW, FAST = [500e3, 520e3, 510e3], [5.1e6, 5.3e6, 5.2e6]


def seeds(name, accuracies, *, rho=0.6, speeds=None, **fields):
    """A configuration trained once with each seed."""
    speeds = speeds or [1e6] * len(accuracies)
    return [
        {"implementation": name, "speeds": [speed], "accuracy": value, "rho": rho, "seed": seed, **fields}
        for seed, (value, speed) in enumerate(zip(accuracies, speeds, strict=True), 1)
    ]


def group(results):
    return [Group("small", "", results)]


def column(table, key):
    return [row[key] for row in table.rows]


def test_the_score_that_is_better_by_test_is_bold_and_nothing_else(make_results):
    results = make_results(
        *seeds("good", [0.40, 0.41, 0.405, 0.402, 0.408]), *seeds("poor", [0.30, 0.31, 0.305, 0.302, 0.308])
    )
    table = paper.table("results", group(results))
    marked = {(row["implementation"].text, key) for row in table.rows for key, one in row.items() if one.mark == "best"}
    assert marked == {("good", "google-30k"), ("good", "google-30k/accuracy")}
    assert r"\textbf{40.5}" in paper.written(table, "latex")
    assert "**40.5**" in paper.written(table, "markdown")
    rows = list(csv.DictReader(io.StringIO(paper.written(table, "csv"))))
    assert [row["google-30k_mark"] for row in rows] == ["best", ""]


@pytest.mark.parametrize(
    ("good", "poor"),
    [
        ([0.40], [0.30]),  # one seed tells nothing, however large the difference
        ([0.40, 0.41], [0.30, 0.31]),
        ([0.40, 0.30, 0.35, 0.42, 0.33], [0.39, 0.31, 0.34, 0.40, 0.33]),  # seeds differ more than systems
    ],
)
def test_without_evidence_nothing_is_bold_nor_called_equal(make_results, good, poor):
    table = paper.table("results", group(make_results(*seeds("good", good), *seeds("poor", poor))))
    assert not [cell for row in table.rows for key, cell in row.items() if cell.mark and "google" in key]
    assert "Bold" not in paper.written(table, "markdown")
    assert r"\textbf" not in paper.written(table, "latex")


def test_what_is_shown_to_be_equal_to_the_best_gets_a_dagger_and_the_best_no_bold(make_results):
    top, equal = [0.4000, 0.4005, 0.3995, 0.4002, 0.3998], [0.3990, 0.3995, 0.3985, 0.3992, 0.3988]
    results = make_results(*seeds("top", top), *seeds("equal", equal), *seeds("poor", [v - 0.1 for v in top]))
    table = paper.table("results", group(results))
    by_name = {row["implementation"].text: row["google-30k"].mark for row in table.rows}
    assert by_name == {"top": None, "equal": "equal", "poor": None}
    text = paper.written(table, "latex")
    assert r"{39.9}\rlap{$^\dagger$}" in text
    assert r"$^\dagger$ equal to the best" in text, "a mark is explained where it stands"
    assert "39.9†" in paper.written(table, "markdown")


def test_marks_of_scores_are_the_verdicts_of_the_comparison(make_results):
    """The best is better than each of the others in the comparison of all pairs, which corrects for all of them."""
    random = np.random.default_rng(5)
    seen = set()
    for step in (0.0, 0.004, 0.02):
        some = [seeds(name, 0.4 - i * step + random.normal(0, 0.004, 5)) for i, name in enumerate("abc")]
        results = make_results(*(each for one in some for each in one))
        runs = {cell.label: cell.finished for cell in cells(results.runs)}
        verdicts = {(one.system, one.baseline): one for one in contrasts_of(runs) if one.task == "google-30k"}
        top = max(runs, key=lambda label: np.mean([run.scores[0].value for run in runs[label]]))
        against = [verdict_of(verdicts, top, other) for other in runs if other != top]
        mark = marks(results).get((top, "google-30k"))
        assert (mark == "best") == (against == ["better", "better"])
        seen.add(mark)
    assert seen == {None, "best"}, "the cases show both"


def contrasts_of(runs):
    return compare_quality(runs, [("a", "b"), ("a", "c"), ("b", "c")])


def verdict_of(verdicts, top, other):
    if (top, other) in verdicts:
        return verdicts[top, other].verdict
    return {"better": "worse", "worse": "better"}.get(verdicts[other, top].verdict, verdicts[other, top].verdict)


def test_a_task_that_is_not_ranked_has_no_best(make_results):
    def rg(name, values):
        runs = []
        for seed, value in enumerate(values, 1):
            score = {"task": "rg-65", "metric": "spearman", "value": value, "n": 65, "total": 65}
            extra = {"scores": [score]}
            runs.append({"implementation": name, "speeds": [1e6], "seed": seed, "extra": extra})
        return runs

    results = make_results(*rg("a", [0.8, 0.81, 0.805]), *rg("b", [0.5, 0.51, 0.505]))
    assert not [key for key in marks(results) if "rg-65" in key[1]]


@pytest.mark.parametrize(
    ("other", "best"),
    [
        ({"speeds": SLOW}, True),
        ({"speeds": [5.0e6, 5.4e6, 5.1e6]}, False),  # now faster, now slower
        ({"speeds": SLOW[:1]}, False),  # one round
        ({"speeds": SLOW, "threads": 1}, False),  # other threads: the speeds may not be divided
        ({"speeds": SLOW, "hyperparameters": {"vector_size": 300}}, False),
        ({"speeds": SLOW, "seed": 9}, False),  # never in the same round with the same seed
    ],
)
def test_the_fastest_is_bold_only_where_shared_rounds_show_it(make_results, other, best):
    results = make_results({"implementation": "fast", "speeds": FAST}, {"implementation": "slow", **other})
    found = {key for (_, key), mark in marks(results).items() if mark == "best"}
    assert found == ({"speed", "ratio"} if best else set())


def test_a_third_that_is_as_fast_takes_the_bold_away(make_results):
    both = [{"implementation": "fast", "speeds": FAST}, {"implementation": "slow", "speeds": SLOW}]
    third = {"implementation": "alike", "speeds": [5.2e6, 5.2e6, 5.3e6]}
    assert marks(make_results(*both))
    assert not marks(make_results(*both, third))


def test_equal_speeds_of_three_rounds_are_seldom_called_different(make_results):
    """The level of the test. By the bootstrap interval alone it would be a quarter."""
    random, replications = np.random.default_rng(7), 200
    wrong = 0
    for _ in range(replications):
        a, b = np.exp(random.normal(13, 0.1, (2, 3))).tolist()
        found = marks(make_results({"implementation": "a", "speeds": a}, {"implementation": "b", "speeds": b}))
        wrong += bool(found)
    assert wrong / replications < 0.12  # .05, and more than four standard errors


def test_numbers_of_a_column_have_one_unit_which_the_heading_names(make_results):
    results = make_results(
        {"implementation": "fast", "speeds": FAST, "accuracy": 0.371, "rho": 0.64},
        {"implementation": "slow", "speeds": SLOW, "accuracy": 0.365, "rho": -0.01},
    )
    table = paper.table("results", group(results))
    units = {one.key: one.unit for one in table.columns}
    assert units["speed"] == "M words/s"
    assert units["google-30k"] == "%"
    assert units["wordsim-353"] == "ρ"
    assert units["memory"] == "MB"
    assert [cell.text for cell in column(table, "speed")] == ["5.20", "0.510"]
    assert [cell.text for cell in column(table, "memory")] == ["300", "300"]
    assert column(table, "wordsim-353")[1].text == "−0.010"
    assert column(table, "wordsim-353")[1].detail == "−0.060 to 0.040"
    assert "(M words/s)" in paper.written(table, "latex")
    assert "Speed (M words/s)" in paper.written(table, "markdown")


def test_csv_holds_the_summarys_numbers_unrounded(make_results):
    results = make_results(
        {"implementation": "fast", "speeds": FAST, "accuracy": 1 / 3}, {"implementation": "slow", "speeds": SLOW}
    )
    rows = list(csv.DictReader(io.StringIO(paper.written(paper.table("results", group(results)), "csv"))))
    for row, known in zip(rows, summarise(results).rows, strict=True):
        assert row["implementation"] == known.label
        assert [float(row[f"speed{end}"]) for end in ("", "_low", "_high")] == [
            known.speed.value, known.speed.low, known.speed.high,
        ]  # fmt: skip
        assert float(row["memory"]) == known.memory
        assert int(row["n"]) == known.finished
    assert float(rows[0]["google-30k"]) == 1 / 3
    assert rows[1]["google-30k"] == "", "what was not scored is empty"


def test_columns_are_chosen_by_key_or_title_in_the_order_asked_for(make_results):
    results = make_results({"implementation": "fast", "speeds": FAST, "accuracy": 0.37, "rho": 0.6})
    table = paper.table("results", group(results), ["n", "Google analogies", "SPEED", "vector_size", "compile"])
    assert [one.key for one in table.columns] == [
        "implementation",
        "n",
        "google-30k",
        "speed",
        "vector-size",
        "compile",
    ]
    assert table.rows[0]["vector-size"].text == "100"
    with pytest.raises(InputError, match="did you mean google-30k"):
        paper.table("results", group(results), ["google-3k"])
    with pytest.raises(InputError, match="the columns are implementation, speed"):
        paper.table("results", group(results), ["xxxxxxx"])


def test_runs_that_failed_are_named_and_not_shown(make_results):
    lost = {"implementation": "lost", "failures": {1: ("timeout", "too slow")}}
    half = {"implementation": "half", "speeds": [1e6, 1e6], "failures": {3: ("failed", "boom")}}
    table = paper.table("results", group(make_results(half, lost)))
    assert [row["implementation"].text for row in table.rows] == ["half"]
    assert (table.rows[0]["n"].text, table.rows[0]["n"].detail) == ("2", "of 3")
    assert "Without numbers: lost (timeout)." in paper.written(table, "markdown")


def test_every_row_of_markdown_has_as_many_cells_as_the_heading(make_results):
    names = ["a|b", "<b>&", "x" * 200, "`c`", "d_e*f[g](h)"]
    results = make_results(*({"implementation": name, "speeds": FAST, "accuracy": 0.3} for name in names))
    for name in ("results", "tasks"):
        lines = paper.written(paper.table(name, group(results)), "markdown").splitlines()
        rows = [line for line in lines if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in rows}) == 1
        assert "<b>" not in "".join(lines)


def test_the_table_of_tasks_marks_by_row(make_results):
    results = make_results(
        *seeds("good", [0.40, 0.41, 0.405, 0.402, 0.408]), *seeds("poor", [0.30, 0.31, 0.305, 0.302, 0.308])
    )
    table = paper.table("tasks", group(results))
    analogies, similarity = table.rows
    assert analogies["good"].mark == "best"
    assert analogies["metric"].text == "accuracy, %"
    assert analogies["items"].text == "400 / 480"
    assert similarity["metric"].text == "Spearman's ρ"
    assert {similarity[label].mark for label in ("good", "poor")} == {None, "equal"}, "all of them score 0.6"


def test_the_table_of_quality_holds_the_reports_contrasts(make_results):
    results = make_results(
        *seeds("gensim", [0.30, 0.31, 0.305, 0.302, 0.308]), *seeds("good", [0.40, 0.41, 0.405, 0.402, 0.408])
    )
    rows = paper.table("quality", group(results)).rows
    known = summarise(results).quality
    assert [row["verdict"].text for row in rows] == [one.verdict for one in known]
    assert [row["difference"].value for row in rows] == [one.difference for one in known]
    assert rows[0]["difference"].text == "+10.00 points"


@pytest.mark.parametrize("name", ["quality", "tasks"])
def test_what_cannot_be_told_is_said_in_a_sentence(make_results, name):
    with pytest.raises(InputError, match="these results hold no"):
        paper.table(name, group(make_results({"implementation": "a", "speeds": [1e6]})))


def test_forty_implementations_make_a_table(make_results):
    many = [{"implementation": f"i{n:02}", "speeds": [1e6 + n, 1e6 - n], "accuracy": 0.3} for n in range(40)]
    results = make_results(*many)
    assert len(paper.table("results", group(results)).rows) == 40
    assert len(paper.table("tasks", group(results)).columns) == 43
    assert paper.written(paper.table("results", group(results)), "latex").count(r"\addlinespace") == 39


@pytest.fixture
def directory(make_results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = make_results(
        {"implementation": "fast", "speeds": FAST, "accuracy": 0.37, "options": {"a": 1, "b": 2}},
        {"implementation": "fast", "speeds": SLOW, "accuracy": 0.37, "options": {"a": 2, "b": 3}},
    )
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "results.json").write_text(results.model_dump_json())
    return tmp_path / "some"


def bench(*arguments):
    return CliRunner().invoke(app, ["report", *arguments])


@pytest.mark.parametrize(
    ("arguments", "begin"),
    [
        (["--format", "latex"], "% Speed and quality"),
        (["--format", "latex", "--label", "tab:x"], "\\begin{table"),
        (["--format", "markdown"], "| Implementation |"),
        (["--format", "csv", "--columns", "speed"], "implementation,implementation_detail,speed,speed_low"),
        (["--format", "bibtex"], "No publication is known for: the implementation fast."),
        (["--table", "tasks"], "| Task |"),
        (["--columns", "n"], "| Implementation | n |"),
        (["--caption", "a_b"], "**a\\_b**"),
    ],
)
def test_one_format_of_text_is_printed_and_nothing_is_written(directory, arguments, begin):
    done = bench("some", *arguments)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(begin)
    assert [path.name for path in directory.iterdir()] == ["results.json"]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["--format", "csv,bibtex"], {"tables/results.csv", "references.bib"}),
        (["--format", "latex", "--out", "new"], {"tables/results.tex", "results.json"}),
        (["--format", "pdf", "--figure", "speed"], {"figures/speed.pdf"}),
        (["--figure", "speed"], {"figures/speed.pdf", "figures/speed.png", "figures/speed.svg"}),
    ],
)
def test_other_formats_write_what_they_name_and_no_more(directory, tmp_path, arguments, files):
    done = bench("some", *arguments)
    assert done.exit_code == 0, done.output
    out = tmp_path / "new" if "new" in arguments else directory
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert found == files | {"results.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "latx"], "did you mean latex?"),
        (["--format", "word"], "there are html, markdown"),
        (["--figure", "sped"], "did you mean speed?"),
        (["--table", "task"], "did you mean tasks?"),
        (["--format", "html", "--table", "tasks"], "give one --format of latex"),
        (["--format", "latex", "--label", "a b"], "no label"),
        (["--format", "markdown", "--label", "tab:x"], "--label is for LaTeX"),
        (["--format", "csv", "--caption", "x"], "CSV has no place"),
        (["--format", "bibtex", "--columns", "n"], "BibTeX is no table"),
        (["--table", "quality"], "at least 3 seeds"),
        (["--columns", ","], "--columns names nothing"),
        (["other"], "no results in other"),
    ],
)
def test_a_wrong_wish_is_answered_in_a_sentence(directory, arguments, message):
    done = bench("some", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_columns_of_the_table_of_tasks_may_hold_commas_in_brackets(directory):
    done = bench("some", "--table", "tasks", "--columns", "items,fast[a=1,b=2]", "--format", "csv")
    assert done.stdout.splitlines()[0] == 'task,items,"fast[a=1,b=2]","fast[a=1,b=2]_low","fast[a=1,b=2]_high"'
