"""The Numba trainer: in one thread the reference to float32 rounding, in several the same examples."""

import os
import subprocess
import sys
import textwrap
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from bench.datasets.corpus import MAX_SENTENCE, Corpus
from bench.datasets.encode import encode
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.examples import Sharing
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.numba_kernels.kernel import Kernel
from bench.implementations.numba_trainer import NumbaTrainer
from bench.implementations.numpy_trainer import NumpyTrainer
from bench.implementations.trainer import TrainingError


def corpus_of(sentences: list[list[int]]) -> Corpus:
    counted = Counter(word for sentence in sentences for word in sentence)
    order = sorted(counted, key=lambda word: (-counted[word], str(word)))
    index = {word: i for i, word in enumerate(order)}
    tokens = [index[word] for sentence in sentences for word in sentence]
    vocabulary = Vocabulary([str(word) for word in order], np.array([counted[word] for word in order], np.int64))
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return Corpus("made", "", 1, vocabulary, np.array(tokens, np.int32), offsets, len(tokens), len(order))


def zipf_corpus(lengths: list[int], words: int = 300, seed: int = 1) -> Corpus:
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    return corpus_of([rng.choice(words, n, p=share / share.sum()).tolist() for n in lengths])


def train(trainer, corpus: Corpus, h: Hyperparameters, threads: int = 1, seed: int = 5):
    trainer.prepare(corpus, h, threads=threads, seed=seed, device="cpu")
    trainer.train(lambda done, total: None)
    return trainer


def assert_equal_to_reference(corpus: Corpus, h: Hyperparameters, negatives: str, **options) -> None:
    reference = train(NumpyTrainer(negatives), corpus, h)
    trainer = train(NumbaTrainer(negatives, **options), corpus, h)
    assert trainer.trained_words == reference.trained_words
    # Rounding errors of thousands of updates add up; the vectors themselves reach 1 and more.
    np.testing.assert_allclose(trainer.vectors(), reference.vectors(), atol=1e-4)
    np.testing.assert_allclose(trainer.output_rows(), reference.output_rows(), atol=1e-4)


SIZE = 20
"""Of vectors where any would do: a size is compiled in, and tests that agree on it share kernels."""

# Sentences of 1, 2 and 1,000 words, and some between; a few words only, so that they repeat within windows.
LENGTHS = [1, 2, MAX_SENTENCE, 1, 3, 40, 2, 77, 5]


@pytest.mark.parametrize(
    ("model", "loss", "negatives"),
    [
        ("skipgram", "ns", "pair"),
        ("skipgram", "ns", "window"),
        ("skipgram", "ns", "window:2"),
        ("skipgram", "ns", "window:3"),
        ("skipgram", "ns", "window:4"),
        ("skipgram", "hs", "pair"),
        ("skipgram", "hs", "window"),
        ("cbow", "ns", "window"),
        ("cbow", "ns", "window:2"),
        ("cbow", "ns", "window:3"),
        ("cbow", "ns", "window:4"),
        ("cbow", "hs", "window"),
    ],
)
def test_one_thread_equals_the_reference(model: str, loss: str, negatives: str) -> None:
    h = Hyperparameters(model=model, loss=loss, vector_size=SIZE, min_count=1, epochs=2, sample=0.05, alpha=0.05)
    assert_equal_to_reference(zipf_corpus(LENGTHS), h, negatives)


@pytest.mark.parametrize(
    ("settings", "negatives"),
    [
        ({"vector_size": 1, "window": 1, "negative": 1}, "window:2"),
        ({"vector_size": 3, "window": 2, "negative": 20}, "window:2"),
        pytest.param({"vector_size": 50, "window": 10, "negative": 9}, "window", marks=pytest.mark.slow),
        ({"vector_size": 100, "window": 3, "negative": 2, "sample": 0}, "window:2"),
        ({"vector_size": 300, "window": 4, "negative": 7, "epochs": 1}, "window:3"),
        # Too many sizes of windows for a table; small steps, because a unit adds up the errors of 80 words.
        ({"vector_size": 8, "window": 40, "negative": 3, "shrink_windows": False, "alpha": 0.002}, "window:3"),
        ({"vector_size": 17, "window": 6, "negative": 12}, "pair"),
        pytest.param({"vector_size": 33, "negative": 30, "model": "cbow"}, "window", marks=pytest.mark.slow),
        ({"vector_size": 9, "cbow_mean": False, "model": "cbow", "alpha": 0.01}, "window"),
        ({"vector_size": SIZE, "ns_exponent": 0.0, "min_alpha": 0.05}, "window:2"),
    ],
    ids=str,
)
def test_every_hyperparameter_is_honoured(settings: dict[str, object], negatives: str) -> None:
    common = {"min_count": 1, "epochs": 1, "sample": 0.05, "alpha": 0.05}
    assert_equal_to_reference(zipf_corpus(LENGTHS), Hyperparameters(**common | settings), negatives)


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [4, 16])
@pytest.mark.parametrize(("model", "loss"), [("skipgram", "ns"), ("skipgram", "hs"), ("cbow", "ns")])
def test_vectors_of_any_width_are_correct(lanes: int, model: str, loss: str) -> None:
    h = Hyperparameters(model=model, loss=loss, vector_size=21, min_count=1, epochs=1, sample=0.05, alpha=0.05)
    assert_equal_to_reference(zipf_corpus(LENGTHS), h, "window", lanes=lanes)


