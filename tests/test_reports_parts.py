"""Several results in one report: a section each, and nothing of one taken for another's."""

import re

import pytest

from bench.reports import html, markdown
from bench.reports.figures import Drawing
from bench.reports.part import Part
from bench.reports.summary import summarise

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><defs><path id="a"/></defs><use href="#a"/></svg>'


def part(make_results, corpus, title="", **configuration):
    fast = {"implementation": "fast", "speeds": [50.0], "accuracy": 0.3, **configuration}
    base = {"implementation": "gensim", "speeds": [10.0], "accuracy": 0.2, **configuration}
    drawing = Drawing(f"speed-{corpus}", "Speed", f"Corpus: {corpus}.", f"bars of {corpus}", {"svg": SVG, "pdf": b""})
    return Part(summarise(make_results(fast, base, corpus={"name": corpus})), [drawing], title)


@pytest.fixture
def two(make_results):
    return [part(make_results, "text8"), part(make_results, "news", "news, CBOW", hyperparameters={"model": "cbow"})]


def test_each_part_has_a_section_of_its_own(two):
    page = html.render(two)
    assert "<h1>word2vec on text8 and news</h1>" in page
    assert re.findall(r"<h2 [^>]*>([^<]*)</h2>", page) == ["text8", "news, CBOW", "Downloads"]
    assert re.findall(r"<h3 [^>]*>([^<]*)</h3>", page)[:2] == ["Summary", "Results"]
    assert page.replace("\N{NO-BREAK SPACE}", " ").count("fast trains 5.00 times as fast as gensim") == 2
    first, second = page.split('id="part-2-top"')
    assert "bars of text8" in first
    assert "bars of news" not in first
    assert "bars of news" in second
    assert "skip-gram, negative sampling" in first
    assert "CBOW, negative sampling" in second


def test_ids_regions_and_anchors_are_told_apart(two):
    page = html.render(two)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    regions = re.findall(r'role="region" tabindex="0" aria-label="([^"]+)"', page)
    assert len(regions) == len(set(regions)) > 4
    anchors = re.findall(r'href="#([^"]+)"', page)
    assert set(anchors) <= set(ids)
    assert {"part-1-top", "part-2-top", "downloads"} <= set(anchors)


def test_one_part_is_a_report_as_ever(two):
    page = html.render(two[:1])
    assert page == html.render(two[0].summary, two[0].drawings)
    assert '<h2 id="results">Results</h2>' in page
    assert 'href="#results"' in page


def test_the_markdown_has_the_same_sections(two):
    text = markdown.render(two)
    headings = re.findall(r"^(#+) (.*)$", text, flags=re.MULTILINE)
    assert headings[0] == ("#", "word2vec on text8 and news")
    assert [heading for mark, heading in headings if mark == "##"] == ["text8", "news, CBOW"]
    assert headings.count(("###", "Results")) == 2
    assert text.count("![bars of ") == 2


def test_only_files_that_lie_there_are_linked(two):
    page = html.render(two, files=["results.json", "tables/results one.csv", "figures/speed-news.pdf", "extra.txt"])
    targets = re.findall(r'href="([^#"][^"]*)"', page)
    assert targets == ["figures/speed-news.pdf", "results.json", "extra.txt", "tables/results%20one.csv"]
    assert 'id="downloads"' not in html.render(two, files=[])


def test_a_report_on_nothing_is_a_page(make_results):
    assert "<h1>word2vec</h1>" in html.render([])
    assert markdown.render([]).startswith("# word2vec")
