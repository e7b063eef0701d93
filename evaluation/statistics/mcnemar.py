"""McNemar's exact test: do two systems get the same number of questions right?

McNemar 1947, Note on the sampling error of the difference between correlated proportions or percentages, Psychometrika
12(2). Only questions that one system alone answers count. It takes questions as independent, which analogy questions
are not (19,544 of them are made of 573 pairs): its p-value is too small, and is shown as what others report.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class McNemar:
    """Discordant questions and the p-value.

    Attributes:
        b: questions that the first system alone gets right.
        c: questions that the second alone gets right.
        p: two-sided, from the binomial distribution of b among b + c.
    """

    b: int
    c: int
    p: float


def exact_mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Compare two systems' right and wrong answers to the same questions.

    Args:
        first: (n_questions,), whether the first system answered each question right.
        second: the same of the second.

    Raises:
        ValueError: the numbers of questions differ.
    """
    from scipy.stats import binomtest

    if first.shape != second.shape:
        raise ValueError(f"{first.shape} answers cannot be paired with {second.shape}")
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    return McNemar(b, c, float(binomtest(b, b + c).pvalue) if b + c else 1.0)
