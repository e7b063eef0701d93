"""Damping for the Triton path: how much of its step a row may take that many programs train at once.

As in ``rows.Sgd``, the step of a row that c windows share is multiplied by min(1, limit / c). Nobody sees which rows
the programs share at a moment, so c is what the word's frequency lets expect: one factor a row, known beforehand.
Almost all rows have factor 1.
"""

import numpy as np
from numpy.typing import NDArray

from ..huffman import HuffmanTree

Floats = NDArray[np.float64]


def kept_share(counts: NDArray[np.int64], keep: Floats) -> Floats:
    """Each word's share of the words that are left after subsampling."""
    kept = counts * keep
    return np.asarray(kept / kept.sum())


def input_frequency(share: Floats, mean_contexts: float) -> Floats:
    """Units among which a word stands as context, per unit."""
    return share * mean_contexts


def noise_output_frequency(share: Floats, noise: Floats, negative: int) -> Floats:
    """Units in which a word is a target of negative sampling, per unit."""
    return share + negative * noise


def path_output_frequency(share: Floats, tree: HuffmanTree) -> Floats:
    """Units whose centre's path has an inner node, per unit; 1 for the root."""
    owner = np.repeat(share, np.diff(tree.offsets))
    return np.asarray(np.bincount(tree.nodes, owner, len(share) - 1), np.float64)


def factors(frequency: Floats, together: int, limit: float) -> NDArray[np.float32] | None:
    """Each row's factor, or None where all are 1.

    Args:
        frequency: how often a row is touched by one unit.
        together: units that are computed from one state of the vectors.
        limit: how many units may move one row without damping, at least 1.
    """
    scaled = np.minimum(1.0, limit / np.maximum(frequency * (together - 1), 1e-30)).astype(np.float32)
    return None if (scaled == 1).all() else scaled
