"""Whether head scores worse than base: paired by seed, the seeds being what varies.

Both sides train with the same seeds, so a change that leaves the computation alone differs by nothing, and one that
only reorders it differs by chance. The claim is about the implementation, so the unit is a seed, not a question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...evaluation.statistics.holm import holm
from .decision import Verdict

TOLERANCE = 0.005
"""Half a point: a loss that is let pass, since a tenth of a point is significant too where nothing varies."""
LEVEL = 0.01
"""Stricter than for times: a score is looked at for every task, and a false alarm costs an author's day."""
FEWEST = 5


@dataclass(frozen=True)
class QualityDecision:
    """What the seeds allow to say of one task's score.

    Attributes:
        verdict: regression where the loss is larger than the tolerance and significant.
        difference: head's mean score less base's, in the direction in which more is better.
        low, high: its 99 % interval (Student's t over seeds).
        p: two-sided, corrected for the number of scores (Holm).
        base, head: mean scores.
        tolerance: the loss that is let pass.
        seeds: how many there were.
        reason: of an inconclusive verdict.
    """

    verdict: Verdict
    difference: float
    low: float
    high: float
    p: float
    base: float
    head: float
    tolerance: float
    seeds: int
    reason: str | None = None


@dataclass(frozen=True)
class Scores:
    """One task's score by seed, the same seeds on both sides."""

    base: Sequence[float]
    head: Sequence[float]
    higher_is_better: bool = True


def decide_quality(
    cells: Mapping[str, Scores], tolerances: Mapping[str, float] | None = None
) -> dict[str, QualityDecision]:
    """A decision for each cell (a task of a configuration).

    Raises:
        ValueError: a cell has fewer than two seeds.
    """
    from scipy.stats import t

    found = []
    for scores in cells.values():
        sign = 1.0 if scores.higher_is_better else -1.0
        differences = sign * (np.asarray(scores.head, float) - np.asarray(scores.base, float))
        n = len(differences)
        if n < 2:
            raise ValueError("a decision on quality needs at least two seeds")
        mean, error = float(differences.mean()), float(differences.std(ddof=1)) / n**0.5
        p = 1.0 if mean == 0 else 0.0 if error == 0 else float(2 * t.sf(abs(mean) / error, n - 1))
        reach = float(t.ppf(1 - LEVEL / 2, n - 1)) * error
        found.append((scores, mean, mean - reach, mean + reach, p, n))
    corrected = holm([p for *_, p, _ in found])
    return {
        name: _decision(scores, mean, low, high, p, n, (tolerances or {}).get(name, TOLERANCE))
        for name, (scores, mean, low, high, _, n), p in zip(cells, found, corrected, strict=True)
    }


def _decision(
    scores: Scores, mean: float, low: float, high: float, p: float, n: int, tolerance: float
) -> QualityDecision:
    verdict: Verdict
    reason = None
    if n < FEWEST:
        verdict, reason = "inconclusive", f"{n} seeds are too few; quality needs at least {FEWEST} rounds"
    elif mean < -tolerance and p < LEVEL:
        verdict = "regression"
    elif mean > tolerance and p < LEVEL:
        verdict = "improvement"
    else:
        verdict = "ok"
    base, head = float(np.mean(scores.base)), float(np.mean(scores.head))
    return QualityDecision(verdict, mean, low, high, p, base, head, tolerance, n, reason)
