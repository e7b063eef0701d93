"""Similarity: gensim's correlations, and honest words where there is none."""

from pathlib import Path

import numpy as np
import pytest

from bench.datasets.question_sets import SimilaritySet
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.similarity import ALL_PAIRS, score_similarity, similarities


def random_set(seed: int, n_words: int = 40, n_pairs: int = 120) -> tuple[Embeddings, SimilaritySet]:
    rng = np.random.default_rng(seed)
    names = [f"w{i}" for i in range(n_words)]
    words = list(dict.fromkeys(rng.choice([n.title(), n, n.upper()]) for n in [*names, *names]))
    vectors = rng.normal(size=(len(words), 10)).astype(np.float32)
    drawn = rng.choice([*names, "unheard"], size=(2 * n_pairs, 2))
    # gensim's float32 cosine of a word with itself is 1 give or take rounding: how it orders such pairs is chance.
    pairs = tuple((str(a), str(b)) for a, b in drawn if a != b)[:n_pairs]
    scores = tuple(float(score) for score in rng.integers(0, 10, size=n_pairs))  # many equal
    return Embeddings(words, vectors), SimilaritySet("random", pairs, scores)


def gensim_result(embeddings: Embeddings, questions: SimilaritySet, path: Path, **how: bool) -> tuple[float, float]:
    from gensim.models import KeyedVectors

    rows = zip(questions.pairs, questions.scores, strict=True)
    path.write_text("".join(f"{a}\t{b}\t{score}\n" for (a, b), score in rows))
    vectors = KeyedVectors(embeddings.dim)
    vectors.add_vectors(list(embeddings.words), embeddings.vectors)
    _, spearman, unknown = vectors.evaluate_word_pairs(str(path), **how)
    return float(spearman[0]), float(unknown)


@pytest.mark.parametrize("seed", range(8))
def test_the_correlation_is_gensims(seed: int, tmp_path: Path) -> None:
    embeddings, questions = random_set(seed)
    score = score_similarity(embeddings, questions, "random", seed=1)
    rho, unknown = gensim_result(embeddings, questions, tmp_path / "pairs.tsv")
    assert score.value == pytest.approx(rho, abs=1e-6)
    assert 100 * (1 - score.n / score.total) == pytest.approx(unknown)
    zero, _ = gensim_result(embeddings, questions, tmp_path / "pairs.tsv", dummy4unknown=True)
    assert score.sections[ALL_PAIRS].value == pytest.approx(zero, abs=1e-6)
    assert score.sections[ALL_PAIRS].n == score.total


def test_zero_vectors_are_scored_as_gensim_does(tmp_path: Path) -> None:
    embeddings, questions = random_set(0)
    embeddings.vectors[3:8] = 0
    rho, _ = gensim_result(embeddings, questions, tmp_path / "pairs.tsv")
    assert score_similarity(embeddings, questions, "random", seed=1).value == pytest.approx(rho, abs=1e-6)


def test_vectors_with_nan_count_as_unknown() -> None:
    embeddings, questions = random_set(0)
    before = score_similarity(embeddings, questions, "random", seed=1)
    embeddings.vectors[0, 0] = np.nan
    damaged = Embeddings(embeddings.words, embeddings.vectors)
    after = score_similarity(damaged, questions, "random", seed=1)
    assert after.value is not None
    assert after.n < before.n


def test_cosines_by_hand() -> None:
    embeddings = Embeddings(["a", "b", "c"], np.array([[3, 0], [0, 2], [1, 1]], dtype=np.float32))
    questions = SimilaritySet("hand", (("a", "a"), ("a", "b"), ("A", "c"), ("a", "none")), (1, 2, 3, 4))
    np.testing.assert_allclose(similarities(embeddings, questions), [1, 0, np.sqrt(0.5), np.nan])


def test_words_compared_with_themselves_tie() -> None:
    embeddings, _ = random_set(1)
    pairs = tuple((word, word) for word in embeddings.words)
    cosines = similarities(embeddings, SimilaritySet("self", pairs, tuple(map(float, range(len(pairs))))))
    assert set(cosines) == {1.0}


def test_a_rotation_and_a_scale_change_nothing() -> None:
    embeddings, questions = random_set(2)
    rotation, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 10)))
    turned = Embeddings(embeddings.words, (embeddings.vectors @ rotation * 1e-20).astype(np.float32))
    scores = [score_similarity(e, questions, "random", seed=1).value for e in (embeddings, turned)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-9)


@pytest.mark.parametrize(
    ("known", "reason"), [(0, "only 0 of 4 pairs"), (2, "only 2 of 4 pairs have both words in the vocabulary")]
)
def test_too_few_pairs_give_no_value_but_a_reason(known: int, reason: str) -> None:
    embeddings = Embeddings(["a", "b"], np.eye(2, dtype=np.float32))
    pairs = (("a", "b"), ("a", "a"))[:known] + (("x", "y"),) * (4 - known)
    score = score_similarity(embeddings, SimilaritySet("few", pairs, (1, 2, 3, 4)), "few", seed=1)
    assert (score.value, score.low, score.high, score.n, score.total) == (None, None, None, known, 4)
    assert str(score.reason).startswith(reason)


def test_constant_similarities_give_no_value_but_a_reason() -> None:
    embeddings = Embeddings(list("abcd"), np.ones((4, 3), dtype=np.float32))
    questions = SimilaritySet("constant", (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")), (1, 2, 3, 4))
    score = score_similarity(embeddings, questions, "constant", seed=1)
    assert score.value is None
    assert score.reason == "the similarities of all 4 pairs are equal"


def test_the_interval_holds_the_value_and_depends_on_the_seed_alone() -> None:
    embeddings, questions = random_set(4)
    first, again, other = (score_similarity(embeddings, questions, "random", seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.value == other.value
    assert (first.low, first.high) != (other.low, other.high)
    assert first.low is not None
    assert first.high is not None
    assert first.low < (first.value or 0) < first.high
