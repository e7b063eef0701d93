"""Geometry of vectors: neighbours equal to brute force, measures equal to their definitions, and sense on bad input."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.geometry import neighbours as module
from bench.evaluation.geometry.alignment import alignment
from bench.evaluation.geometry.bands import bands
from bench.evaluation.geometry.hubness import hubness
from bench.evaluation.geometry.isotropy import isotropy, mean_cosine
from bench.evaluation.geometry.neighbours import nearest, nearest_to
from bench.evaluation.geometry.norms import norms_by_frequency
from bench.evaluation.geometry.record import geometry


def of(vectors: Any, counts: Any = None) -> Embeddings:
    matrix = np.asarray(vectors, dtype=np.float32)
    words = [f"w{i}" for i in range(len(matrix))]
    return Embeddings(words, matrix, None if counts is None else np.asarray(counts, dtype=np.int64))


def normal(n: int, dim: int, seed: int = 0) -> Embeddings:
    return of(np.random.default_rng(seed).normal(size=(n, dim)))


def every_row(embeddings: Embeddings) -> NDArray[np.int64]:
    return np.arange(len(embeddings))


def brute_force(embeddings: Embeddings, query: int, k: int) -> list[int]:
    """Neighbours of one row by sorting all cosines in float64, ties by row."""
    vectors = embeddings.vectors.astype(np.float64)
    lengths = np.sqrt((vectors**2).sum(axis=1))
    cosines = [
        (-round(float(vectors[row] @ vectors[query] / lengths[row] / lengths[query]), 12), row)
        for row in range(len(vectors))
        if row != query and 0 < lengths[row] < np.inf
    ]
    return [row for _, row in sorted(cosines)[:k]]


# Neighbours


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(1, 5), st.integers(1, 12), st.integers(0, 10**6), st.booleans())
def test_neighbours_are_those_of_brute_force_ties_included(n: int, dim: int, k: int, seed: int, coarse: bool) -> None:
    rng = np.random.default_rng(seed)
    # Few small integers give many rows of one direction, and zero rows.
    vectors = rng.integers(-1, 2, size=(n, dim)) if coarse else rng.normal(size=(n, dim))
    embeddings = of(vectors)
    found = nearest(embeddings, every_row(embeddings), k)
    for query in range(n):
        expected = brute_force(embeddings, query, k) if embeddings.norms[query] else []
        assert found.rows[query].tolist() == expected + [-1] * (k - len(expected))
        assert np.isnan(found.cosines[query]).tolist() == [row < 0 for row in found.rows[query]]


@pytest.mark.parametrize(("columns", "queries", "group"), [(7, 3, 1), (64, 10, 4), (1000, 256, 64)])
def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch, columns: int, queries: int, group: int) -> None:
    vectors = np.random.default_rng(1).normal(size=(300, 4))
    vectors[200:] = vectors[:100]  # every one of these has a twin
    embeddings = of(vectors)
    whole = nearest(embeddings, every_row(embeddings), 10)
    monkeypatch.setattr(module, "_COLUMNS", columns)
    monkeypatch.setattr(module, "_QUERIES", queries)
    monkeypatch.setattr(module, "_GROUP", group)
    parts = nearest(embeddings, every_row(embeddings), 10)
    np.testing.assert_array_equal(parts.rows, whole.rows)
    np.testing.assert_allclose(parts.cosines, whole.cosines, atol=1e-12)


def test_neighbours_are_gensims() -> None:
    from gensim.models import KeyedVectors

    embeddings = normal(500, 20)
    theirs = KeyedVectors(20)
    theirs.add_vectors(list(embeddings.words), embeddings.vectors)
    found = nearest(embeddings, np.arange(40), 10)
    for query in range(40):
        expected = theirs.most_similar(embeddings.words[query], topn=10)
        assert [embeddings.words[row] for row in found.rows[query]] == [word for word, _ in expected]
        np.testing.assert_allclose(found.cosines[query], [cosine for _, cosine in expected], atol=1e-6)


def test_equal_vectors_are_taken_in_order_however_many_there_are() -> None:
    embeddings = of(np.ones((5000, 3)))
    found = nearest(embeddings, np.array([0, 3, 4999]), 4)
    assert found.rows.tolist() == [[1, 2, 3, 4], [0, 1, 2, 4], [0, 1, 2, 3]]
    reverse = nearest(embeddings, np.array([3]), 2, candidates=np.arange(5000)[::-1])
    assert reverse.rows.tolist() == [[4999, 4998]]


def test_ties_go_to_the_more_frequent_word() -> None:
    embeddings = of([[1, 0], [1, 0], [1, 0]], counts=[1, 5, 9])
    assert nearest(embeddings, np.array([0]), 2).rows.tolist() == [[2, 1]]


def test_cosines_closer_than_float32_are_told_apart() -> None:
    angles = 1e-4 + np.arange(50)[::-1] * 1e-6
    embeddings = of(np.stack([np.r_[1, np.cos(angles)], np.r_[0, np.sin(angles)]], axis=1))
    assert nearest(embeddings, np.array([0]), 3).rows.tolist() == [[50, 49, 48]]


def test_huge_and_tiny_vectors_have_the_neighbours_of_their_directions() -> None:
    plain = normal(50, 6)
    scaled = of(plain.vectors * np.logspace(-30, 30, 50)[:, None].astype(np.float32))
    np.testing.assert_array_equal(nearest(scaled, every_row(scaled), 5).rows, nearest(plain, every_row(plain), 5).rows)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_rows_without_direction_have_no_neighbours_and_are_nobodys(bad: float) -> None:
    embeddings = normal(30, 4)
    embeddings.vectors[7] = bad
    found = nearest(embeddings, every_row(embeddings), 29)
    assert found.rows[7].tolist() == [-1] * 29
    assert 7 not in found.rows
    assert found.rows[6, 27] >= 0
    assert found.rows[6, 28] == -1


def test_directions_need_no_row_and_excluded_rows_are_left_out() -> None:
    embeddings = of([[1, 0], [0, 1], [1, 1], [-1, 0]])
    found = nearest_to(embeddings, np.array([[5.0, 0], [0, 0]]), 2, excluded=np.array([[0, 2], [-1, -1]]))
    assert found.rows.tolist() == [[1, 3], [0, 1]]  # a zero direction is as far from all
    np.testing.assert_allclose(found.cosines, [[0, -1], [0, 0]])
    with pytest.raises(ValueError, match="at least 1"):
        nearest(embeddings, np.array([0]), 0)


# Isotropy


def test_mean_cosine_is_that_of_all_pairs() -> None:
    vectors = np.random.default_rng(0).normal(1, 1, size=(40, 5))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = (unit @ unit.T)[np.triu_indices(40, 1)]
    assert mean_cosine(of(vectors), np.arange(40)) == pytest.approx(pairs.mean(), abs=1e-7)
    assert mean_cosine(of([[1, 0]]), np.array([0])) is None


def test_partition_ratio_is_that_of_its_definition() -> None:
    vectors = np.random.default_rng(0).normal(0.3, 1, size=(200, 4)) * [3, 1, 1, 0.5]
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    z = [np.exp(vectors @ (sign * axis)).sum() for axis in axes.T for sign in (1, -1)]
    found = isotropy(of(vectors), np.arange(200))["partition_ratio"]
    assert found == pytest.approx(min(z) / max(z), rel=1e-4)


def test_partition_ratio_is_1_where_all_directions_are_alike_and_bears_long_vectors() -> None:
    cross = np.concatenate([np.eye(6), -np.eye(6)])
    assert isotropy(of(cross), np.arange(12))["partition_ratio"] == pytest.approx(1, abs=1e-6)
    assert isotropy(of(1000 * np.eye(2) + 1), np.arange(2))["partition_ratio"] == 0


def test_variance_shares_are_those_of_the_singular_values() -> None:
    vectors = np.random.default_rng(0).normal(2, 1, size=(300, 12)) * np.arange(1, 13)
    values = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False) ** 2
    found = isotropy(of(vectors), np.arange(300))
    np.testing.assert_allclose(found["top_variance"], values[:10] / values.sum(), rtol=1e-4)
    assert found["effective_dimensions"] == pytest.approx(values.sum() ** 2 / (values**2).sum(), rel=1e-4)
    share = (vectors.mean(axis=0) ** 2).sum() / (vectors**2).sum(axis=1).mean()
    assert found["mean_share"] == pytest.approx(share, rel=1e-5)


# Hubness, norms, bands


def test_hubness_counts_lists_and_gives_their_skewness() -> None:
    from scipy.stats import skew

    embeddings = normal(400, 30)
    found = hubness(embeddings, every_row(embeddings), k=5)
    lists = np.zeros(400)
    for query in range(400):
        lists[brute_force(embeddings, query, 5)] += 1
    assert found["skewness"] == pytest.approx(skew(lists))
    assert found["largest"][0]["lists"] == lists.max()
    assert found["antihubs"] == np.mean(lists == 0)


def test_a_star_is_a_hub() -> None:
    # Each of 40 rows leans a little to the one in the middle, which is so the nearest to all.
    embeddings = of(np.concatenate([np.ones((1, 40)), np.eye(40) + 0.1]))
    found = hubness(embeddings, every_row(embeddings), k=1)
    assert found["largest"][0] == {"word": "w0", "lists": 40}
    assert found["skewness"] > 5


def test_hubness_of_too_few_words_and_of_equal_lists_is_not_told() -> None:
    assert hubness(normal(5, 3), np.arange(5), k=10)["skewness"] is None
    square = of([[1, 0], [0, 1], [-1, 0], [0, -1]])
    found = hubness(square, np.arange(4), k=2)
    assert (found["skewness"], found["antihubs"]) == (None, 0)


def test_bands_hold_every_rank_once() -> None:
    assert dict(bands(30_000))["1001-10000"] == range(1000, 10_000)
    for n in (1, 99, 100, 101, 25_000):
        ranks = [rank for _, band in bands(n) for rank in band]
        assert ranks == list(range(n))


def test_norms_follow_the_frequency_they_were_given() -> None:
    counts = np.array([1000, 100, 10, 1])
    lengths = 1 + 2 * np.log10(counts)
    found = norms_by_frequency(of(np.outer(lengths, [0.6, 0.8]), counts), np.arange(4))
    assert found["against"] == "count"
    assert found["slope"] == pytest.approx(2, abs=1e-6)
    assert found["spearman"] == pytest.approx(1)
    [band] = found["bands"]
    assert band["ranks"] == "1-100"
    assert band["mean_norm"] == pytest.approx(lengths.mean(), abs=1e-6)
    assert band["sd_norm"] == pytest.approx(lengths.std(ddof=1), abs=1e-6)
    assert band["mean_cosine"] == pytest.approx(1, abs=1e-6)


def test_without_counts_norms_go_by_rank_and_equal_norms_have_no_correlation() -> None:
    found = norms_by_frequency(normal(50, 3), np.arange(50))
    assert found["against"] == "rank"
    equal = norms_by_frequency(of(np.ones((20, 2))), np.arange(20))
    assert equal["spearman"] is None
    assert equal["slope"] == pytest.approx(0, abs=1e-9)


# The record


def test_the_record_is_plain_data_and_goes_by_frequency_not_by_row() -> None:
    rng = np.random.default_rng(0)
    vectors, counts = rng.normal(size=(300, 8)), np.arange(300)[::-1] + 1
    order = rng.permutation(300)
    first = geometry(of(vectors, counts), hub_words=100)
    shuffled = Embeddings([f"w{i}" for i in order], np.float32(vectors[order]), counts[order])
    second = geometry(shuffled, hub_words=100)
    assert json.loads(json.dumps(first, allow_nan=False)) == first
    assert first["hubness"] == second["hubness"]
    assert first["norms"]["bands"][1]["mean_norm"] == pytest.approx(second["norms"]["bands"][1]["mean_norm"])
    assert first["isotropy"]["mean_cosine"] == pytest.approx(second["isotropy"]["mean_cosine"])


def test_bad_rows_are_left_out_and_counted() -> None:
    embeddings = normal(60, 5)
    good = geometry(of(embeddings.vectors[:57]), hub_words=20)
    embeddings.vectors[57:] = [[0] * 5, [np.nan] * 5, [np.inf] * 5]
    found = geometry(embeddings, hub_words=20)
    assert found["without_direction"] == 3
    assert found["isotropy"] == good["isotropy"]


def test_vectors_that_are_all_equal_or_hardly_any_give_reasons_not_numbers() -> None:
    constant = geometry(of(np.full((50, 4), 0.1)))
    assert constant["isotropy"]["mean_cosine"] == pytest.approx(1)
    assert constant["isotropy"]["top_variance"] is None
    assert constant["norms"]["spearman"] is None
    few = geometry(of([[1, 0], [0, 0], [0, 0]]))
    assert few["isotropy"] is None
    assert few["reason"] == "only 1 of 3 vectors have a direction, 2 are zero or hold NaN"
    for record in (constant, few):
        json.dumps(record, allow_nan=False)


# Alignment


def rotation(dim: int, seed: int = 0) -> NDArray[np.float64]:
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, dim)))
    return q


def test_a_rotation_is_undone_whatever_the_order_of_the_words() -> None:
    first = normal(400, 10)
    order = np.random.default_rng(1).permutation(400)
    turned = Embeddings([first.words[i] for i in order], np.float32(first.vectors[order] @ rotation(10)))
    found = alignment(first, turned)
    assert found["mean_cosine"] == pytest.approx(1, abs=1e-6)
    assert (found["shared"], found["fitted"], found["held_out"]) == (400, 320, 80)


def test_unrelated_vectors_agree_on_fitted_words_and_not_on_held_out_ones() -> None:
    found = alignment(normal(400, 50), normal(400, 50, seed=1))
    assert found["fitted_cosine"] > 0.2
    assert abs(found["mean_cosine"]) < 0.1
    assert found["low"] < found["mean_cosine"] < found["high"]


def test_a_common_mean_is_what_chance_shows() -> None:
    shift = 2.0
    first, second = (of(normal(500, 20, seed).vectors + shift) for seed in (0, 1))
    found = alignment(first, second)
    assert found["chance"] == pytest.approx(found["mean_cosine"], abs=0.05)
    assert found["chance"] > 0.5


def test_different_dimensions_can_be_aligned_and_too_few_words_cannot() -> None:
    first = normal(300, 6)
    wider = Embeddings(first.words, np.float32(np.pad(first.vectors, ((0, 0), (0, 4))) @ rotation(10)))
    for pair in ((first, wider), (wider, first)):
        assert alignment(*pair)["mean_cosine"] == pytest.approx(1, abs=1e-6)
    with pytest.raises(InputError, match="share only 9 words"):
        alignment(normal(9, 3), normal(9, 3))
