"""The NumPy trainer against word2vec written out word by word in plain Python and float64."""

from collections import Counter

import numpy as np
import pytest

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.counter_random import sentence_keys
from bench.implementations.examples import NoiseTargets, Sharing, skipgram_units, windows
from bench.implementations.huffman import huffman_tree
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.noise import alias_table, noise_weights
from bench.implementations.numpy_trainer import NumpyTrainer
from bench.implementations.schedule import initial_vectors
from bench.implementations.subsampling import keep_thresholds
from bench.implementations.trainer import TrainingError


def corpus_of(sentences: list[list[int]]) -> Corpus:
    """A corpus of word numbers, renumbered by count."""
    counted = Counter(word for sentence in sentences for word in sentence)
    order = sorted(counted, key=lambda word: (-counted[word], str(word)))
    index = {word: i for i, word in enumerate(order)}
    tokens = [index[word] for sentence in sentences for word in sentence]
    vocabulary = Vocabulary([str(word) for word in order], np.array([counted[word] for word in order], np.int64))
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return Corpus("made", "", 1, vocabulary, np.array(tokens, np.int32), offsets, len(tokens), len(order))


def zipf_corpus(seed: int, sentences: int, words: int, longest: int) -> Corpus:
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    lengths = rng.integers(1, longest + 1, sentences)
    return corpus_of([rng.choice(words, n, p=share / share.sum()).tolist() for n in lengths])


class Hash:
    """The counter-based generator in Python integers."""

    def __init__(self, seed: int, epoch: int, sentence: int) -> None:
        a, b = sentence_keys(seed, epoch, np.array([sentence]))
        self.a, self.b = int(a[0]), int(b[0])

    def __call__(self, position: int, slot: int) -> int:
        x = (position << 22 | slot) ^ self.a
        x ^= x >> 17
        x = x * 0xED5AD4BB & 0xFFFFFFFF
        x ^= x >> 11
        x = (x + self.b) & 0xFFFFFFFF
        x = x * 0xAC4C1B51 & 0xFFFFFFFF
        x ^= x >> 15
        x = x * 0x31848BAB & 0xFFFFFFFF
        return x ^ x >> 14


def sigmoid(z: float) -> float:
    return 1 / (1 + np.exp(-z))


