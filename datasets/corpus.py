"""An encoded corpus: what every trainer reads."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .vocabulary import Vocabulary

MAX_SENTENCE = 1000
"""Tokens in the longest sentence; a longer line is cut into several (word2vec.c's rule)."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Token ids of a text, sentence by sentence, words under ``min_count`` already dropped.

    Attributes:
        name: what reports call it.
        sha256: of the unpacked text.
        min_count: words that occur less often were dropped.
        vocabulary: the words that were kept.
        tokens: int32 (n_tokens,), usually memory-mapped read-only.
        offsets: int64 (n_sentences + 1,); sentence s is ``tokens[offsets[s]:offsets[s + 1]]``. No sentence is empty or
            longer than ``MAX_SENTENCE``.
        source_tokens: tokens of the text, dropped ones included.
        source_types: distinct words of the text, dropped ones included.
        directory: where the encoded form is cached.
        generated: what the reader of a score must know about a made-up corpus, or None for real text.
    """

    name: str
    sha256: str
    min_count: int
    vocabulary: Vocabulary
    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    source_tokens: int
    source_types: int
    directory: Path | None = None
    generated: str | None = None

    @property
    def n_tokens(self) -> int:
        """In-vocabulary tokens: one epoch's words in word2vec.c's unit."""
        return len(self.tokens)

    @property
    def n_sentences(self) -> int:
        return len(self.offsets) - 1
