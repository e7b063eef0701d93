"""Document similarity: cosines of mean word vectors against how alike people found the documents."""

import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import DocumentPairSet, TextSet
from .correlation import WeightedSpearman, pearson, spearman, weighted_pearson
from .embeddings import Embeddings
from .intervals import DRAWS, multiplicities, percentile_interval
from .score import Score
from .text_vectors import KNOWN, mean_vectors, share_known

Floats = NDArray[np.float64]

Resampled = Callable[[Floats, Floats], Callable[[Floats], Floats]]
"""Takes the two values of each pair, gives the correlation as a function of the pairs' weights."""

FEWEST_DOCUMENTS = 4
"""A correlation over the pairs of fewer documents is not reported."""


def score_documents(
    embeddings: Embeddings, texts: TextSet, judged: DocumentPairSet, task: str, *, seed: int
) -> list[Score]:
    """Pearson's and Spearman's correlation over the pairs of documents that have a known word.

    A document is the mean of the vectors of its words, unknown ones left out and repeats counted. Pairs share
    documents, so the interval resamples documents: a pair counts as often as the product of its documents'
    multiplicities.
    """
    vectors, n_known, n_words = mean_vectors(embeddings, texts.texts)
    lengths = np.linalg.norm(vectors, axis=1)
    usable = (n_known > 0) & (lengths > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = vectors / lengths[:, None]
    first, second = np.array(judged.pairs, dtype=np.int64).T
    kept = usable[first] & usable[second]
    first, second, gold = first[kept], second[kept], np.array(judged.scores)[kept]
    # Documents of the same words tie, whatever the rounding.
    cosines = np.einsum("ij,ij->i", unit[first], unit[second]).round(12)
    sections = {KNOWN: share_known(n_known, n_words)}

    reason = None
    if usable.sum() < FEWEST_DOCUMENTS:
        reason = f"only {usable.sum()} of {len(texts)} documents have a word in the vocabulary"
    elif np.ptp(cosines) == 0:
        reason = f"the similarities of all {len(cosines)} pairs are equal"
    elif np.ptp(gold) == 0:
        reason = f"the scores of all {len(cosines)} pairs are equal"

    def score(metric: str, correlate: Callable[[Floats, Floats], float], resampled: Resampled) -> Score:
        value = low = high = None
        if reason is None:
            value = correlate(cosines, gold)
            rng = np.random.default_rng([seed, zlib.crc32(task.encode())])
            low, high = percentile_interval(
                _resample_documents(resampled(cosines, gold), first, second, len(texts), rng=rng)
            )
        return Score(task, metric, value, len(gold), len(judged), low=low, high=high, sections=sections, reason=reason)

    return [
        score("pearson", pearson, lambda x, y: lambda weights: weighted_pearson(x, y, weights)),
        score("spearman", spearman, WeightedSpearman),
    ]


def _resample_documents(
    correlation: Callable[[Floats], Floats],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    n_documents: int,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Floats:
    """A correlation over pairs of documents, (draws,), the documents resampled; none is paired with itself."""
    result = np.empty(draws)
    for chunk, times in multiplicities(n_documents, draws, len(first), rng):
        result[chunk] = correlation(times[:, first] * times[:, second])
    return result
