"""Williams' t: do two systems' similarities correlate differently with one and the same set of judgements?

Williams 1959, The comparison of regression variables, Journal of the Royal Statistical Society B 21(2), recommended by
Steiger 1980, Tests for comparing elements of a correlation matrix, Psychological Bulletin 87(2). It takes pairs as
independent and as drawn from a normal distribution, which ranks are not: a cross-check of the other tests.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Williams:
    """The statistic and its two-sided p-value, from Student's t with n − 3 degrees of freedom."""

    t: float
    p: float


def williams(first: float, second: float, between: float, n: int) -> Williams:
    """Compare two correlations that share a variable.

    Args:
        first: correlation of the first system's similarities with the judgements.
        second: of the second system's.
        between: of the two systems' similarities with each other.
        n: pairs, at least 4.

    Raises:
        ValueError: fewer than 4 pairs.
    """
    from scipy import stats

    if n < 4:
        raise ValueError(f"Williams' t needs at least 4 pairs, not {n}")
    if first == second:
        return Williams(0.0, 1.0)
    determinant = 1 - first**2 - second**2 - between**2 + 2 * first * second * between
    mean = (first + second) / 2
    # Rounding can take the determinant of nearly equal systems a little below zero.
    scale = 2 * max(determinant, 0.0) * (n - 1) / (n - 3) + mean**2 * (1 - between) ** 3
    if scale <= 0:
        return Williams(math.copysign(math.inf, first - second), 0.0)
    t = (first - second) * math.sqrt((n - 1) * (1 + between) / scale)
    return Williams(t, 2 * float(stats.t.sf(abs(t), n - 3)))


def least_significant_difference(n: int, between: float, alpha: float = 0.05) -> float:
    """The smallest difference of two correlations that this test always calls significant, one-tailed.

    The table in Rastogi, Van Durme & Arora 2015, Multiview LSA, NAACL ("minimum required difference for significance"),
    rests on it. The least favourable place is where one of the two correlations is zero.

    Args:
        n: pairs, at least 5.
        between: correlation of the two systems' similarities, in [0, 1).
        alpha: of the one-tailed test.

    Raises:
        ValueError: no difference is always significant, or ``between`` is outside [0, 1).
    """
    from scipy.optimize import brentq

    if not 0 <= between < 1:
        raise ValueError(f"the systems' correlation must be in [0, 1), not {between}")
    widest = math.sqrt(1 - between**2) * (1 - 1e-9)

    def excess(difference: float) -> float:
        return williams(difference, 0.0, between, n).p / 2 - alpha

    if excess(widest) > 0:
        raise ValueError(f"{n} pairs are too few for any difference to be significant")
    return float(brentq(excess, 1e-9, widest))
