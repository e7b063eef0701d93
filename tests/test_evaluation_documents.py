"""Document similarity: means of word vectors, SciPy's correlations, and documents resampled."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from bench.datasets.catalogue import load
from bench.datasets.catalogue_entries import gensim_data
from bench.datasets.errors import InputError
from bench.datasets.question_sets import DocumentPairSet, TextSet
from bench.datasets.text_sets import parse_document_pairs, parse_documents
from bench.evaluation import documents
from bench.evaluation.documents import score_documents
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.score import Score
from bench.evaluation.tasks import find_tasks
from bench.evaluation.text_vectors import KNOWN, mean_vectors


def drawn(seed: int, n: int = 12) -> tuple[Embeddings, TextSet, DocumentPairSet]:
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(40)]
    embeddings = Embeddings(
        words, rng.normal(size=(40, 6)).astype(np.float32) * rng.uniform(0.5, 3, size=(40, 1)).astype(np.float32)
    )
    texts = tuple(tuple(str(w) for w in rng.choice([*words, "unheard"], size=rng.integers(3, 12))) for _ in range(n))
    pairs = tuple((i, j) for i in range(n) for j in range(i + 1, n))
    means = means_by_hand(embeddings, texts)
    unit = means / np.linalg.norm(means, axis=1, keepdims=True)
    gold = tuple(float(round(unit[i] @ unit[j] + 0.5 * rng.normal(), 1)) for i, j in pairs)  # many equal
    return embeddings, TextSet("drawn", texts), DocumentPairSet("drawn", n, pairs, gold)


def means_by_hand(embeddings: Embeddings, texts: tuple[tuple[str, ...], ...]) -> np.ndarray:
    vectors = dict(zip(embeddings.words, embeddings.vectors.astype(float), strict=True))
    known = [[vectors[word] for word in text if word in vectors] for text in texts]
    return np.array([np.mean(own, axis=0) if own else np.zeros(embeddings.dim) for own in known])


def scores(embeddings: Embeddings, texts: TextSet, judged: DocumentPairSet, seed: int = 1) -> tuple[Score, Score]:
    pearson, spearman = score_documents(embeddings, texts, judged, "drawn", seed=seed)
    return pearson, spearman


def test_a_text_is_the_mean_of_its_known_words_repeats_counted() -> None:
    embeddings = Embeddings(["a", "b", "zero"], np.array([[1, 0], [0, 3], [0, 0]], dtype=np.float32))
    texts = [("a", "A", "b", "unheard", "zero"), (), ("unheard",), ("b",)]
    means, n_known, n_words = mean_vectors(embeddings, texts)
    np.testing.assert_allclose(means, [[2 / 3, 1], [0, 0], [0, 0], [0, 3]])
    assert (n_known.tolist(), n_words.tolist()) == ([3, 0, 0, 1], [5, 0, 1, 1])


@pytest.mark.parametrize("seed", range(3))
def test_correlations_are_scipys(seed: int) -> None:
    embeddings, texts, judged = drawn(seed)
    means = means_by_hand(embeddings, texts.texts)
    unit = means / np.linalg.norm(means, axis=1, keepdims=True)
    cosines = [unit[i] @ unit[j] for i, j in judged.pairs]
    pearson, spearman = scores(embeddings, texts, judged)
    assert pearson.value == pytest.approx(pearsonr(cosines, judged.scores).statistic, abs=1e-9)
    assert spearman.value == pytest.approx(spearmanr(cosines, judged.scores).statistic, abs=1e-9)
    assert (pearson.metric, spearman.metric) == ("pearson", "spearman")
    assert pearson.n == pearson.total == 66
    known = sum(word != "unheard" for text in texts.texts for word in text)
    assert (pearson.sections[KNOWN].n, pearson.sections[KNOWN].total) == (known, sum(map(len, texts.texts)))
    for score in (pearson, spearman):
        assert score.low is not None
        assert score.high is not None
        assert score.low < (score.value or 0) < score.high


class Fixed(np.random.Generator):
    """Draws that are known beforehand."""

    def __init__(self, seed: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.picked: list[np.ndarray] = []

    def integers(self, *args: object, **kwargs: object) -> np.ndarray:  # type: ignore[override]
        found = super().integers(*args, **kwargs)  # type: ignore[call-overload]
        self.picked += list(found.copy())
        return found


def test_each_draw_has_the_pairs_of_the_documents_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings, texts, judged = drawn(0)
    source = Fixed(0)
    kept: list[np.ndarray] = []
    monkeypatch.setattr(documents.np.random, "default_rng", lambda _: source)
    monkeypatch.setattr(documents, "percentile_interval", lambda draws: kept.append(draws) or (0.0, 0.0))
    monkeypatch.setattr(documents._resample_documents, "__kwdefaults__", {"draws": 20})
    scores(embeddings, texts, judged)
    means = means_by_hand(embeddings, texts.texts)
    unit = means / np.linalg.norm(means, axis=1, keepdims=True)
    score = dict(zip(judged.pairs, judged.scores, strict=True))
    for found, correlate, picked in zip(
        kept, (pearsonr, spearmanr), (source.picked[:20], source.picked[20:]), strict=True
    ):
        for value, own in zip(found, picked, strict=True):
            pairs = [(min(i, j), max(i, j)) for k, i in enumerate(own) for j in own[k + 1 :] if i != j]
            expected = correlate([unit[i] @ unit[j] for i, j in pairs], [score[pair] for pair in pairs]).statistic
            assert value == pytest.approx(expected, abs=1e-6)


def test_intervals_of_documents_are_wider_than_those_of_pairs_taken_as_independent() -> None:
    embeddings, texts, judged = drawn(1, n=30)
    pearson, _ = scores(embeddings, texts, judged)
    error = (1 - (pearson.value or 0) ** 2) / np.sqrt(len(judged))
    assert (pearson.high or 0) - (pearson.low or 0) > 1.3 * 2 * 1.96 * error


def test_documents_without_a_known_word_leave_their_pairs_out() -> None:
    embeddings, texts, judged = drawn(2)
    without = TextSet("drawn", (("unheard", "so"), *texts.texts[1:]))
    pearson, _ = scores(embeddings, without, judged)
    assert (pearson.n, pearson.total) == (55, 66)


def test_too_few_documents_are_not_scorable() -> None:
    embeddings, texts, judged = drawn(2)
    rest = TextSet("drawn", texts.texts[:3] + (("unheard",),) * 9)
    for score in scores(embeddings, rest, judged):
        assert (score.value, score.n, score.low) == (None, 3, None)
        assert score.reason == "only 3 of 12 documents have a word in the vocabulary"


def test_equal_vectors_and_equal_scores_are_not_scorable() -> None:
    embeddings, texts, judged = drawn(3)
    for score in scores(Embeddings(embeddings.words, np.full((40, 6), 0.1, dtype=np.float32)), texts, judged):
        assert score.value is None
        assert score.reason == "the similarities of all 66 pairs are equal"
    for score in scores(embeddings, texts, DocumentPairSet("same", 12, judged.pairs, (0.5,) * 66)):
        assert score.reason == "the scores of all 66 pairs are equal"


def test_vectors_with_nan_count_as_unknown() -> None:
    embeddings, texts, judged = drawn(4)
    before = scores(embeddings, texts, judged)[0].sections[KNOWN].n
    embeddings.vectors[0, 0] = np.nan
    after, _ = scores(Embeddings(embeddings.words, embeddings.vectors), texts, judged)
    assert after.value is not None
    assert after.sections[KNOWN].n < before


def test_a_rotation_and_a_scale_change_nothing() -> None:
    embeddings, texts, judged = drawn(5)
    rotation, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))
    turned = Embeddings(embeddings.words, (embeddings.vectors @ rotation * 7).astype(np.float32))
    for first, second in zip(scores(embeddings, texts, judged), scores(turned, texts, judged), strict=True):
        assert first.value == pytest.approx(second.value, abs=1e-5)


# The files.


@pytest.mark.skipif(gensim_data() is None, reason="gensim is not installed")
def test_lee_comes_with_gensim_and_is_scored_whole() -> None:
    texts, judged = load("lee-texts", download=False), load("lee", download=False)
    assert isinstance(texts, TextSet)
    assert isinstance(judged, DocumentPairSet)
    assert (len(texts), judged.n_documents, len(judged)) == (50, 50, 1225)
    assert texts.texts[0][:4] == ("The", "national", "executive", "of")
    assert (min(judged.scores), max(judged.scores)) == (0.2, 1.0)
    [task] = find_tasks(["lee"])
    assert task.unavailable() is None
    words = sorted({word.lower() for text in texts.texts for word in text})
    rows = np.random.default_rng(0).normal(size=(len(words), 300)).astype(np.float32)
    pearson, spearman = task.score(Embeddings(words, rows))
    assert (pearson.n, pearson.total, spearman.n) == (1225, 1225, 1225)
    # Even vectors at random tell which documents share words.
    assert (pearson.value or 0) > 0.1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1 2\n3\n", "line 2: 1 number, expected 2"),
        ("1 2 3\n4 5 6\n", "line 1: 3 numbers, expected 2"),
        ("1 x\n2 3\n", "line 1: 'x' is not a number"),
        ("1 nan\n2 3\n", "line 1: 'nan' is not finite"),
        ("1\n", "holds no pairs"),
        ("", "holds no pairs"),
    ],
)
def test_matrices_out_of_shape_are_refused(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "m").write_text(text)
    with pytest.raises(InputError, match=problem):
        parse_document_pairs(tmp_path / "m")


def test_only_what_stands_above_the_diagonal_counts(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("1\t0.5\t0.25\nx\t1\t0.125\n0\t0\t1\n")
    read = parse_document_pairs(tmp_path / "m")
    assert (read.pairs, read.scores) == (((0, 1), (0, 2), (1, 2)), (0.5, 0.25, 0.125))


def test_documents_are_read_as_runs_of_letters(tmp_path: Path) -> None:
    (tmp_path / "d").write_bytes("The caf\xe9's strife-torn $400 plan.\n\nNew\n".encode("latin-1"))
    assert parse_documents(tmp_path / "d", encoding="latin-1").texts == (
        ("The", "café", "s", "strife", "torn", "plan"),
        ("New",),
    )
    with pytest.raises(InputError, match="line 1: not UTF-8"):
        parse_documents(tmp_path / "d")
    (tmp_path / "d").write_text("fine\n12 34\n")
    with pytest.raises(InputError, match="line 2: a document without a word"):
        parse_documents(tmp_path / "d")
    (tmp_path / "d").write_text("")
    with pytest.raises(InputError, match="no documents"):
        parse_documents(tmp_path / "d")
