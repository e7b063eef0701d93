"""The Triton kernels: run by Triton's interpreter on the CPU (on the GPU where there is one), and compiled for one."""

# ruff: noqa: E402
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

GPU = torch.cuda.is_available()
if not GPU:
    # Read when Triton and the kernels' module are imported: Triton then runs them in Python.
    assert "triton" not in sys.modules, "a test file before this one has imported Triton"
    os.environ["TRITON_INTERPRET"] = "1"
pytest.importorskip("triton")

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import counter_random, examples
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.numpy_trainer import NumpyTrainer
from bench.implementations.subsampling import keep_thresholds
from bench.implementations.torch_kernels.problem import Problem
from bench.implementations.torch_kernels.triton_code import subsample_kernel
from bench.implementations.torch_kernels.triton_path import TritonPath, _bits
from bench.implementations.torch_trainer import TorchTrainer
from bench.implementations.trainer import TrainingError

DEVICE = torch.device("cuda" if GPU else "cpu")


def made_corpus(seed: int, lengths: list[int], words: int) -> Corpus:
    """Sentences of the given lengths; frequent words come first, and often twice in a window."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    present, tokens = np.unique(rng.choice(words, sum(lengths), p=share / share.sum()), return_inverse=True)
    order = np.argsort(-np.bincount(tokens), kind="stable")
    tokens = np.argsort(order)[tokens].astype(np.int32)
    counts = np.bincount(tokens).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Corpus("made", "", 1, Vocabulary([str(i) for i in range(len(present))], counts), tokens, offsets,
                  len(tokens), len(counts))  # fmt: skip


def test_subsampling_equals_the_shared_generator() -> None:
    corpus = made_corpus(1, [1, 40, 3, 300, 7], 50)
    keep = keep_thresholds(corpus.vocabulary.counts, 0.02)
    first, seed, epoch = 2, 2**63 + 5, 3
    tokens = torch.from_numpy(corpus.tokens[corpus.offsets[first] :]).to(DEVICE)
    offsets = torch.from_numpy(corpus.offsets[first:] - corpus.offsets[first]).to(DEVICE)
    key = _bits(torch.tensor(counter_random.epoch_key(seed, epoch))).to(DEVICE)
    words, positions = torch.empty_like(tokens), torch.empty_like(tokens)
    n = len(offsets) - 1
    kept = torch.empty(n, dtype=torch.int32, device=DEVICE)
    thresholds = _bits(torch.from_numpy(keep.astype(np.int64))).to(DEVICE)
    subsample_kernel[(n,)](tokens, offsets, thresholds, key, words, positions, kept, first, n, CHUNK=128)
    for s in range(n):
        sentence = corpus.tokens[corpus.offsets[first + s] : corpus.offsets[first + s + 1]]
        keys = counter_random.sentence_keys(seed, epoch, np.array([first + s]))
        laid = examples.windows(sentence, keys, keep, 5, True)
        here = slice(int(offsets[s]), int(offsets[s]) + int(kept[s]))
        assert words[here].tolist() == laid.words.tolist()
        assert positions[here].tolist() == laid.positions.tolist()


@pytest.mark.parametrize(
    ("lengths", "settings", "products"),
    [
        ([2, 12, 1, 14], {"window": 2, "negative": 3}, "fma"),
        ([2, 50, 1, 42], {"shrink_windows": False, "window": 5, "negative": 5}, "ieee"),
        ([9, 21], {"window": 9, "negative": 9}, "ieee"),
        ([2, 50, 1, 42], {"model": "cbow", "window": 5, "negative": 5}, "fma"),
        ([2, 16, 1, 12], {"model": "cbow", "cbow_mean": False, "sample": 0}, "fma"),
    ],
    ids=str,
)
def test_one_program_equals_the_reference(lengths: list[int], settings: dict[str, Any], products: str) -> None:
    """A vocabulary so small that words repeat within windows and among the noise words."""
    corpus = made_corpus(2, lengths, 12)
    chosen = {"vector_size": 12, "window": 3, "negative": 4, "sample": 0.2, "min_count": 1, "epochs": 1, "alpha": 0.05}
    h = Hyperparameters(**{**chosen, **settings})
    reference = NumpyTrainer()
    reference.prepare(corpus, h, threads=1, seed=7, device="cpu")
    # Output vectors of zero would hide what is done to the input vectors at first.
    start = np.random.default_rng(1).normal(0, 0.3, reference.output_rows().shape).astype(np.float32)
    reference.output_rows()[:] = start
    reference.train(lambda done, total: None)

    problem = Problem(corpus, h, seed=7, device=DEVICE)
    problem.outputs[:, : h.vector_size] = torch.from_numpy(start).to(DEVICE)
    path = TritonPath(problem, programs=1, limit=1, products=products)
    path.train(0, 0, corpus.n_sentences)
    assert path.kept_words() == reference.trained_words > 0
    np.testing.assert_allclose(problem.download(problem.outputs), reference.output_rows(), rtol=1e-5, atol=3e-6)
    np.testing.assert_allclose(problem.download(problem.inputs), reference.vectors(), rtol=1e-5, atol=3e-6)


def test_damping_shortens_the_steps_of_frequent_rows() -> None:
    """One window of two words, so that every row's step is known from the undamped one."""
    counts = np.array([1, 1], np.int64)
    corpus = Corpus("two", "", 1, Vocabulary(["a", "b"], counts), np.array([0, 1], np.int32), np.array([0, 2]), 2, 2)
    h = Hyperparameters(model="cbow", vector_size=4, window=1, sample=0, min_count=1, epochs=1, negative=1)
    steps = []
    for factor in (1.0, 0.25):
        problem = Problem(corpus, h, seed=3, device=DEVICE)
        path = TritonPath(problem, programs=1000, limit=1, products="fma")
        assert path._damped
        path._damp_in[:], path._damp_out[:] = 1.0, factor
        before = problem.download(problem.outputs).copy()
        path.train(0, 0, 1)
        steps.append(problem.download(problem.outputs) - before)
    # The second window saw outputs the first one had moved, a change of second order here.
    np.testing.assert_allclose(steps[1], 0.25 * steps[0], rtol=1e-2)
    assert np.abs(steps[0]).max() > 0


