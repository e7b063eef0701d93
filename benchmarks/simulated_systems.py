"""Two systems whose runs are made up with the spreads of gensim's, on the question sets at hand."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..datasets.catalogue import load
from ..datasets.errors import NotAvailable
from ..datasets.question_sets import AnalogySet, SimilaritySet
from ..evaluation.comparison.design import analogy_design, similarity_words
from ..evaluation.comparison.evidence import AnalogyEvidence, Evidence, SimilarityEvidence
from .simulated_runs import Shares, answers, similarities


@dataclass(frozen=True)
class Case:
    """How two systems that are equally good differ.

    Attributes:
        title: in words.
        unlike: they are good at different words; else only their runs differ.
        spread: how far apart runs of one system lie, where gensim's are 1.
    """

    title: str
    unlike: bool = False
    spread: float = 1.0


ALIKE = Case("runs differ, systems do not")
UNLIKE = Case("systems good at different words", unlike=True)
FAR = Case("runs four times as far apart", spread=4.0)


class Simulation(ABC):
    """Made-up runs of two systems on one set.

    Attributes:
        score: the second system's true score.
        margin: of equivalence.
    """

    name: str
    score: float
    margin: float

    @abstractmethod
    def draw(self, case: Case, runs: int, rng: np.random.Generator, *, difference: float = 0.0) -> Evidence:
        """Evidence of ``runs`` runs of each system, the first better by ``difference``.

        A single run does not differ from its system's mean, so that what is said of the file is true of the system.
        """


class Analogies(Simulation):
    """Google's questions, answered as by gensim."""

    name, score, margin = "google", 0.365, 0.01
    alike = Shares(words=0.28, run_words=0.014, run_questions=0.075)
    run = 0.00018
    """Share of the variance that moves a run's accuracy by half a point."""

    def __init__(self, questions: AnalogySet) -> None:
        self.design = analogy_design(questions)

    def draw(self, case: Case, runs: int, rng: np.random.Generator, *, difference: float = 0.0) -> Evidence:
        run = self.run * case.spread**2 if runs > 1 else 0.0
        shares = replace(self.alike, run=run, system_words=self.alike.run_words if case.unlike else 0.0)
        scores = (self.score + difference, self.score)
        return AnalogyEvidence(self.design, answers(self.design, scores, (runs, runs), shares, rng))


class Similarities(Simulation):
    """A similarity set, scored as by gensim."""

    margin = 0.02
    alike = Shares(words=0.4, run_words=0.008, run_questions=0.015)
    run = 0.003
    """Standard deviation of a run's true correlation."""

    def __init__(self, name: str, questions: SimilaritySet, score: float) -> None:
        self.name, self.score, self.words = name, score, similarity_words(questions)

    def draw(self, case: Case, runs: int, rng: np.random.Generator, *, difference: float = 0.0) -> Evidence:
        shares = replace(self.alike, system_words=self.alike.run_words if case.unlike else 0.0)
        scores = (self.score + difference, self.score)
        spread = self.run * case.spread if runs > 1 else 0.0
        cosines, gold = similarities(self.words, scores, (runs, runs), shares, rng, run_spread=spread)
        return SimilarityEvidence(self.words, cosines, gold)


def simulations() -> Iterator[Simulation]:
    """One for each set at hand."""
    google = load("google")
    assert isinstance(google, AnalogySet)
    yield Analogies(google)
    for name, score in (("wordsim-353", 0.64), ("simlex-999", 0.31), ("men", 0.61)):
        try:
            questions = load(name)
        except NotAvailable:
            continue
        assert isinstance(questions, SimilaritySet)
        yield Similarities(name, questions, score)
