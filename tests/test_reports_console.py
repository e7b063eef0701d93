"""The table in the terminal."""

import io

import pytest
from rich.console import Console

from bench.reports.console import results_table

GENSIM = {"implementation": "gensim", "speeds": [500e3, 520e3, 510e3], "accuracy": 0.365, "rho": 0.63}


def shown(results, width=140):
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=False).print(results_table(results))
    return stream.getvalue()


def test_a_row_shows_speed_interval_scores_memory_and_status(make_results):
    text = shown(make_results(GENSIM))
    for part in ("gensim", "510 k", "500–520 k", "36.5 %", "146/400", "0.630", "300 MB", "0.50 s", "ok", "3 runs"):
        assert part in text


def test_brackets_of_options_are_not_taken_for_markup(make_results):
    results = make_results(*({**GENSIM, "options": {"negatives": value}} for value in ("bold", "pair")))
    text = shown(results)
    assert "gensim[negatives=bold]" in text
    assert "gensim[negatives=pair]" in text


def test_reasons_stand_under_the_table(make_results):
    text = shown(make_results(GENSIM, {"implementation": "x", "failures": {1: ("unavailable", "no [GPU] here")}}))
    assert "x unavailable (round 1): no [GPU] here" in text


def test_a_generated_corpus_is_announced_first(make_results):
    text = shown(make_results(GENSIM, corpus={"generated": "Known structure, not English."}))
    assert text.index("Known structure, not English.") < text.index("gensim")


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(make_results, width):
    long = {**GENSIM, "implementation": "a-plug-in-with-a-very-long-name-indeed-for-a-terminal"}
    text = shown(make_results(GENSIM, long), width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("500–520 k", "36.5 %", "0.580–0.680", "300 MB", "baseline"):
        assert part in text
    assert "…" not in text


def test_no_runs_is_said(make_results):
    assert "hold no runs" in shown(make_results())
