"""From paired rounds to a verdict: regression, improvement, ok or inconclusive.

Each round gives base, base again and head, run one after the other in random order. A regression has to be both
significant and large: an interval wholly beyond the tolerance, and a small p-value. Significance alone finds
differences that nobody minds, size alone finds the machine's moods (Laaber, Scheuner & Leitner 2019). The second run
of base is the control: its ratio to the first is known to be 1, so its interval tells what this machine can resolve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...evaluation.statistics.holm import holm
from ..statistics import pseudomedian_interval

Verdict = Literal["regression", "improvement", "ok", "inconclusive"]

LEAST_TOLERANCE = 0.05
LARGEST_TOLERANCE = 0.10
"""Beyond this the machine is too noisy to gate."""
LEVEL = 0.05


@dataclass(frozen=True)
class Threshold:
    """How much worse a metric may get.

    Attributes:
        tolerance: relative change that is let pass however small the noise.
        largest: a tolerance that noise would push beyond this makes the verdict inconclusive.
    """

    tolerance: float = LEAST_TOLERANCE
    largest: float = LARGEST_TOLERANCE


@dataclass(frozen=True)
class Rounds:
    """Measurements of one metric of one configuration, one a round, all above zero.

    Attributes:
        base: of the base revision.
        control: of the base revision again; empty where there was none.
        head: of the revision in question.
        higher_is_better: the metric's direction.
    """

    base: Sequence[float]
    control: Sequence[float]
    head: Sequence[float]
    higher_is_better: bool = True


@dataclass(frozen=True)
class Decision:
    """What the rounds allow to say.

    Attributes:
        verdict: see the module.
        ratio: head over base, as measured; above 1 is more of the metric.
        low, high: its 95 % interval.
        p: of no difference, two-sided, corrected for the number of metrics and configurations.
        tolerance: the relative worsening that would have been let pass.
        noise: half the width of the control's interval, relative; None without control.
        rounds: how many there were.
        reason: of an inconclusive verdict.
    """

    verdict: Verdict
    ratio: float
    low: float
    high: float
    p: float
    tolerance: float
    noise: float | None
    rounds: int
    reason: str | None = None


def decide(cells: Mapping[str, Rounds], thresholds: Mapping[str, Threshold] | None = None) -> dict[str, Decision]:
    """A decision for each cell (a metric of a configuration).

    The ratio is exp of the pseudomedian over rounds of log(head) less the mean of log(base) and log(control), its
    interval a percentile bootstrap of rounds, p from Wilcoxon's signed-rank test with Holm's correction over the cells,
    and the tolerance the larger of the threshold's and twice the control's noise.

    Args:
        cells: by name.
        thresholds: by name of the cell; others have the default ones.

    Raises:
        ValueError: a cell has fewer than two rounds, or rounds of different numbers.
    """
    corrected = holm([_p_value(_differences(rounds)) for rounds in cells.values()])
    return {
        name: _decide(rounds, p, (thresholds or {}).get(name, Threshold()))
        for (name, rounds), p in zip(cells.items(), corrected, strict=True)
    }


def _decide(rounds: Rounds, p: float, threshold: Threshold) -> Decision:
    differences = _differences(rounds)
    estimate = pseudomedian_interval(differences.tolist())
    assert estimate.low is not None
    assert estimate.high is not None
    ratio, low, high = (float(np.exp(value)) for value in (estimate.value, estimate.low, estimate.high))
    noise = _noise(rounds)
    tolerance = max(threshold.tolerance, 2 * (noise or 0.0))
    verdict, reason = verdict_of(ratio, low, high, p, tolerance, rounds.higher_is_better)
    if tolerance > threshold.largest and verdict != "inconclusive":
        verdict = "inconclusive"
        reason = f"this machine is too noisy to gate below {tolerance:.0%}"
    return Decision(verdict, ratio, low, high, p, tolerance, noise, len(differences), reason)


def verdict_of(
    ratio: float, low: float, high: float, p: float, tolerance: float, higher_is_better: bool
) -> tuple[Verdict, str | None]:
    """The verdict on a ratio, its interval and p-value, and why it is inconclusive."""
    # In the direction in which more is better: an interval from worst to best.
    worst, best = (low, high) if higher_is_better else (1 / high, 1 / low)
    if best < 1 - tolerance and p < LEVEL:
        return "regression", None
    if worst > 1 / (1 - tolerance) and p < LEVEL:
        return "improvement", None
    if worst > 1 - tolerance:
        return "ok", None
    return "inconclusive", f"the interval reaches beyond the tolerance of {tolerance:.1%} on one side only"


def _differences(rounds: Rounds) -> NDArray[np.float64]:
    """Head against base, log, (n_rounds,)."""
    lengths = {len(rounds.base), len(rounds.head), len(rounds.control) or len(rounds.base)}
    if len(lengths) != 1 or lengths.pop() < 2:
        raise ValueError("a decision needs at least two rounds, each with base and head")
    base = np.log(np.asarray(rounds.base, float))
    if rounds.control:
        # Two runs of base in a round halve base's share of the noise.
        base = (base + np.log(np.asarray(rounds.control, float))) / 2
    return np.asarray(np.log(np.asarray(rounds.head, float)) - base)


def _noise(rounds: Rounds) -> float | None:
    if not rounds.control:
        return None
    log = np.log(np.asarray(rounds.control, float)) - np.log(np.asarray(rounds.base, float))
    estimate = pseudomedian_interval(log.tolist())
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / 2


def _p_value(differences: NDArray[np.float64]) -> float:
    from scipy.stats import wilcoxon

    if (differences == 0).all():
        return 1.0
    return float(wilcoxon(differences).pvalue)
