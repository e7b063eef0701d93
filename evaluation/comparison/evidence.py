"""What several runs answered to one task, and how sure their scores are: one class a kind of task."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..correlation import spearman
from ..statistics.mcnemar import exact_mcnemar
from ..statistics.resampling import analogy_draws, pair_draws, word_draws
from ..statistics.shared_words import ItemCovariance, SharedWords
from ..statistics.spearman import influences
from ..statistics.williams import williams
from .design import AnalogyDesign, Numbers

Floats = NDArray[np.float64]

FEWEST_ITEMS = 20
"""Items, and FEWEST_INDEPENDENT of them not hanging together, below which nothing is compared."""

FEWEST_INDEPENDENT = 3.0


class Evidence(ABC):
    """Answers of all runs to the same items."""

    @property
    @abstractmethod
    def n(self) -> int:
        """Items."""

    @property
    @abstractmethod
    def values(self) -> Floats:
        """Scores, (n_runs,); NaN where a run's similarities are all equal."""

    @property
    @abstractmethod
    def items(self) -> ItemCovariance:
        """How the scores vary together when the items are drawn anew."""

    @property
    def least_variance(self) -> float:
        """Variance of a difference below which no estimate is believed."""
        return 0.0

    @abstractmethod
    def bootstrap(self, *, seed: int, draws: int) -> Floats:
        """Scores with the set's pairs resampled, (draws, n_runs)."""

    @abstractmethod
    def paired_test(self, a: int, b: int) -> dict[str, float]:
        """What is usually reported for two runs, ready for JSON."""

    @abstractmethod
    def unusable(self) -> str | None:
        """Why nothing can be compared on these items, or None."""


@dataclass(frozen=True, eq=False)
class AnalogyEvidence(Evidence):
    """Right and wrong answers.

    Attributes:
        design: of the questions that were counted.
        right: (n_questions, n_runs).
    """

    design: AnalogyDesign
    right: NDArray[np.bool_]

    @property
    def n(self) -> int:
        return len(self.right)

    @cached_property
    def values(self) -> Floats:
        return np.asarray(self.right.mean(axis=0))

    @cached_property
    def items(self) -> ItemCovariance:
        return self.design.sharing.covariance(self.right.astype(np.float64))

    @property
    def least_variance(self) -> float:
        """As if each system had answered one more question alone (after Agresti & Min 2005, Statistics in Medicine 24).

        Without it, two runs that agree on a few dozen questions would be proved equal.
        """
        return 2 / self.n**2

    def bootstrap(self, *, seed: int, draws: int) -> Floats:
        own = [self.design.section == section for section in np.unique(self.design.section)]
        pairs = [np.unique(self.design.pairs[some], return_inverse=True)[1].reshape(-1, 2) for some in own]
        return analogy_draws(pairs, [self.right[some] for some in own], seed=seed, draws=draws)

    def paired_test(self, a: int, b: int) -> dict[str, float]:
        found = exact_mcnemar(self.right[:, a], self.right[:, b])
        return {f"mcnemar_{name}": value for name, value in asdict(found).items()}

    def unusable(self) -> str | None:
        return _too_few(self.n, "questions", self.design.sharing.effective if self.n else 0)


@dataclass(frozen=True, eq=False)
class SimilarityEvidence(Evidence):
    """Cosines of pairs that all runs have vectors for.

    Attributes:
        words: (n_pairs, 2), the numbers of each pair's words.
        cosines: (n_pairs, n_runs).
        gold: (n_pairs,), people's judgements.
    """

    words: Numbers
    cosines: Floats
    gold: Floats

    @property
    def n(self) -> int:
        return len(self.gold)

    @cached_property
    def values(self) -> Floats:
        return np.array([spearman(column, self.gold) for column in self.cosines.T])

    @cached_property
    def sharing(self) -> SharedWords:
        """Which pairs share words; there must be a pair."""
        return SharedWords(self.words)

    @cached_property
    def items(self) -> ItemCovariance:
        return self.sharing.covariance(influences(self.cosines, self.gold))

    def bootstrap(self, *, seed: int, draws: int) -> Floats:
        return pair_draws(self.cosines, self.gold, seed=seed, draws=draws)

    def bootstrap_words(self, *, seed: int, draws: int) -> Floats:
        """The same with the set's words resampled: wider by far than it should be (docs/statistics.md)."""
        return word_draws(self.cosines, self.gold, self.words, seed=seed, draws=draws)

    def paired_test(self, a: int, b: int) -> dict[str, float]:
        between = spearman(self.cosines[:, a], self.cosines[:, b])
        found = williams(float(self.values[a]), float(self.values[b]), between, self.n)
        return {f"williams_{name}": value for name, value in asdict(found).items()}

    def unusable(self) -> str | None:
        few = _too_few(self.n, "pairs", self.sharing.effective if self.n else 0)
        if few is not None:
            return few
        return f"the judgements of all {self.n} pairs are equal" if np.ptp(self.gold) == 0 else None


def _too_few(n: int, what: str, independent: float) -> str | None:
    if n < FEWEST_ITEMS:
        return f"only {n} {what} have all their words in every file; at least {FEWEST_ITEMS} are needed to compare"
    if independent < FEWEST_INDEPENDENT:
        return f"the {n} {what} share their words so much that they tell no more than {independent:.1f} unrelated ones"
    return None
