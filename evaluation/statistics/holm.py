"""Holm's correction: many tests, one error rate."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given.

    Calling different what has an adjusted p below .05 makes a false call anywhere among the tests in at most 5 % of
    studies, however the tests depend on one another. Holm 1979, A simple sequentially rejective multiple test
    procedure, Scandinavian Journal of Statistics 6(2).
    """
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        return []
    return [float(p) for p in multipletests(list(p_values), method="holm")[1]]
