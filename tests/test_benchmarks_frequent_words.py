"""Agreement of the most frequent words with a reference run."""

import numpy as np
import pytest

from bench.benchmarks.frequent_words import agreement
from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings


def vectors(seed: int = 1, n: int = 60) -> Embeddings:
    return Embeddings([f"w{i}" for i in range(n)], np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32))


def test_rotated_and_scaled_vectors_agree_but_for_the_norm() -> None:
    first = vectors()
    rotation = np.linalg.qr(np.random.default_rng(2).normal(size=(8, 8)))[0]
    order = np.random.default_rng(3).permutation(60)
    moved = (2 * first.vectors @ rotation).astype(np.float32)
    other = Embeddings([first.words[i] for i in order], moved[order])
    found = agreement(first, other, words=20, neighbors=5)
    assert found.norms == pytest.approx((2, 2, 2), rel=1e-5)
    assert found.overlap == 1


def test_unrelated_vectors_agree_by_chance_only() -> None:
    found = agreement(vectors(1, 400), vectors(2, 400), words=100, neighbors=10)
    assert found.overlap < 0.1


def test_other_words_are_refused() -> None:
    with pytest.raises(InputError, match="same words"):
        agreement(vectors(), vectors(n=50), words=10, neighbors=5)
