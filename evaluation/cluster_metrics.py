"""How well clusters agree with classes, for many tables of counts at once.

A table holds how many words of each class are in each cluster, float64 (…, n_classes, n_clusters).
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def purity(tables: Floats) -> Floats:
    """Share of words that are in a cluster whose most frequent class is theirs."""
    share: Floats = tables.max(axis=-2).sum(axis=-1) / tables.sum(axis=(-2, -1))
    return share


def adjusted_rand(tables: Floats) -> Floats:
    """Adjusted Rand index (Hubert & Arabie 1985): agreement on pairs of words, 0 by chance and 1 at best."""

    def pairs(counts: Floats) -> Floats:
        return counts * (counts - 1) / 2

    together = pairs(tables).sum(axis=(-2, -1))
    in_class, in_cluster = pairs(tables.sum(axis=-1)).sum(axis=-1), pairs(tables.sum(axis=-2)).sum(axis=-1)
    by_chance = in_class * in_cluster / pairs(tables.sum(axis=(-2, -1)))
    most = (in_class + in_cluster) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        # One class and one cluster, or each word for itself: they agree.
        index: Floats = np.where(most == by_chance, 1.0, (together - by_chance) / (most - by_chance))
    return index


def v_measure(tables: Floats) -> Floats:
    """V-measure (Rosenberg & Hirschberg 2007): harmonic mean of homogeneity and completeness."""
    total = tables.sum(axis=(-2, -1))[..., None]

    def entropy(counts: Floats) -> Floats:
        share = counts / total
        terms = share * np.log(share, where=share > 0, out=np.zeros_like(share))
        sums: Floats = -terms.sum(axis=-1)
        return sums

    of_classes, of_clusters = entropy(tables.sum(axis=-1)), entropy(tables.sum(axis=-2))
    joint = entropy(tables.reshape(*tables.shape[:-2], -1))
    both = of_classes + of_clusters
    with np.errstate(invalid="ignore", divide="ignore"):
        measure: Floats = np.where(both == 0, 1.0, 2 * (both - joint) / both)
    return np.clip(measure, 0, 1)


METRICS: Mapping[str, Callable[[Floats], Floats]] = {
    "purity": purity,
    "adjusted-rand": adjusted_rand,
    "v-measure": v_measure,
}


def contingency(classes: Labels, clusterings: Labels) -> Floats:
    """The table of each clustering, float64 (n_clusterings, n_classes, n_clusters).

    Args:
        classes: (n_words,), from 0.
        clusterings: (n_clusterings, n_words), clusters from 0.
    """
    n_classes, n_clusters = int(classes.max()) + 1, int(clusterings.max()) + 1
    cells = classes * n_clusters + clusterings
    size = n_classes * n_clusters
    counts = np.stack([np.bincount(own, minlength=size) for own in cells])
    return counts.reshape(-1, n_classes, n_clusters).astype(np.float64)


def leave_one_out(measure: Callable[[Floats], Floats], tables: Floats, classes: Labels, clusterings: Labels) -> Floats:
    """The metric of each clustering without each word in turn, (n_clusterings, n_words).

    Args:
        measure: the metric.
        tables: as ``contingency`` gives them.
        classes: (n_words,).
        clusterings: (n_clusterings, n_words).
    """
    result = np.empty(clusterings.shape)
    for i, (table, clusters) in enumerate(zip(tables, clusterings, strict=True)):
        # Words of one class in one cluster can be left out alike.
        cells = np.argwhere(table > 0)
        lessened = np.repeat(table[None], len(cells), axis=0)
        lessened[np.arange(len(cells)), cells[:, 0], cells[:, 1]] -= 1
        values = np.zeros_like(table)
        values[cells[:, 0], cells[:, 1]] = measure(lessened)
        result[i] = values[classes, clusters]
    return result
