"""What surrounds the arithmetic: random numbers, noise words, windows, encoding a text."""

from itertools import pairwise
from typing import Any

import numpy as np

from bench.benchmarks.suites.setting import encoded_anew, note, part, planted, planted_text
from bench.implementations.counter_random import counters, draw, sentence_keys
from bench.implementations.examples import windows
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.noise import alias_table, noise_weights
from bench.implementations.subsampling import keep_thresholds

DRAWS = 1_000_000
H = Hyperparameters()


def test_counter_random(benchmark: Any) -> None:
    """A million numbers of the counter-based generator, NumPy."""
    key = sentence_keys(1, 0, np.array([0]))
    counter = counters(np.arange(1000)[:, None], np.arange(DRAWS // 1000))
    benchmark.group = "sampling"
    drawn = benchmark(draw, counter, *key)
    note(benchmark, draws=DRAWS)
    assert len(np.unique(drawn)) > 0.999 * DRAWS


def test_noise_words(benchmark: Any) -> None:
    """A million noise words from the alias table, NumPy."""
    counts = planted().vocabulary.counts
    table = alias_table(noise_weights(counts, H.ns_exponent))
    numbers = np.random.default_rng(1).integers(0, 2**32, DRAWS, np.uint32)
    benchmark.group = "sampling"
    words = benchmark(table.sample, numbers)
    note(benchmark, words=DRAWS)
    assert 0 <= words.min() <= words.max() < len(counts)


def test_alias_table(benchmark: Any) -> None:
    """Building the table for the planted vocabulary."""
    counts = planted().vocabulary.counts
    weights = noise_weights(counts, H.ns_exponent)
    benchmark.group = "sampling"
    assert len(benchmark(alias_table, weights).threshold) == len(counts)
    note(benchmark, vocabulary=len(counts))


def test_windows(benchmark: Any) -> None:
    """Subsampling and windows of 20,000 words as the reference lays them, NumPy."""
    corpus = part(20_000)
    keep = keep_thresholds(corpus.vocabulary.counts, H.sample)
    keys = sentence_keys(1, 0, np.arange(corpus.n_sentences))
    sentences = [corpus.tokens[first:last] for first, last in pairwise(corpus.offsets)]

    def lay() -> int:
        laid = (
            windows(sentence, (a, b), keep, H.window, H.shrink_windows)
            for sentence, a, b in zip(sentences, *keys, strict=True)
        )
        return sum(len(one.context) for one in laid)

    benchmark.group = "sampling"
    assert benchmark(lay) > corpus.n_tokens
    note(benchmark, words=corpus.n_tokens)


def test_encoding(benchmark: Any) -> None:
    """A text of 300,000 words, encoded into an empty cache."""
    text = planted_text()
    benchmark.group = "encoding"
    corpus = benchmark(encoded_anew, text)
    note(benchmark, words=corpus.source_tokens)
    assert corpus.n_tokens == planted().n_tokens
