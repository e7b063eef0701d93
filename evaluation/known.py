"""Which words of a question set have vectors that can be used, and those vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .embeddings import Embeddings
from .lookup import fold_unicode, variants

Rows = NDArray[np.int64]


def known_rows(embeddings: Embeddings, words: Sequence[str]) -> Rows:
    """The row of each word, int64 (n_words,); −1 where it has no vector, or one without a direction (zero, NaN).

    Case variants are one word, for which the most frequent stands, as in similarity tasks.
    """
    folded = fold_unicode(words)
    distinct = list(dict.fromkeys(folded))
    found = variants(embeddings, embeddings.frequency_order.tolist(), distinct, fold_unicode)
    first = {word: own[0] if own else -1 for word, own in zip(distinct, found, strict=True)}
    rows = np.array([first[word] for word in folded], dtype=np.int64)
    norms = embeddings.norms[rows]
    rows[~(np.isfinite(norms) & (norms > 0))] = -1
    return rows


def unit_vectors(embeddings: Embeddings, rows: Rows) -> NDArray[np.float64]:
    """Vectors scaled to length 1, float64 (n_rows, vector_size); the rows are of words with a direction."""
    unit: NDArray[np.float64] = embeddings.vectors[rows] / embeddings.norms[rows, None]
    return unit
