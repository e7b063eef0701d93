"""PPMI-SVD: the matrix of the definition, and its decomposition as NumPy makes it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import registry
from bench.implementations.cooccurrence.counting import count_cooccurrences
from bench.implementations.cooccurrence.weights import dynamic_window
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.ppmi_svd.decomposition import OVERSAMPLING, largest_factors
from bench.implementations.ppmi_svd.matrix import ppmi_matrix
from bench.implementations.ppmi_svd.products import Products
from bench.implementations.ppmi_svd.trainer import PpmiSvdTrainer
from bench.implementations.subsampling import keep_probabilities
from bench.implementations.trainer import TrainingError

sparse = pytest.importorskip("scipy.sparse")

Floats = NDArray[np.float64]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))


def corpus_of(sentences: list[list[int]], n_words: int) -> Corpus:
    tokens = np.array([word for sentence in sentences for word in sentence], np.int32)
    vocabulary = Vocabulary([f"w{i}" for i in range(n_words)], np.bincount(tokens, minlength=n_words).astype(np.int64))
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return Corpus("made", "", 1, vocabulary, tokens, offsets, len(tokens), n_words)


def topical_corpus(n_words: int = 60, sentences: int = 400, seed: int = 1) -> Corpus:
    """Sentences about one of three topics; low ids are frequent."""
    rng = np.random.default_rng(seed)
    texts = []
    for _ in range(sentences):
        topic = rng.integers(3)
        words = np.minimum(rng.zipf(1.5, 12) * 3 + topic - 3, n_words - 1)
        texts.append(np.where(rng.random(12) < 0.2, 0, words).tolist())
    texts.append(list(range(n_words)))
    return corpus_of(texts, n_words)


CORPUS = topical_corpus()


def hyperparameters(**settings: Any) -> Hyperparameters:
    return Hyperparameters(**{"vector_size": 8, "min_count": 1, "window": 3, "sample": 0, **settings})


def trained(
    corpus: Corpus = CORPUS, *, threads: int = 1, seed: int = 5, h: Hyperparameters | None = None, **options: Any
) -> PpmiSvdTrainer:
    trainer = PpmiSvdTrainer(**options)
    trainer.prepare(corpus, h or hyperparameters(), threads=threads, seed=seed, device="cpu")
    trainer.train(lambda done, total: None)
    return trainer


def dense_counts(corpus: Corpus, window: int, *, shrink: bool = True) -> Floats:
    """The symmetric matrix by its definition."""
    n = len(corpus.vocabulary)
    counts = np.zeros((n, n))
    for s in range(corpus.n_sentences):
        words = corpus.tokens[corpus.offsets[s] : corpus.offsets[s + 1]].tolist()
        for i, word in enumerate(words):
            for j in range(len(words)):
                if 0 < abs(i - j) <= window:
                    counts[word, words[j]] += (window - abs(i - j) + 1) / window if shrink else 1
    return counts


def dense_ppmi(counts: Floats, smoothing: float = 0.75, shift: float = 1.0) -> Floats:
    """max(0, log (P(w, c) / (P(w) P(c))) - log shift), as probabilities, context counts to the power ``smoothing``."""
    joint = counts / counts.sum()
    words, contexts = joint.sum(axis=1), counts.sum(axis=0) ** smoothing
    contexts /= contexts.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log(joint / np.outer(words, contexts)) - np.log(shift)
    return np.where(joint > 0, np.maximum(pmi, 0), 0)


def best_gram(matrix: Floats, k: int, eig: float) -> Floats:
    """W Wᵀ for W = U Σ^eig: the same however a decomposition turns and mirrors W."""
    left, values, _ = np.linalg.svd(matrix)
    rows = left[:, :k] * values[:k] ** eig
    return np.asarray(rows @ rows.T)


@pytest.mark.parametrize("smoothing", [1.0, 0.75])
@pytest.mark.parametrize("shift", [1.0, 2.0])
@pytest.mark.parametrize("sample", [0.0, 0.02])
def test_matrix_is_the_definitions(smoothing: float, shift: float, sample: float) -> None:
    """With ``sample``, each count times both words' chances to be kept."""
    keep = keep_probabilities(CORPUS.vocabulary.counts, sample)
    expected = dense_ppmi(dense_counts(CORPUS, 3) * np.outer(keep, keep), smoothing, shift)
    with count_cooccurrences(CORPUS, dynamic_window(3), threads=2, memory=1) as counts:
        found = ppmi_matrix(counts, smoothing=smoothing, shift=shift, factors=keep if sample else None)
    assert found.has_sorted_indices
    assert (found.data > 0).all()
    assert found.dtype == np.float32
    assert 0.05 < np.mean(expected > 0) < 0.95
    np.testing.assert_allclose(found.toarray(), expected, atol=1e-6)


