"""BibTeX of what was run: valid, each entry once, and nothing that did not occur."""

import re
from pathlib import Path

import pytest

from bench import __version__
from bench.datasets.catalogue_entries import _catalogue
from bench.evaluation.tasks import all_tasks
from bench.reports.bibtex import HARNESS, cited, entries, references

ROOT = Path(__file__).parent.parent


def parsed(text):
    """Entries by key, read by pybtex, which is strict about syntax, keys that repeat and names."""
    pytest.importorskip("pybtex")
    from pybtex.database import parse_string

    return parse_string(text, "bibtex").entries


def scored(*tasks):
    return {"scores": [{"task": task, "metric": "accuracy", "value": 0.5, "n": 1, "total": 1} for task in tasks]}


def test_what_was_run_is_cited_and_nothing_else(make_results):
    results = make_results(
        {"implementation": "gensim", "speeds": [1e6], "extra": scored("google-30k", "wordsim-353", "weat-6")},
        {"implementation": "numba", "failures": {1: ("failed", "boom")}},
        corpus={"name": "1bw"},
    )
    found = parsed(references([results]))
    assert set(found) == {
        "mikolov2013efficient", "mikolov2013distributed", "rehurek2010software", "lam2015numba", "chelba2013one",
        "finkelstein2002placing", "caliskan2017semantics", "badilla2020wefe", HARNESS,
    }  # fmt: skip
    people = found["rehurek2010software"].persons["author"]
    assert [str(person) for person in people] == [r"{\v R}eh{\r u}{\v r}ek, Radim", "Sojka, Petr"]


def test_each_publication_stands_once_whatever_cites_it(make_results):
    tasks = scored("ws353-sim", "ws353-rel", "google-full")
    both = [{"implementation": "torch", "speeds": [1e6], "device": one, "extra": tasks} for one in ("cpu", "cuda:0")]
    results = make_results(*both, {"implementation": "numpy", "speeds": [1e4]})
    found = parsed(references([results, results]))
    assert {"paszke2019pytorch", "tillet2019triton", "harris2020array", "agirre2009study"} <= set(found)
    assert len(found["harris2020array"].persons["author"]) == 26
    assert len(found["paszke2019pytorch"].persons["author"]) == 21


def test_triton_is_cited_only_for_runs_on_a_gpu(make_results):
    assert "tillet" not in references([make_results({"implementation": "torch", "speeds": [1e6]})])


def test_every_citation_of_the_catalogue_has_an_entry():
    corpora, sets = _catalogue()
    for entry in (*corpora.values(), *sets.values()):
        if entry.citation != "this project":
            assert cited(entry.citation), f"{entry.name}: add {entry.citation!r} to reports/references.bib"


def test_every_task_finds_its_publication(make_results):
    """By the citation that its metadata holds."""
    for task in all_tasks():
        about = task.metadata
        text = references([make_results({"implementation": "x", "speeds": [1e6], "extra": scored(about.name)})])
        for key in cited(about.citation):
            assert f"{{{key}," in text, about.name


def test_titles_are_those_of_the_catalogue():
    corpora, sets = _catalogue()
    for entry in (*corpora.values(), *sets.values()):
        first = next(iter(cited(entry.citation)), None)
        if first in (None, "wikipedia"):
            continue
        title = re.search(r"title\s*=\s*\{(.*?)\},\n", entries()[first], flags=re.DOTALL)[1]
        assert words(title.split(": A replication")[0]) in words(entry.citation), entry.name


def words(text):
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def test_every_entry_is_read_by_a_parser_and_is_whole():
    found = parsed("\n".join(entries().values()))
    assert list(found) == list(entries())
    needed = {
        "article": {"title", "journal", "volume", "pages", "year"}, "inproceedings": {"title", "booktitle", "year"},
        "phdthesis": {"title", "school", "year"}, "proceedings": {"title", "year"}, "misc": {"title"},
    }  # fmt: skip
    for key, entry in found.items():
        assert needed[entry.type] <= set(entry.fields), key
        assert entry.persons, key
        year = entry.fields.get("year", "")
        assert re.fullmatch(rf"[a-z]+{year}[a-z]*", key)
        if entry.type != "proceedings" and year:
            surname = re.sub(r"\\[a-z] |[^a-z-]", "", "".join(entry.persons["author"][0].last_names).lower())
            assert key.startswith(surname.split("-")[0]), key


def test_the_harness_is_cited_as_its_citation_file_says(make_results):
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    entry = parsed(references([make_results({"implementation": "x", "speeds": [1e6]})]))[HARNESS]
    assert entry.fields["title"] == re.search(r"^title: (.*)$", text, flags=re.MULTILINE)[1]
    assert str(entry.persons["author"][0]).strip("{}") == re.search(r"- name: (.*)$", text, flags=re.MULTILINE)[1]
    assert __version__ in entry.fields["note"]


def test_results_name_the_harness_that_made_them(make_results):
    results = make_results(
        {"implementation": "x", "speeds": [1e6]}, environment={"packages": {"word2vec-bench": "0.0.7"}}
    )
    assert "Version 0.0.7" in references([results])


def test_unknown_and_hostile_names_break_nothing(make_results):
    hostile = "@article{x, title={}} % \\ é 汉"
    results = make_results(
        {"implementation": hostile, "speeds": [1e6], "extra": scored(hostile)},
        corpus={"name": hostile},
        environment={"packages": {"word2vec-bench": hostile}},
    )
    text = references([results])
    assert text.isascii()
    assert set(parsed(text)) == {"mikolov2013efficient", "mikolov2013distributed", HARNESS}
    assert text.startswith("No publication is known for: the implementation")


def test_a_text_of_another_hash_is_not_cited_by_its_name_alone(make_results):
    known = make_results(
        {"implementation": "x", "speeds": [1e6]},
        corpus={"name": "mine", "sha256": "6e890197040d37d85beb962ae1f041ff1d9a9ca8d20c7d99c85027eebf51dca7"},
    )
    other = make_results({"implementation": "x", "speeds": [1e6]}, corpus={"name": "text8"})
    assert "mahoney2011about" in references([known])
    assert "mahoney2011about" not in references([other])
