"""Every export is read back by its target: its own loader where a registry has it, else its published schema."""

import csv
import json
import re
import subprocess
import sys

import jsonschema
import numpy as np
import pandas as pd
import pytest

from bench.benchmarks.metrics import metric
from bench.datasets.errors import InputError
from bench.reports.export import FORMATS, export, exporter, format_rows
from bench.reports.export.bencher import slug
from bench.reports.export.pytest_benchmark import statistics
from bench.reports.paper.latex_text import escaped
from bench.reports.summary import summarise

ENVIRONMENT = {
    "cpu": {"model": "Some CPU", "cores": 4},
    "system": {"os": "Linux", "machine": "x86_64", "kernel": "6.1"},
    "python": {"version": "3.11.7", "implementation": "CPython", "compiler": "GCC"},
    "git": {"revision": "a" * 40, "dirty": False},
}

# https://bencher.dev/bmf.json (version 0), with the lengths that the page "Bencher Metric Format" sets.
BENCHER_METRIC_FORMAT = {
    "$schema": "http://json-schema.org/draft-07/schema",
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"maxLength": 1024},
    "patternProperties": {
        ".+": {
            "type": "object",
            "propertyNames": {"maxLength": 64, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
            "patternProperties": {
                ".+": {
                    "type": "object",
                    "properties": {name: {"type": "number"} for name in ("value", "lower_value", "upper_value")},
                    "required": ["value"],
                    "additionalProperties": False,
                }
            },
        }
    },
}

# BenchmarkResult of github-action-benchmark's src/extract.ts; an empty array is an error there.
GITHUB_ACTION_BENCHMARK = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "unit": {"type": "string", "minLength": 1},
            "value": {"type": "number"},
            "range": {"type": "string"},
            "extra": {"type": "string"},
        },
        "required": ["name", "unit", "value"],
        "additionalProperties": False,
    },
}


@pytest.fixture
def results(make_results):
    window = {
        "implementation": "numba", "speeds": [5.1e6, 5.3e6, 5.2e6], "accuracy": 0.37, "rho": 0.64,
        "options": {"negatives": "window:3"}, "extra": {"train_seconds": 1.0, "started": "2026-03-04T05:06:07Z"},
    }  # fmt: skip
    pair = {
        **window,
        "speeds": [2.1e6, 2.3e6, 2.2e6],
        "options": {"negatives": "pair"},
        "hyperparameters": {"window": 9},
    }
    other = {
        "implementation": "gensim",
        "speeds": [5e5],
        "accuracy": 0.365,
        "failures": {2: ("failed", 'a "bad, bad" day')},
    }
    plan = {"impl": ["numba,numba[negatives=pair,window=9]", "gensim"]}
    return make_results(window, pair, other, environment=ENVIRONMENT, plan=plan)


@pytest.fixture
def failed(make_results):
    return make_results({"implementation": "a", "failures": {1: ("failed", "broken")}}, environment=ENVIRONMENT)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_bencher_takes_the_file(results, tmp_path):
    (path,) = export(results, "bencher", tmp_path / "bmf.json")
    document = read(path)
    jsonschema.Draft7Validator(BENCHER_METRIC_FORMAT).validate(document)
    assert set(document) == {
        "numba[negatives=window:3]/small/skipgram-ns/d100/t2",
        "numba[negatives=pair]/small/skipgram-ns/d100/t2/window=9",
        "gensim/small/skipgram-ns/d100/t2",
    }
    words = document["numba[negatives=window:3]/small/skipgram-ns/d100/t2"]["words-per-second"]
    assert words == {"value": 5.2e6, "lower_value": 5.1e6, "upper_value": 5.3e6}
    assert document["gensim/small/skipgram-ns/d100/t2"]["words-per-second"] == {"value": 5e5}, "one round: no interval"
    for measures in document.values():
        for one in measures.values():
            assert one.get("lower_value", one["value"]) <= one["value"] <= one.get("upper_value", one["value"])


def test_measures_of_bencher_are_slugs():
    assert slug("google-gensim-300k/accuracy") == "google-gensim-300k-accuracy"
    assert slug("words_per_second") == "words-per-second"
    assert len(slug("x" * 100)) == 64


