"""An encoded corpus: what every trainer reads."""

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .decoding import Errors
from .vocabulary import Vocabulary

MAX_SENTENCE = 1000
"""Tokens in the longest sentence; a longer line is cut into several (word2vec.c's rule)."""

_LAG = 1 << 24
"""Bytes before a stretch given back that are given back again: a thread that was held up reads on where others have
long been, and what it touches there would stay."""


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
        errors: what was done about bytes that are not UTF-8.
        replaced: how many sequences of such bytes became U+FFFD.
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
    errors: Errors = "strict"
    replaced: int = 0

    @property
    def n_tokens(self) -> int:
        """In-vocabulary tokens: one epoch's words in word2vec.c's unit."""
        return len(self.tokens)

    @property
    def n_sentences(self) -> int:
        return len(self.offsets) - 1

    def release(self, first: int, last: int) -> None:
        """Give back the memory that sentences ``first`` to ``last - 1``, and some before them, take up while mapped.

        The pages stay readable: whoever comes back to them finds them in the file again. Nothing happens to a corpus
        that is held in memory.
        """
        _release(self.tokens, int(self.offsets[first]), int(self.offsets[last]))
        _release(self.offsets, first, last)


def _release(mapped: NDArray[Any], start: int, stop: int) -> None:
    """Drop the pages that elements ``start`` to ``stop - 1`` of a mapped array lie on whole, and those before."""
    memory = getattr(mapped, "_mmap", None)
    if memory is None or not hasattr(mmap, "MADV_DONTNEED"):
        return
    page, size = mmap.PAGESIZE, mapped.itemsize
    begin, end = max(0, start * size - _LAG) // page * page, stop * size // page * page
    if begin < end:
        memory.madvise(mmap.MADV_DONTNEED, begin, end - begin)
