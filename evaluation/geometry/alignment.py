"""Orthogonal Procrustes: how far two files hold the same vectors up to a rotation.

Vectors of two runs cannot be compared coordinate by coordinate, since nothing in training fixes the axes. The rotation
(or reflection) that brings one nearest to the other in the sense of least squares is known in closed form (Schönemann
1966). It is fitted on some words and judged on others: on those it was fitted to, any two clouds agree somewhat.
"""

from typing import Any

import numpy as np

from ...datasets.errors import InputError
from ..embeddings import Embeddings
from .directions import unit_rows
from .shared import by_frequency, common_words, rows_of

WORDS = 20_000
HELD_OUT = 0.2


def alignment(first: Embeddings, second: Embeddings, *, words: int = WORDS, seed: int = 1) -> dict[str, Any]:
    """Rotate the first onto the second by their shared words; judge by words that were held out.

    Vectors are scaled to length 1 before. Where the dimensions differ, the narrower is filled up with zeros.

    Args:
        first: to be rotated.
        second: where to.
        words: the most frequent shared words that take part; a fifth of them, drawn at random, is held out.
        seed: of the draw.

    Returns:
        ``{"shared", "fitted", "held_out", "mean_cosine", "low", "high", "fitted_cosine", "chance"}``: mean cosine of
        the held-out words with themselves after the rotation, with its 95 % interval (words as a sample); the same of
        the words fitted to; and ``chance``, the mean cosine with another held-out word, which is what vectors that have
        nothing but their mean direction in common would have.

    Raises:
        InputError: fewer than ten words are shared.
    """
    from scipy.linalg import orthogonal_procrustes

    shared = common_words([by_frequency(first), by_frequency(second)])
    if len(shared) < 10:
        raise InputError(f"the two vocabularies share only {len(shared)} words; an alignment needs ten at least")
    used = shared[:words]
    dim = max(first.dim, second.dim)
    x, y = (
        np.pad(unit_rows(one, rows_of(one, used)), ((0, 0), (0, dim - one.dim)))  # zeros leave all products as they are
        for one in (first, second)
    )
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(used))
    held, fitted = np.split(order, [max(2, round(HELD_OUT * len(used)))])
    rotation, _ = orthogonal_procrustes(x[fitted], y[fitted])
    rotated = x @ rotation
    cosines = np.einsum("ij,ij->i", rotated, y)
    spread = 1.96 * cosines[held].std(ddof=1) / np.sqrt(len(held))
    mean = float(cosines[held].mean())
    return {
        "shared": len(shared),
        "fitted": len(fitted),
        "held_out": len(held),
        "mean_cosine": mean,
        "low": max(-1.0, mean - float(spread)),
        "high": min(1.0, mean + float(spread)),
        "fitted_cosine": float(cosines[fitted].mean()),
        # A cyclic shift of a random order pairs every word with another.
        "chance": float(np.einsum("ij,ij->i", rotated[held], y[np.roll(held, 1)]).mean()),
    }
