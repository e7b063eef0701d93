"""A score and what a task says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "analogy", "similarity", "categorization", "outlier", "association", "documents", "classification", "neighbours"
]
"""As the catalogue calls the kinds of sets."""


@dataclass(frozen=True)
class Section:
    """Part of a score: a section of the analogy set, or a group of sections."""

    value: float | None
    n: int
    total: int
    correct: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Score:
    """One number a task gave, with what it rests on.

    Attributes:
        task: the task's name, such as ``google-30k``.
        metric: ``accuracy``, ``spearman``, …
        value: a fraction or a correlation, never per cent; None where it cannot be scored (``reason`` says why).
        low, high: ends of the 95 % interval.
        n: items scored.
        total: items the set holds.
        correct: right answers, where the metric counts them.
        sections: parts of the score by name, and what else is needed to read it.
        reason: why there is no value.
        sd: standard deviation, where the value is a mean over repetitions for these vectors, such as clusterings.
    """

    task: str
    metric: str
    value: float | None
    n: int
    total: int
    low: float | None = None
    high: float | None = None
    correct: int | None = None
    sections: Mapping[str, Section] = field(default_factory=dict)
    reason: str | None = None
    sd: float | None = None


@dataclass(frozen=True)
class TaskMetadata:
    """What a task says of itself: enough to cite it, to trust its file and to read its score."""

    name: str
    kind: Kind
    description: str
    source: str
    licence: str
    citation: str
    sha256: str | None
    metric: str
    chance: float
    higher_is_better: bool = True
    ranked: bool = True
    """False for what nobody should rank on, sets that are too small, baselines, bias: it is shown, never compared."""
