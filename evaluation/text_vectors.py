"""Texts as means of their words' vectors."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .embeddings import Embeddings
from .known import known_rows
from .score import Section

KNOWN = "words known"
"""Section that says how many words of the texts have vectors, repeats counted."""


def mean_vectors(
    embeddings: Embeddings, texts: Sequence[Sequence[str]]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Mean of the vectors of each text's known words; zero for a text without any.

    Vectors are taken as they are, not scaled to length 1: SentEval's bag of words (Conneau & Kiela 2018) does so too.

    Returns:
        The means, float64 (n_texts, vector_size), and how many of each text's words are known and how many there are,
        int64 (n_texts,).
    """
    from scipy.sparse import csr_array

    flat = list(chain.from_iterable(texts))
    n_words = np.array([len(text) for text in texts], dtype=np.int64)
    number = {word: i for i, word in enumerate(dict.fromkeys(flat))}
    rows = known_rows(embeddings, list(number))
    used = np.flatnonzero(rows >= 0)
    column = np.full(len(rows), -1, dtype=np.int64)
    column[used] = np.arange(len(used))
    columns = column[[number[word] for word in flat]]
    text = np.repeat(np.arange(len(texts)), n_words)
    known = columns >= 0
    n_known = np.bincount(text[known], minlength=len(texts))
    counts = csr_array((np.ones(int(known.sum())), (text[known], columns[known])), shape=(len(texts), len(used)))
    sums = counts @ embeddings.vectors[rows[used]].astype(np.float64)
    means: NDArray[np.float64] = sums / np.maximum(n_known, 1)[:, None]
    return means, n_known, n_words


def share_known(n_known: NDArray[np.int64], n_words: NDArray[np.int64]) -> Section:
    """The share of all words that have vectors."""
    known, total = int(n_known.sum()), int(n_words.sum())
    return Section(value=known / total if total else None, n=known, total=total)
