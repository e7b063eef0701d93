"""Words and vectors as they stand in a file, once each word."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError


class Repeated(NamedTuple):
    """Rows left out because their word had a vector already.

    Attributes:
        rows: how many.
        word, first, again: one of them, and its two rows, from 0.
    """

    rows: int
    word: str
    first: int
    again: int

    def __str__(self) -> str:
        return f"{self.word!r} in rows {self.first + 1} and {self.again + 1}"


class Table(NamedTuple):
    """What a file holds.

    Attributes:
        words: distinct.
        vectors: float32 (n_words, dim), in memory or on disk.
        counts: int64 (n_words,), where the file has them.
        norms: float64 (n_words,), where they are known already.
        repeated: what was left out.
    """

    words: Sequence[str]
    vectors: NDArray[np.float32]
    counts: NDArray[np.int64] | None = None
    norms: NDArray[np.float64] | None = None
    repeated: Repeated | None = None


class Distinct:
    """Words that come block by block; each counts once, with its first row."""

    def __init__(self) -> None:
        self.row_of: dict[str, int] = {}
        self.n_rows = 0
        self.repeated: Repeated | None = None

    def first_seen(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Positions of the next words that were not met before."""
        start, row_of = self.n_rows, self.row_of
        new = [i for i, word in enumerate(words, start) if row_of.setdefault(word, i) == i]
        self.n_rows += len(words)
        if len(new) < len(words):
            again = next(i for i, word in enumerate(words, start) if row_of[word] != i)
            word = words[again - start]
            known = self.repeated or Repeated(0, word, row_of[word], again)
            self.repeated = known._replace(rows=known.rows + len(words) - len(new))
        return np.array(new, dtype=np.int64) - start


def lengths(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Euclidean lengths, float64 (n,); NaN or infinite where a vector holds such a value."""
    # einsum casts a buffer at a time: no float64 copy of the matrix, and no overflow of large float32 squares.
    norms: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64, casting="safe"))
    return norms


def check_finite(path: Path, words: Sequence[str], norms: NDArray[np.float64], first_row: int = 0) -> None:
    """Refuse vectors that hold NaN or infinite values, by their lengths.

    Raises:
        InputError: there are such.
    """
    bad = np.flatnonzero(~np.isfinite(norms))
    if len(bad):
        raise InputError(
            f"{path}: {len(bad)} of {len(norms)} vectors hold NaN or infinite values (the first: row "
            f"{first_row + bad[0] + 1}, {words[bad[0]]!r}); training diverged or the file is damaged"
        )
