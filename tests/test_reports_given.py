"""What each implementation was given, and speeds that are not of training alone: in every form of the report."""

import csv
import io
import re

import pytest
from rich.console import Console

from bench.datasets.errors import InputError
from bench.reports import figures, given, html, markdown, paper, tables
from bench.reports.console import results_table
from bench.reports.merge import Group
from bench.reports.summary import summarise
from bench.reports.words import sentences

SHARED = "noise words are drawn once for a window"
CLOCK = "counts the text inside the timed call"


def settings(**own):
    """Settings as a record has them; a pair is a value and what is to be noted."""
    every = {"vector_size": 100, "alpha": 0.025, "shrink_windows": True, **own}
    pairs = {name: value if isinstance(value, tuple) else (value, None) for name, value in every.items()}
    return {name: {"value": value, "note": note} for name, (value, note) in pairs.items()}


def trained(name, speeds, *, note=None, own=None, **fields):
    extra = {"given": settings(**own) if own is not None else {}, "timing_note": note}
    return {"implementation": name, "speeds": speeds, "accuracy": 0.4, "extra": extra, **fields}


GENSIM = trained("gensim", [5e5, 5.1e5], own={"initial vectors": ("±1/vector_size", "starts twice as wide")})
NUMBA = trained("numba", [5e6, 5.1e6], own={"initial vectors": "±0.5/vector_size", "draws": ("each window", SHARED)})
TORCH = trained("torch", [6e5, 6.1e5], own={"initial vectors": "±0.5/vector_size", "draws": ("each window", SHARED)})
GLOVE = trained(
    "glove",
    [9e6, 9.2e6],
    note=CLOCK,
    own={"alpha": (None, "has no such schedule"), "initial vectors": "±0.5/vector_size"},
)


@pytest.fixture
def four(make_results):
    return make_results(GENSIM, NUMBA, TORCH, GLOVE)


def grid(table):
    """A table as text: its entries by row and column, each with the footnotes on it."""
    heads = [column.title for column in table.columns][1:]
    return {
        row[0].text: {
            head: (entry.text, *(table.notes[number - 1] for number in entry.notes))
            for head, entry in zip(heads, row[1:], strict=True)
        }
        for row in table.rows
    }


def test_the_table_holds_what_differs_and_a_sentence_the_rest(four):
    summary = summarise(four)
    found = grid(given.given_table(summary))
    assert list(found) == ["alpha", "initial vectors", "draws"]
    assert found["alpha"]["glove"] == ("–", "glove: has no such schedule.")
    assert found["alpha"]["gensim"] == ("0.025",)
    assert found["initial vectors"]["gensim"] == ("±1/vector_size", "gensim: starts twice as wide.")
    assert found["draws"]["gensim"] == ("",), "what is not told is not made up"
    assert given.sentences(summary) == ["All were given: vector_size 100, shrink_windows true, threads 2."]


def test_a_departure_that_several_share_is_one_footnote(four):
    table = given.given_table(summarise(four))
    assert f"numba and torch: {SHARED}." in table.notes
    assert len(table.notes) == len(set(table.notes)) == 3


def test_threads_that_were_not_used_are_a_departure(make_results):
    one = trained("numpy", [1e4], own={"threads": (1, "has one thread")})
    found = grid(given.given_table(summarise(make_results(one, trained("numba", [1e6], own={})))))
    assert found == {"threads": {"numba": ("2",), "numpy": ("1", "numpy: has one thread.")}}


def test_what_only_some_tell_and_none_departs_in_is_no_row(make_results):
    plugin = trained("plugin", [1e5], own={})
    summary = summarise(make_results(plugin, trained("numba", [1e6], own={"sigmoid": "exact"})))
    assert not given.given_table(summary).rows
    assert given.sentences(summary) == [
        "All were given: vector_size 100, alpha 0.025, shrink_windows true, threads 2.",
        "Only numba told: sigmoid exact.",
    ]


