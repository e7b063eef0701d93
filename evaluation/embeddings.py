"""Word vectors with their words, and the files they are kept in.

Read: word2vec text and binary (with or without the newline after each row) and GloVe's text without a header, all of
them also packed (.gz, .bz2, .xz, .zip), and NumPy arrays with a word list beside them. What a file is shows in its
bytes, not in its name. gensim's own files are pickles, which can run code when read: they are refused. A matrix of more
than 1 GB stays on disk (see ``kept``).
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..datasets import word2vec_format
from ..datasets.cache import atomic_file
from ..datasets.errors import InputError
from . import array_format
from .reading import EmbeddingsWarning, read_table
from .table import Repeated, check_finite, lengths

__all__ = ["Embeddings", "EmbeddingsWarning", "read_embeddings", "write_array", "write_embeddings"]

_BLOCK = 8192
"""Rows whose lengths are taken at once, where the matrix may be on disk."""


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Word vectors in order of frequency, the most frequent word first.

    Attributes:
        words: distinct words; a word's position is its row.
        vectors: float32 (n_words, vector_size). It may be mapped from a large file: work on ``vectors[rows]`` or
            ``vectors[start:stop]``, never on the whole.
        counts: int64 (n_words,), occurrences in the training corpus, or None where they are not known.
        lengths: float64 (n_words,), the vectors' lengths where they are known already; read ``norms``.
    """

    words: Sequence[str]
    vectors: NDArray[np.float32]
    counts: NDArray[np.int64] | None = None
    lengths: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            raise ValueError(f"vectors must be a float32 matrix, not {self.vectors.dtype} {self.vectors.shape}")
        if len(self.words) != len(self.vectors):
            raise ValueError(f"{len(self.words)} words but {len(self.vectors)} vectors")
        if self.counts is not None and len(self.counts) != len(self.words):
            raise ValueError(f"{len(self.words)} words but {len(self.counts)} counts")
        if self.lengths is not None and len(self.lengths) != len(self.words):
            raise ValueError(f"{len(self.words)} words but {len(self.lengths)} lengths")

    def __len__(self) -> int:
        return len(self.words)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def norms(self) -> NDArray[np.float64]:
        """float64 (n_words,): Euclidean lengths; NaN or infinite where a vector holds such a value."""
        if self.lengths is not None:
            return self.lengths
        norms = np.empty(len(self))
        for start in range(0, len(self), _BLOCK):
            norms[start : start + _BLOCK] = lengths(self.vectors[start : start + _BLOCK])
        return norms

    @cached_property
    def frequency_order(self) -> NDArray[np.int64]:
        """Rows by count descending, equal counts by word; the order of the rows where counts are not known.

        This decides which words stay when a task takes the first 30,000, so that implementations which order equal
        counts differently are asked the same questions.
        """
        if self.counts is None:
            return np.arange(len(self))
        counts = self.counts.tolist()
        return np.array(sorted(range(len(self)), key=lambda row: (-counts[row], self.words[row])), dtype=np.int64)

    def restricted(self, words: Sequence[str]) -> "Embeddings":
        """Only these words, in this order, which is then their order of frequency.

        Raises:
            KeyError: a word has no vector.
        """
        row = {word: i for i, word in enumerate(self.words)}
        return Embeddings(words, self.vectors[[row[word] for word in words]])

    def most_frequent(self, limit: int) -> "Embeddings":
        """Only the ``limit`` most frequent words, in order of frequency, in memory."""
        if limit >= len(self):
            return self
        rows = self.frequency_order[:limit]
        counts = None if self.counts is None else self.counts[rows]
        return Embeddings([self.words[row] for row in rows], self.vectors[rows], counts)

    @property
    def zero_rows(self) -> int:
        """Vectors of length zero, which have no direction and so no neighbours."""
        return int(np.count_nonzero(self.norms == 0))