def test_trains_by_its_option_and_reports_compilation() -> None:
    """Three programs, one after another in the interpreter: still the reference, but for damping, which is off."""
    corpus = made_corpus(3, [12, 9, 3, 11], 30)
    h = Hyperparameters(model="cbow", vector_size=8, window=2, negative=2, min_count=1, epochs=2, sample=0.1)
    trainer = TorchTrainer(path="triton", programs=3, damping=1e9)
    trainer.prepare(corpus, h, threads=1, seed=4, device=str(DEVICE))
    assert trainer.path == "triton"
    assert trainer.compile_seconds > 0
    trainer.train(lambda done, total: None)
    reference = NumpyTrainer()
    reference.prepare(corpus, h, threads=1, seed=4, device="cpu")
    reference.train(lambda done, total: None)
    assert trainer.trained_words == reference.trained_words
    if not GPU:  # on a GPU the programs run at once
        np.testing.assert_allclose(trainer.vectors(), reference.vectors(), atol=1e-6)
        np.testing.assert_allclose(trainer.output_rows(), reference.output_rows(), atol=1e-6)


def test_looks_at_the_ends_of_epochs_change_nothing() -> None:
    corpus = made_corpus(3, [12, 9, 3, 11], 30)
    h = Hyperparameters(vector_size=8, window=2, negative=2, min_count=1, epochs=2, sample=0.1)
    looks: list[np.ndarray] = []
    finals = []
    for look in (True, False):
        trainer = TorchTrainer(path="triton", programs=3)
        trainer.prepare(corpus, h, threads=1, seed=4, device=str(DEVICE))
        if look:
            trainer.epoch_ended = lambda epoch, trainer=trainer: looks.append(trainer.vectors().copy())
        trainer.train(lambda done, total: None)
        finals.append(trainer.vectors())
    assert len(looks) == 2
    assert np.abs(looks[0] - looks[1]).max() > 1e-6
    np.testing.assert_array_equal(looks[1], finals[0])
    if not GPU:  # on a GPU the programs run at once
        np.testing.assert_array_equal(finals[0], finals[1])


@pytest.mark.parametrize(
    ("options", "settings", "reason"),
    [
        ({}, {"loss": "hs"}, "negative sampling only"),
        ({}, {"window": 40}, "window up to"),
        ({"negatives": "window:2"}, {}, "over one window"),
    ],
    ids=str,
)
def test_says_what_the_kernels_cannot_do(options: dict[str, Any], settings: dict[str, Any], reason: str) -> None:
    trainer = TorchTrainer(path="triton", **options)
    h = Hyperparameters(min_count=1, **settings)
    with pytest.raises(TrainingError, match=reason):
        trainer.prepare(made_corpus(1, [5, 5], 9), h, threads=1, seed=1, device=str(DEVICE))


def test_needs_a_gpu_unless_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    corpus, h = made_corpus(1, [5, 5], 9), Hyperparameters(min_count=1)
    with pytest.raises(TrainingError, match="need a GPU"):
        TorchTrainer(path="triton").prepare(corpus, h, threads=1, seed=1, device="cpu")
    trainer = TorchTrainer()
    trainer.prepare(corpus, h, threads=1, seed=1, device="cpu")
    assert trainer.path == "plain"


COMPILE = """
from bench.implementations.torch_kernels.static import compile_train_kernel
from bench.implementations.hyperparameters import Hyperparameters
for model in ("skipgram", "cbow"):
    # Rows of 100 floats have no power of two in them but 4.
    h = Hyperparameters(model=model, vector_size=100, window=2, negative=1)
    built = compile_train_kernel(h, capability=90)
    rows = [name for name in built.atomics if name.endswith("gpu.relaxed.add.v4.f32")]
    assert rows and rows == list(built.atomics), f"rows are added 16 bytes at a time: {built.atomics}"
    assert "ld.global.cg.v4" in built.ptx, "rows are read past the L1 cache, 16 bytes at a time"
"""


def test_kernels_compile_for_a_gpu() -> None:
    """Without one: Triton brings the compiler. In a process of its own, as this one may interpret."""
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    done = subprocess.run([sys.executable, "-c", COMPILE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.gpu
@pytest.mark.skipif(not GPU, reason="needs a CUDA device")
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_many_programs_learn_topics(model: str) -> None:
    from test_implementations_torch import neighbours_of_one_topic, topics

    corpus, label = topics(1)
    trainer = TorchTrainer(path="triton")
    h = Hyperparameters(model=model, vector_size=16, epochs=4, sample=0.01, min_count=1, alpha=0.05)
    trainer.prepare(corpus, h, threads=1, seed=1, device="cuda")
    trainer.train(lambda done, total: None)
    assert neighbours_of_one_topic(trainer.vectors(), label) > 0.9
