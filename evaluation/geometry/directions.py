"""Rows scaled to length 1, made when asked for, so that the whole matrix is never held twice."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..embeddings import Embeddings

Rows = NDArray[np.int64]

BLOCK = 8192
"""Rows that are worked on at once: 10 MB of 300 dimensions."""


def with_direction(embeddings: Embeddings) -> NDArray[np.bool_]:
    """Rows that point somewhere, bool (n_words,). Zero, NaN and infinite vectors do not."""
    found: NDArray[np.bool_] = np.isfinite(embeddings.norms) & (embeddings.norms > 0)
    return found


def unit_rows(embeddings: Embeddings, rows: Rows) -> NDArray[np.float64]:
    """float64 (len(rows), dim) of length 1; a row without direction stays as it is."""
    lengths = embeddings.norms[rows]
    unit: NDArray[np.float64] = embeddings.vectors[rows] / np.where(lengths > 0, lengths, 1)[:, None]
    return unit


def unit_matrix(embeddings: Embeddings, rows: Rows) -> NDArray[np.float32]:
    """float32 (len(rows), dim) of length 1, filled a block at a time."""
    matrix = np.empty((len(rows), embeddings.dim), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        matrix[start : start + BLOCK] = unit_rows(embeddings, rows[start : start + BLOCK])
    return matrix


def normalised(directions: NDArray[Any]) -> NDArray[np.float64]:
    """Rows of any matrix scaled to length 1, float64; zero rows stay zero."""
    lengths = np.linalg.norm(directions.astype(np.float64), axis=1, keepdims=True)
    unit: NDArray[np.float64] = directions / np.where(lengths > 0, lengths, 1)
    return unit
