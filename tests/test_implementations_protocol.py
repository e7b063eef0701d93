"""The pure functions that every trainer shares: random numbers, noise, subsampling, tree, rate, start."""

import heapq
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.implementations.counter_random import below, counters, draw, mix, sentence_keys
from bench.implementations.huffman import huffman_tree
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.noise import alias_table, noise_weights
from bench.implementations.schedule import initial_vectors, learning_rate
from bench.implementations.subsampling import keep_probabilities, keep_thresholds


def numbers(seed: int, epoch: int, sentence: int, positions: int, slots: int) -> np.ndarray:
    key = sentence_keys(seed, epoch, np.array([sentence]))
    return draw(counters(np.arange(positions)[:, None], np.arange(slots)), *key)


def test_mix_is_one_to_one() -> None:
    assert len(np.unique(mix(np.arange(1 << 20, dtype=np.uint32)))) == 1 << 20


def test_draws_are_uniform_in_every_slot() -> None:
    drawn = numbers(3, 0, 17, 1000, 64)
    for bits in (drawn >> 28, drawn & 15):
        observed = np.bincount(bits.ravel(), minlength=16)
        chi_square = ((observed - 4000) ** 2 / 4000).sum()
        assert chi_square < 45  # 15 degrees of freedom: p = 7e-5
    assert abs(drawn.mean(axis=0) / 2**32 - 0.5).max() < 0.05


@pytest.mark.parametrize(
    "other",
    [(1, 0, 1), (1, 1, 0), (2, 0, 0), (1 + (1 << 32), 0, 0), (1, 0, 1 << 32), (1, 0, 2), (1 << 63, 0, 0)],
    ids=["sentence", "epoch", "seed", "upper half of the seed", "upper half of the sentence", "two on", "top bit"],
)
def test_keys_give_unrelated_numbers(other: tuple[int, int, int]) -> None:
    here, there = numbers(1, 0, 0, 1000, 20), numbers(*other, 1000, 20)
    flipped = np.bitwise_count(here ^ there).mean()
    assert abs(flipped - 16) < 0.1  # standard error 0.02
    # Nor are they the same sequence shifted by some positions.
    assert not np.intersect1d(here[:, 0], there[:, 0]).size


def test_neighbouring_counters_are_uncorrelated() -> None:
    drawn = numbers(5, 2, 9, 1000, 12) / 2**32
    for left, right in ((drawn[:-1], drawn[1:]), (drawn[:, :-1], drawn[:, 1:])):
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.035  # 3.8 standard errors


@given(st.integers(1, 1 << 20), st.integers(0, (1 << 32) - 1))
def test_below_stays_in_range_and_keeps_order(n: int, number: int) -> None:
    low, high = below(np.array([number, (1 << 32) - 1], np.uint32), n)
    assert 0 <= low <= high == n - 1


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=300), st.floats(-1, 2))
def test_alias_table_holds_the_noise_distribution(counts: list[int], exponent: float) -> None:
    probabilities = noise_weights(np.array(sorted(counts, reverse=True)), exponent)
    table, n = alias_table(probabilities), len(counts)
    held = table.threshold / 2.0**32 / n
    np.add.at(held, table.alias, (1 - table.threshold / 2.0**32) / n)
    np.testing.assert_allclose(held, probabilities, atol=1e-9)


def test_noise_is_drawn_in_proportion() -> None:
    probabilities = noise_weights(np.array([1000, 200, 50, 50, 1]), 0.75)
    drawn = alias_table(probabilities).sample(numbers(1, 0, 0, 1000, 200).ravel())
    np.testing.assert_allclose(np.bincount(drawn, minlength=5) / drawn.size, probabilities, atol=0.005)


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=200))
def test_huffman_tree_is_optimal_and_prefix_free(counts: list[int]) -> None:
    counts.sort(reverse=True)
    tree = huffman_tree(np.array(counts))
    lengths = np.diff(tree.offsets)
    heap = list(counts)
    heapq.heapify(heap)
    cheapest = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        cheapest += joined
        heapq.heappush(heap, joined)
    assert (lengths * counts).sum() == cheapest
    codes = ["".join(map(str, tree.codes[a:b])) for a, b in zip(tree.offsets[:-1], tree.offsets[1:], strict=True)]
    ordered = sorted(codes)
    assert not any(b.startswith(a) for a, b in itertools.pairwise(ordered))
    # A node and the branch taken there fix the next node; the root comes first.
    following: dict[tuple[int, int], int] = {}
    for a, b in zip(tree.offsets[:-1], tree.offsets[1:], strict=True):
        assert tree.nodes[a] == len(counts) - 2
        for i in range(a, b - 1):
            step = (int(tree.nodes[i]), int(tree.codes[i]))
            assert following.setdefault(step, int(tree.nodes[i + 1])) == tree.nodes[i + 1]


def test_huffman_needs_two_words() -> None:
    with pytest.raises(ValueError, match="two words"):
        huffman_tree(np.array([3]))


def test_subsampling_keeps_what_gensim_keeps() -> None:
    from gensim.models import Word2Vec

    counts = np.array([50_000, 9_000, 700, 60, 5])
    model = Word2Vec(min_count=1, sample=1e-3, sorted_vocab=0)
    model.build_vocab_from_freq({f"w{i}": int(count) for i, count in enumerate(counts)})
    theirs = [model.wv.get_vecattr(f"w{i}", "sample_int") for i in range(5)]
    np.testing.assert_allclose(keep_thresholds(counts, 1e-3), theirs, atol=2)


def test_no_subsampling_keeps_every_number() -> None:
    assert (keep_probabilities(np.array([10, 1]), 0) == 1).all()
    assert (keep_thresholds(np.array([10, 1]), 0) == 0xFFFFFFFF).all()


def test_learning_rate_is_linear_between_its_ends() -> None:
    h = Hyperparameters(alpha=0.05, min_alpha=0.01, epochs=4)
    rates = [learning_rate(h, done, 100) for done in range(0, 401, 50)]
    assert rates[0] == 0.05
    assert rates[-1] == pytest.approx(0.01)
    np.testing.assert_allclose(np.diff(rates), np.diff(rates)[0])


def test_initial_vectors_are_uniform_and_seeded() -> None:
    vectors = initial_vectors(5000, 20, 1)
    assert vectors.dtype == np.float32
    assert -0.025 <= vectors.min() < -0.0249 < 0.0249 < vectors.max() < 0.025
    assert (vectors == initial_vectors(5000, 20, 1)).all()
    assert (vectors != initial_vectors(5000, 20, 2)).mean() > 0.99