def plain_training(corpus: Corpus, h: Hyperparameters, sharing: int, seed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Input and output rows after training, and the number of words trained, one example after another."""
    counts = corpus.vocabulary.counts
    keep = keep_thresholds(counts, h.sample).tolist()
    table = alias_table(noise_weights(counts, h.ns_exponent))
    tree = huffman_tree(counts)
    V = initial_vectors(len(counts), h.vector_size, seed).astype(float)
    U = np.zeros((len(counts) - (h.loss == "hs"), h.vector_size))
    trained = 0
    for epoch in range(h.epochs):
        for s in range(corpus.n_sentences):
            number = Hash(seed, epoch, s)
            done = epoch * corpus.n_tokens + corpus.offsets[s]
            alpha = h.alpha - (h.alpha - h.min_alpha) * done / (h.epochs * corpus.n_tokens)
            sentence = corpus.tokens[corpus.offsets[s] : corpus.offsets[s + 1]].tolist()
            kept = [(i, word) for i, word in enumerate(sentence) if number(i, 0) <= keep[word]]
            trained += len(kept)

            def noise(position: int, first_slot: int, centres: list[int], number: Hash = number) -> list[int]:
                drawn = []
                for k in range(h.negative):
                    product = number(position, first_slot + k) * len(counts)
                    column, rest = product >> 32, product & 0xFFFFFFFF
                    drawn.append(column if rest < table.threshold[column] else int(table.alias[column]))
                return [word for word in drawn if word not in centres]

            def window(i: int, kept: list[tuple[int, int]] = kept, number: Hash = number) -> list[int]:
                reach = 1 + (number(kept[i][0], 1) * h.window >> 32) if h.shrink_windows else h.window
                return [c for c in range(i - reach, i + reach + 1) if c != i and 0 <= c < len(kept)]

            def targets(centre: int, negatives: list[int]) -> list[tuple[int, float]]:
                if h.loss == "hs":
                    path = slice(tree.offsets[centre], tree.offsets[centre + 1])
                    return [(int(n), 1.0 - c) for n, c in zip(tree.nodes[path], tree.codes[path], strict=True)]
                if h.loss == "softmax":
                    return [(k, float(k == centre)) for k in range(len(counts))]
                return [(centre, 1.0), *((word, 0.0) for word in negatives)]

            def errors(v: np.ndarray, wanted: list[tuple[int, float]]) -> list[float]:
                z = [v @ U[k] for k, _ in wanted]
                if h.loss == "softmax":
                    return [y - np.exp(zk) / np.exp(z).sum() for zk, (_, y) in zip(z, wanted, strict=True)]
                return [y - sigmoid(zk) for zk, (_, y) in zip(z, wanted, strict=True)]

            groups = max(1, sharing)
            for first in range(0, len(kept) if len(kept) > 1 else 0, groups):
                members = range(first, min(first + groups, len(kept)))
                centres = [kept[i][1] for i in members]
                shared = noise(kept[first][0], 2, centres)
                # (vector to train with, context words that receive its error, targets), applied together
                examples = []
                for i in members:
                    centre = kept[i][1]
                    if h.model == "cbow":
                        rows = [kept[c][1] for c in window(i)]
                        hidden = V[rows].mean(axis=0) if h.cbow_mean else V[rows].sum(axis=0)
                        examples.append((hidden, rows, targets(centre, shared)))
                        continue
                    for c in window(i):
                        place = c - i + h.window - (c > i)
                        drawn = shared if sharing else noise(kept[i][0], 2 + place * h.negative, [centre])
                        example = (V[kept[c][1]].copy(), [kept[c][1]], targets(centre, drawn))
                        if sharing:
                            examples.append(example)
                        else:
                            apply([example], V, U, alpha, errors)
                apply(examples, V, U, alpha, errors)
    return V, U, trained


def apply(examples, V: np.ndarray, U: np.ndarray, alpha: float, errors) -> None:
    dV, dU = np.zeros_like(V), np.zeros_like(U)
    for v, rows, wanted in examples:
        for g, (k, _) in zip(errors(v, wanted), wanted, strict=True):
            dU[k] += g * v
            for row in rows:
                dV[row] += g * U[k]
    V += alpha * dV
    U += alpha * dU


CASES = [
    (model, loss, negatives)
    for model in ("skipgram", "cbow")
    for loss in ("ns", "hs", "softmax")
    for negatives in ("pair", "window", "window:2", "window:3")
]


@pytest.mark.parametrize(("model", "loss", "negatives"), CASES)
def test_equals_word2vec_written_out(model: str, loss: str, negatives: str) -> None:
    corpus = zipf_corpus(1, 20, 40, 25)
    h = Hyperparameters(
        model=model, loss=loss, vector_size=6, window=3, negative=4, sample=0.05, min_count=1, epochs=2, alpha=0.1
    )
    trainer = NumpyTrainer(negatives=negatives)
    trainer.prepare(corpus, h, threads=1, seed=7, device="cpu")
    trainer.train(lambda done, total: None)
    V, U, trained = plain_training(corpus, h, Sharing.parse(negatives).centres, 7)
    assert trainer.trained_words == trained < 2 * corpus.n_tokens
    np.testing.assert_allclose(trainer.output_rows(), U, atol=2e-6)
    np.testing.assert_allclose(trainer.vectors(), V, atol=2e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {"shrink_windows": False},
        {"cbow_mean": False, "model": "cbow"},
        {"ns_exponent": 0.0},
        {"ns_exponent": -0.5},
        {"sample": 0},
        {"vector_size": 1},
        {"window": 30},
        {"negative": 12, "alpha": 0.05},
        {"alpha": 0.2, "min_alpha": 0.2},
    ],
    ids=str,
)
def test_honours_each_hyperparameter(settings: dict[str, object]) -> None:
    corpus = zipf_corpus(2, 12, 15, 20)
    h = Hyperparameters(**{"vector_size": 5, "min_count": 1, "epochs": 1, "sample": 0.1, "alpha": 0.1} | settings)
    trainer = NumpyTrainer()
    trainer.prepare(corpus, h, threads=1, seed=3, device="cpu")
    trainer.train(lambda done, total: None)
    V, U, _ = plain_training(corpus, h, 1, 3)
    np.testing.assert_allclose(trainer.vectors(), V, atol=3e-6)
    np.testing.assert_allclose(trainer.output_rows(), U, atol=3e-6)


def test_same_seed_same_vectors_other_seed_others() -> None:
    corpus = zipf_corpus(3, 10, 20, 15)
    h = Hyperparameters(vector_size=8, min_count=1, epochs=1)

    def train(seed: int) -> np.ndarray:
        trainer = NumpyTrainer()
        trainer.prepare(corpus, h, threads=1, seed=seed, device="cpu")
        trainer.train(lambda done, total: None)
        return trainer.vectors()

    assert (train(1) == train(1)).all()
    assert (train(1) != train(2)).mean() > 0.9


def test_windows_and_noise_follow_their_distributions() -> None:
    n, window = 900, 5
    corpus = corpus_of([np.random.default_rng(0).integers(0, 30, n).tolist()] * 20)
    counts = corpus.vocabulary.counts
    table = alias_table(noise_weights(counts, 0.75))
    distance, noise = np.zeros(window + 1), np.zeros(len(counts))
    for s in range(corpus.n_sentences):
        keys = sentence_keys(1, 0, np.array([s]))
        sentence = corpus.tokens[corpus.offsets[s] : corpus.offsets[s + 1]]
        laid = windows(sentence, keys, keep_thresholds(counts, 0), window, True)
        distance += np.bincount(abs(laid.context - laid.centre), minlength=window + 1)
        units = skipgram_units(laid, NoiseTargets(table, 5), Sharing(1), keys)
        negatives = (units.output_weight - units.label)[:, 0]
        noise += np.bincount(units.outputs, negatives, len(counts))
    # A distance d is reached by the windows of size d..5: weights 1, .8, .6, .4, .2 of two sides each.
    expected = np.array([0, 1, 0.8, 0.6, 0.4, 0.2]) * 2 * n * 20
    np.testing.assert_allclose(distance, expected, rtol=0.03)
    # Words are almost uniform here, so that skipping the centre leaves the distribution nearly as it was.
    np.testing.assert_allclose(noise / noise.sum(), noise_weights(counts, 0.75), rtol=0.1)


def test_progress_rises_to_the_total() -> None:
    corpus = zipf_corpus(4, 200, 50, 400)
    trainer, seen = NumpyTrainer(), []
    trainer.prepare(corpus, Hyperparameters(vector_size=2, min_count=1, epochs=1), threads=1, seed=1, device="cpu")
    trainer.train(lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1] == (corpus.n_tokens, corpus.n_tokens)


def test_divergence_is_an_error() -> None:
    corpus = zipf_corpus(5, 200, 20, 40)
    trainer = NumpyTrainer()
    h = Hyperparameters(model="cbow", cbow_mean=False, alpha=1e6, vector_size=5, min_count=1, sample=0)
    trainer.prepare(corpus, h, threads=1, seed=1, device="cpu")
    with pytest.raises(TrainingError, match="diverged"):
        trainer.train(lambda done, total: None)


def test_full_softmax_refuses_a_large_vocabulary() -> None:
    corpus = corpus_of([list(range(10_001))])
    with pytest.raises(TrainingError, match="full softmax"):
        NumpyTrainer().prepare(corpus, Hyperparameters(loss="softmax", min_count=1), threads=1, seed=1, device="cpu")


@pytest.mark.parametrize("sentences", [[[0, 1]], [[0], [1], [0, 0, 1]], [[0] * 50 + [1]]], ids=str)
@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_tiny_corpora_train(sentences: list[list[int]], model: str, loss: str) -> None:
    corpus = corpus_of(sentences)
    h = Hyperparameters(model=model, loss=loss, min_count=1, vector_size=3, window=10, negative=20, sample=0)
    trainer = NumpyTrainer()
    trainer.prepare(corpus, h, threads=1, seed=1, device="cpu")
    start = trainer.vectors().copy()
    trainer.train(lambda done, total: None)
    assert np.isfinite(trainer.vectors()).all()
    assert (trainer.vectors() != start).any()


@pytest.mark.parametrize("text", ["", "pairs", "window:0", "window:17", "window:x", "2"])
def test_unknown_sharing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="negatives must be"):
        NumpyTrainer(negatives=text)
