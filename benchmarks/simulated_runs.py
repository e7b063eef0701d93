"""Made-up answers and similarities of several systems' runs, whose true difference is known.

They stand for real ones where statistics are tried out: questions share words as those of the real sets do, words are
easy or hard, for all systems, for one or for one run, and runs of one system differ from one another. What every part
adds is a share of one variance, so that the true scores are exact: of a probit model for answers (right where a normal
variable is above a threshold), of normal variables for similarities.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evaluation.comparison.design import AnalogyDesign

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Shares:
    """Shares of the variance of one answer; what is left to 1 is the question's own, the same for all runs.

    Attributes:
        words: how easy the question's words are, for all systems.
        system_words: for each system.
        run_words: for each run.
        run: how good a run is altogether (analogies only; similarities take ``run_spread``).
        run_questions: chance, for each run and question.
    """

    words: float = 0.0
    system_words: float = 0.0
    run_words: float = 0.0
    run: float = 0.0
    run_questions: float = 0.0

    @property
    def question(self) -> float:
        return 1 - self.words - self.system_words - self.run_words - self.run - self.run_questions


def answers(
    design: AnalogyDesign,
    accuracies: Sequence[float],
    runs: Sequence[int],
    shares: Shares,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Right or wrong, (n_questions, sum of runs), the runs of the first system first.

    Args:
        design: the questions.
        accuracies: each system's true accuracy, over questions and runs.
        runs: of each system.
        shares: of the variance.
        rng: where the draws come from.
    """
    from scipy.stats import norm

    n_words = int(design.words.max()) + 1

    def ease_of_words() -> Floats:
        ease: Floats = rng.normal(size=n_words)[design.words].sum(axis=1) / np.sqrt(design.words.shape[1])
        return ease

    common = np.sqrt(shares.words) * ease_of_words() + np.sqrt(shares.question) * rng.normal(size=len(design.words))
    columns = []
    for accuracy, n in zip(accuracies, runs, strict=True):
        own = common + np.sqrt(shares.system_words) * ease_of_words() + norm.ppf(accuracy)
        for _ in range(n):
            run = np.sqrt(shares.run) * rng.normal() + np.sqrt(shares.run_words) * ease_of_words()
            columns.append(own + run + np.sqrt(shares.run_questions) * rng.normal(size=len(own)) > 0)
    return np.stack(columns, axis=1)


def pearson_of(spearman: float) -> float:
    """The correlation of two normal variables whose rank correlation is given."""
    return float(2 * np.sin(np.pi * spearman / 6))


def similarities(
    words: Numbers,
    correlations: Sequence[float],
    runs: Sequence[int],
    shares: Shares,
    rng: np.random.Generator,
    *,
    run_spread: float = 0.0,
) -> tuple[Floats, Floats]:
    """Similarities (n_pairs, sum of runs), and judgements (n_pairs,).

    Args:
        words: (n_pairs, 2).
        correlations: each system's true Spearman correlation.
        runs: of each system.
        shares: of the variance of the systems' error; ``run`` is not used.
        rng: where the draws come from.
        run_spread: standard deviation of the true correlations of a system's runs.
    """
    n_words, n = int(words.max()) + 1, len(words)

    def of_words() -> Floats:
        effect: Floats = rng.normal(size=n_words)[words].sum(axis=1) / np.sqrt(2)
        return effect

    def normal() -> Floats:
        return rng.normal(size=n)

    gold = np.sqrt(shares.words) * of_words() + np.sqrt(1 - shares.words) * normal()
    common = np.sqrt(shares.words) * of_words() + np.sqrt(shares.question) * normal()
    columns = []
    for correlation, n_runs in zip(correlations, runs, strict=True):
        own = common + np.sqrt(shares.system_words) * of_words()
        for _ in range(n_runs):
            error = own + np.sqrt(shares.run_words) * of_words() + np.sqrt(shares.run_questions) * normal()
            r = pearson_of(correlation + run_spread * rng.normal())
            columns.append(r * gold + np.sqrt(1 - r * r) * error)
    return np.stack(columns, axis=1), gold
