"""Every trainer pauses at the ends of epochs, with all of an epoch's updates made, and learns what it would have."""

import importlib.util
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.examples import Sharing
from bench.implementations.gensim_trainer import GensimTrainer
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.numba_kernels.kernel import Kernel
from bench.implementations.numba_trainer import NumbaTrainer
from bench.implementations.numpy_trainer import NumpyTrainer
from bench.implementations.torch_trainer import TorchTrainer
from bench.implementations.trainer import Trainer

MODELS = [("skipgram", "ns"), ("skipgram", "hs"), ("cbow", "ns"), ("cbow", "hs")]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))  # gensim reads a text file


def zipf_corpus(lengths: list[int], words: int = 300, seed: int = 1) -> Corpus:
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    drawn = rng.choice(words, sum(lengths), p=share / share.sum())
    present, tokens, counts = np.unique(drawn, return_inverse=True, return_counts=True)
    names = [f"w{word:04}" for word in present]
    order = sorted(range(len(present)), key=lambda i: (-counts[i], names[i]))
    place = np.argsort(order)
    vocabulary = Vocabulary([names[i] for i in order], counts[order].astype(np.int64))
    offsets = np.cumsum([0, *lengths]).astype(np.int64)
    return Corpus("made", "", 1, vocabulary, place[tokens].astype(np.int32), offsets, len(tokens), len(order))


# The number of sentences is no multiple of what a thread takes at a time.
CORPUS = zipf_corpus([1, 2, 200, 1, 3, 40, 2, 77, 5])


def trained(
    trainer: Trainer, h: Hyperparameters, *, look: bool, corpus: Corpus = CORPUS, threads: int = 1
) -> list[NDArray[np.float32]]:
    """Copies of the vectors at the end of each epoch, or of the last one's only."""
    looks: list[NDArray[np.float32]] = []

    def epoch_ended(epoch: int) -> None:
        deadline = time.monotonic() + 5
        while threading.active_count() > alone and time.monotonic() < deadline:
            time.sleep(0.001)  # a thread that has done its work takes a moment to go
        assert threading.active_count() == alone
        looks.append(np.array(trainer.vectors()))
        assert epoch == len(looks)

    assert trainer.unpausable() is None
    trainer.prepare(corpus, h, threads=threads, seed=5, device="cpu")
    alone = threading.active_count()
    trainer.epoch_ended = epoch_ended if look else None
    trainer.train(lambda done, total: None)
    if not look:
        return [np.array(trainer.vectors())]
    assert len(looks) == h.epochs
    np.testing.assert_array_equal(looks[-1], trainer.vectors())
    return looks


def hyperparameters(model: str, loss: str, **settings: Any) -> Hyperparameters:
    common = {"vector_size": 20, "min_count": 1, "epochs": 3, "sample": 0.05, "alpha": 0.05}
    return Hyperparameters(**{**common, "model": model, "loss": loss, **settings})


WITH_TORCH = importlib.util.find_spec("torch") is not None
CASES: list[tuple[Callable[[], Trainer], str, str]] = [
    *((NumpyTrainer, model, loss) for model, loss in [("skipgram", "ns"), ("cbow", "hs")]),
    *((lambda: NumbaTrainer("window"), model, loss) for model, loss in MODELS),
    (lambda: NumbaTrainer("pair"), "skipgram", "ns"),
    *((GensimTrainer, model, loss) for model, loss in MODELS),
]
if WITH_TORCH:
    CASES += [(TorchTrainer, "skipgram", "ns"), (TorchTrainer, "cbow", "hs")]
    CASES += [(lambda: TorchTrainer(optimizer="adam"), "skipgram", "ns")]
THREADED = [NumbaTrainer, GensimTrainer, *([TorchTrainer] if WITH_TORCH else [])]
IDS = [f"{make().name}-{model}-{loss}-{i}" for i, (make, model, loss) in enumerate(CASES)]


@pytest.mark.parametrize(("make", "model", "loss"), CASES, ids=IDS)
def test_looking_changes_no_bit_in_one_thread(make: Callable[[], Trainer], model: str, loss: str) -> None:
    h = hyperparameters(model, loss)
    looked, plain = make(), make()
    looks, (final,) = trained(looked, h, look=True), trained(plain, h, look=False)
    np.testing.assert_array_equal(looks[-1], final)
    assert looked.trained_words == plain.trained_words
    outputs, expected = looked.output_vectors(), plain.output_vectors()
    assert (outputs is None) == (expected is None)
    if outputs is not None and expected is not None:
        np.testing.assert_array_equal(outputs, expected)


@pytest.mark.parametrize(("make", "model", "loss"), CASES, ids=IDS)
def test_an_epoch_ends_where_a_training_of_as_many_epochs_ends(
    make: Callable[[], Trainer], model: str, loss: str
) -> None:
    """With one learning rate throughout, a shorter training is the beginning of a longer one."""
    looks = trained(make(), hyperparameters(model, loss, min_alpha=0.05), look=True)
    for epoch in (1, 2):
        (alone,) = trained(make(), hyperparameters(model, loss, min_alpha=0.05, epochs=epoch), look=False)
        np.testing.assert_array_equal(looks[epoch - 1], alone)


