"""Two groups of runs compared by their scores alone: what varies is the seed, the questions stay as they are."""

import math
from collections.abc import Sequence

from .difference import Difference

FEWEST_RUNS = 3
"""Runs of each group below which a standard deviation says too little."""


def welch(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Mean of ``a`` less mean of ``b``, the groups' spreads not taken as equal.

    Welch 1947, The generalization of "Student's" problem when several different population variances are involved,
    Biometrika 34. The same as SciPy's ``ttest_ind(equal_var=False)`` and, by ``equivalence_p``, statsmodels'
    ``ttost_ind(usevar="unequal")``.

    Args:
        a: scores of one system's runs, at least two.
        b: of the other's, at least two.

    Raises:
        ValueError: a group has fewer than two scores, or one that is no finite number.
    """
    means, parts, dfs = [], [], []
    for group in (a, b):
        if len(group) < 2 or not all(map(math.isfinite, group)):
            raise ValueError("each group needs at least two finite scores")
        mean = math.fsum(group) / len(group)
        means.append(mean)
        parts.append(math.fsum((value - mean) ** 2 for value in group) / (len(group) - 1) / len(group))
        dfs.append(len(group) - 1)
    return Difference(means[0] - means[1], math.sqrt(sum(parts)), satterthwaite(parts, dfs))


def satterthwaite(variances: Sequence[float], dfs: Sequence[float]) -> float:
    """Degrees of freedom of a sum of independent variance estimates; infinite where all are zero.

    Satterthwaite 1946, An approximate distribution of estimates of variance components, Biometrics Bulletin 2(6).
    """
    spread = sum(variance**2 / df for variance, df in zip(variances, dfs, strict=True))
    return sum(variances) ** 2 / spread if spread > 0 else math.inf
