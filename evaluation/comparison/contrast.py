"""One task's answers turned into contrasts: difference, interval, p-values and what it takes to see a difference."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..statistics.crossed import crossed_difference
from ..statistics.difference import Difference
from ..statistics.hierarchical import hierarchical_draws, percentiles
from ..statistics.welch import FEWEST_RUNS, welch
from .collected import Collected
from .result import Contrast, Unit

Floats = NDArray[np.float64]

MARGIN = 0.01
"""Differences of accuracies and other shares smaller than one point are taken as none."""

MARGIN_CORRELATION = 0.02
"""The same of correlations."""

CORRELATIONS = ("spearman", "pearson")
BOUNDLESS = ("effect-size", "p-value")
"""Metrics that are no shares, so that no margin suits them."""


@dataclass(frozen=True)
class Margins:
    """Differences smaller than these are taken as none."""

    share: float = MARGIN
    correlation: float = MARGIN_CORRELATION

    def of(self, metric: str) -> float | None:
        """The margin of a metric; None where there is none."""
        if any(name in metric for name in BOUNDLESS):
            return None
        return self.correlation if any(name in metric for name in CORRELATIONS) else self.share


def contrasts(
    collected: Collected,
    runs: Mapping[str, Sequence[int]],
    pairs: Sequence[tuple[str, str]],
    margins: Margins,
    *,
    seed: int,
    draws: int,
) -> list[Contrast]:
    """A contrast for each pair of labels (baseline, system), all ``undecided`` until ``decide`` has seen them all.

    Args:
        collected: the task's answers.
        runs: the numbers of each system's runs, by label.
        pairs: who is compared with whom.
        margins: of equivalence.
        seed: of the bootstraps.
        draws: of the bootstraps.
    """
    item_draws = None
    if collected.evidence is not None and collected.ranked:
        item_draws = collected.evidence.bootstrap(seed=seed, draws=draws)
    return [_contrast(collected, runs, baseline, system, margins, item_draws, seed) for baseline, system in pairs]


def _contrast(
    collected: Collected,
    runs: Mapping[str, Sequence[int]],
    baseline: str,
    system: str,
    margins: Margins,
    item_draws: Floats | None,
    seed: int,
) -> Contrast:
    a, b = list(runs[system]), list(runs[baseline])
    one = Contrast(
        task=collected.task, metric=collected.metric, system=system, baseline=baseline, runs=len(a),
        baseline_runs=len(b), n=collected.n, total=collected.total, verdict="undecided",
    )  # fmt: skip
    reason = collected.reason or next((collected.reasons[run] for run in (*b, *a) if run in collected.reasons), None)
    if reason is not None:
        return replace(one, verdict="not scorable", reason=reason)
    value, sd = _mean_and_sd(collected.values[a])
    baseline_value, baseline_sd = _mean_and_sd(collected.values[b])
    one = replace(
        one, value=value, sd=sd, baseline_value=baseline_value, baseline_sd=baseline_sd,
        difference=value - baseline_value,
    )  # fmt: skip
    found, unit = _difference(collected, a, b)
    if found is None:
        return replace(one, reason=f"needs at least {FEWEST_RUNS} runs of each, with different seeds")
    low, high = found.interval()
    one = replace(one, low=low, high=high, detectable=found.detectable(), unit=unit)
    if not collected.ranked:
        return replace(one, verdict="not ranked", reason="shown, never ranked on: too small, or no measure of quality")
    if found.standard_error == 0 and found.value:
        return replace(one, reason="all runs of a system score the same: nothing tells a difference from chance")
    margin = margins.of(collected.metric)
    return replace(
        one,
        p=found.p,
        margin=margin,
        p_equivalence=None if margin is None else found.equivalence_p(margin),
        checks=_checks(collected, a, b, margin, item_draws, seed),
    )


def _mean_and_sd(values: Floats) -> tuple[float, float | None]:
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None


def _difference(collected: Collected, a: list[int], b: list[int]) -> tuple[Difference | None, Unit]:
    evidence = collected.evidence
    if evidence is None:
        if min(len(a), len(b)) < FEWEST_RUNS:
            return None, "seeds"
        return welch(collected.values[a].tolist(), collected.values[b].tolist()), "seeds"
    found = crossed_difference(evidence.values, evidence.items, a, b, least_variance=evidence.least_variance)
    return found, "items" if min(len(a), len(b)) < 2 else "seeds and items"


def _checks(
    collected: Collected, a: list[int], b: list[int], margin: float | None, item_draws: Floats | None, seed: int
) -> dict[str, float]:
    """Other procedures' results, for those who ask for them. No verdict depends on them."""
    checks: dict[str, float] = {}
    if collected.evidence is None or item_draws is None:
        return checks
    if len(a) == len(b) == 1:
        checks |= collected.evidence.paired_test(a[0], b[0])
    elif min(len(a), len(b)) > 1:
        seeds = welch(collected.values[a].tolist(), collected.values[b].tolist())
        checks["welch_p"] = seeds.p
        if margin is not None:
            checks["welch_p_equivalence"] = seeds.equivalence_p(margin)
    resampled = hierarchical_draws(item_draws, a, b, seed=seed)
    for level in (95, 90):
        low, high = percentiles(resampled, level / 100)
        if math.isfinite(low):
            checks |= {f"bootstrap_{level}_low": low, f"bootstrap_{level}_high": high}
    return checks