@pytest.mark.parametrize("trainer", ["numba", *(["torch"] if WITH_TORCH else [])])
@pytest.mark.parametrize(("model", "loss"), MODELS)
def test_every_look_equals_the_reference_s(trainer: str, model: str, loss: str) -> None:
    """The learning rate falls over all epochs: the oracle is what the reference has after as many updates."""
    h = hyperparameters(model, loss)
    fast = NumbaTrainer("window") if trainer == "numba" else TorchTrainer(batch=1)
    for mine, reference in zip(trained(fast, h, look=True), trained(NumpyTrainer(), h, look=True), strict=True):
        np.testing.assert_allclose(mine, reference, atol=1e-4)


@pytest.mark.parametrize(("model", "loss"), [("skipgram", "ns"), ("cbow", "hs")])
def test_the_reference_s_looks_are_those_of_shorter_schedules(model: str, loss: str) -> None:
    """A training of k epochs whose rate falls as far as the longer one's has fallen after k."""
    h = hyperparameters(model, loss, epochs=4)
    looks = trained(NumpyTrainer(), h, look=True)
    for epoch in (1, 3):
        reached = h.alpha - (h.alpha - h.min_alpha) * epoch / h.epochs
        shorter = h.model_copy(update={"epochs": epoch, "min_alpha": reached})
        (alone,) = trained(NumpyTrainer(), shorter, look=False)
        np.testing.assert_allclose(looks[epoch - 1], alone, atol=1e-6)
        assert np.abs(looks[epoch - 1] - looks[epoch]).max() > 1e-3


@pytest.mark.parametrize("make", THREADED)
def test_several_threads_have_all_ended_and_go_on(make: Callable[[], Trainer]) -> None:
    corpus = zipf_corpus([100] * 90, words=1000)
    h = Hyperparameters(vector_size=20, min_count=1, epochs=3)
    trainer, one = make(), make()
    looks = trained(trainer, h, look=True, corpus=corpus, threads=3)
    (final,) = trained(one, h, look=False, corpus=corpus, threads=3)
    if make is not GensimTrainer:  # whose workers draw their own examples
        assert trainer.trained_words == one.trained_words
    frequent = looks[-1][:20], final[:20]
    lengths = [np.linalg.norm(rows, axis=1) for rows in frequent]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.35)
    assert all(np.abs(after - before).max() > 1e-3 for before, after in pairwise(looks))


def test_numba_s_threads_have_trained_every_word_of_an_epoch() -> None:
    corpus = zipf_corpus([250] * 101)
    h = Hyperparameters(vector_size=20, min_count=1, epochs=3)
    kernel = Kernel(corpus, h, Sharing.parse("window:3"), 2, 1)
    told: list[int] = []
    kernel.run(lambda done, total: told.append(done), lambda epoch: told.append(-epoch))
    ends = [told[i - 1] for i, number in enumerate(told) if number < 0]
    assert ends == [corpus.n_tokens * epoch for epoch in (1, 2, 3)]
    assert max(told) == 3 * corpus.n_tokens


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "negatives"), [("ns", "window:2"), ("hs", "window")])
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_numba_s_copies_are_brought_together_before_anyone_looks(
    model: str, loss: str, negatives: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two threads, the other never started, stands at every epoch's end where a single one without copies does.

    The copies are those of frequent words and of the treetop. One that is far from its next meeting would be missing.
    """
    kernel_module = "bench.implementations.numba_kernels.kernel"
    monkeypatch.setattr(f"{kernel_module}.period_of", lambda counts, keep, threads: 256 * (threads > 1))
    monkeypatch.setattr(f"{kernel_module}.HOT", 500)
    corpus = zipf_corpus([100] * 99, words=1500)
    h = Hyperparameters(model=model, loss=loss, vector_size=20, min_count=1, epochs=2)
    alone, first_of_two = (Kernel(corpus, h, Sharing.parse(negatives), threads, 1) for threads in (1, 2))
    del first_of_two._rooms[1:]
    first_of_two._rooms[0].others[:] = 0
    assert first_of_two._rooms[0].own_in.size > alone._rooms[0].own_in.size, "no copies"
    ends: list[list[NDArray[np.float32]]] = []
    for kernel in (alone, first_of_two):
        rows: list[NDArray[np.float32]] = []
        kernel.run(lambda done, total: None, lambda epoch, k=kernel, to=rows: to.extend([k.inputs + 0, k.outputs + 0]))
        ends.append(rows)
    assert len(ends[0]) == 4
    for expected, found in zip(*ends, strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-5)


def test_a_trainer_of_before_does_not_pause() -> None:
    class Old(NumpyTrainer):
        unpausable = Trainer.unpausable
        name = "old"

    assert Old().unpausable() == "old does not pause between epochs"