def random_sparse(n: int, seed: int = 1) -> Any:
    return sparse.random_array((n, n), density=0.2, rng=np.random.default_rng(seed), dtype=np.float32, format="csr")


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_products_are_the_matrixs(threads: int) -> None:
    matrix = random_sparse(50)
    products = Products(matrix, threads)
    right = np.random.default_rng(2).normal(size=(50, 3)).astype(np.float32)
    np.testing.assert_allclose(products.times(right), matrix.toarray() @ right, atol=1e-5)
    np.testing.assert_allclose(products.transposed_times(right), matrix.toarray().T @ right, atol=1e-5)


def test_products_of_rows_that_are_mostly_empty() -> None:
    dense = np.zeros((6, 6), np.float32)
    dense[5, :3] = 1
    products = Products(sparse.csr_array(dense), 4)
    np.testing.assert_array_equal(products.times(np.eye(6, dtype=np.float32)), dense)
    np.testing.assert_array_equal(products.transposed_times(np.eye(6, dtype=np.float32)), dense.T)


@pytest.mark.parametrize("solver", ["randomized", "arpack"])
@pytest.mark.parametrize("threads", [1, 2])
def test_decomposition_is_numpys(solver: str, threads: int) -> None:
    matrix, k = random_sparse(80), 5
    assert matrix.shape[0] > k + OVERSAMPLING
    left, values, right = np.linalg.svd(matrix.toarray().astype(np.float64))
    found = largest_factors(matrix, k, solver=solver, iterations=60, threads=threads, seed=1)
    np.testing.assert_allclose(found.values, values[:k], rtol=1e-4)
    for ours, theirs in ((found.left, left[:, :k]), (found.right, right[:k].T)):
        np.testing.assert_allclose(np.abs((ours * theirs).sum(axis=0)), 1, atol=1e-2)
        np.testing.assert_allclose(ours.T @ ours, np.eye(k), atol=1e-4)


def test_a_small_matrix_is_decomposed_whole() -> None:
    matrix = random_sparse(6)
    found = largest_factors(matrix, 100, solver="randomized", iterations=0, threads=2, seed=1)
    np.testing.assert_allclose((found.left * found.values) @ found.right.T, matrix.toarray(), atol=1e-5)


@pytest.mark.parametrize("solver", ["randomized", "arpack"])
@pytest.mark.parametrize("eig", [0.0, 0.5, 1.0])
def test_vectors_are_those_of_dense_algebra(solver: str, eig: float) -> None:
    trainer = trained(solver=solver, solver_iterations=60, eig=eig, h=hyperparameters(vector_size=4))
    expected = best_gram(dense_ppmi(dense_counts(CORPUS, 3)), 4, eig)
    vectors = trainer.vectors()
    assert vectors.dtype == np.float32
    assert vectors.shape == (60, 4)
    np.testing.assert_allclose(vectors @ vectors.T, expected, atol=2e-3 * np.abs(expected).max())


def test_the_defaults_are_near_the_exact_ones() -> None:
    exact, ours = trained(solver="arpack").vectors(), trained().vectors()
    assert np.linalg.norm(ours @ ours.T - exact @ exact.T) < 0.02 * np.linalg.norm(exact @ exact.T)


def test_flat_windows_where_none_are_drawn() -> None:
    h = hyperparameters(shrink_windows=False, vector_size=60)
    expected = best_gram(dense_ppmi(dense_counts(CORPUS, 3, shrink=False)), 60, 0.5)
    vectors = trained(h=h).vectors()
    np.testing.assert_allclose(vectors @ vectors.T, expected, atol=1e-3)


def test_words_plus_contexts_are_unit_vectors_added() -> None:
    words, both = trained(), trained(vectors="w+c")
    w, c = words.vectors(), words.output_vectors()
    assert c is not None
    lengths = [np.linalg.norm(rows, axis=1, keepdims=True) for rows in (w, c)]
    np.testing.assert_allclose(both.vectors(), w / lengths[0] + c / lengths[1], atol=1e-6)
    assert (both.vectors() != w).any()


def test_vectors_longer_than_the_vocabulary_end_in_zeros() -> None:
    vectors = trained(h=hyperparameters(vector_size=100)).vectors()
    assert vectors.shape == (60, 100)
    assert (vectors[:, 60:] == 0).all()
    np.testing.assert_allclose(vectors @ vectors.T, best_gram(dense_ppmi(dense_counts(CORPUS, 3)), 60, 0.5), atol=1e-3)


def test_a_word_that_the_text_tells_nothing_of_has_zeros() -> None:
    """It stands alone in its sentences, so it has no pair at all."""
    sentences = [CORPUS.tokens[a:b].tolist() for a, b in zip(CORPUS.offsets[:-1], CORPUS.offsets[1:], strict=True)]
    trainer = trained(corpus_of([*sentences, [60], [60]], 61))
    for rows in (trainer.vectors(), trainer.output_vectors()):
        assert rows is not None
        assert (rows[60] == 0).all()
        assert (rows[:60] != 0).any(axis=1).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_gives_the_same_bits(threads: int) -> None:
    h = hyperparameters(sample=0.02, epochs=2)
    one, again = (trained(h=h, threads=threads).vectors() for _ in range(2))
    assert (one == again).all()
    assert (trained(h=h, seed=6).vectors() != one).mean() > 0.9


