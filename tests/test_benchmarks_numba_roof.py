"""The benchmark of the Numba kernels against the roof: what it counts, and that the kernels are vector code."""

import numba
import numpy as np
import pytest

from bench.benchmarks.numba_roof import folded, measure, multiply_adds, part_of
from bench.benchmarks.numba_scaling import measure as measure_threads
from bench.benchmarks.numba_scaling import table
from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.examples import Sharing
from bench.implementations.hyperparameters import Hyperparameters


def corpus(words: int = 50, sentences: int = 20, length: int = 40) -> Corpus:
    tokens = np.random.default_rng(1).integers(0, words, sentences * length).astype(np.int32)
    counts = np.bincount(tokens, minlength=words)
    order = np.argsort(-counts, kind="stable")
    rank = np.argsort(order).astype(np.int32)
    vocabulary = Vocabulary([f"w{word}" for word in order], counts[order].astype(np.int64))
    offsets = np.arange(0, len(tokens) + 1, length)
    return Corpus("made", "", 1, vocabulary, rank[tokens], offsets, len(tokens), words)


def test_multiply_adds_of_whole_windows() -> None:
    """Distinct words, whole windows: a window has 2 * 2 words but at the ends, and meets its centre and the noise."""
    tokens = np.arange(1000, dtype=np.int32)
    counts = np.ones(1000, np.int64)
    text = Corpus("made", "", 1, Vocabulary([str(i) for i in tokens], counts), tokens, np.array([0, 1000]), 1000, 1000)
    h = Hyperparameters(window=2, negative=5, sample=0, shrink_windows=False, vector_size=10)
    found = multiply_adds(text, h, Sharing(1))
    # A draw that equals the centre or another draw merges with it: a few in a thousand.
    assert found == pytest.approx(3 * 10 * (4 * 1000 - 6) * 6 / 1000, rel=0.01)
    assert multiply_adds(text, h, Sharing(2)) < found


def test_folding_keeps_sentences_and_orders_words_by_count() -> None:
    small = folded(corpus(), 7)
    assert (np.diff(small.vocabulary.counts) <= 0).all()
    assert (np.bincount(small.tokens, minlength=7) == small.vocabulary.counts).all()
    assert (small.offsets == corpus().offsets).all()


def test_part_of_a_corpus_is_whole_sentences() -> None:
    part = part_of(corpus(), 100)
    assert part.n_tokens == 120
    assert (part.tokens == corpus().tokens[:120]).all()


def test_kernels_are_vector_code(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    roof, (row,) = measure(corpus(), rounds=1, sizes=[24], sharings=["window:3"])
    packed, scalar = map(int, row.packed.split("/"))
    assert packed > 20
    assert scalar <= packed / 10
    assert roof > 0
    assert row.words > 0
    assert row.folded_share > 0


def test_ratios_of_threads_are_formed_within_a_round() -> None:
    shown = table({"1 thread": [1e6, 2e6, 4e6], "2 threads": [2e6, 3e6, 4e6]})
    assert "| 1 thread | 2.00 M (1.00–4.00) | 1.00 |" in shown
    assert "| 2 threads | 3.00 M (2.00–4.00) | 1.50 |" in shown


@pytest.mark.slow
def test_every_number_of_threads_is_measured_every_round_and_trainers_side_by_side() -> None:
    found = measure_threads(corpus(), Hyperparameters(vector_size=8, min_count=1, epochs=1), [1, 2], rounds=2)
    names = ["1 thread", "2 threads", "2 trainers of 1 thread"]
    assert {name: len(speeds) for name, speeds in found.items()} == dict.fromkeys(names, 2)
    assert min(min(speeds) for speeds in found.values()) > 0
