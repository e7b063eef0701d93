"""report.md, report.html and the figures as files."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bench.datasets.errors import InputError
from bench.reports import figures
from bench.reports.write import write_report

GENSIM = {"implementation": "gensim", "speeds": [500e3, 520e3, 510e3], "accuracy": 0.365, "rho": 0.63}
FAST = {"implementation": "fast", "speeds": [5.1e6, 5.3e6, 5.2e6], "accuracy": 0.37, "rho": 0.64}
UNSCORED = [{"implementation": "gensim", "speeds": [5e5]}, {"implementation": "fast", "speeds": [5e6]}]
"""Fill one figure only, which is quick to draw."""

LOST = {
    "implementation": "lost",
    "speeds": [1e5],
    "failures": {2: ("timeout", "stopped in training after 60 s"), 3: ("failed", "diverged: NaN in the vectors")},
}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'|`*_[x](y)\n# $1$ {{ 71*83 }} --> ]]>"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """A page's elements, text, and the tables as lists of rows; fails where tags do not nest."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.elements, self.tables, self.texts = [], [], {}, []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "caption":
            self.caption = ""

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag
        if tag == "table":
            self.tables[self.caption] = self.rows

    def handle_data(self, data):
        if "script" in self.stack or "style" in self.stack:
            return
        self.texts.append(data)
        if "caption" in self.stack:
            self.caption += data
        elif "td" in self.stack or "th" in self.stack:
            self.rows[-1][-1] += f" {data}" if "small" in self.stack else data

    @property
    def text(self):
        return " ".join("".join(self.texts).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def report(tmp_path, make_results):
    def make(*configurations, **top):
        (tmp_path / "results.json").write_text(make_results(*configurations, **top).model_dump_json())
        write_report(tmp_path)
        return (tmp_path / "report.md").read_text(), Page((tmp_path / "report.html").read_text())

    return make


@pytest.fixture(scope="module")
def usual(tmp_path_factory, make_results):
    """Markdown and page of two implementations that ran and one that was lost: made once, drawing takes seconds."""
    directory = tmp_path_factory.mktemp("usual")
    (directory / "results.json").write_text(make_results(GENSIM, FAST, LOST).model_dump_json())
    write_report(directory)
    return (directory / "report.md").read_text(), Page((directory / "report.html").read_text())


def test_the_tables_hold_the_numbers(usual):
    markdown, page = usual
    head, fast, slow, lost = page.tables["Speed and quality by implementation"]
    assert [cell.split(" ")[0] for cell in (fast[0], slow[0], lost[0])] == ["fast", "gensim", "lost"]
    by_title = dict(zip(head, fast, strict=True))
    assert by_title["Words/s"] == "5.20 M 5.10–5.30 M"
    assert by_title["Speed ÷ gensim"].startswith("10.2× ")
    assert by_title["Google analogies"] == "37.0 % 148/400"
    assert by_title["WordSim-353"] == "0.640 0.590–0.690"
    assert by_title["Memory"] == "300 MB"
    assert by_title["Compile"] == "0.50 s"
    assert by_title["Status"] == "ok 3 runs"
    sections = page.tables["Google analogies (google-30k, accuracy) by section"]
    assert ["semantic", "33.3 % 37/200", "32.9 % 36/200"] in sections
    assert "| 5.20 M (5.10–5.30 M) |" in markdown
    assert "| semantic | 33.3 % (37/200) | 32.9 % (36/200) |" in markdown


def test_both_name_environment_hyperparameters_corpus_and_command(usual):
    markdown, page = usual
    for text in (markdown, page.text):
        assert "python -m bench run --impl a,b" in text
        assert "Some CPU" in text
        assert "ab" * 32 in text
        assert "1,000,000" in text
    assert ["ns_exponent", "0.75"] in page.tables["Hyperparameters"]
    assert "| ns\\_exponent | 0.75 |" in markdown


def test_runs_without_numbers_are_listed_with_their_reasons(usual):
    markdown, page = usual
    for text in (markdown, page.text):
        assert "stopped in training after 60 s" in text
        assert "diverged: NaN in the vectors" in text
    head, first, second = page.tables["Runs without numbers"]
    assert head == ["Implementation", "Rounds", "Status", "Reason", "Log"]
    assert first[:4] == ["lost", "2", "timeout", "stopped in training after 60 s"]
    for row in (first, second):
        assert row[4].startswith("runs/lost-")
        assert ("a", {"href": row[4]}) in page.elements
        assert row[4] in markdown.replace("\\", "")


def test_a_generated_corpus_is_announced(report):
    notice = "Scores tell how a trainer recovers a known structure, not English."
    markdown, page = report(UNSCORED[0], corpus={"generated": notice})
    assert notice in markdown
    assert notice in page.text
    assert ("p", {"class": "notice", "role": "note"}) in page.elements


def test_the_page_needs_no_network(usual):
    _, page = usual
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base"), tag
        for name in ("src", "srcset", "data", "action", "poster", "xlink:href", "href"):
            target = attributes.get(name) or "#"
            assert "//" not in target, (tag, name, target)
            if name != "href":
                assert target.startswith("#"), (tag, name, target)
    html = next(iter(page.elements))
    assert html == ("html", {"lang": "en"})


def test_every_figure_has_a_caption_and_a_text_alternative(usual):
    _, page = usual
    plots = [attributes for tag, attributes in page.elements if attributes.get("role") == "img"]
    assert len(plots) == len([tag for tag, _ in page.elements if tag == "figcaption"]) == 7
    assert all("gensim" in plot["aria-label"] for plot in plots)


def test_ids_are_unique(usual):
    _, page = usual
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_hostile_names_are_shown_not_run(report, usual):
    _, harmless = usual
    loud = {
        "corpus": {"name": HOSTILE, "generated": HOSTILE}, "command": f"{HOSTILE} ``` ````",
        "environment": {HOSTILE: {HOSTILE: HOSTILE}},
    }  # fmt: skip
    markdown, page = report(
        GENSIM,
        {**FAST, "implementation": HOSTILE, "options": {HOSTILE: HOSTILE}, "version": HOSTILE},
        {**LOST, "failures": {2: ("failed", HOSTILE)}},
        **loud,
    )
    assert " ".join(HOSTILE.split()) in page.text
    assert "5893" not in page.text
    kinds = {tag for tag, _ in harmless.elements}
    assert {tag for tag, _ in page.elements} <= kinds | {"p", "wbr"}
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    outside_code = markdown.split("## How to reproduce")[0]
    assert "<script" not in outside_code
    assert "<img" not in outside_code
    widths = {line.replace("\\|", "").count("|") for line in table_after(markdown, "## Results")}
    assert len(widths) == 1
    assert "\n`````sh\n" in markdown


def table_after(markdown, heading):
    lines = markdown.split(heading, 1)[1].strip().splitlines()
    return [line for line in lines[: lines.index("")] if line.startswith("|")]


@pytest.mark.parametrize(
    ("configurations", "message"),
    [([], "hold no runs"), ([{"implementation": "x", "failures": {1: ("failed", "boom")}}], "No run finished")],
)
def test_results_without_numbers_still_make_a_report(report, tmp_path, configurations, message):
    markdown, page = report(*configurations)
    assert message in markdown
    assert message in page.text
    assert not (tmp_path / "figures").exists()


def test_one_run_makes_a_report(report, tmp_path):
    markdown, _ = report(UNSCORED[0])
    assert "n = 1" in markdown
    assert (tmp_path / "figures" / "speed.pdf").stat().st_size > 0


def test_every_written_path_is_returned(tmp_path, make_results):
    (tmp_path / "results.json").write_text(make_results(GENSIM, FAST).model_dump_json())
    written = write_report(tmp_path)
    on_disk = {path for path in tmp_path.rglob("*") if path.is_file()} - {tmp_path / "results.json"}
    assert set(written) == on_disk
    assert written[:2] == [tmp_path / "report.md", tmp_path / "report.html"]
    beside = ["tables/results.md", "tables/results.tex", "tables/results.csv", "references.bib"]
    assert {tmp_path / name for name in beside} <= on_disk
    assert len(written) == 2 + len(beside) + 7 * len(figures.FORMATS)


def test_figures_of_earlier_results_go_and_other_files_stay(report, tmp_path):
    report(GENSIM, FAST)
    (tmp_path / "figures" / "mine.png").write_bytes(b"mine")
    report(GENSIM)
    kept = sorted(path.name for path in (tmp_path / "figures").iterdir())
    names = ("speed", "quality", "sections", "similarity", "memory")
    assert kept == sorted(["mine.png", *(f"{name}.{form}" for name in names for form in figures.FORMATS)])


@pytest.mark.parametrize("step", ["draw", "write", "interrupt"])
def test_a_fault_in_the_middle_leaves_the_earlier_report_whole(report, tmp_path, make_results, monkeypatch, step):
    report(*UNSCORED)
    (tmp_path / "results.json").write_text(make_results(UNSCORED[0]).model_dump_json())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    if step == "draw":
        monkeypatch.setattr(figures.speed, "draw", lambda data: 1 / 0)
        expected = ZeroDivisionError
    else:
        import os

        calls, real = [], os.fsync
        error = OSError(28, "No space left on device") if step == "write" else KeyboardInterrupt()
        expected = InputError if step == "write" else KeyboardInterrupt

        def fail_third(handle):
            calls.append(handle)
            if len(calls) == 3:
                raise error
            real(handle)

        monkeypatch.setattr(os, "fsync", fail_third)
    with pytest.raises(expected):
        write_report(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("content", [None, "", "{}", "[1]", '{"schema_version": 1'])
def test_a_directory_without_usable_results_is_an_input_error(tmp_path, content):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(InputError, match=r"results\.json"):
        write_report(tmp_path)
    assert not (tmp_path / "report.md").exists()


def test_results_of_a_later_schema_are_read(tmp_path, make_results):
    document = json.loads(make_results(UNSCORED[0]).model_dump_json())
    document |= {"schema_version": 7, "novelty": [1, 2]}
    document["runs"][0]["novelty"] = {"a": 1}
    (tmp_path / "results.json").write_text(json.dumps(document))
    assert write_report(tmp_path)


def test_importing_the_writers_leaves_the_plotting_out():
    """The command line imports them at its start; matplotlib, pandas and jinja2 may wait until they are needed."""
    code = (
        "import sys, bench.reports.write, bench.reports.console;"
        "heavy = ('matplotlib', 'pandas', 'jinja2', 'torch', 'gensim', 'numba');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.home())
    assert done.stdout.strip() == "[]"
