"""What all runs scored on one task, before anything is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .evidence import Evidence


@dataclass(frozen=True, eq=False)
class Collected:
    """Scores of all runs on a task, and their answers where there are any.

    Attributes:
        task: its name.
        metric: that is compared.
        values: scores, (n_runs,); NaN where a run has none.
        n: items that all runs were scored on.
        total: items the set holds.
        ranked: False where nobody should rank on it.
        higher_is_better: of the metric.
        evidence: the answers, where the task is of a kind whose answers can be had.
        reason: why nothing can be compared.
        reasons: why a run has no score, by its number.
    """

    task: str
    metric: str
    values: NDArray[np.float64]
    n: int
    total: int
    ranked: bool = True
    higher_is_better: bool = True
    evidence: Evidence | None = None
    reason: str | None = None
    reasons: Mapping[int, str] = field(default_factory=dict)
