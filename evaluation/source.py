"""What a file of vectors is, by its first bytes, and its rows in blocks."""

import os
import stat
import tempfile
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..datasets.cache import cache_dir, explained
from ..datasets.errors import InputError
from ..datasets.sources import read_blocks
from ..datasets.word2vec_binary import binary_blocks
from ..datasets.word2vec_format import Rows, check_header, is_binary, read_header
from ..datasets.word2vec_text import first_line, glove_dimension, text_blocks
from . import array_format
from .paged import PagedMatrix

IN_MEMORY = 1 << 30
"""Bytes of a matrix, or of an unpacked file, that are held in memory; what is larger stays on disk."""


class Source(NamedTuple):
    """Words and vectors as they come from a file.

    Attributes:
        dim: numbers a vector.
        n_words: None where only reading tells.
        n_bytes: of the matrix in float32; an estimate where ``n_words`` is None.
        blocks: the rows, in order, once.
        words, counts, matrix: of a .npy file: all words, int64 (n_words,) where there are any, and the whole matrix on
            disk where it is float32 and can be used as it is.
    """

    dim: int
    n_words: int | None
    n_bytes: int
    blocks: Iterator[Rows]
    words: list[str] | None = None
    counts: NDArray[np.int64] | None = None
    matrix: NDArray[np.float32] | None = None


def open_source(path: Path, limit: int | None = None) -> Source:
    """Find out what a file is; of word2vec's and GloVe's formats only the first ``limit`` rows.

    Raises:
        InputError: it is missing, unreadable, empty, or of no format that can be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path} is not a regular file; save the vectors to a file first")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise InputError(f"{path} is empty; a file of word vectors was expected")
            # The map closes itself when the last view of it is gone.
            return _recognised(mmap(file.fileno(), 0, access=ACCESS_READ), path, limit)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory; name the file of vectors in it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


def _recognised(data: bytes | mmap, path: Path, limit: int | None) -> Source:
    if data[:6] == b"\x93NUMPY":
        words, matrix, counts, offset = array_format.open_array(path)
        paged = None
        if matrix.dtype == np.dtype("<f4") and matrix.flags.c_contiguous:
            paged = PagedMatrix(path, matrix.shape, offset)
        blocks = array_format.array_blocks(words, matrix)
        return Source(matrix.shape[1], len(words), 4 * matrix.size, blocks, words, counts, paged)
    if any(data[: len(magic)] == magic for magic in _PACKED):
        data = _unpacked(path)
    for magic, refusal in _REFUSED.items():
        if data[: len(magic)] == magic:
            raise InputError(f"{path} is {refusal.format(path=str(path))}")
    header = read_header(data)
    if header is None:
        dim = glove_dimension(data, path)
        lines = len(data) // max(1, len(first_line(data))) + 1
        return Source(dim, None, 4 * dim * min(lines, limit or lines), text_blocks(data, None, path, limit))
    n_words, dim, _ = header
    check_header(n_words, dim, path, len(data))
    binary = is_binary(data, header)
    blocks = (binary_blocks if binary else text_blocks)(data, header, path, limit)
    # A wrong header must not have more memory reserved than the file can fill: a row of text has two bytes a number.
    n_words = min(n_words, limit or n_words, len(data) if binary else len(data) // (2 * dim) + 1)
    return Source(dim, n_words, 4 * dim * n_words, blocks)


def _unpacked(path: Path) -> bytes | mmap:
    """A packed file's content: in memory, or where it is large in a nameless file that vanishes with its map."""
    held: list[bytes] = []
    blocks = read_blocks(path)
    size = 0
    for block in blocks:
        held.append(block)
        size += len(block)
        if size > IN_MEMORY:
            break
    if not size:
        raise InputError(f"{path} holds an empty file; a file of word vectors was expected")
    if size <= IN_MEMORY:
        return b"".join(held)
    folder = cache_dir()
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            while held:
                file.write(held.pop(0))
            for block in blocks:
                file.write(block)
            file.flush()
            return mmap(file.fileno(), 0, access=ACCESS_READ)


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
