"""Outlier detection: which of nine words does not belong (Camacho-Collados & Navigli 2016).

Of a group's eight words and one outlier, the one whose cosines with the others add up to least is taken for the
outlier: ranking words by how compact the rest is without them, as the paper does, gives the same order. Accuracy is how
often that is the outlier; OPP (outlier position percentage) is its mean place among the nine, 0 for the most compact
and 1 for the least.

Words of several tokens without a vector of their own (``Mercedes_Benz``) get the mean of their tokens' vectors, as the
published scorer does it. That scorer counts a question with an unknown word as wrong; here such questions are left out
of the value and are wrong in the section ``all questions, unknown = wrong``. Unlike there, equal scores do not help: a
tie with the outlier is no detection, and shares the places. So vectors that are all equal score 0 and 0.5.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import OutlierGroup, OutlierSet
from .embeddings import Embeddings
from .intervals import percentile_interval, resample_groups
from .known import known_rows
from .score import Score, Section

Floats = NDArray[np.float64]

ALL_QUESTIONS = "all questions, unknown = wrong"
"""Section with every question of the set, as the published scorer counts."""

FEWEST_GROUPS = 2
"""Of fewer groups there is no interval: questions of one group are not independent."""


@dataclass(frozen=True, eq=False)
class Detections:
    """What became of each question, group by group.

    Attributes:
        group: int64 (n_questions,), the number of its group.
        seen: bool (n_questions,), all its words have vectors.
        position: float64 (n_questions,), place of the outlier as a share of the way from most to least compact; 0 where
            not seen.
        detected: float64 (n_questions,), 1 where the outlier is last, else 0.
    """

    group: NDArray[np.int64]
    seen: NDArray[np.bool_]
    position: Floats
    detected: Floats


def score_outliers(embeddings: Embeddings, questions: OutlierSet, task: str, *, seed: int) -> list[Score]:
    """Accuracy and OPP, with intervals from groups resampled whole."""
    found = detect(embeddings, questions)
    n_groups = len(questions.groups)
    folders = [group.name.rpartition("/")[0] for group in questions.groups]
    everything = np.ones_like(found.seen)

    def part(values: Floats, counted: NDArray[np.bool_], metric: str) -> Section:
        n = int(counted.sum())
        right = int(values[counted].sum()) if metric == "accuracy" else None
        if n == 0:
            return Section(value=None, n=0, total=len(values), correct=right)
        low, high = None, None
        if len(np.unique(found.group[counted])) >= FEWEST_GROUPS:
            # Whatever part is asked for, the same groups are drawn.
            rng = np.random.default_rng([seed, zlib.crc32(task.encode())])
            right_sums, sums = (
                np.bincount(found.group, w, n_groups) for w in (values * counted, counted.astype(float))
            )
            low, high = percentile_interval(resample_groups(right_sums, sums, rng=rng))
        return Section(value=float(values[counted].mean()), n=n, total=len(values), correct=right, low=low, high=high)

    scores = []
    for metric, values in (("accuracy", found.detected), ("opp", found.position)):
        whole = part(values, found.seen, metric)
        sections = {ALL_QUESTIONS: part(values, everything, metric)}
        for folder in dict.fromkeys(name for name in folders if name):
            inside = np.array([name == folder for name in folders])[found.group]
            own = part(values, found.seen & inside, metric)
            sections[folder] = Section(own.value, own.n, int(inside.sum()), own.correct, own.low, own.high)
        reason = None if whole.n else f"none of the {whole.total} questions has vectors for all its words"
        scores.append(
            Score(
                task=task,
                metric=metric,
                value=whole.value,
                n=whole.n,
                total=whole.total,
                low=whole.low,
                high=whole.high,
                correct=whole.correct,
                sections=sections,
                reason=reason,
            )
        )
    return scores


def detect(embeddings: Embeddings, questions: OutlierSet) -> Detections:
    """Ask all questions of a set, in its order."""
    words = list(dict.fromkeys(w for group in questions.groups for w in (*group.words, *group.outliers)))
    vectors = dict(zip(words, _directions(embeddings, words), strict=True))
    group = np.repeat(np.arange(len(questions.groups)), [len(g.outliers) for g in questions.groups])
    places = np.concatenate([_positions(g, vectors) for g in questions.groups])
    seen = ~np.isnan(places[:, 0])
    position, detected = np.where(seen[:, None], places, 0).T
    return Detections(group, seen, position, detected)


def _positions(group: OutlierGroup, vectors: dict[str, Floats]) -> Floats:
    """(n_outliers, 2): where each outlier stands, and whether it is last; NaN where a word has no vector."""
    members = np.array([vectors[word] for word in group.words])
    outliers = np.array([vectors[word] for word in group.outliers])
    # Cosines between members, none with itself: what a member has whoever the outlier is.
    own = (members @ members.T).sum(axis=1) - np.einsum("ij,ij->i", members, members)
    across = outliers @ members.T
    # Rounded, so that equal vectors tie whatever the order of summation.
    member = (own + across).round(12)
    outlier = across.sum(axis=1, keepdims=True).round(12)
    more, equal = (member > outlier).sum(axis=1), (member == outlier).sum(axis=1)
    result = np.stack([(more + equal / 2) / len(members), more == len(members)], axis=1)
    result[np.isnan(member).any(axis=1) | np.isnan(outlier[:, 0])] = np.nan
    return result


def _directions(embeddings: Embeddings, words: list[str]) -> Floats:
    """Unit vectors, (n_words, vector_size); NaN for a word that has none and whose tokens have none."""
    tokens = [word.replace(" ", "_").split("_") for word in words]
    flat = [token for own in tokens for token in own]
    rows = known_rows(embeddings, [*words, *flat])
    own, of_tokens = rows[: len(words)], iter(rows[len(words) :])
    result = np.full((len(words), embeddings.dim), np.nan)
    for i, row in enumerate(own):
        parts = [part for part in (next(of_tokens) for _ in tokens[i]) if part >= 0]
        if row >= 0:
            result[i] = embeddings.vectors[row]
        elif parts:
            result[i] = embeddings.vectors[parts].mean(axis=0, dtype=np.float64)
    # Vectors that cancel out leave no direction.
    with np.errstate(invalid="ignore", divide="ignore"):
        unit: Floats = result / np.linalg.norm(result, axis=1, keepdims=True)
    return unit
