"""How uncertain scores are because the questions are a sample, where questions that share a word err together.

A set's items are no independent draws: a word that a model knows badly spoils every question that it stands in (the
19,544 questions of Google's set are made of 905 words, MEN's 3,000 pairs of 751). The variance of a mean over items is
therefore summed over all pairs of items that have a word in common, not over the items alone: the cluster-robust
variance for items that belong to several clusters (Fafchamps & Gubert 2007, The formation of risk sharing networks,
Journal of Development Economics 83; Aronow, Samii & Assenova 2015, Cluster-robust variance estimation for dyadic data,
Political Analysis 23; Cameron, Gelbach & Miller 2011, Robust inference with multiway clustering, JBES 29).

Unlike the two-way bootstrap, which draws pairs of words anew and so counts what is peculiar to one question three
times, it is not conservative where two systems differ little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

FEWEST = 2.0
"""Effectively independent items below which a section cannot give a variance of its own."""


@dataclass(frozen=True, eq=False)
class ItemCovariance:
    """How the scores of runs vary and covary when the items are drawn anew.

    Attributes:
        shared: (n_runs, n_runs), items with a word in common taken as dependent.
        alone: (n_runs, n_runs), only items of the very same words taken as dependent.
        df: degrees of freedom: how many independent items would tell as much.
    """

    shared: Floats
    alone: Floats
    df: float

    def of(self, runs: Sequence[int]) -> "ItemCovariance":
        """Only these runs."""
        own = np.ix_(runs, runs)
        return ItemCovariance(self.shared[own], self.alone[own], self.df)

    def variance(self, contrast: Floats) -> float:
        """Variance of a weighted sum of the runs' scores; ``contrast`` has shape (n_runs,).

        Sharing words can only add to it: where noise says otherwise, ``alone`` stands.
        """
        return float(max(contrast @ self.shared @ contrast, contrast @ self.alone @ contrast))


class SharedWords:
    """Which items of a set have words in common.

    Attributes:
        effective: how many independent items would tell as much; at most the number of items.
    """

    def __init__(self, words: Numbers, sections: Numbers | None = None) -> None:
        """Find the items that share words.

        Args:
            words: (n_items, words an item), the number of each word; the order within an item does not matter. At least
                one item.
            sections: (n_items,), the number of the section that each item belongs to; each section's share of the set
                is taken as given. None where there are no sections.
        """
        n = len(words)
        distinct, self._set = np.unique(np.sort(words, axis=1), axis=0, return_inverse=True)
        self._sharing = _sharing(distinct)
        own = np.zeros(n, dtype=np.int64) if sections is None else np.unique(sections, return_inverse=True)[1]
        members = np.zeros((len(distinct), own.max() + 1))
        np.add.at(members, (self._set, own), 1)
        links = members.T @ (self._sharing @ members)
        stratum_of = _strata(members.sum(axis=0), links)
        self._stratum = stratum_of[own]
        belongs = np.eye(stratum_of.max() + 1)[stratum_of]
        self._items = belongs.T @ members.sum(axis=0)
        # Deviations from a stratum's own mean vary less than those from the true one, by this share of the variance.
        lost = np.minimum(np.diag(belongs.T @ links @ belongs) / self._items**2, 1 / FEWEST)
        self._scale = 1 / np.sqrt(1 - lost) / n
        self.effective = float(n**2 / links.sum())

    def covariance(self, values: Floats) -> ItemCovariance:
        """Covariance of the means over items.

        Args:
            values: (n_items, n_runs), what each item adds to a run's score: 1 or 0 for an answer, an influence for a
                correlation.
        """
        sums = _added(values, self._stratum, len(self._items))
        deviations = values - (sums / self._items[:, None])[self._stratum]
        deviations *= self._scale[self._stratum, None]
        own = _added(deviations, self._set, self._sharing.shape[0])
        return ItemCovariance(own.T @ (self._sharing @ own), own.T @ own, self.effective)


def _sharing(sets: Numbers) -> Any:
    """Sparse (n_sets, n_sets), 1 where two sets of words have one in common."""
    from scipy.sparse import csr_array

    n, width = sets.shape
    rows = np.repeat(np.arange(n), width)
    incidence = csr_array((np.ones(sets.size), (rows, sets.ravel())), shape=(n, int(sets.max()) + 1))
    sharing = (incidence @ incidence.T).tocsr()
    sharing.data[:] = 1
    return sharing


def _strata(items: Floats, links: Floats) -> Numbers:
    """(n_sections,): which sections have a mean of their own.

    Those whose items nearly all hang together share one; with the largest section, if even together they are few.

    Args:
        items: (n_sections,), how many.
        links: (n_sections, n_sections), pairs of items with a word in common.
    """
    stratum = np.arange(len(items))
    small = items**2 < FEWEST * np.diag(links)
    if small.any():
        together = items[small].sum() ** 2 >= FEWEST * links[np.ix_(small, small)].sum()
        stratum[small] = stratum[small][0] if together else np.argmax(np.where(small, 0, items))
    return np.asarray(np.unique(stratum, return_inverse=True)[1], dtype=np.int64)


def _added(values: Floats, place: Numbers, n: int) -> Floats:
    sums = np.zeros((n, values.shape[1]))
    np.add.at(sums, place, values)
    return sums
