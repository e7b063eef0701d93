"""What a comparison found, as plain data: ``dataclasses.asdict`` makes it ready for JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["better", "worse", "equal within margin", "undecided", "not ranked", "not scorable"]

Unit = Literal["items", "seeds and items", "seeds"]
"""What is taken as a sample, so that the verdict holds beyond it: the questions, for these very files; training runs
and questions; training runs, for these very questions."""


@dataclass(frozen=True)
class Contrast:
    """One system against another on one task.

    Attributes:
        task: the task's name.
        metric: what its scores are.
        system: label of the system that the verdict is about.
        baseline: label of the system it is compared with.
        runs: files of the system.
        baseline_runs: files of the baseline.
        value: mean score of the system's runs; None where there is none.
        baseline_value: the baseline's.
        sd: standard deviation over the system's runs; None for a single run.
        baseline_sd: the baseline's.
        n: items that were compared on.
        total: items the set holds.
        difference: ``value`` less ``baseline_value``.
        low: lower end of the difference's 95 % interval.
        high: upper end.
        p: of no difference.
        p_adjusted: the same by Holm's correction over all tests of the comparison.
        margin: differences smaller than this are taken as none; None where the metric has no such margin.
        p_equivalence: of a difference of ``margin`` or more (two one-sided tests).
        detectable: the true difference that this test finds with a probability of 80 %.
        unit: what was taken as a sample.
        verdict: about the system.
        reason: what the verdict leaves open, or why there is none.
        checks: other procedures' results by name: McNemar's or Williams' for single runs, Welch's, bootstrap intervals.
    """

    task: str
    metric: str
    system: str
    baseline: str
    runs: int
    baseline_runs: int
    n: int
    total: int
    verdict: Verdict
    value: float | None = None
    baseline_value: float | None = None
    sd: float | None = None
    baseline_sd: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    margin: float | None = None
    p_equivalence: float | None = None
    detectable: float | None = None
    unit: Unit | None = None
    reason: str | None = None
    checks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Systems compared on tasks.

    Attributes:
        systems: the files of each, by label, in the order given.
        words: how many words all files have; only these took part.
        alpha: of every test.
        seed: of the bootstraps.
        draws: of the bootstraps.
        contrasts: task by task, and in each pair by pair.
        notes: what a reader must know before believing a verdict.
    """

    systems: Mapping[str, tuple[str, ...]]
    words: int
    alpha: float
    seed: int
    draws: int
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...]