def test_github_action_benchmark_takes_both_files_each_of_one_direction(results, tmp_path):
    paths = export(results, "github-action-benchmark", tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["bigger-is-better.json", "smaller-is-better.json"]
    validator = jsonschema.Draft7Validator(GITHUB_ACTION_BENCHMARK)
    titles = {metric(name).title: metric(name).higher_is_better for name in NAMES_OF_METRICS}
    for path, bigger in zip(paths, (True, False), strict=True):
        entries = read(path)
        validator.validate(entries)
        assert len({entry["name"] for entry in entries}) == len(entries), "the action tells benchmarks apart by name"
        for entry in entries:
            assert titles[entry["name"].split(" ", 1)[1]] is bigger
    words = next(entry for entry in read(paths[0]) if "window:3" in entry["name"] and "Words/s" in entry["name"])
    assert (words["unit"], words["value"], words["range"]) == ("words/s", 5.2e6, "± 1e+05")
    assert words["extra"].splitlines()[:2] == ["n=3", "CI95=[5.1e+06, 5.3e+06]"]


NAMES_OF_METRICS = (
    "words_per_second", "train_seconds", "compile_seconds", "peak_memory_bytes", "google-30k", "wordsim-353",
)  # fmt: skip


def test_a_trainer_that_compiles_nothing_is_not_watched_for_compiling(make_results, tmp_path):
    one = {"implementation": "a", "speeds": [1e6, 1e6], "extra": {"compile_seconds": 0.0}}
    paths = export(make_results(one), "github-action-benchmark", tmp_path)
    assert all(entry["value"] > 0 for entry in read(paths[1]))


def test_names_stay_the_same_whatever_else_ran(make_results, tmp_path):
    """Trackers compare by name: one more implementation must not rename the others."""
    first = {"implementation": "numba", "speeds": [5e6], "options": {"negatives": "window:3"}}
    second = {"implementation": "gensim", "speeds": [5e5], "threads": 1, "hyperparameters": {"window": 3}}
    (alone,) = export(make_results(first, plan={"impl": ["numba"]}), "bencher", tmp_path / "a")
    (beside,) = export(make_results(first, second, plan={"impl": ["numba", "gensim"]}), "bencher", tmp_path / "b")
    assert set(read(alone)) < set(read(beside))


def test_pytest_benchmarks_own_command_compares_the_file(results, make_results, tmp_path):
    (now,) = export(results, "pytest-benchmark", tmp_path / "now.json")
    faster = make_results({"implementation": "gensim", "speeds": [1e6, 1.1e6]}, environment=ENVIRONMENT)
    (then,) = export(faster, "pytest-benchmark", tmp_path / "then.json")
    table = tmp_path / "table.csv"
    command = [
        sys.executable,
        "-m",
        "pytest_benchmark",
        "compare",
        str(then),
        str(now),
        "--sort=name",
        f"--csv={table}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(table.open()))
    assert len(rows) == 4, "three configurations now, one then"
    gensim = [row for row in rows if "gensim" in row["name"]]
    assert sorted(float(row["median"]) for row in gensim) == pytest.approx([(5.0 + 5 / 1.1) / 2, 10.0])
    assert {row["rounds"] for row in gensim} == {"1", "2"}


def test_pytest_benchmarks_loader_finds_words_and_scores(results, tmp_path):
    from pytest_benchmark.logger import Logger
    from pytest_benchmark.storage.file import FileStorage

    (path,) = export(results, "pytest-benchmark", tmp_path / "0001_run.json")
    storage = FileStorage(str(tmp_path), Logger(level=0))
    found = {one["name"]: one for one in storage.load_benchmarks(str(path))}
    one = found["numba[negatives=pair]/small/skipgram-ns/d100/t2/window=9"]
    assert one["extra_info"]["words_per_second"] == 2.2e6
    assert one["extra_info"]["google-30k/accuracy"] == pytest.approx(0.37)
    assert one["extra_info"]["hyperparameters"]["window"] == 9
    assert one["mean"] == 1.0


@pytest.mark.parametrize("n", range(1, 12))
def test_statistics_are_pytest_benchmarks(n):
    from pytest_benchmark.stats import Stats

    data = np.random.default_rng(n).lognormal(size=n).tolist()
    theirs = Stats()
    for value in data:
        theirs.update(value)
    ours = statistics(data)
    assert {name: ours[name] for name in Stats.fields} == {
        name: pytest.approx(value) if isinstance(value, float) else value for name, value in theirs.as_dict().items()
    }
    assert ours["data"] == data


def test_pandas_reads_the_csv(results, tmp_path):
    (path,) = export(results, "csv", tmp_path)
    assert path.name == "runs.csv"
    table = pd.read_csv(path)
    check_table(table, results)
    assert table["started"].notna().sum() == 6


def test_pandas_reads_the_parquet_with_its_types(results, tmp_path):
    pytest.importorskip("pyarrow")
    (path,) = export(results, "parquet", tmp_path / "table.parquet")
    table = pd.read_parquet(path)
    check_table(table, results)
    assert pd.api.types.is_integer_dtype(table["peak_memory_bytes"])
    assert pd.api.types.is_datetime64_any_dtype(table["created"])
    assert pd.api.types.is_bool_dtype(table["shrink_windows"])


def check_table(table, results):
    assert table["id"].tolist() == [run.id for run in results.runs]
    assert table["status"].tolist() == ["ok"] * 7 + ["failed"]
    assert table["reason"].iloc[-1] == 'a "bad, bad" day'
    assert table["words_per_second"].tolist()[:7] == [run.words_per_second for run in results.runs][:7]
    assert table["google-30k/accuracy"].tolist()[:3] == [0.37] * 3
    assert pd.isna(table["words_per_second"].iloc[-1])
    assert pd.isna(table["wordsim-353/spearman"].iloc[6]), "gensim was not scored on it"
    assert json.loads(table["options"].iloc[0]) == {"negatives": "window:3"}
    assert table["window"].tolist()[3] == 9
    assert table["corpus_sha256"].unique().tolist() == ["ab" * 32]
    assert table["revision"].unique().tolist() == ["a" * 40]


def test_without_an_engine_parquet_says_what_to_install(results, tmp_path, monkeypatch):
    for engine in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(InputError, match=re.escape('pip install "word2vec-bench[parquet]"')):
        export(results, "parquet", tmp_path)
    assert not list(tmp_path.iterdir())


def test_latex_is_the_table_of_the_report_with_units_intervals_and_n(results, tmp_path):
    (path,) = export(results, "latex", tmp_path)
    text = path.read_text(encoding="utf-8")
    assert text.index(r"\toprule") < text.index(r"\midrule") < text.index(r"\bottomrule")
    lines = text.splitlines()
    values = [line for line in lines if re.search(r"\{\d\} \\\\$", line)]
    assert [line.split(" & ")[-1] for line in values] == [r"{3} \\", r"{3} \\", r"{1} \\"]
    assert " & {5.20} & " in values[0]
    assert r"{37.0}" in values[0]
    assert r"{\footnotesize (5.10--5.30)}" in lines[lines.index(values[0]) + 1]
    assert "(M words/s)" in text


def test_latex_sets_every_sign_as_it_is():
    assert escaped(r"a_b & 50% {c} $x^2$ #1 ~ \d") == (
        r"a\_b \& 50\% \{c\} \$x\textasciicircum{}2\$ \#1 \textasciitilde{} \textbackslash{}d"
    )
    assert escaped("3–4 × −1\n2\0") == r"3--4 $\times$ $-$1 2"


def test_exports_say_what_the_report_says(results, tmp_path):
    """Medians, intervals and means come out as in the report's table."""
    document = read(export(results, "bencher", tmp_path / "x.json")[0])
    rows = summarise(results).rows
    assert len(rows) == len(document)
    for row in rows:
        mine = next(one for one in document.values() if one["words-per-second"]["value"] == row.speed.value)
        assert mine["words-per-second"].get("lower_value") == row.speed.low
        assert mine["words-per-second"].get("upper_value") == row.speed.high
        assert mine["peak-memory-bytes"]["value"] == row.memory
        score = row.score("google-30k")
        assert mine["google-30k-accuracy"] == {
            "value": score.value, "lower_value": score.low, "upper_value": score.high,
        }  # fmt: skip


@pytest.mark.parametrize("form", sorted({*FORMATS} - {"csv", "parquet"}))
def test_without_a_finished_run_there_is_nothing_to_export(failed, form, tmp_path):
    with pytest.raises(InputError, match="no finished run"):
        export(failed, form, tmp_path)


def test_a_table_of_failures_is_still_a_table(failed, make_results, tmp_path):
    (path,) = export(failed, "csv", tmp_path / "a.csv")
    assert pd.read_csv(path)["reason"].tolist() == ["broken"]
    (path,) = export(make_results(), "csv", tmp_path / "b.csv")
    assert pd.read_csv(path).empty


def test_out_may_be_a_file_or_a_folder_but_must_fit(results, tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputError, match="give a directory"):
        export(results, "github-action-benchmark", tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"
    with pytest.raises(InputError, match="cannot write"):
        export(results, "bencher", tmp_path / "taken" / "below.json")


def test_a_misspelt_format_is_met_with_a_suggestion():
    with pytest.raises(InputError, match="did you mean bencher"):
        exporter("benchr")
    with pytest.raises(InputError, match="the formats are github-action-benchmark"):
        exporter("xxxxxxxx")


def test_every_format_says_what_it_is_for():
    rows = format_rows()
    assert [row[0] for row in rows[1:]] == list(FORMATS)
    assert all(all(row) for row in rows)
