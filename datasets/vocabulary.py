"""The words a corpus is encoded with, and how often each occurs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words by descending count, equal counts by the word's code points: the same order for every implementation.

    Attributes:
        words: the words; a word's position is its token id.
        counts: int64 (n_words,), occurrences in the corpus.
    """

    words: Sequence[str]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.counts):
            raise ValueError(f"{len(self.words)} words but {len(self.counts)} counts")

    def __len__(self) -> int:
        return len(self.words)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return list(self.words) == list(other.words) and np.array_equal(self.counts, other.counts)

    @cached_property
    def index(self) -> dict[str, int]:
        """Token id of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @property
    def total(self) -> int:
        """Tokens of the encoded corpus: the sum of the counts."""
        return int(self.counts.sum())
