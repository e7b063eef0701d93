"""Words that several files of vectors share, and where each file has them."""

from collections.abc import Sequence

import numpy as np

from ..embeddings import Embeddings
from .directions import Rows, with_direction


def common_words(vocabularies: Sequence[Sequence[str]]) -> list[str]:
    """Words of all vocabularies, in the order of the first."""
    first, *others = vocabularies
    sets = [set(words) for words in others]
    return [word for word in first if all(word in words for words in sets)]


def by_frequency(embeddings: Embeddings) -> list[str]:
    """Words with a direction, the most frequent first."""
    able = with_direction(embeddings)
    return [embeddings.words[row] for row in embeddings.frequency_order if able[row]]


def rows_of(embeddings: Embeddings, words: Sequence[str]) -> Rows:
    """int64 (len(words),): the row of each word.

    Raises:
        KeyError: a word has no vector.
    """
    row = {word: i for i, word in enumerate(embeddings.words)}
    return np.array([row[word] for word in words], dtype=np.int64)
