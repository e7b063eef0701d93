"""Whether vectors hold a known structure: words of a topic lie together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def neighbours(vectors: NDArray[Any], n: int) -> NDArray[np.intp]:
    """For each row the ``n`` rows nearest to it by cosine, itself left out: (n_rows, n)."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.where(lengths > 0, lengths, 1)
    cosines = directions @ directions.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :n]


def clustering(vectors: NDArray[Any], n: int) -> float:
    """How far rows lie in groups of ``n``, whatever the rows stand for: 1 where they all do.

    The mean share of a row's group (itself and its ``n - 1`` nearest) that is also in the group of its nearest row.
    """
    near = neighbours(vectors, n - 1)
    groups = [{row, *near[row].tolist()} for row in range(len(near))]
    return float(np.mean([len(group & groups[near[row, 0]]) / n for row, group in enumerate(groups)]))


def agreement(vectors: NDArray[Any], labels: Sequence[int]) -> NDArray[np.float64]:
    """For each row, of its nearest rows as many as its label has others, the share that have its label.

    Args:
        vectors: (n_rows, vector_size).
        labels: of the rows, each equally often.
    """
    own = np.asarray(labels)
    n = int((own == own[0]).sum()) - 1
    return np.asarray((own[neighbours(vectors, n)] == own[:, None]).mean(axis=1), np.float64)