@pytest.mark.slow
@pytest.mark.parametrize("cpu", ["generic", "x86-64-v2"])
def test_older_processors_give_the_same(cpu: str) -> None:
    """Compiled for a processor without AVX, in a process of its own, the kernel still equals the reference."""
    code = """
        import numpy as np
        from bench.datasets.corpus import Corpus
        from bench.datasets.vocabulary import Vocabulary
        from bench.implementations.hyperparameters import Hyperparameters
        from bench.implementations.numba_kernels.simd import native_lanes
        from bench.implementations.numba_trainer import NumbaTrainer
        from bench.implementations.numpy_trainer import NumpyTrainer

        assert native_lanes() == 4
        tokens = np.sort(np.random.default_rng(0).geometric(0.1, 600) - 1).astype(np.int32)
        words, tokens, counts = np.unique(tokens, return_inverse=True, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        tokens = np.random.default_rng(1).permutation(np.argsort(order)[tokens]).astype(np.int32)
        vocabulary = Vocabulary([str(i) for i in range(len(words))], counts[order])
        corpus = Corpus("made", "", 1, vocabulary, tokens, np.array([0, 300, 600]), 600, len(words))
        h = Hyperparameters(vector_size=13, min_count=1, epochs=1, sample=0.1, alpha=0.05)
        both = []
        for trainer in (NumpyTrainer("window:2"), NumbaTrainer("window:2")):
            trainer.prepare(corpus, h, threads=1, seed=1, device="cpu")
            trainer.train(lambda done, total: None)
            both.append(trainer.vectors())
        np.testing.assert_allclose(*both, atol=1e-5)
    """
    environment = os.environ | {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": ""}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, env=environment, timeout=300)


def test_one_thread_gives_the_same_bits_again() -> None:
    corpus = zipf_corpus([200] * 20)
    h = Hyperparameters(vector_size=SIZE, min_count=1, epochs=2)
    first, second = (train(NumbaTrainer(), corpus, h) for _ in range(2))
    assert (first.vectors() == second.vectors()).all()
    assert (first.output_vectors() == second.output_vectors()).all()
    assert (train(NumbaTrainer(), corpus, h, seed=6).vectors() != first.vectors()).mean() > 0.9


def test_threads_draw_the_same_examples_and_end_close_by() -> None:
    corpus = zipf_corpus([300] * 60, words=2000)
    h = Hyperparameters(vector_size=SIZE, min_count=1, epochs=3, sample=1e-2)
    one, many = train(NumbaTrainer(), corpus, h), train(NumbaTrainer(), corpus, h, threads=3)
    assert one.trained_words == many.trained_words
    a, b = one.vectors(), many.vectors()
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    # Only the order of updates differs; another seed gives cosines around zero.
    assert np.median(cosines) > 0.98


@pytest.mark.parametrize(
    ("sentences", "settings"),
    [
        ([[0, 1]], {}),
        ([[0], [1], [0, 0, 1]], {}),
        ([[0, 1] * 100], {"negative": 50, "alpha": 0.002}),
        ([[0, 1, 2]], {"window": 900, "shrink_windows": False}),
        ([list(range(30))], {"sample": 1e-9}),
        ([[0] * 1000, [1]], {}),
    ],
    ids=["two words", "short sentences", "more noise than words", "long window", "nothing kept", "one word over"],
)
@pytest.mark.parametrize(("model", "loss"), [("skipgram", "ns"), ("skipgram", "hs"), ("cbow", "ns"), ("cbow", "hs")])
def test_pathological_corpora_equal_the_reference(
    sentences: list[list[int]], settings: dict[str, object], model: str, loss: str
) -> None:
    common = {"min_count": 1, "epochs": 2, "vector_size": SIZE, "sample": 0, "alpha": 0.01, "model": model}
    h = Hyperparameters(loss=loss, **common | settings)
    assert_equal_to_reference(corpus_of(sentences), h, "window")


def test_divergence_is_an_error() -> None:
    h = Hyperparameters(model="cbow", cbow_mean=False, alpha=1e6, vector_size=9, min_count=1, sample=0, epochs=3)
    with pytest.raises(TrainingError, match="diverged"):
        train(NumbaTrainer(), zipf_corpus([200] * 20), h)


def test_progress_counts_words_and_reaches_the_total() -> None:
    corpus, seen = zipf_corpus([500] * 50), []
    trainer = NumbaTrainer()
    h = Hyperparameters(vector_size=SIZE, min_count=1, epochs=4)
    trainer.prepare(corpus, h, threads=2, seed=1, device="cpu")
    trainer.train(lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (4 * corpus.n_tokens, 4 * corpus.n_tokens)


def test_interruption_stops_the_threads() -> None:
    import threading

    corpus = zipf_corpus([1000] * 400)
    trainer = NumbaTrainer()
    h = Hyperparameters(vector_size=SIZE, min_count=1, epochs=2000, sample=0)
    trainer.prepare(corpus, h, threads=2, seed=1, device="cpu")
    before = threading.active_count()

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train(interrupt)
    assert threading.active_count() == before


def test_what_it_cannot_do_it_says() -> None:
    assert "softmax" in NumbaTrainer().unsupported(Hyperparameters(loss="softmax"))
    assert "window" in NumbaTrainer("window:2").unsupported(Hyperparameters(loss="hs"))
    assert NumbaTrainer().unsupported(Hyperparameters(loss="hs")) is None
    assert "CPU only" in NumbaTrainer.unavailable("cuda")
    with pytest.raises(ValueError, match="lanes"):
        NumbaTrainer(lanes=3)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_threads_with_copies_of_the_treetop_learn_as_much_as_one(model: str) -> None:
    """Each thread trains its own copy of the nodes nearest the root: no step is lost, and none taken twice."""
    corpus = zipf_corpus([200] * 300)
    h = Hyperparameters(model=model, loss="hs", vector_size=SIZE, min_count=1, epochs=3, sample=0)
    one, many = (train(NumbaTrainer(), corpus, h, threads=threads) for threads in (1, 3))
    assert one.trained_words == many.trained_words
    for first, second in ((one.output_rows()[-255:], many.output_rows()[-255:]), (one.vectors(), many.vectors())):
        ratios = np.linalg.norm(second, axis=1) / np.linalg.norm(first, axis=1)
        assert np.median(ratios) == pytest.approx(1, abs=0.15)
        assert ratios[-1] == pytest.approx(1, abs=0.3)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize(("loss", "negatives"), [("ns", "window:2"), ("ns", "pair"), ("hs", None)])
def test_copies_of_frequent_rows_bring_back_all_that_they_gained(
    model: str, loss: str, negatives: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two threads, the other never started, ends where a single thread without copies ends."""
    if (model, negatives) == ("cbow", "pair"):
        negatives = "window"
    kernel_module = "bench.implementations.numba_kernels.kernel"
    monkeypatch.setattr(f"{kernel_module}.period_of", lambda counts, keep, threads: 256 * (threads > 1))
    monkeypatch.setattr(f"{kernel_module}.HOT", 500)
    corpus = zipf_corpus([100] * 200, words=1500)
    h = Hyperparameters(model=model, loss=loss, vector_size=SIZE, min_count=1, epochs=2)
    sharing = Sharing.parse(negatives or "window")
    alone, first_of_two = (Kernel(corpus, h, sharing, threads, 1) for threads in (1, 2))
    del first_of_two._rooms[1:]
    first_of_two._rooms[0].others[:] = 0
    assert first_of_two._rooms[0].own_in.size > alone._rooms[0].own_in.size, "no copies"
    for kernel in (alone, first_of_two):
        kernel.run(lambda done, total: None)
    np.testing.assert_allclose(first_of_two.inputs, alone.inputs, atol=2e-5)
    np.testing.assert_allclose(first_of_two.outputs, alone.outputs, atol=2e-5)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_threads_with_copies_of_frequent_rows_learn_as_much_as_one(model: str) -> None:
    """While everything still moves one way, late gains make vectors a tenth longer; lost or doubled ones show more."""
    corpus = zipf_corpus([200] * 300, words=2000)
    h = Hyperparameters(model=model, vector_size=SIZE, min_count=1, epochs=3)
    one, many = (train(NumbaTrainer(), corpus, h, threads=n) for n in (1, 2))
    for first, second in ((one.output_rows(), many.output_rows()), (one.vectors(), many.vectors())):
        ratios = np.linalg.norm(second, axis=1) / np.linalg.norm(first, axis=1)
        assert np.median(ratios) == pytest.approx(1, abs=0.3)
        assert ratios[:5] == pytest.approx(1, abs=0.3)


def test_a_mapped_corpus_trains_as_one_in_memory(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages behind the threads are given back while they run, several times an epoch here."""
    monkeypatch.setattr("bench.implementations.numba_kernels.kernel.POLL_SECONDS", 0.001)
    text = tmp_path / "text.txt"
    words = np.random.default_rng(1).zipf(1.3, 60_000) % 1000
    text.write_text("\n".join(" ".join(map(str, line)) for line in words.reshape(-1, 30)), "utf-8")
    mapped = encode(text, min_count=1, cache=tmp_path / "cache")
    held = replace(mapped, tokens=np.array(mapped.tokens), offsets=np.array(mapped.offsets))
    h = Hyperparameters(vector_size=SIZE, epochs=4, min_count=1)
    first, second = (train(NumbaTrainer(), corpus, h) for corpus in (mapped, held))
    assert (first.vectors() == second.vectors()).all()
    assert (first.output_rows() == second.output_rows()).all()


def test_options_say_what_was_used() -> None:
    corpus = zipf_corpus([50] * 3)
    trainer = train(NumbaTrainer(), corpus, Hyperparameters(vector_size=SIZE, min_count=1, epochs=1))
    assert trainer.options == {"negatives": "window:3"}