def test_drawn_and_expected_subsampling() -> None:
    """Drawn counts what is left of every epoch; expected has no chance in it."""
    h = hyperparameters(sample=0.02, epochs=3, vector_size=60)
    drawn, expected = trained(h=h), trained(h=h, subsampling="expected")
    assert drawn.trained_words is not None
    keep = keep_probabilities(CORPUS.vocabulary.counts, 0.02)
    left = 3 * float((keep * CORPUS.vocabulary.counts).sum())
    assert drawn.trained_words == pytest.approx(left, rel=0.05)
    gram = best_gram(dense_ppmi(dense_counts(CORPUS, 3) * np.outer(keep, keep)), 60, 0.5)
    np.testing.assert_allclose(expected.vectors() @ expected.vectors().T, gram, atol=1e-3)
    given = {how: trainer.given(h) for how, trainer in (("drawn", drawn), ("expected", expected))}
    assert given["drawn"]["epochs"].value == 3
    assert given["drawn"]["sample"].note is None
    assert given["expected"]["epochs"].value is None
    assert given["expected"]["sample"].note


def test_topics_are_told_apart() -> None:
    vectors = trained().vectors()[3:30]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines, topic = vectors @ vectors.T, np.arange(3, 30) % 3
    same = topic[:, None] == topic
    assert cosines[same & ~np.eye(27, dtype=bool)].mean() > cosines[~same].mean() + 0.3


@pytest.mark.parametrize(
    ("sentences", "words", "settings", "message"),
    [
        ([[0] * 50], 1, {}, "a vocabulary of 1 words"),
        ([[0], [1]] * 30, 2, {}, "no two words stand in one sentence"),
        ([[0, 1]] * 3000, 2, {"sample": 1e-9}, "after subsampling: try a larger sample"),
        ([[0, 1, 0, 1, 1, 0, 0, 1]] * 20, 2, {"shift": 100.0}, "no pair of words has a positive PMI"),
    ],
)
def test_text_that_tells_nothing_is_refused(
    sentences: list[list[int]], words: int, settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    options = {name: settings.pop(name) for name in ("shift",) if name in settings}
    with pytest.raises(TrainingError, match=message):
        trained(corpus_of(sentences, words), h=hyperparameters(**settings), **options)
    assert list(tmp_path.iterdir()) == []


def test_one_sentence_shorter_than_the_window() -> None:
    assert np.isfinite(trained(corpus_of([[0, 1, 2]], 3), h=hyperparameters(window=50)).vectors()).all()


def test_progress_counts_words_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    trainer = PpmiSvdTrainer()
    trainer.prepare(CORPUS, hyperparameters(epochs=2), threads=1, seed=1, device="cpu")
    trainer.train(lambda done, total: told.append((done, total)))
    done = [step for step, _ in told]
    assert {total for _, total in told} == {2 * CORPUS.n_tokens}
    assert done == sorted(done)
    assert done[-1] == 2 * CORPUS.n_tokens
    assert len(set(done)) > 8


def test_what_it_was_given_changes_what_it_learns_or_is_none() -> None:
    base = hyperparameters(epochs=1, sample=0.02)
    vectors, given = trained(h=base).vectors(), PpmiSvdTrainer().given(base)
    assert all(one.note for one in given.values() if one.value is None)
    none = {"model": "cbow", "loss": "hs", "negative": 9, "alpha": 0.5, "min_alpha": 0.2, "cbow_mean": False}
    assert set(none) - {"cbow_mean"} == {name for name, one in given.items() if one.value is None}
    assert (trained(h=base.model_copy(update=none)).vectors() == vectors).all()
    for name, value in {"window": 2, "sample": 0.0, "ns_exponent": 1.0, "shrink_windows": False, "epochs": 2}.items():
        assert given[name].value == getattr(base, name)
        assert (trained(h=base.model_copy(update={name: value})).vectors() != vectors).any(), name


@pytest.mark.parametrize(
    "options",
    [{"eig": -1}, {"shift": 0}, {"vectors": "c"}, {"subsampling": "no"}, {"solver": "x"}, {"memory": 0},
     {"solver_iterations": -1}],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        PpmiSvdTrainer(**options)


def test_it_is_registered_with_all_its_options() -> None:
    trainer = registry.create("ppmi-svd", {})
    assert set(trainer.option_choices) == set(trainer.options)
    assert trainer.unpausable()
    assert trainer.unavailable("cuda") == "ppmi-svd runs on the CPU only, not on cuda"
