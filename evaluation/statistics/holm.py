"""Holm's correction: many tests, one error rate."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given.

    Calling different what has an adjusted p below .05 makes a false call anywhere among the tests in at most 5 % of
    studies, however the tests depend on one another. Holm 1979, A simple sequentially rejective multiple test
    procedure, Scandinavian Journal of Statistics 6(2).
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return [float(one) for one in adjusted]
