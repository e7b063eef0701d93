"""Exploring: what is asked for is found, what is not known is answered helpfully, and all of it is plain data."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.exploring.axes import axes
from bench.evaluation.exploring.differences import differences
from bench.evaluation.exploring.questions import analogy, neighbors
from bench.evaluation.exploring.vocabulary import Vocabulary
from bench.evaluation.geometry.record import geometry
from bench.reports import exploring as rows
from bench.reports.columns import columns


def of(vectors: dict[str, Any]) -> Embeddings:
    return Embeddings(list(vectors), np.array(list(vectors.values()), dtype=np.float32))


def plain(result: Any) -> Any:
    """The result, which must be JSON."""
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    return result


ROYAL = of(
    {
        "king": [1, 1, 0, 0], "queen": [1, -1, 0, 0.1], "man": [0, 1, 0.2, 0], "woman": [0, -1, 0.2, 0],
        "Paris": [0, 0, 1, 0], "New_York": [0, 0, 1, 0.3], "apple": [0, 0, 0, 1], "zero": [0, 0, 0, 0],
    }
)  # fmt: skip


# Words


@pytest.mark.parametrize(
    ("asked", "word", "says"),
    [
        ("king", "king", None),
        ("paris", "Paris", "'paris' is not in the vocabulary, 'Paris' stands for it"),
        ("new york", "New_York", "'New_York' stands for it"),
        ("KING ", "king", "'king' stands for it"),
        ("aple", None, "'aple' is not in the vocabulary; did you mean apple"),
        ("xqzt", None, "'xqzt' is not in the vocabulary"),
        ("", None, "'' is not in the vocabulary"),
        ("zero", None, "the vector of 'zero' is zero or holds NaN"),
    ],
)
def test_words_are_found_or_answered(asked: str, word: str | None, says: str | None) -> None:
    found = Vocabulary(ROYAL).find(asked)
    assert (found.asked, found.word) == (asked, word)
    assert found.note == says or (says is not None and says in str(found.note))
    assert (found.row is None) == (word is None)


def test_the_most_frequent_variant_stands_for_a_word_and_its_own_spelling_before_all() -> None:
    counted = Embeddings(["us", "US", "Us"], np.eye(3, dtype=np.float32), np.array([2, 9, 5]))
    vocabulary = Vocabulary(counted)
    assert [vocabulary.find(asked).word for asked in ("us", "Us", "uS")] == ["us", "Us", "US"]


# Neighbours and analogies


def test_neighbors_of_several_words_go_on_where_one_is_unknown() -> None:
    king, unknown, apple = plain(neighbors(ROYAL, ["king", "kiing", "apple"], k=2))
    assert [near["word"] for near in king["neighbors"]] == ["man", "queen"]
    assert king["neighbors"][0]["cosine"] == pytest.approx(1 / np.sqrt(2 * 1.04))
    assert (unknown["found"], unknown["neighbors"]) == (None, [])
    assert "did you mean king?" in unknown["note"]
    assert apple["neighbors"][0]["word"] == "New_York"


def test_there_are_no_more_neighbors_than_words() -> None:
    [found] = neighbors(ROYAL, ["king"], k=50)
    assert len(found["neighbors"]) == 6  # not itself, not the zero vector


def test_king_man_woman_is_king_minus_man_plus_woman() -> None:
    found = plain(analogy(ROYAL, "king", "man", "woman", k=3))
    assert found["formula"] == "king - man + woman"
    assert found["answers"][0]["word"] == "queen"
    unit = {w: v / max(float(np.linalg.norm(v)), 1e-9) for w, v in zip(ROYAL.words, ROYAL.vectors, strict=True)}
    direction = unit["king"] - unit["man"] + unit["woman"]
    cosine = unit["queen"] @ direction / np.linalg.norm(direction)
    assert found["answers"][0]["cosine"] == pytest.approx(cosine, abs=1e-6)
    assert not {answer["word"] for answer in found["answers"]} & {"king", "man", "woman"}


def test_an_analogy_is_gensims() -> None:
    from gensim.models import KeyedVectors

    vectors = np.random.default_rng(0).normal(size=(200, 9)).astype(np.float32)
    words = [f"w{i}" for i in range(200)]
    theirs = KeyedVectors(9)
    theirs.add_vectors(words, vectors)
    found = analogy(Embeddings(words, vectors), "w3", "w5", "w8", k=10)
    expected = theirs.most_similar(positive=["w3", "w8"], negative=["w5"], topn=10)
    assert [answer["word"] for answer in found["answers"]] == [word for word, _ in expected]
    np.testing.assert_allclose([a["cosine"] for a in found["answers"]], [c for _, c in expected], atol=1e-6)


def test_an_analogy_without_an_answer_says_why() -> None:
    missing = plain(analogy(ROYAL, "king", "queeen", "wooman"))
    assert missing["answers"] == []
    assert missing["found"] == ["king", None, None]
    assert "'queeen' is not in the vocabulary; did you mean queen?" in missing["note"]
    assert "'wooman'" in missing["note"]
    # Unit vectors at 120 degrees to each other add up to nothing.
    third = of({"a": [1, 0], "b": [0.5, np.sqrt(0.75)], "c": [-0.5, np.sqrt(0.75)], "d": [0, 1]})
    cancelled = plain(analogy(third, "a", "b", "c"))
    assert (cancelled["answers"], cancelled["note"]) == ([], "a - b + c is zero: the vectors cancel out")


# Differences


def normal(words: list[str], seed: int = 0, dim: int = 8) -> Embeddings:
    return Embeddings(words, np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32))


WORDS = [f"w{i}" for i in range(120)]


def test_a_file_does_not_differ_from_itself_turned_and_shuffled() -> None:
    first = normal(WORDS)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))
    order = np.random.default_rng(2).permutation(120)
    second = Embeddings([WORDS[i] for i in order], (first.vectors[order] @ turn).astype(np.float32))
    found = plain(differences(first, second, ["w3"], k=5))
    assert found["mean_overlap"] == 1
    assert found["sampled"] == 120
    [w3] = found["words"]
    assert w3["both"] == [near["word"] for near in neighbors(first, ["w3"], k=5)[0]["neighbors"]]
    assert (w3["only_first"], w3["only_second"]) == ([], [])


def test_words_that_moved_are_found_to_differ_most() -> None:
    first = normal(WORDS)
    moved = first.vectors.copy()
    moved[[17, 40]] = -moved[[17, 40]]
    found = differences(first, Embeddings(WORDS, moved), ["w17"], k=5, shown=2)
    assert [one["word"] for one in found["most_different"]] == ["w17", "w40"]
    assert found["words"][0]["overlap"] == found["most_different"][0]["overlap"] == 0
    assert found["words"][0]["only_first"] == [near["word"] for near in neighbors(first, ["w17"], k=5)[0]["neighbors"]]
    assert 0.5 < found["mean_overlap"] < 1


def test_words_only_one_file_has_are_no_differences() -> None:
    first = normal(WORDS)
    extra = Embeddings([*WORDS, *(f"x{i}" for i in range(50))], np.vstack([first.vectors, first.vectors[:50]]))
    found = plain(differences(first, extra, ["x1", "w1", "W2", "nonsense"], k=5))
    assert found["mean_overlap"] == 1
    other = plain(differences(extra, first, ["x1", "w1", "W2", "nonsense"], k=5))
    for result, note in ((found, "'x1' is not in the vocabulary"), (other, "'x1' has no vector in the second file")):
        x1, w1, w2, nonsense = result["words"]
        assert (x1["overlap"], w1["overlap"], w2["overlap"], nonsense["overlap"]) == (None, 1, 1, None)
        assert note in x1["note"]
        assert "'w2' stands for it" in w2["note"]
    with pytest.raises(InputError, match="share 0 words"):
        differences(first, normal(["a", "b"]))


# Axes


def test_coordinates_are_cosines_with_the_axes() -> None:
    found = plain(axes(ROYAL, ["queen", "Paris"], ("man", "woman"), ("apple", "king")))
    points = {point["word"]: (point["x"], point["y"]) for point in found["points"]}
    assert list(points) == ["man", "woman", "apple", "king", "queen", "Paris"]

    def unit(vector: Any) -> NDArray[np.float64]:
        return np.asarray(vector, dtype=np.float64) / np.linalg.norm(vector)

    x = unit(unit([0, 1, 0.2, 0]) - unit([0, -1, 0.2, 0]))
    y = unit(unit([0, 0, 0, 1]) - unit([1, 1, 0, 0]))
    assert points["queen"] == pytest.approx((x @ unit([1, -1, 0, 0.1]), y @ unit([1, -1, 0, 0.1])), abs=1e-6)
    assert found["cosine"] == pytest.approx(x @ y, abs=1e-6)
    assert points["man"][0] == -points["woman"][0] > 0


def test_an_axis_of_one_direction_or_of_unknown_words_is_not_laid() -> None:
    same = plain(axes(ROYAL, ["queen"], ("king", "man"), ("king", "king")))
    assert same["points"] == []
    assert "king - king is zero" in same["note"]
    unknown = plain(axes(ROYAL, ["queen"], ("kingg", "man"), ("apple", "king")))
    assert unknown["points"] == []
    assert "did you mean king?" in unknown["note"]
    partly = plain(axes(ROYAL, ["quen", "QUEEN"], ("king", "man"), ("apple", "king")))
    assert [(point["word"], point["x"] is None) for point in partly["points"][-2:]] == [
        ("quen", True),
        ("QUEEN", False),
    ]


# Rows to print


def test_every_result_can_be_printed() -> None:
    first, second = normal(WORDS), normal(WORDS, seed=1)
    near = rows.neighbor_rows(neighbors(ROYAL, ["king", "nothing", "paris"], k=3))
    assert near[0] == ("king", "Paris")
    assert near[1] == ("man 0.693", "New_York 0.958")
    assert rows.neighbor_rows(neighbors(ROYAL, ["nothing"])) == []
    assert rows.notes(neighbors(ROYAL, ["king", "zero"])) == [
        "the vector of 'zero' is zero or holds NaN: it has no direction"
    ]
    assert rows.analogy_rows(analogy(ROYAL, "king", "man", "woman", 1))[:2][1][0] == "queen"
    compared = differences(first, second, ["w1", "nothing"], k=3)
    assert [row[0] for row in rows.difference_rows(compared["words"], "ours", "gensim")] == ["word", "w1"]
    laid = rows.axis_rows(axes(ROYAL, ["queen"], ("man", "woman"), ("apple", "king")))
    assert laid[0] == ("word", "man - woman", "apple - king")
    assert [float(row[1].replace("−", "-")) for row in laid[1:]] == sorted(
        (float(row[1].replace("−", "-")) for row in laid[1:]), reverse=True
    )
    measured = rows.geometry_rows({"a": geometry(first), "zeros": geometry(Embeddings(WORDS, first.vectors * 0))})
    assert measured[0] == ("", "a", "zeros")
    assert all(row[2] == "–" for row in measured[1:])
    for table in (near, compared and rows.difference_rows(compared["words"]), laid, measured):
        assert columns(table).count("\n") == len(table) - 1


def test_stability_can_be_printed() -> None:
    result = {
        "bands": {"1-100": 100},
        "groups": {
            "a": {"runs": 3, "within": {"1-100": 0.5, "all": 0.5}},
            "b": {"runs": 1, "within": {"1-100": None, "all": None}},
        },
        "comparisons": [
            {
                "first": "a", "second": "b", "bands": {"1-100": {"between": 0.4}}, "between": 0.4,
                "verdict": "undecided", "sentence": "Overlap between a and b 0.400: undecided",
            }
        ],
    }  # fmt: skip
    assert rows.stability_rows(result) == [
        ("overlap of neighbours", "1-100", "all", ""),
        ("within a", "0.500", "0.500", ""),
        ("within b", "–", "–", ""),
        ("a to b", "0.400", "0.400", "undecided"),
    ]
    assert rows.stability_notes(result) == ["Overlap between a and b 0.400: undecided"]
