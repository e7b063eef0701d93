"""Outlier detection: the paper's compactness, word by word, and honest counts of what could be asked."""

import numpy as np
import pytest

from bench.datasets.question_sets import OutlierGroup, OutlierSet
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.outliers import ALL_QUESTIONS, detect, score_outliers
from bench.evaluation.score import Score


def random_set(seed: int, n_groups: int = 5) -> tuple[Embeddings, OutlierSet]:
    rng = np.random.default_rng(seed)
    words, rows, groups = [], [], []
    for g in range(n_groups):
        centre = rng.normal(size=12)
        members, outliers = [f"m{g}_{i}".replace("_", "-") for i in range(8)], [f"o{g}-{i}" for i in range(8)]
        rows += [centre + 0.9 * rng.normal(size=12) for _ in members]
        rows += [0.6 * centre + rng.normal(size=12) for _ in outliers]
        words += [*members, *outliers]
        groups.append(OutlierGroup(f"{'left' if g % 2 else 'right'}/group{g}", tuple(members), tuple(outliers)))
    return Embeddings(words, np.array(rows, dtype=np.float32)), OutlierSet("random", tuple(groups))


def scores(embeddings: Embeddings, questions: OutlierSet, seed: int = 1) -> tuple[Score, Score]:
    accuracy, opp = score_outliers(embeddings, questions, "random", seed=seed)
    return accuracy, opp


def position(embeddings: Embeddings, group: OutlierGroup, outlier: str) -> int:
    """Place of the outlier by the paper's definition: how compact the set is without each word in turn."""
    words = [*group.words, outlier]
    rows = [list(embeddings.words).index(word) for word in words]
    unit = embeddings.vectors[rows].astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    cosines = unit @ unit.T
    without = []
    for left_out in range(len(words)):
        kept = [i for i in range(len(words)) if i != left_out]
        without.append(np.mean([cosines[i, j] for i in kept for j in kept if i != j]))
    return sorted(range(len(words)), key=lambda i: without[i]).index(len(words) - 1)


@pytest.mark.parametrize("seed", range(4))
def test_each_place_is_the_papers(seed: int) -> None:
    embeddings, questions = random_set(seed)
    found = detect(embeddings, questions)
    places = [position(embeddings, group, outlier) for group in questions.groups for outlier in group.outliers]
    np.testing.assert_allclose(found.position * 8, places)
    assert found.detected.tolist() == [float(place == 8) for place in places]
    accuracy, opp = scores(embeddings, questions)
    assert (accuracy.n, accuracy.total, accuracy.correct) == (40, 40, places.count(8))
    assert accuracy.value == places.count(8) / 40
    assert opp.value == pytest.approx(np.mean(places) / 8)
    assert 0 < places.count(8) < 40


def test_an_outlier_far_from_the_others_is_found() -> None:
    rows = np.array([[1, 0.01 * i] for i in range(8)] + [[-1, 0.5], [1, 0.035]], dtype=np.float32)
    words = [f"w{i}" for i in range(10)]
    accuracy, opp = scores(Embeddings(words, rows), OutlierSet("hand", (OutlierGroup("g", tuple(words[:8]), ("w8",)),)))
    assert (accuracy.value, opp.value) == (1, 1)
    middle = OutlierSet("hand", (OutlierGroup("g", tuple(words[:8]), ("w9",)),))
    accuracy, opp = scores(Embeddings(words, rows), middle)
    assert (accuracy.value, opp.value) == (0, 0)


def test_an_unknown_outlier_costs_its_question_and_an_unknown_member_all_of_its_group() -> None:
    embeddings, questions = random_set(0)
    before, opp_before = scores(embeddings, questions)

    def without(word: str) -> Embeddings:
        kept = [i for i, other in enumerate(embeddings.words) if other != word]
        return Embeddings([embeddings.words[i] for i in kept], embeddings.vectors[kept])

    accuracy, opp = scores(without("o2-3"), questions)
    assert (accuracy.n, opp.n, accuracy.total) == (39, 39, 40)
    assert accuracy.sections[ALL_QUESTIONS].n == 40
    assert accuracy.sections[ALL_QUESTIONS].value == (accuracy.correct or 0) / 40
    accuracy, opp = scores(without("m2-3"), questions)
    assert (accuracy.n, opp.n) == (32, 32)
    assert opp.sections[ALL_QUESTIONS].value == pytest.approx(32 / 40 * (opp.value or 0))
    assert accuracy.sections["right"].n == before.sections["right"].n - 8
    assert accuracy.sections["left"] == before.sections["left"]
    assert (opp.value or 0) != (opp_before.value or 0)


