"""The history as text, table, figure and page: each says the same, and nothing of it is trusted as HTML."""

import re

import pytest

from bench.benchmarks.history.store import append, load
from bench.datasets.errors import InputError
from bench.reports.figures import commits
from bench.reports.history_page import write_history
from bench.reports.history_tables import changes_table, levels_table, sentences
from bench.reports.history_view import events, history_text, tracks

HOSTILE = "<script>alert(1)</script>&amp;{{ 7*7 }}"


@pytest.fixture
def history(make_results, tmp_path):
    """A store of 12 nights: from the sixth on half as fast and a point better, in the last one run timed out."""

    def make(cpu="Some CPU", nights=12):
        for night in range(nights):
            late = night >= 6
            environment = {
                "cpu": {"model": cpu, "cores": 4},
                "git": {"revision": f"{night:x}" * 40, "dirty": night == 11},
                "packages": {"numba": "0.62" if late else "0.61"},
            }
            jitter = 1 + 0.004 * (night % 3)
            one = {
                "implementation": "numba", "speeds": [5e6 * jitter / (2 if late else 1)] * 3,
                "accuracy": 0.40 + (0.02 if late else 0.0), "extra": {"compile_seconds": 0.0, "peak_memory_bytes": 3e8},
                "failures": {4: ("timeout", f"too slow {HOSTILE}")} if night == 11 else {},
            }  # fmt: skip
            results = make_results(one, environment=environment, created=f"2026-03-{night + 1:02}T05:06:07Z")
            append(results, tmp_path / "store")
        return load(tmp_path / "store")

    return make


def cells(table):
    assert {len(row) for row in table.rows} == {len(table.columns)}
    return [[entry.text for entry in row] for row in table.rows]


def test_changes_are_judged_and_told_with_what_else_differs(history):
    rows = cells(changes_table(tracks(history())))
    assert {tuple(row[:2]) for row in rows} == {("6666666", "numba/small/skipgram-ns/d100/t2")}
    assert [row[2:] for row in rows] == [
        ["Words/s", "5.02 M", "2.51 M", "−50.0 %", "worse", "numba 0.61 → 0.62"],
        ["google-30k accuracy", "40.0 %", "42.0 %", "+2.0 points", "better", "numba 0.61 → 0.62"],
    ]


def test_levels_are_those_since_the_last_change(history):
    rows = cells(levels_table(tracks(history())))
    assert [row[1:4] for row in rows] == [
        ["Words/s", "12", "2.51 M"], ["Peak memory", "12", "300 MB"], ["google-30k accuracy", "12", "42.0 %"],
    ]  # fmt: skip
    assert rows[0][4] == "bbbbbbb+", "files were changed since that commit"


def test_what_compiles_nothing_has_no_line_of_zeros_unless_it_is_asked_for(history):
    entries = history(nights=2)
    assert "Compile time" not in history_text(entries)
    assert "Compile time" in history_text(entries, ["compile_seconds"])
    assert "Training time" in history_text(entries, ["train_seconds"])
    with pytest.raises(InputError, match="simlex-999"):
        history_text(entries, ["simlex-999"])


def test_the_text_has_a_table_a_machine(history):
    history("First CPU", nights=3)
    text = history_text(history("Second CPU"))
    assert [line.split(",")[0] for line in text.splitlines() if "CPU" in line] == ["First CPU", "Second CPU"]
    assert re.search(r"Words/s +12 +2\.51 M +−50\.0 %, worse, at 6666666 of 2026-03-07", text)


def test_the_summary_counts(history):
    entries = history()
    lines = sentences(entries, tracks(entries))
    assert lines[0].startswith(
        "12 benchmarks of 12 commits, committed from 2026-03-01 to 2026-03-12; 1 configuration on 1 kind"
    )
    assert "1 change for the worse; the latest: Words/s" in lines[1]
    assert "1 change for the better; the latest: google-30k accuracy" in lines[2]
    assert "1 run of numba/small/skipgram-ns/d100/t2 gave no numbers (timeout: too slow" in lines[3]
    assert sentences([], []) == ["This history holds no benchmarks yet."]


def test_the_figure_has_a_panel_a_metric_and_marks_every_change(history):
    (track,) = tracks(history())
    figure = commits.draw(track)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == [
        "Words/s, higher is better", "Peak memory, lower is better", "google-30k accuracy (%), higher is better",
    ]  # fmt: skip
    markers = [[line.get_marker() for line in axes.lines if line.get_marker() in "^v"] for axes in figure.axes]
    assert markers == [["v"], [], ["^"]]
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["−50.0 %", "+2.0 points"]
    dashed = next(line for line in figure.axes[0].lines if line.get_linestyle() == "--")
    assert dashed.get_xdata()[0] == 5.5, "between the last commit of the old level and the first of the new"
    assert next(label.get_text() for label in figure.axes[-1].get_xticklabels()) == "0000000"
    low, high = figure.axes[1].get_ylim()
    assert low < 0.9 * 3e8 < 1.1 * 3e8 < high, "a constant series does not fill its axis with noise"
    assert "−50.0 % (worse) at 6666666" in commits.alt(track)


def test_the_page_holds_everything_and_escapes_it(history, tmp_path):
    written = write_history(history(cpu=HOSTILE, nights=12), tmp_path / "page")
    names = [path.name for path in written]
    assert names[0] == "history.html"
    assert sorted(path.suffix for path in written) == [".html", ".pdf", ".png", ".svg"]
    assert all(re.fullmatch(r"[A-Za-z0-9.=-]+", name) for name in names)
    page = written[0].read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;{{ 7*7 }}" in page
    assert not re.search(r'(src|href)="https?:', page), "nothing is loaded from elsewhere"
    assert page.count("<svg") == 1
    for text in ("−50.0 %", "worse", "+2.0 points", "better", "2.51 M"):
        assert text in page
    again = write_history(load(tmp_path / "store"), tmp_path / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written], "same data, same files"


def test_events_come_latest_first(history):
    found = events(tracks(history()))
    assert [event.time for event in found] == sorted((event.time for event in found), reverse=True)


def test_an_empty_store_gives_a_page_that_says_so(tmp_path):
    (tmp_path / "history.jsonl").write_text("")
    (page,) = write_history(load(tmp_path), tmp_path / "page")
    assert "holds no benchmarks yet" in page.read_text()
    assert history_text([]) == ""


def test_a_page_that_cannot_be_written_says_so(history, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write the history"):
        write_history(history(nights=1), tmp_path / "file")