def test_results_from_before_show_their_options_and_claim_nothing(make_results):
    old = trained("numba", [1e6], options={"negatives": "window:3", "lanes": 8})
    summary = summarise(make_results(old))
    assert not given.given_table(summary).rows
    assert given.sentences(summary) == []
    (row,) = given.options_table(summary).rows
    assert [entry.text for entry in row] == ["numba", "negatives=window:3, lanes=8"]
    mixed = summarise(make_results(old, NUMBA | {"implementation": "new"}))
    assert [column.title for column in given.given_table(mixed).columns] == ["Setting", "new"]
    assert given.sentences(mixed)[-1] == "What numba got was not recorded."
    with pytest.raises(InputError, match="run again"):
        paper.table("given", [Group("small", "", make_results(old))])


def test_runs_without_numbers_have_no_column(make_results):
    lost = {**trained("lost", [], own={}), "failures": {1: ("failed", "boom")}}
    assert [column.title for column in given.given_table(summarise(make_results(lost, GENSIM))).columns] == [
        "Setting", "gensim",
    ]  # fmt: skip


def test_a_row_is_named_by_what_tells_it_apart_and_options_stand_with_what_it_was_given(make_results):
    torch = {**TORCH, "options": {"negatives": "window", "batch": 512, "optimizer": "sgd"}}
    summary = summarise(make_results(torch, GENSIM))
    main = tables.main_table(summary)
    assert "batch" not in "".join(entry.text + entry.detail for row in main.rows for entry in row)
    text = markdown.render(summary)
    assert "negatives=window, batch=512, optimizer=sgd" in text.split("## What each was given")[1]
    both = make_results(torch, {**torch, "options": {**torch["options"], "batch": 1}})
    assert {row.label for row in summarise(both).rows} == {"torch[batch=512]", "torch[batch=1]"}


