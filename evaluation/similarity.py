"""Word similarity: how well cosines order word pairs as people did."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import SimilaritySet
from .embeddings import Embeddings
from .intervals import percentile_interval, resample_spearman, spearman
from .lookup import fold_unicode, variants
from .score import Score, Section

FEWEST_PAIRS = 3
"""A correlation of fewer pairs is not reported."""

ALL_PAIRS = "all pairs, unknown = 0"
"""Section with every pair of the set, where those without vectors are given similarity 0."""


def score_similarity(embeddings: Embeddings, questions: SimilaritySet, task: str, *, seed: int) -> Score:
    """Spearman's correlation of cosines and people's scores, on the pairs with vectors; beside it on all pairs."""
    gold = np.array(questions.scores)
    cosines = similarities(embeddings, questions)
    known = ~np.isnan(cosines)
    source = [seed, zlib.crc32(task.encode("utf-8", "surrogateescape"))]
    every = np.where(known, cosines, 0)
    # The intervals are what takes long, and of one core each.
    with ThreadPoolExecutor(max_workers=2) as pool:
        headline = pool.submit(_correlate, cosines[known], gold[known], len(questions), source)
        beside = headline if known.all() else pool.submit(_correlate, every, gold, len(questions), source)
    value, low, high, reason = headline.result()
    whole, whole_low, whole_high, _ = beside.result()
    n = int(known.sum())
    pairs = Section(value=whole, n=len(questions), total=len(questions), low=whole_low, high=whole_high)
    return Score(
        task=task,
        metric="spearman",
        value=value,
        n=n,
        total=len(questions),
        low=low,
        high=high,
        sections={ALL_PAIRS: pairs},
        reason=reason,
    )


def _correlate(
    cosines: NDArray[np.float64], gold: NDArray[np.float64], total: int, source: list[int]
) -> tuple[float | None, float | None, float | None, str | None]:
    """Correlation, the ends of its interval (drawn from the seed ``source``), and why there is none."""
    if len(gold) < FEWEST_PAIRS:
        return None, None, None, f"only {len(gold)} of {total} pairs have both words in the vocabulary"
    value = spearman(cosines, gold)
    if not np.isfinite(value):
        which = "similarities" if np.ptp(cosines) == 0 else "scores"
        return None, None, None, f"the {which} of all {len(gold)} pairs are equal"
    draws = resample_spearman(cosines, gold, rng=np.random.default_rng(source))
    return value, *percentile_interval(draws), None


def similarities(embeddings: Embeddings, questions: SimilaritySet) -> NDArray[np.float64]:
    """Cosine of each pair, float64 (n_pairs,); NaN where a word has no usable vector.

    Words are found as gensim's ``evaluate_word_pairs`` finds them (case variants are one word, the most frequent
    stands for it), in the whole vocabulary. A zero vector has cosine 0 with every other, as in gensim; a vector with
    NaN or infinite values counts as missing.
    """
    flat = fold_unicode(word for pair in questions.pairs for word in pair)
    number = {word: i for i, word in enumerate(dict.fromkeys(flat))}
    found = variants(embeddings, embeddings.frequency_order.tolist(), number, fold_unicode)
    rows = np.array([found[number[word]][:1] or [-1] for word in flat], dtype=np.int64).reshape(-1, 2)
    result = np.full(len(rows), np.nan)
    known = np.flatnonzero((rows >= 0).all(axis=1))
    known = known[np.isfinite(embeddings.norms[rows[known]]).all(axis=1)]
    first, second = (_unit(embeddings, rows[known, side]) for side in (0, 1))
    # Words compared with themselves tie at 1, whatever the rounding of their lengths.
    result[known] = np.einsum("ij,ij->i", first, second).round(12)
    return result


def _unit(embeddings: Embeddings, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    lengths = embeddings.norms[rows]
    unit: NDArray[np.float64] = embeddings.vectors[rows] / np.where(lengths > 0, lengths, 1)[:, None]
    return unit