@pytest.mark.parametrize("row", [[0] * 12, [np.nan] + [1] * 11, [np.inf] + [1] * 11])
def test_a_vector_without_direction_counts_as_unknown(row: list[float]) -> None:
    embeddings, questions = random_set(1)
    embeddings.vectors[list(embeddings.words).index("m0-0")] = row
    accuracy, _ = scores(Embeddings(embeddings.words, embeddings.vectors), questions)
    assert accuracy.n == 32


def test_several_words_get_the_mean_of_their_tokens_unless_they_have_a_vector() -> None:
    embeddings, questions = random_set(2)
    group = questions.groups[0]
    renamed = OutlierGroup(group.name, ("Big_Apple", *group.words[1:]), ("New York of_old", *group.outliers[1:]))
    single = OutlierSet("random", (renamed, *questions.groups[1:]))
    index = {word: i for i, word in enumerate(embeddings.words)}
    member, outlier = (embeddings.vectors[index[word]] for word in (group.words[0], group.outliers[0]))
    aside = np.random.default_rng(0).normal(size=12).astype(np.float32)
    tokens = {"big": member + aside, "apple": member - aside, "york": outlier * 2}
    words = [*embeddings.words, *tokens]
    known = Embeddings(words, np.vstack([embeddings.vectors, *tokens.values()]))
    np.testing.assert_allclose(detect(known, single).position, detect(embeddings, questions).position)
    own = Embeddings([*words, "big_apple"], np.vstack([known.vectors, -member]))
    assert detect(own, single).position[:8].tolist() != detect(embeddings, questions).position[:8].tolist()


def test_capitals_make_no_other_word() -> None:
    embeddings, questions = random_set(3)
    cased = Embeddings([word.upper() for word in embeddings.words], embeddings.vectors)
    assert scores(cased, questions) == scores(embeddings, questions)


def test_vectors_that_are_all_equal_find_nothing() -> None:
    embeddings, questions = random_set(0)
    accuracy, opp = scores(Embeddings(embeddings.words, np.full((80, 12), 0.3, dtype=np.float32)), questions)
    assert (accuracy.value, opp.value) == (0, 0.5)


def test_nothing_known_is_no_value_with_a_reason() -> None:
    _, questions = random_set(0)
    for score in scores(Embeddings(["other"], np.ones((1, 2), dtype=np.float32)), questions):
        assert (score.value, score.low, score.n, score.total) == (None, None, 0, 40)
        assert score.reason == "none of the 40 questions has vectors for all its words"
        assert score.sections[ALL_QUESTIONS].value == 0


def test_one_group_has_no_interval() -> None:
    embeddings, questions = random_set(0)
    accuracy, _ = scores(embeddings, OutlierSet("one", questions.groups[:1]))
    assert accuracy.value is not None
    assert (accuracy.low, accuracy.high) == (None, None)


def test_intervals_are_those_of_groups_and_follow_the_seed() -> None:
    embeddings, questions = random_set(0, n_groups=30)
    first, again, other = (scores(embeddings, questions, seed)[0] for seed in (1, 1, 2))
    assert first == again
    assert first.value == other.value
    assert (first.low, first.high) != (other.low, other.high)
    found = detect(embeddings, questions)
    by_group = found.detected.reshape(30, 8).mean(axis=1)
    error = by_group.std(ddof=1) / np.sqrt(30)
    assert (first.high or 0) - (first.low or 0) == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_a_rotation_and_lengths_change_nothing() -> None:
    embeddings, questions = random_set(1)
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.normal(size=(12, 12)))
    turned = (embeddings.vectors @ rotation * rng.uniform(0.1, 9, size=(80, 1))).astype(np.float32)
    assert scores(Embeddings(embeddings.words, turned), questions) == scores(embeddings, questions)