def test_pages_show_the_table_with_its_footnotes_below(four):
    summary = summarise(four)
    text, page = markdown.render(summary), html.render(summary)
    section = text.split("## What each was given")[1].split("\n## ")[0]
    assert "| alpha | –<sup>" in section
    assert re.search(r"^\d\. numba and torch: noise words", section, flags=re.MULTILINE)
    assert "All were given: vector\\_size 100" in section
    links = re.findall(r'<sup><a href="#([^"]+)"', page)
    ids = re.findall(r'<li id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 4, "three departures and the note on a speed"
    assert set(links) == set(ids)
    assert page.index('id="given"') < page.index('id="hyperparameters"')


def test_names_in_notes_are_text(make_results):
    loud = "<b>&amp;</b>|`x`"
    summary = summarise(make_results(trained(loud, [1e6], note=loud, own={loud: (loud, loud)}), GENSIM))
    assert loud not in html.render(summary)
    assert loud not in markdown.render(summary)


def test_the_paper_table_has_the_footnotes_of_the_columns_it_shows(four):
    groups = [Group("small", "", four)]
    whole = paper.table("given", groups)
    assert [column.key for column in whole.columns] == ["setting", "glove", "numba", "torch", "gensim"]
    some = paper.table("given", groups, ["gensim", "torch"])
    text = paper.written(some, "markdown")
    assert "\n1. gensim: starts twice as wide.\n2. torch: noise words" in text
    assert "glove" not in text
    latex = paper.written(some, "latex", caption="What each was given.")
    assert r"{vector\_size}$^{1}$" in latex
    assert "$^{1}$ gensim: starts twice as wide." in latex
    assert "All were given: vector\\_size 100" in latex
    rows = {row["setting"]: row for row in csv.DictReader(io.StringIO(paper.written(whole, "csv")))}
    assert (rows["alpha"]["glove"], rows["alpha"]["glove_note"]) == ("", "has no such schedule")
    assert rows["draws"]["numba_note"] == SHARED
    assert rows["draws"]["gensim"] == ""


def test_where_no_two_differ_the_paper_table_shows_all(make_results):
    same = [trained(name, [1e6], own={}) for name in ("a", "b")]
    table = paper.table("given", [Group("small", "", make_results(*same))])
    assert [row["setting"].text for row in table.rows] == ["vector_size", "alpha", "shrink_windows", "threads"]
    assert not table.notes


def test_groups_that_do_not_compare_have_blocks_and_sentences_of_their_own(make_results, four):
    table = paper.table("given", [Group("a", "text8", four), Group("b", "news", make_results(GENSIM, NUMBA))])
    assert [block.title for block in table.blocks] == ["text8", "news"]
    assert [note.split(":")[0] for note in table.notes] == ["text8", "news"]


def test_a_speed_that_is_not_of_training_alone_says_so_in_every_form(four):
    summary = summarise(four)
    main = grid(tables.main_table(summary))
    for head in ("Words/s", "Speed ÷ gensim"):
        assert main["glove"][head][1:] == (f"glove: {CLOCK}.",)
        assert len(main["numba"][head]) == 1
    for text in (markdown.render(summary), html.render(summary)):
        assert f"glove: {CLOCK}." in text
    stream = io.StringIO()
    Console(file=stream, width=200).print(results_table(summary))
    assert f"¹ glove: {CLOCK}." in stream.getvalue()
    assert "9.10 M¹" in stream.getvalue()
    cell = paper.table("results", [Group("small", "", four)]).rows[0]["speed"]
    assert cell.note == ("glove", CLOCK)


def test_a_sentence_never_calls_it_faster_without_saying_what_is_timed(four):
    said = [line for line in sentences(summarise(four)) if "glove" in line]
    assert said[0] == "glove was the fastest at 9.10 M (9.00–9.20 M) words/s, though not by training alone."
    (compared,) = [line for line in said if "as fast as gensim" in line]
    assert compared.index(CLOCK) < compared.index("scores")
    assert any("training alone is timed numba was the fastest" in line for line in sentences(summarise(four)))
    assert not any(CLOCK in line for line in sentences(summarise(four)) if line.startswith("numba"))


def test_the_caveat_stands_where_the_baseline_has_it(make_results):
    slow = {**GENSIM, "extra": {**GENSIM["extra"], "timing_note": CLOCK}}
    (line,) = [one for one in sentences(summarise(make_results(slow, NUMBA))) if "as fast as" in one]
    assert f"gensim: {CLOCK}" in line


def test_no_such_speed_is_set_in_bold(make_results):
    steady = [1e6 * (1 + 0.001 * i) for i in range(6)]
    quick = [one * (5 + 0.01 * (i % 3)) for i, one in enumerate(steady)]
    counter = trained("counter", [2 * one for one in quick], note=CLOCK)
    results = make_results(counter, trained("numba", quick), trained("gensim", steady))
    rows = paper.table("results", [Group("small", "", results)]).rows
    assert {row["implementation"].text: row["speed"].mark for row in rows} == {
        "counter": None, "numba": "best", "gensim": None,
    }  # fmt: skip


def test_figures_of_speed_say_it_in_their_captions(four):
    drawn = figures.draw_all(summarise(four), only=["speed", "memory"], formats=["svg"])
    captions = {one.name: one.caption for one in drawn}
    assert f"glove: {CLOCK}." in captions["speed"]
    assert CLOCK not in captions["memory"]


def test_a_label_of_another_script_gets_a_font_that_has_it(make_results, monkeypatch):
    """Whatever fonts are installed here: what is asked for is what figures are drawn with."""
    asked, looks = [], []

    def fonts(texts):
        asked.append(set(texts))
        return ["DejaVu Sans", "Some Font"]

    monkeypatch.setattr(figures, "fonts_of", fonts)
    monkeypatch.setattr(figures, "saved_figure", lambda draw, formats, look: looks.append(look) or {})
    figures.draw_all(summarise(make_results({**GENSIM, "implementation": "词向量"}, NUMBA)), only=["speed", "memory"])
    assert "词向量" in asked[0]
    assert [look["font.sans-serif"] for look in looks] == [["DejaVu Sans", "Some Font"]] * 2
