"""How evenly vectors point in all directions.

A training that goes wrong often shows here before it shows in a score: too high a learning rate or too large a batch
pulls all vectors to one side, too few updates leave them where they started.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..embeddings import Embeddings
from .directions import BLOCK, Rows, unit_rows

Floats = NDArray[np.float64]

COMPONENTS = 10
"""Principal components whose share of the variance is told."""


def mean_cosine(embeddings: Embeddings, rows: Rows) -> float | None:
    """Mean cosine of all pairs of two different rows; None for fewer than two.

    The sum of all unit vectors tells it exactly, |sum|² being the sum of all their products; no pairs are drawn.
    """
    n = len(rows)
    if n < 2:
        return None
    total = np.zeros(embeddings.dim)
    for start in range(0, n, BLOCK):
        total += unit_rows(embeddings, rows[start : start + BLOCK]).sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


def isotropy(embeddings: Embeddings, rows: Rows) -> dict[str, Any]:
    """Measures of isotropy over some rows, each with a direction. All are None where there are fewer than two.

    Keys:
        mean_cosine: of all pairs of rows; 0 where directions are spread evenly.
        partition_ratio: the least partition function Z(c) = Σ exp(c·v) over the largest, c running through the
            eigenvectors of VᵀV and their negatives; 1 where vectors are isotropic (Mu & Viswanath 2018, "All-but-the-
            Top", whose eigenvectors have whatever sign the solver gives them: with both signs the ratio is no matter
            of chance).
        mean_share: squared length of the mean vector, as a share of the mean squared length.
        top_variance: shares of the variance, after the mean is taken off, that the first principal components hold.
        effective_dimensions: (Σλ)² / Σλ² of the variances λ: the dimensions that are really in use.
    """
    n = len(rows)
    if n < 2:
        names = ("mean_cosine", "partition_ratio", "mean_share", "top_variance", "effective_dimensions")
        return dict.fromkeys(names)
    total, products = np.zeros(embeddings.dim), np.zeros((embeddings.dim, embeddings.dim))
    for block in _blocks(embeddings, rows):
        total += block.sum(axis=0)
        products += block.T @ block
    mean = total / n
    second_moment = products / n
    variances = np.linalg.eigvalsh(second_moment - np.outer(mean, mean))[::-1].clip(min=0)
    whole = float(variances.sum())
    # Where all vectors are equal, what is left of the variances is rounding.
    flat = whole <= 1e-12 * float(np.trace(second_moment))
    return {
        "mean_cosine": mean_cosine(embeddings, rows),
        "partition_ratio": _partition_ratio(embeddings, rows, np.linalg.eigh(second_moment)[1]),
        "mean_share": float(mean @ mean / np.trace(second_moment)),
        "top_variance": None if flat else (variances[:COMPONENTS] / whole).tolist(),
        "effective_dimensions": None if flat else float(whole**2 / (variances @ variances)),
    }


def _partition_ratio(embeddings: Embeddings, rows: Rows, axes: Floats) -> float:
    """Least over largest partition function; in logarithms, which long vectors do not overflow."""
    plus, minus = np.full(embeddings.dim, -np.inf), np.full(embeddings.dim, -np.inf)
    for block in _blocks(embeddings, rows):
        products = block @ axes
        plus = np.logaddexp(plus, _log_sum_exp(products))
        minus = np.logaddexp(minus, _log_sum_exp(-products))
    partition = np.concatenate([plus, minus])
    return float(np.exp(partition.min() - partition.max()))


def _log_sum_exp(columns: Floats) -> Floats:
    highest = columns.max(axis=0)
    result: Floats = highest + np.log(np.exp(columns - highest).sum(axis=0))
    return result


def _blocks(embeddings: Embeddings, rows: Rows) -> Iterator[Floats]:
    for start in range(0, len(rows), BLOCK):
        yield embeddings.vectors[rows[start : start + BLOCK]].astype(np.float64)