def read_embeddings(
    path: Path | str, *, duplicates: Literal["error", "first"] = "error", limit: int | None = None
) -> Embeddings:
    """Read word vectors from a file, whose format its first bytes tell.

    A matrix of up to 1 GB is held in memory. A larger one is mapped: a .npy file of float32 as it is, any other file
    from a copy that is made once in the cache directory.

    Args:
        path: word2vec text or binary, GloVe text, or ``NAME.npy`` with ``NAME.words`` or ``NAME.txt`` beside it.
        duplicates: what to do where a word has more than one vector: refuse the file, as nobody can tell which is
            meant, or keep the first with a warning, as gensim does.
        limit: only so many words, the most frequent; a file without counts is in order of frequency, and is read no
            further.

    Raises:
        InputError: the file is missing, unreadable, of another format, damaged, or holds NaN or infinite values; or
            ``limit`` is not positive.

    Warns:
        EmbeddingsWarning: vectors of length zero; duplicates left out; a large file is copied.
    """
    path = Path(path)
    if limit is not None and limit < 1:
        raise InputError(f"the number of words must be at least 1, not {limit}")
    table = read_table(path, limit=limit)
    if table.repeated is not None:
        _refuse_or_warn(table.repeated, path, duplicates)
    embeddings = Embeddings(table.words, table.vectors, table.counts, table.norms)
    if limit is not None:
        embeddings = embeddings.most_frequent(limit)
    check_finite(path, embeddings.words, embeddings.norms)
    if zeros := embeddings.zero_rows:
        if zeros == len(embeddings):
            raise InputError(f"{path}: every vector is zero; the model was not trained or not saved properly")
        warnings.warn(
            f"{path}: {zeros} of {len(embeddings)} vectors are zero; they are scored, but are nobody's neighbour",
            EmbeddingsWarning,
            stacklevel=2,
        )
    return embeddings


def write_embeddings(path: Path | str, embeddings: Embeddings, *, binary: bool) -> None:
    """Write word vectors in word2vec's binary or text format, atomically.

    The text has nine significant digits, enough to read back the same float32. Counts are not kept: the format has no
    place for them (``write_array`` keeps them).

    Raises:
        InputError: a word that the format cannot hold, or a file that cannot be written.
    """
    _check_words(embeddings.words)
    rows = word2vec_format.binary_rows if binary else word2vec_format.text_rows
    _write(Path(path), rows(embeddings.words, embeddings.vectors))


def write_array(path: Path | str, embeddings: Embeddings) -> None:
    """Write ``NAME.npy``, and ``NAME.words`` beside it with a word a line, a tab and its count where that is known.

    Raises:
        InputError: the name does not end in .npy, a word holds white space, or a file cannot be written.
    """
    path = Path(path)
    if path.suffix != ".npy":
        raise InputError(f"{path}: give it a name that ends in .npy")
    _check_words(embeddings.words)
    # The words go first: a reader that sees the new matrix never pairs it with a missing word list.
    _write(path.with_suffix(".words"), array_format.word_lines(embeddings.words, embeddings.counts))
    _write(path, array_format.array_bytes(embeddings.vectors))


def _refuse_or_warn(repeated: Repeated, path: Path, policy: str) -> None:
    if policy == "error":
        more = "" if repeated.rows == 1 else f", and {repeated.rows - 1} more rows repeat a word"
        raise InputError(
            f"{path} has two vectors for one word ({repeated}{more}); leave in one, or keep the first by "
            "--first-duplicate"
        )
    warnings.warn(
        f"{path}: {repeated.rows} rows repeat a word ({repeated}, for one); the first vector of each word is kept",
        EmbeddingsWarning,
        stacklevel=3,
    )


def _check_words(words: Sequence[str]) -> None:
    for word in words:
        if not word or any(character in word for character in " \t\r\n"):
            raise InputError(f"the word {word!r} is empty or holds white space: the format cannot keep it")
        try:
            word.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise InputError(f"the word {word!r} is not valid Unicode: the format cannot keep it") from None


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    try:
        with atomic_file(path) as file:
            for piece in pieces:
                file.write(piece)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
