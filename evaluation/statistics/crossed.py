"""The difference of two systems of which each was trained several times: seeds and questions are both samples.

Every run answers the same questions, and every run belongs to one system: the design of reader studies in diagnostic
imaging, whose analysis this is (Obuchowski & Rockette 1995, Communications in Statistics – Simulation and Computation
24(2); degrees of freedom after Hillis 2007, Statistics in Medicine 26(3), here by Satterthwaite's formula with unequal
spreads). The variance of the difference is

    s²(A) / n(A) + s²(B) / n(B)  +  max(0, cov(A, A') + cov(B, B') − 2 cov(A, B)),

the runs' spread as in Welch's test, and what the choice of questions adds to it: covariances, over questions, between
runs of one system less those between systems. Two systems that differ on no question in particular have none, and the
test is Welch's.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .difference import Difference
from .shared_words import ItemCovariance
from .welch import satterthwaite, welch

Floats = NDArray[np.float64]


def crossed_difference(
    values: Floats, items: ItemCovariance, a: Sequence[int], b: Sequence[int], *, least_variance: float = 0.0
) -> Difference:
    """Mean score of the runs ``a`` less that of the runs ``b``, seeds and items drawn anew.

    Where one of the systems has a single run, nothing tells how much its seed matters: the difference is then that of
    these runs, and the items alone are drawn anew.

    Args:
        values: (n_runs,), the runs' scores.
        items: their covariance over items.
        a: numbers of the first system's runs.
        b: numbers of the second's.
        least_variance: below which no variance is believed.
    """
    a, b = list(a), list(b)
    value = float(values[a].mean() - values[b].mean())
    if min(len(a), len(b)) < 2:
        contrast = np.concatenate([np.full(len(a), 1 / len(a)), np.full(len(b), -1 / len(b))])
        variance, df = items.of([*a, *b]).variance(contrast), items.df
    else:
        seeds = welch(values[a].tolist(), values[b].tolist())
        added = _between(items.shared, a, b)
        variance = seeds.standard_error**2 + added
        df = satterthwaite([seeds.standard_error**2, added], [seeds.df, items.df])
    return Difference(value, float(np.sqrt(max(variance, least_variance))), df)


def _between(covariance: Floats, a: Sequence[int], b: Sequence[int]) -> float:
    """Variance, over items, of the systems' expected difference: unbiased before it is cut at zero."""
    within = []
    for group in (a, b):
        block = covariance[np.ix_(group, group)]
        within.append((block.sum() - np.trace(block)) / (len(group) * (len(group) - 1)))
    return float(max(0.0, sum(within) - 2 * covariance[np.ix_(a, b)].mean()))
