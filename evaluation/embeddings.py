"""Word vectors with their words, and the files they are kept in.

Read: word2vec text and binary (with or without the newline after each row) and GloVe's text without a header, all of
them also packed (.gz, .bz2, .xz, .zip), and NumPy arrays with a word list beside them. What a file is shows in its
bytes, not in its name. gensim's own files are pickles, which can run code when read: they are refused.
"""

import os
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..datasets.cache import atomic_file
from ..datasets.errors import InputError
from ..datasets.sources import read_blocks
from . import array_format, word2vec_format


class EmbeddingsWarning(UserWarning):
    """Something about a file of vectors that its user should know, but that does not stop scoring it."""


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Word vectors in order of frequency, the most frequent word first.

    Attributes:
        words: distinct words; a word's position is its row.
        vectors: float32 (n_words, vector_size).
        counts: int64 (n_words,), occurrences in the training corpus, or None where they are not known.
    """

    words: Sequence[str]
    vectors: NDArray[np.float32]
    counts: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            raise ValueError(f"vectors must be a float32 matrix, not {self.vectors.dtype} {self.vectors.shape}")
        if len(self.words) != len(self.vectors):
            raise ValueError(f"{len(self.words)} words but {len(self.vectors)} vectors")
        if self.counts is not None and len(self.counts) != len(self.words):
            raise ValueError(f"{len(self.words)} words but {len(self.counts)} counts")

    def __len__(self) -> int:
        return len(self.words)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def norms(self) -> NDArray[np.float64]:
        """float64 (n_words,): Euclidean lengths; NaN or infinite where a vector holds such a value."""
        # einsum casts a buffer at a time: no float64 copy of the matrix, and no overflow of large float32 squares.
        norms: NDArray[np.float64] = np.sqrt(
            np.einsum("ij,ij->i", self.vectors, self.vectors, dtype=np.float64, casting="safe")
        )
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

    @property
    def zero_rows(self) -> int:
        """Vectors of length zero, which have no direction and so no neighbours."""
        return int(np.count_nonzero(self.norms == 0))


def read_embeddings(path: Path | str, *, duplicates: Literal["error", "first"] = "error") -> Embeddings:
    """Read word vectors from a file, whose format its first bytes tell.

    Args:
        path: word2vec text or binary, GloVe text, or ``NAME.npy`` with ``NAME.words`` or ``NAME.txt`` beside it.
        duplicates: what to do where a word has more than one vector: refuse the file, as nobody can tell which is
            meant, or keep the first with a warning, as gensim does.

    Raises:
        InputError: the file is missing, unreadable, of another format, damaged, or holds NaN or infinite values.

    Warns:
        EmbeddingsWarning: vectors of length zero; duplicates left out.
    """
    path = Path(path)
    words, vectors, counts = _load(path)
    if len(set(words)) < len(words):
        words, vectors, counts = _without_duplicates(words, vectors, counts, path, duplicates)
    _check_finite(words, vectors, path)
    embeddings = Embeddings(words, vectors, counts)
    if zeros := embeddings.zero_rows:
        if zeros == len(words):
            raise InputError(f"{path}: every vector is zero; the model was not trained or not saved properly")
        warnings.warn(
            f"{path}: {zeros} of {len(words)} vectors are zero; they are scored, but are nobody's neighbour",
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


def _load(path: Path) -> tuple[list[str], NDArray[np.float32], NDArray[np.int64] | None]:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise InputError(f"{path} is empty; a file of word vectors was expected")
            # The map closes itself when the last view of it is gone.
            return _parse(mmap(file.fileno(), 0, access=ACCESS_READ), path)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory; name the file of vectors in it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


def _parse(data: bytes | mmap, path: Path) -> tuple[list[str], NDArray[np.float32], NDArray[np.int64] | None]:
    if data[:6] == b"\x93NUMPY":
        return array_format.read_array(path)
    if any(data[: len(magic)] == magic for magic in _PACKED):
        data = b"".join(read_blocks(path))
        if not data:
            raise InputError(f"{path} holds an empty file; a file of word vectors was expected")
    for magic, refusal in _REFUSED.items():
        if data[: len(magic)] == magic:
            raise InputError(f"{path} is {refusal.format(path=str(path))}")
    header = word2vec_format.read_header(data)
    if header is not None and word2vec_format.is_binary(data, header):
        return *word2vec_format.read_binary(data, header, path), None
    return *word2vec_format.read_text(data, header, path), None


_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"PK\x03\x04")
_PICKLE = (
    "gensim's own format or another pickle, which can run code when it is read; convert it in Python with "
    "`from gensim.models import KeyedVectors; KeyedVectors.load({path!r}).save_word2vec_format('vectors.bin', "
    "binary=True)`, or for a whole model `Word2Vec.load({path!r}).wv.save_word2vec_format(…)`"
)
_REFUSED = {
    **{bytes([0x80, protocol]): _PICKLE for protocol in range(2, 6)},
    b"\x93NUMPY": "a packed NumPy array; unpack it and put its words beside it",
    b"\xba\x16\x4f\x2f": "a fastText model; evaluate the .vec file that fastText writes beside it",
    b"\x89HDF": "an HDF5 file; save the vectors in word2vec's format",
}


def _without_duplicates(
    words: list[str],
    vectors: NDArray[np.float32],
    counts: NDArray[np.int64] | None,
    path: Path,
    policy: str,
) -> tuple[list[str], NDArray[np.float32], NDArray[np.int64] | None]:
    first: dict[str, int] = {}
    example: tuple[int, int] | None = None
    for row, word in enumerate(words):
        if first.setdefault(word, row) != row and example is None:
            example = first[word], row
    assert example is not None
    extra = len(words) - len(first)
    what = f"{words[example[0]]!r} in rows {example[0] + 1} and {example[1] + 1}"
    if policy == "error":
        more = "" if extra == 1 else f", and {extra - 1} more rows repeat a word"
        raise InputError(
            f"{path} has two vectors for one word ({what}{more}); leave in one, or keep the first by --first-duplicate"
        )
    warnings.warn(
        f"{path}: {extra} rows repeat a word ({what}, for one); the first vector of each word is kept",
        EmbeddingsWarning,
        stacklevel=3,
    )
    rows = list(first.values())
    return list(first), vectors[rows], None if counts is None else counts[rows]


def _check_finite(words: list[str], vectors: NDArray[np.float32], path: Path) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(vectors.sum()):
            return
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise InputError(
            f"{path}: {len(bad)} of {len(words)} vectors hold NaN or infinite values (the first: row {bad[0] + 1}, "
            f"{words[bad[0]]!r}); training diverged or the file is damaged"
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
