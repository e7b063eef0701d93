"""WEAT: whether two sets of target words differ in how close they are to two sets of attribute words.

Caliskan, Bryson & Narayanan (2017), Semantics derived automatically from language corpora contain human-like biases.
The association of a word w is s(w) = mean cosine with the attributes A less mean cosine with the attributes B. The
effect size is (mean of s over X − mean of s over Y) / standard deviation of s over X and Y together. The paper does not
say which standard deviation; here it is the population's (divided by the number of words), as in WEFE, with which the
effect size lies between −2 and 2. The sample's would make it smaller by the factor sqrt(1 − 1 / number of words).

The p-value is one-sided, as in the paper: the share of partitions of X and Y into two sets of equal size that differ at
least as much as X and Y do, themselves among them. Where there are at most ``MOST_PARTITIONS`` all are tried; else
``MONTE_CARLO`` are drawn from a fixed seed, each word once in a partition, and p = (1 + as large) / (1 + drawn).

A score describes what the training text and the model associate. Higher is neither better nor worse, so nothing is
ranked on it.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import WordListSet
from .embeddings import Embeddings
from .intervals import DRAWS, multiplicities, percentile_interval
from .known import known_rows, unit_vectors
from .score import Score, Section

Floats = NDArray[np.float64]

TESTS: Mapping[str, tuple[str, str, str, str]] = {
    "weat-1": ("flowers", "insects", "pleasant_5", "unpleasant_5a"),
    "weat-2": ("instruments", "weapons", "pleasant_5", "unpleasant_5a"),
    "weat-3": ("european_american_names_5", "african_american_names_5", "pleasant_5", "unpleasant_5b"),
    "weat-4": ("european_american_names_7", "african_american_names_7", "pleasant_5", "unpleasant_5b"),
    "weat-5": ("european_american_names_7", "african_american_names_7", "pleasant_9", "unpleasant_9"),
    "weat-6": ("male_names", "female_names", "career", "family"),
    "weat-7": ("math", "arts", "male_terms", "female_terms"),
    "weat-8": ("science", "arts_2", "male_terms_2", "female_terms_2"),
    "weat-9": ("mental_disease", "physical_disease", "temporary", "permanent"),
    "weat-10": ("young_people_names", "old_people_names", "pleasant_9", "unpleasant_9"),
}
"""The paper's ten tests: lists of targets X and Y and attributes A and B, by their names in WEFE's file."""

LEAST_KNOWN = 0.8
"""A test of which a list has a smaller share of its words in the vocabulary is not scored: it would be another test."""

MOST_PARTITIONS = 200_000
MONTE_CARLO = 100_000


@dataclass(frozen=True, eq=False)
class Association:
    """Cosines of targets with attributes.

    Attributes:
        x: float64 (n_targets, n_attributes), of the first targets with both lists of attributes, A's before B's.
        y: float64 (n_targets, n_attributes), of the second targets, as many.
        n_a: attributes of the list A.
    """

    x: Floats
    y: Floats
    n_a: int


def score_association(embeddings: Embeddings, lists: WordListSet, task: str, *, seed: int) -> list[Score]:
    """Effect size and p-value of one of ``TESTS``.

    The longer list of targets is cut to the length of the other by leaving out its rarest words: the test needs sets of
    equal size. The interval of the effect size resamples the words of each of the four lists.
    """
    names = TESTS[task]
    words = [lists.lists[name] for name in names]
    rows = known_rows(embeddings, [word for own in words for word in own])
    parts = np.split(rows, np.cumsum([len(own) for own in words])[:-1])
    # A list may name one word in two spellings.
    known = [np.array(list(dict.fromkeys(part[part >= 0].tolist())), dtype=np.int64) for part in parts]
    n, total = sum(map(len, known)), len(rows)
    coverage = {
        name: Section(value=None, n=len(own), total=len(all_))
        for name, own, all_ in zip(names, known, words, strict=True)
    }

    def scores(
        values: Mapping[str, tuple[float | None, float | None, float | None]], reason: str | None
    ) -> list[Score]:
        return [
            Score(task, metric, value, n, total, low=low, high=high, sections=coverage, reason=reason)
            for metric, (value, low, high) in values.items()
        ]

    nothing = {"effect-size": (None, None, None), "p-value": (None, None, None)}
    for name, section in coverage.items():
        if section.n < LEAST_KNOWN * section.total or section.n < 2:
            found = f"{section.n} of the {section.total} words of {name} are in the vocabulary"
            return scores(nothing, f"only {found}, which is under {LEAST_KNOWN:.0%}")
    size = min(len(known[0]), len(known[1]))
    n = 2 * size + len(known[2]) + len(known[3])
    x, y = (_most_frequent(embeddings, own, size) for own in known[:2])
    attributes = unit_vectors(embeddings, np.concatenate(known[2:])).T
    both = Association(
        unit_vectors(embeddings, x) @ attributes, unit_vectors(embeddings, y) @ attributes, len(known[2])
    )
    value = effect_size(both)
    if not np.isfinite(value):
        return scores(nothing, "all targets are associated alike with the attributes")
    own = zlib.crc32(task.encode())
    low, high = percentile_interval(resample_effect(both, rng=np.random.default_rng([seed, own])))
    p = p_value(associations(both), rng=np.random.default_rng([own, MONTE_CARLO]))
    return scores({"effect-size": (value, low, high), "p-value": (p, None, None)}, None)


def associations(both: Association) -> Floats:
    """s(w) of all targets, those of X before those of Y."""
    cosines = np.concatenate([both.x, both.y])
    # Rounded, so that words that are alike are equal whatever the order of summation.
    s: Floats = (cosines[:, : both.n_a].mean(axis=1) - cosines[:, both.n_a :].mean(axis=1)).round(12)
    return s


def effect_size(both: Association) -> float:
    """The effect size; NaN where s(w) is the same for all targets."""
    s = associations(both)
    n = len(both.x)
    spread = s.std() if np.ptp(s) > 0 else np.nan
    return float((s[:n].mean() - s[n:].mean()) / spread)


def p_value(s: Floats, *, rng: np.random.Generator) -> float:
    """Share of the equal partitions of the targets with a difference at least as large as that of the two halves of s.

    Args:
        s: associations, those of X before those of Y, as many of each.
        rng: where partitions are drawn from if there are too many to try all.
    """
    n = len(s) // 2
    # The difference of the means grows with the sum over the first set, as the sum over both is fixed.
    threshold = s[:n].sum() - 1e-9 * np.abs(s).sum()
    if comb(2 * n, n) <= MOST_PARTITIONS:
        chosen = np.array(list(combinations(range(2 * n), n)))
        return float((s[chosen].sum(axis=1) >= threshold).mean())
    as_large, step = 0, 10_000
    for _ in range(MONTE_CARLO // step):
        drawn = rng.permuted(np.broadcast_to(s, (step, 2 * n)), axis=1)
        as_large += int((drawn[:, :n].sum(axis=1) >= threshold).sum())
    return (1 + as_large) / (1 + MONTE_CARLO)


def resample_effect(both: Association, *, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """The effect size, (draws,), with the words of X, Y, A and B each resampled; NaN where a draw has none."""
    n, n_a = len(both.x), both.n_a
    n_b = both.x.shape[1] - n_a
    weights = [
        np.concatenate([part for _, part in multiplicities(size, draws, size, rng)]) / size for size in (n, n, n_a, n_b)
    ]
    of_x, of_y, of_a, of_b = weights
    attributes = np.concatenate([of_a, -of_b], axis=1)
    x, y = attributes @ both.x.T, attributes @ both.y.T
    mean_x, mean_y = np.einsum("ti,ti->t", of_x, x), np.einsum("ti,ti->t", of_y, y)
    middle = ((mean_x + mean_y) / 2)[:, None]
    variance = (np.einsum("ti,ti->t", of_x, (x - middle) ** 2) + np.einsum("ti,ti->t", of_y, (y - middle) ** 2)) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        effect: Floats = (mean_x - mean_y) / np.sqrt(np.where(variance > 1e-24, variance, np.nan))
    return effect


def _most_frequent(embeddings: Embeddings, rows: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The ``size`` most frequent of some words, in the order of their list."""
    place = np.empty(len(embeddings), dtype=np.int64)
    place[embeddings.frequency_order] = np.arange(len(embeddings))
    kept = np.sort(np.argsort(place[rows])[:size])
    chosen: NDArray[np.int64] = rows[kept]
    return chosen
