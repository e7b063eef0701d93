"""Asking a task of one file after another: what is kept of each are the answers, not the vectors."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analogy import answer
from ..embeddings import Embeddings
from ..similarity import similarities
from ..task import AnalogyTask, SimilarityTask, Task
from .collected import Collected
from .design import analogy_design, similarity_words
from .evidence import AnalogyEvidence, Evidence, SimilarityEvidence

Floats = NDArray[np.float64]


class Collector(ABC):
    """Takes one run after another, then gives what they answered."""

    def __init__(self, task: Task) -> None:
        self.metadata = task.metadata

    @abstractmethod
    def add(self, embeddings: Embeddings) -> None:
        """Ask one run."""

    @abstractmethod
    def collected(self) -> Collected:
        """What all runs answered, in the order they were asked."""

    def _from(self, evidence: Evidence, total: int) -> Collected:
        reason = evidence.unusable()
        if reason is not None:
            return self._collected(np.full(0, np.nan), evidence.n, total, reason=reason)
        constant = np.flatnonzero(~np.isfinite(evidence.values)).tolist()
        reasons = dict.fromkeys(constant, f"the similarities of all {evidence.n} pairs are equal")
        return self._collected(evidence.values, evidence.n, total, evidence=evidence, reasons=reasons)

    def _collected(self, values: Floats, n: int, total: int, **more: Any) -> Collected:
        about = self.metadata
        return Collected(about.name, about.metric, values, n, total, about.ranked, about.higher_is_better, **more)


class AnalogyCollector(Collector):
    """Keeps which questions were answered right."""

    def __init__(self, task: AnalogyTask) -> None:
        super().__init__(task)
        self._questions, self._protocol = task.questions(), task.protocol
        self._seen: list[NDArray[np.bool_]] = []
        self._right: list[NDArray[np.bool_]] = []

    def add(self, embeddings: Embeddings) -> None:
        answers = answer(embeddings, self._questions, self._protocol)
        self._seen.append(answers.seen)
        self._right.append(answers.right)

    def collected(self) -> Collected:
        seen = np.all(self._seen, axis=0)
        counted = seen if self._protocol.unknown == "skip" else np.ones_like(seen)
        right = np.stack(self._right, axis=1)[counted]
        return self._from(AnalogyEvidence(analogy_design(self._questions).take(counted), right), len(self._questions))


class SimilarityCollector(Collector):
    """Keeps the cosine of every pair."""

    def __init__(self, task: SimilarityTask) -> None:
        super().__init__(task)
        self._questions = task.questions()
        self._cosines: list[Floats] = []

    def add(self, embeddings: Embeddings) -> None:
        self._cosines.append(similarities(embeddings, self._questions))

    def collected(self) -> Collected:
        cosines = np.stack(self._cosines, axis=1)
        known = np.isfinite(cosines).all(axis=1)
        gold = np.array(self._questions.scores)[known]
        return self._from(
            SimilarityEvidence(similarity_words(self._questions)[known], cosines[known], gold), len(self._questions)
        )


class ScoreCollector(Collector):
    """Keeps the score alone."""

    def __init__(self, task: Task, *, seed: int) -> None:
        super().__init__(task)
        self._task, self._seed = task, seed
        self._values: list[float] = []
        self._reasons: dict[int, str] = {}
        self._n: list[int] = []
        self._total = task.entry.rows

    def add(self, embeddings: Embeddings) -> None:
        scores = self._task.score(embeddings, seed=self._seed)
        score = scores[0]  # the metric that the task is known for
        self._total = score.total
        if score.value is None:
            self._reasons[len(self._values)] = score.reason or "the task gave no score"
        else:
            self._n.append(score.n)
        self._values.append(np.nan if score.value is None else score.value)

    def collected(self) -> Collected:
        n = min(self._n, default=0)
        return self._collected(np.array(self._values), n, self._total, reasons=self._reasons)


class Missing(Collector):
    """Stands for a task that cannot be asked."""

    def __init__(self, task: Task, reason: str) -> None:
        super().__init__(task)
        self._reason, self._total = reason, task.entry.rows

    def add(self, embeddings: Embeddings) -> None:
        pass

    def collected(self) -> Collected:
        return self._collected(np.full(0, np.nan), 0, self._total, reason=self._reason)


def collector(task: Task, *, seed: int) -> Collector:
    """The one that keeps most of what the task's answers tell.

    Raises:
        NotAvailable: the task's file is not here and cannot be fetched.
    """
    if isinstance(task, AnalogyTask):
        return AnalogyCollector(task)
    if isinstance(task, SimilarityTask):
        return SimilarityCollector(task)
    return ScoreCollector(task, seed=seed)
