"""The largest singular values of a sparse matrix, with their vectors."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .products import Products

OVERSAMPLING = 10
"""Columns more than are wanted (Halko, Martinsson & Tropp 2011, §4.2)."""


class Factors(NamedTuple):
    """left @ diag(values) @ right.T comes closest to the matrix.

    Attributes:
        left, right: float32 (n_rows, k) and (n_columns, k), orthonormal columns.
        values: float32 (k,), descending.
    """

    left: NDArray[np.float32]
    values: NDArray[np.float32]
    right: NDArray[np.float32]


def largest_factors(
    matrix: Any,
    k: int,
    *,
    solver: str,
    iterations: int,
    threads: int,
    seed: int,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Factors:
    """The k largest singular values, or as many as the matrix has rows.

    Args:
        matrix: scipy sparse, float32, square.
        k: how many.
        solver: ``randomized`` or ``arpack``; a small matrix is decomposed exactly with either.
        iterations: of the randomised solver.
        threads: for the products.
        seed: of the first columns.
        progress: told of the fraction that is done.
    """
    if matrix.shape[0] <= k + OVERSAMPLING:
        left, values, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
        found = Factors(left[:, :k], values[:k], right[:k].T)
    elif solver == "arpack":
        found = _lanczos(Products(matrix, threads), k, seed)
    else:
        found = _randomized(Products(matrix, threads), k, iterations, seed, progress)
    progress(1.0)
    return found


def _randomized(products: Products, k: int, iterations: int, seed: int, progress: Callable[[float], None]) -> Factors:
    """Subspace iteration from random columns (Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1)."""
    steps = 2 * iterations + 2
    columns = np.random.default_rng(seed).standard_normal((products.shape[1], k + OVERSAMPLING), np.float32)
    for step in range(iterations):
        left = _orthonormal(products.times(columns))
        progress((2 * step + 1) / steps)
        columns = _orthonormal(products.transposed_times(left))
        progress((2 * step + 2) / steps)
    left = _orthonormal(products.times(columns))
    progress((steps - 1) / steps)
    # left.T @ matrix, transposed, is tall: its own decomposition gives the right vectors at once.
    right, values, turn = np.linalg.svd(products.transposed_times(left), full_matrices=False)
    return Factors(left @ turn[:k].T, np.asarray(values[:k], np.float32), np.ascontiguousarray(right[:, :k]))


def _orthonormal(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.linalg.qr(columns)[0]


def _lanczos(products: Products, k: int, seed: int) -> Factors:
    """ARPACK's restarted Lanczos iteration on matrix.T @ matrix, through SciPy."""
    from scipy.sparse.linalg import LinearOperator, svds

    def times(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return products.times(x.reshape(-1, 1)).ravel()

    def transposed_times(y: NDArray[np.float32]) -> NDArray[np.float32]:
        return products.transposed_times(y.reshape(-1, 1)).ravel()

    operator = LinearOperator(products.shape, matvec=times, rmatvec=transposed_times, dtype=np.float32)
    start = np.random.default_rng(seed).standard_normal(min(products.shape)).astype(np.float32)
    left, values, right = svds(operator, k, v0=start, solver="arpack")
    order = np.argsort(-values)
    return Factors(*(np.asarray(part, np.float32) for part in (left[:, order], values[order], right[order].T)))
