"""What the trainers of this project, and gensim, say that they were given."""

from pathlib import Path

import numpy as np
import pytest

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import given as names
from bench.implementations.gensim_trainer import GensimTrainer
from bench.implementations.given import Given, as_asked, by_protocol
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.numba_trainer import NumbaTrainer
from bench.implementations.numpy_trainer import NumpyTrainer
from bench.implementations.torch_trainer import TorchTrainer
from bench.implementations.trainer import Trainer

TRAINERS = [NumpyTrainer, NumbaTrainer, TorchTrainer, GensimTrainer]
MODELS = [("skipgram", "ns"), ("skipgram", "hs"), ("cbow", "ns"), ("cbow", "hs")]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))  # gensim reads a text file


def corpus(words: int = 200) -> Corpus:
    counts = np.sort(np.arange(1, words + 1))[::-1].astype(np.int64)
    tokens = np.repeat(np.arange(words), counts).astype(np.int32)
    np.random.default_rng(1).shuffle(tokens)
    offsets = np.append(np.arange(0, len(tokens), 50), len(tokens)).astype(np.int64)
    vocabulary = Vocabulary([f"w{i:04}" for i in range(words)], counts)
    return Corpus("made", "", 1, vocabulary, tokens, offsets, len(tokens), words)


def prepared(trainer: Trainer, threads: int = 1, **settings: object) -> dict[str, Given]:
    h = Hyperparameters.model_validate({"vector_size": 20, "min_count": 1, **settings})
    trainer.prepare(corpus(), h, threads=threads, seed=1, device="cpu")
    return dict(trainer.given(h))


@pytest.mark.parametrize(("model", "loss"), MODELS)
@pytest.mark.parametrize("kind", TRAINERS)
def test_every_hyperparameter_that_plays_a_part_is_told(kind: type[Trainer], model: str, loss: str) -> None:
    h = Hyperparameters.model_validate({"model": model, "loss": loss, "window": 3, "cbow_mean": False})
    told = kind().given(h)
    without = {"negative", "ns_exponent"} if loss == "hs" else set()
    without |= {"cbow_mean"} if model == "skipgram" else set()
    assert set(told) & set(Hyperparameters.model_fields) == set(Hyperparameters.model_fields) - without
    assert all(one.value == getattr(h, name) for name, one in told.items() if name in Hyperparameters.model_fields)
    assert (names.NEGATIVE_SAMPLES in told) is (loss == "ns")
    for one in told.values():
        assert one.value is not None or one.note
        assert one.note is None or (not one.note.endswith(".") and one.note[0].islower()), one.note


@pytest.mark.parametrize("kind", TRAINERS)
def test_what_departs_from_the_protocol_has_a_note_and_nothing_else_has(kind: type[Trainer]) -> None:
    for name, one in kind().given(Hyperparameters()).items():
        if name in names.PROTOCOL:
            assert (one.value != names.PROTOCOL[name]) is bool(one.note), name


@pytest.mark.parametrize(("kind", "bound"), [(NumpyTrainer, 0.5), (TorchTrainer, 0.5), (GensimTrainer, 1.0)])
def test_the_first_vectors_are_where_it_says(kind: type[Trainer], bound: float) -> None:
    trainer = kind()
    told = prepared(trainer)[names.INITIAL_VECTORS]
    assert told.value == f"±{bound:g}/vector_size"
    assert 0.95 * bound / 20 < np.abs(trainer.vectors()).max() <= bound / 20


def test_one_thread_of_numba_trains_in_turn_and_several_do_not() -> None:
    assert prepared(NumbaTrainer(negatives="window"))[names.UPDATES] == by_protocol(names.UPDATES)[names.UPDATES]
    assert "to the digit" in str(prepared(NumbaTrainer(negatives="window"), threads=2)[names.UPDATES].note)


def test_copies_of_frequent_rows_are_told_where_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.implementations.numba_kernels import kernel

    for copies in (0, 200):
        monkeypatch.setattr(kernel, "period_of", lambda *_, period=bool(copies) * 512: period)
        note = str(prepared(NumbaTrainer(negatives="window"), threads=2)[names.UPDATES].note)
        assert ("the 200 most frequent words" in note) is bool(copies)


@pytest.mark.parametrize(
    ("model", "negatives", "value"),
    [
        ("skipgram", None, "3 windows"),
        ("skipgram", "pair", "each example"),
        ("skipgram", "window", "each window"),
        ("cbow", None, "each example"),
        ("cbow", "window:2", "2 windows"),
    ],
)
def test_for_how_much_noise_words_are_drawn(model: str, negatives: str | None, value: str) -> None:
    """CBOW's example is a window: one set for it is what word2vec.c draws."""
    h = Hyperparameters.model_validate({"model": model})
    assert NumbaTrainer(negatives=negatives).given(h)[names.NEGATIVE_SAMPLES].value == value


def test_numpy_uses_one_thread_whatever_it_is_given() -> None:
    assert names.THREADS not in prepared(NumpyTrainer())
    assert prepared(NumpyTrainer(), threads=2)[names.THREADS].value == 1


def test_torch_tells_its_batch_and_its_optimizer() -> None:
    assert prepared(TorchTrainer(batch=1))[names.UPDATES].note is None
    told = prepared(TorchTrainer(negatives="window:2", batch=64, optimizer="adagrad"), threads=2)
    assert told[names.UPDATES].value == "128 at once"
    assert told[names.OPTIMIZER].value == "adagrad"
    assert told[names.THREADS].value == 1
    assert "2 threads" in str(prepared(TorchTrainer(), threads=2)[names.UPDATES].note)


def test_gensim_tells_how_its_workers_share_the_learning_rate() -> None:
    assert prepared(GensimTrainer())[names.LEARNING_RATE].value == "by sentences"
    assert "1/2 of an epoch's step" in str(prepared(GensimTrainer(), threads=2)[names.LEARNING_RATE].note)
    summed = prepared(GensimTrainer(), model="cbow", cbow_mean=False)["cbow_mean"]
    assert summed.value is False
    assert summed.note
    assert prepared(GensimTrainer(), model="cbow")["cbow_mean"].note is None


def test_own_entries_replace_and_add() -> None:
    own = {"window": Given(value=None, note="has no window"), "lines": Given(value=3, note=None)}
    told = as_asked(Hyperparameters(), **own)
    assert told["window"].value is None
    assert told["lines"].value == 3
    assert told["alpha"].value == 0.025
