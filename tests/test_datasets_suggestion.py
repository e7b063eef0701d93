"""What somebody may have meant."""

import pytest

from bench.datasets.suggestion import suggestion


@pytest.mark.parametrize(
    ("asked", "known", "said"),
    [
        ("gensin", ["numba", "gensim"], "did you mean gensim?"),
        ("csv", ["csv2", "csv3"], "did you mean csv2 or csv3?"),
        ("word", ["csv", "html"], ""),
        ("word", [], ""),
        ("ws353", {"ws-353": "wordsim-353", "ws353x": "wordsim-353"}, "did you mean wordsim-353?"),
    ],
)
def test_near_names_are_offered_once_and_far_ones_never(asked: str, known: list[str], said: str) -> None:
    assert sorted(suggestion(asked, known).replace("?", "").split()) == sorted(said.replace("?", "").split())


def test_most_and_cutoff_bound_what_is_offered() -> None:
    known = ["aaab", "aaac", "aaad"]
    assert suggestion("aaaa", known, most=1).count("aaa") == 1
    assert suggestion("aaaa", known, cutoff=0.9) == ""
