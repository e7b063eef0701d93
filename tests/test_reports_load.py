"""Several directories: as a table for notebooks, and as one report that never mixes what does not compare."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import bench.reports
from bench.__main__ import app
from bench.benchmarks.store import load_results
from bench.datasets.errors import InputError
from bench.reports import figures
from bench.reports.merge import groups
from bench.reports.several import report_on
from bench.reports.sources import read_sources
from bench.reports.summary import summarise

ROOT = Path(__file__).parent.parent
MACHINE = {"cpu": {"model": "Some CPU", "cores": 4}, "code": "c0de" * 4}
FAST = {"implementation": "numba", "speeds": [5.1e6, 5.3e6, 5.2e6], "accuracy": 0.37}
SLOW = {"implementation": "gensim", "speeds": [500e3, 520e3, 510e3], "accuracy": 0.36}


@pytest.fixture
def write(make_results, tmp_path):
    """Writes a results directory of made-up runs and gives its path."""

    def write_one(name, *configurations, **top):
        (tmp_path / name).mkdir(parents=True)
        text = make_results(*configurations, **{"environment": MACHINE, **top}).model_dump_json()
        (tmp_path / name / "results.json").write_text(text)
        return tmp_path / name

    return write_one


def merged(*paths):
    return groups(read_sources(paths))


def test_load_gives_a_row_a_run_with_its_directory(write):
    a, b = (
        write("a", FAST, SLOW),
        write("b", {**FAST, "version": "2"}, {"implementation": "x", "failures": {1: ("failed", "boom")}}),
    )
    table = bench.reports.load([a, str(b)])
    assert table["directory"].tolist() == [str(a)] * 6 + [str(b)] * 4
    assert table["words_per_second"].iloc[:3].tolist() == FAST["speeds"]
    assert table["status"].iloc[-1] == "failed"
    assert table.columns[0] == "directory"
    alone = bench.reports.load(str(a))
    assert alone["google-30k/accuracy"].tolist() == [0.37] * 3 + [0.36] * 3
    assert pd.api.types.is_integer_dtype(alone["peak_memory_bytes"])


def test_the_tidy_form_has_a_row_a_run_and_metric(write):
    fast = {**FAST, "options": {"negatives": "pair"}}
    path = write("a", fast, {"implementation": "x", "failures": {1: ("failed", "boom")}})
    tidy, wide = bench.reports.load(path, tidy=True), bench.reports.load(path)
    for name in ("words_per_second", "google-30k/accuracy", "peak_memory_bytes"):
        values = tidy[tidy["metric"] == name].set_index("id")["value"]
        expected = wide[wide["status"] == "ok"].set_index("id")[name]
        assert values.to_dict() == expected.to_dict()
    scores = tidy[tidy["metric"] == "google-30k/accuracy"]
    assert scores[["low", "high", "n", "total"]].drop_duplicates().values.tolist() == [[0.35, 0.39, 400, 480]]
    assert scores["unit"].unique().tolist() == ["fraction"]
    assert tidy["value"].notna().all()
    assert tidy["options"].unique().tolist() == ['{"negatives": "pair"}']
    assert len(tidy) == len(tidy.drop_duplicates(["directory", "id", "metric"]))


def test_load_without_runs_is_an_empty_table(write):
    assert bench.reports.load(write("a")).empty
    tidy = bench.reports.load(write("b"), tidy=True)
    assert tidy.empty
    assert {"metric", "value"} <= set(tidy.columns)
    with pytest.raises(InputError, match="at least one"):
        bench.reports.load([])


def test_importing_reports_is_light():
    heavy = ("pandas", "numpy", "pydantic", "matplotlib")
    code = f"import sys, bench.reports; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.home())
    assert done.stdout.strip() == "[]"


def test_rounds_of_two_directories_are_never_paired(write):
    """Each alone has round 1 with seed 1; together they have not run in turns, so there is no ratio."""
    (group,) = merged(write("a", FAST), write("b", SLOW))
    rows = {row.label: row for row in summarise(group.results).rows}
    assert set(rows) == {"numba", "gensim"}
    assert rows["numba"].ratio is None
    assert len({run.round for run in group.results.runs}) == 6


def test_rounds_inside_a_directory_stay_pairs(write):
    first = write("a", FAST, SLOW)
    (group,) = merged(first, write("b", {**FAST, "speeds": [4e6]}, {**SLOW, "speeds": [1e6]}))
    (numba,) = [row for row in summarise(group.results).rows if row.label == "numba"]
    assert sorted(numba.ratio.values) == sorted([4.0, 5.1 / 0.5, 5.3 / 0.52, 5.2 / 0.51])
    assert numba.finished == 4


def test_other_texts_and_machines_are_groups_of_their_own(write):
    paths = [
        write("a", FAST, SLOW),
        write("b", FAST, SLOW, corpus={"sha256": "cd" * 32}),
        write("c", FAST, SLOW, environment={"cpu": {"model": "Other CPU", "cores": 4}, "code": "c0de" * 4}),
        write("d", {**FAST, "speeds": [6e6]}, {**SLOW, "speeds": [6e5]}),
        write("e", FAST, corpus={"tokens": 900_000}),
    ]
    found = merged(*paths)
    assert [[fact["directory"] for fact in group.results.environment["sources"]] for group in found] == [
        ["a", "d"], ["b"], ["c"], ["e"],
    ]  # fmt: skip
    assert len({group.name for group in found}) == len({group.title for group in found}) == 4
    assert sum(len(group.results.runs) for group in found) == 6 + 6 + 6 + 2 + 3


def test_machines_that_were_not_recorded_are_not_taken_for_one(write):
    paths = [write("a", FAST, environment={}), write("b", SLOW, environment={}), write("c", SLOW)]
    assert len(merged(*paths)) == 3


def test_other_code_of_the_harness_is_another_row(write):
    environments = [
        {**MACHINE, "code": code * 16, "git": {"revision": code * 40, "dirty": dirty}}
        for code, dirty in (("a", False), ("b", True))
    ]
    first = write("a", FAST, SLOW, environment=environments[0])
    second = write("b", {**FAST, "speeds": [9e6]}, environment=environments[1])
    (group,) = merged(first, second)
    labels = {row.label for row in summarise(group.results).rows}
    assert labels == {"numba[version=1.0, revision aaaaaaa]", "numba[version=1.0, code bbbbbbbb]", "gensim"}


def test_a_failed_run_stays_with_its_siblings_of_the_same_code(write):
    lost = {**FAST, "failures": {4: ("timeout", "too slow")}}
    first = write("a", lost, environment={**MACHINE, "code": "a" * 16})
    second = write("b", FAST, environment={**MACHINE, "code": "b" * 16})
    (group,) = merged(first, second)
    statuses = {row.label: row.status for row in summarise(group.results).rows}
    assert statuses == {"numba[version=1.0, code aaaaaaaa]": "3 of 4 ok", "numba[version=1.0, code bbbbbbbb]": "ok"}


def test_a_copied_run_counts_once_and_another_of_its_id_is_kept(write, tmp_path):
    first = write("a", FAST, SLOW)
    (tmp_path / "copy").mkdir()
    document = json.loads((first / "results.json").read_text())
    document["runs"][0]["vectors"] = "runs/x/vectors.bin"  # where vectors lie is no part of a run
    document["runs"][1]["words_per_second"] = 7e6
    (tmp_path / "copy" / "results.json").write_text(json.dumps(document))
    (group,) = merged(first, tmp_path / "copy", first)
    assert len(group.results.runs) == 7
    ids = [run.id for run in group.results.runs]
    assert len(set(ids)) == 7
    assert {one.split("-")[0] for one in ids} == {"numba", "gensim", "a", "copy"}
    assert len(bench.reports.load([first, tmp_path / "copy"])) == 7


def test_what_environments_share_is_kept_and_what_differs_is_not(write):
    first = {**MACHINE, "git": {"revision": "a" * 40, "dirty": False}, "load_average": [1.0, 2.0]}
    second = {**MACHINE, "git": {"revision": "b" * 40, "dirty": False}, "packages": {"numpy": "2.0"}}
    (group,) = merged(write("x/a", FAST, environment=first), write("y/a", SLOW, environment=second))
    environment = group.results.environment
    assert environment["cpu"] == MACHINE["cpu"]
    assert environment["git"] == {"dirty": False}
    assert not {"load_average", "packages"} & set(environment)
    one, two = environment["sources"]
    assert (one["directory"], one["rounds"], one["harness"]) == ("x/a", "1–3", "revision aaaaaaa")
    assert (two["directory"], two["rounds"], two["runs"]) == ("y/a", "4–6", "3 ok")


def test_one_report_of_two_directories(write, tmp_path):
    lost = {"implementation": "lost", "failures": {1: ("failed", "boom")}, "extra": {}}
    first, second = write("a", FAST, SLOW), write("b", lost)
    (run,) = load_results(second).runs
    (second / "runs" / run.id).mkdir(parents=True)
    (second / "runs" / run.id / "log.txt").write_text("what it said")
    found, written = report_on([first, second], tmp_path / "both", formats=["html", "markdown", "csv", "bibtex"])
    out = tmp_path / "both"
    assert len(found) == 1
    assert (out / "runs" / run.id / "log.txt").read_text() == "what it said"
    assert {path.relative_to(out).as_posix() for path in written} == {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
    }
    page = (out / "report.html").read_text().replace("<wbr>", "")
    for text in ("boom", "tables/results.csv", "references.bib"):
        assert text in page
    assert f'href="runs/{run.id}/log.txt"' in page, "the log of a failed run is a link away"
    assert load_results(out).runs == found[0].results.runs
    again, _ = report_on([out], formats=["csv"])  # what was merged is a results directory like any other
    assert again[0].results == load_results(out)


def test_merged_results_list_their_sources(write, tmp_path):
    command = "python -m bench run --impl numba --out a"
    first, second = write("a", FAST, command=command), write("b", SLOW, created="2026-05-06T07:08:09Z", command=None)
    report_on([first, second], tmp_path / "both", formats=["html", "markdown"], only=["speed"])
    text = (tmp_path / "both" / "report.md").read_text()
    section = text.split("## Sources")[1].split("\n## ")[0]
    assert (
        "| a | 2026-03-04T05:06+00:00 | 1–3 | 3 ok | numba | Some CPU, 4 cores | code c0dec0de | " + command in section
    )
    assert "| b | 2026-05-06T07:08+00:00 | 4–6 | 3 ok | gensim | Some CPU, 4 cores | code c0dec0de | – |" in section
    assert "sources" not in text.split("## Environment")[1], "they stand once"
    assert "## Sources" not in _report_of_one(first)


def _report_of_one(directory):
    report_on([directory], formats=["markdown"], only=["speed"])
    return (directory / "report.md").read_text()


def test_a_merged_report_that_has_lost_a_group_keeps_nothing_of_it(write, tmp_path):
    out = tmp_path / "both"
    lost = {**SLOW, "failures": {4: ("failed", "boom")}}
    first, second = write("a", FAST), write("b", lost, corpus={"sha256": "cd" * 32, "name": "large"})
    run = load_results(second).runs[-1].id
    (second / "runs" / run).mkdir(parents=True)
    (second / "runs" / run / "log.txt").write_text("what it said")
    for own in (out / "mine" / "notes.txt", out / "figures" / "large" / "mine.png"):
        own.parent.mkdir(parents=True)
        own.write_text("mine")
    report_on([first, second], out, formats=["markdown", "pdf"], only=["speed"])
    assert (out / "large" / "results.json").is_file()
    assert (out / "runs" / run / "log.txt").is_file()
    report_on([first], out, formats=["markdown"], only=["speed"])
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    kept = {"mine/notes.txt", "figures/large/mine.png"}
    assert files == {"results.json", "report.md", "tables/results.md"} | kept
    assert not (out / "large").exists()
    assert not (out / "runs" / run).exists()
    report_on([first, second], out, formats=["csv"])
    assert not (out / "results.json").exists(), "of several groups each has its own"


def test_only_what_a_merging_left_is_taken_for_an_old_group(write, tmp_path):
    out = tmp_path / "both"
    first, second = write("a", FAST), write("b", SLOW)
    report_on([first], out / "small", formats=["csv"])  # merged results, and a table beside them
    own = write("both/measured", SLOW)
    report_on([first, second], out, formats=["csv"])
    report_on([first], out, formats=["csv"])
    assert (out / "small" / "results.json").is_file()
    assert (own / "results.json").is_file()


def test_groups_have_their_own_parts_and_figures(write, tmp_path):
    other = {**SLOW, "speeds": [1e6]}
    first, second = write("a", FAST, SLOW), write("b", FAST, other, corpus={"sha256": "cd" * 32, "name": "large"})
    report_on([first, second], tmp_path / "both", formats=["html", "markdown", "png", "latex"], only=["speed"])
    out = tmp_path / "both"
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files == {
        "report.md", "report.html", "tables/results.md", "tables/results.tex", "small/results.json",
        "large/results.json", "figures/small/speed.png", "figures/large/speed.png",
    }  # fmt: skip
    text = (out / "report.md").read_text()
    assert text.count("### Results") == 2
    assert "figures/large/speed.png" in text
    assert [line for line in (out / "tables" / "results.tex").read_text().splitlines() if r"\emph" in line] == [
        r"\multicolumn{6}{@{}l@{}}{\emph{small, Some CPU, 4 cores}} \\",
        r"\multicolumn{6}{@{}l@{}}{\emph{large, Some CPU, 4 cores}} \\",
    ]


def test_saved_vectors_are_found_from_the_merged_directory(write, tmp_path):
    first = write("deep/a", {**FAST, "extra": {"vectors": "runs/x/vectors.bin"}})
    (group,) = groups(read_sources([first, write("b", SLOW)]), tmp_path / "both")
    (path,) = {run.vectors for run in group.results.runs if run.vectors}
    assert (tmp_path / "both" / path).resolve() == (first / "runs/x/vectors.bin").resolve()


def test_a_merged_report_overwrites_no_results(write, tmp_path):
    first, second, third = write("a", FAST), write("b", SLOW), write("c", SLOW)
    before = (third / "results.json").read_bytes()
    for out, message in ((None, "--out"), (first, "one of the directories"), (third, "results of its own")):
        with pytest.raises(InputError, match=message):
            report_on([first, second], out, formats=["csv"])
    assert (third / "results.json").read_bytes() == before
    for _ in range(2):  # a merged one it may write again
        report_on([first, second], tmp_path / "both", formats=["csv"])


def test_results_of_other_versions_are_merged(write, tmp_path):
    """Old ones without what came later, later ones with what is not known yet."""
    first = write("a", FAST)
    old = {
        "created": "2020-01-01T00:00:00Z", "environment": {}, "novelty": [1],
        "corpus": {"name": "old", "sha256": "0", "tokens": 1, "vocabulary_size": 1, "sentences": 1, "source_tokens": 1},
        "runs": [
            {
                "id": "r", "implementation": "x", "status": "ok", "model": "skipgram", "loss": "ns", "threads": 1,
                "hyperparameters": {"new": 1}, "device": "cpu", "seed": 1, "round": 1, "unheard": {"of": 1},
            }
        ],
    }  # fmt: skip
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "results.json").write_text(json.dumps(old))
    found, _ = report_on(
        [first, tmp_path / "old"], tmp_path / "both", formats=["html", "markdown", "csv", "latex", "bibtex"]
    )
    assert [group.results.corpus.name for group in found] == ["small", "old"]
    assert len(bench.reports.load([first, tmp_path / "old"])) == 4


DOCS = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def results(make_results, tmp_path, monkeypatch):
    """The directories that the page speaks of."""
    monkeypatch.chdir(tmp_path)
    for name, factor in (("planted", 1.0), ("again", 1.1)):
        some = [
            {
                **one,
                "speeds": [factor * one["speeds"][0]],
                "accuracy": one["accuracy"] + seed / 1000,
                "seed": seed,
                "extra": {"given": {"window": {"value": 5, "note": None}}},
            }
            for one in (FAST, SLOW)
            for seed in (1, 2, 3)
        ]
        (tmp_path / "results" / name).mkdir(parents=True)
        text = make_results(*some, environment=MACHINE).model_dump_json()
        (tmp_path / "results" / name / "results.json").write_text(text)


def test_the_commands_of_the_page_run(results, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FIGURES", (figures.speed, figures.memory))  # to draw all of them takes long
    commands = [line for block in blocks("bash") for line in block.splitlines() if line]
    assert len(commands) == 10
    for line in commands:
        words = line.partition(" > ")[0]
        assert shlex.split(words)[:3] == ["python", "-m", "bench"]
        done = CliRunner().invoke(app, shlex.split(words)[3:])
        assert done.exit_code == 0, (line, done.output)
        assert done.stdout.strip()
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    listed = {
        "report.html",
        "report.md",
        "tables/results.tex",
        "tables/results.md",
        "tables/results.csv",
        "references.bib",
    }
    for directory in ("results/planted", "results/both"):
        assert {f"{directory}/{name}" for name in listed} <= files


def test_the_python_of_the_page_runs(results, tmp_path):
    names = {}
    for block in blocks("python"):
        exec(block, names)
    assert names["speeds"].to_dict() == {"numba": 5.1e6, "gensim": 5e5}
    assert names["scores"].shape == (2, 3)
    assert names["table"].startswith("\\begin{table}")
    assert (tmp_path / "merged" / "tables" / "results.csv").is_file()
