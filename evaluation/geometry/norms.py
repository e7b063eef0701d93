"""Lengths of vectors against the frequency of their words.

word2vec's lengths carry frequency: a rare word has had few updates and stays short, a very frequent one is pulled in
every direction (Schakel & Wilson 2015, "Measuring Word Significance using Distributed Representations of Words").
"""

from typing import Any

import numpy as np

from ..embeddings import Embeddings
from .bands import bands
from .directions import Rows
from .isotropy import mean_cosine


def norms_by_frequency(embeddings: Embeddings, rows: Rows) -> dict[str, Any]:
    """Lengths by frequency, over rows in order of frequency, each with a direction.

    Keys:
        against: ``count``, or ``rank`` where the file keeps no counts (frequency is then taken as 1 / rank: Zipf).
        slope: change of the length for ten times the frequency, by least squares; None for fewer than three words, or
            words of one frequency.
        spearman: rank correlation of length and frequency; None also where all lengths are equal.
        bands: for each band of ranks ``{"ranks", "words", "mean_norm", "sd_norm", "mean_cosine"}``.
    """
    lengths = embeddings.norms[rows]
    if embeddings.counts is None:
        against, frequency = "rank", 1 / np.arange(1.0, len(rows) + 1)
    else:
        against, frequency = "count", np.maximum(embeddings.counts[rows], 1).astype(np.float64)
    by_rank = []
    for name, ranks in bands(len(rows)):
        own = lengths[ranks.start : ranks.stop]
        by_rank.append(
            {
                "ranks": name,
                "words": len(own),
                "mean_norm": float(own.mean()),
                "sd_norm": float(own.std(ddof=1)) if len(own) > 1 else None,
                "mean_cosine": mean_cosine(embeddings, rows[ranks.start : ranks.stop]),
            }
        )
    slope = spearman = None
    if len(rows) >= 3 and np.ptp(frequency) > 0:
        from scipy import stats

        slope = float(stats.linregress(np.log10(frequency), lengths).slope)
        # Lengths that differ by rounding only are equal.
        if np.ptp(lengths) > 1e-6 * lengths.max():
            spearman = float(stats.spearmanr(frequency, lengths).statistic)
    return {"against": against, "slope": slope, "spearman": spearman, "bands": by_rank}
