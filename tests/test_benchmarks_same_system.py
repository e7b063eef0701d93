"""A system against itself: every split once, and a difference where there is one."""

from math import comb

import numpy as np
import pytest

from bench.benchmarks.same_system import compare_parts, splits
from bench.evaluation.comparison.collected import Collected
from bench.evaluation.comparison.contrast import Margins


@pytest.mark.parametrize(
    ("n", "a", "b", "ways"), [(5, 2, 3, comb(5, 2)), (5, 2, 2, 15), (5, 1, 1, comb(5, 2)), (5, 1, 2, 5 * comb(4, 2))]
)
def test_every_split_comes_once(n: int, a: int, b: int, ways: int) -> None:
    found = list(splits(n, a, b))
    assert len(found) == ways == len({frozenset((frozenset(x), frozenset(y))) for x, y in found})
    assert all(len(x) == a and len(y) == b and not set(x) & set(y) for x, y in found)


def test_parts_are_compared_by_their_own_runs() -> None:
    values = np.array([0.1, 0.11, 0.12, 0.5, 0.51, 0.52])
    collected = [Collected("t", "purity", values, 10, 10)]
    (apart,) = compare_parts(collected, ((0, 1, 2), (3, 4, 5)), Margins())
    assert (apart.verdict, apart.difference) == ("better", pytest.approx(0.4))
    (mixed,) = compare_parts(collected, ((0, 2, 4), (1, 3, 5)), Margins())
    assert mixed.verdict == "undecided"
