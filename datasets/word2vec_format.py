"""word2vec's text and binary files, and GloVe's text without a header: what a file is, and how it is written.

Text: a header ``n_words vector_size``, then a line a word, the fields parted by single spaces. Binary: the same header,
then for each word its bytes, a space and vector_size little-endian float32. word2vec.c ends each binary row with a
newline, gensim does not; the reader takes both. GloVe writes the text without the header.

Words are UTF-8. Bytes that are not (word2vec.c cuts long words in the middle of a character) survive as surrogate
escapes: such a word equals no question word, and is written back as it was.
"""

from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from mmap import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

Rows = tuple[list[str], NDArray[np.float32]]
"""Words, and float32 (n_words, vector_size)."""

Header = tuple[int, int, int]
"""``n_words``, ``vector_size``, and the position of the first row."""

BLOCK = 1 << 24
"""Bytes of a file that are read at once."""

MOST_NUMBERS = 1 << 24
"""Numbers a vector."""


def read_header(data: bytes | mmap) -> Header | None:
    """The header, or None where the first line is not two integers."""
    end = data.find(b"\n", 0, 64)
    try:
        n_words, dim = (int(field) for field in data[: max(end, 0)].split())
    except ValueError:
        return None
    return n_words, dim, end + 1


def check_header(n_words: int, dim: int, path: Path, size: int) -> None:
    """Refuse a header that announces nothing, or vectors of which not one has room in a file of ``size`` bytes.

    Memory is reserved by what a header says, so what cannot be is refused before.

    Raises:
        InputError: it does.
    """
    if n_words < 1 or dim < 1:
        raise InputError(f"{path}: its header says {n_words} vectors of {dim} numbers; there is nothing to read")
    if 2 * dim > size:  # a number takes a space and a digit, or four bytes
        raise InputError(
            f"{path} is cut short: its header says {n_words} vectors of {dim}, for which {size} bytes are too few; "
            "copy or save it again"
        )
    if dim > MOST_NUMBERS:
        raise InputError(
            f"{path}: its header says vectors of {dim:,} numbers, and {MOST_NUMBERS:,} is the most there may be"
        )


def is_binary(data: bytes | mmap, header: Header) -> bool:
    """Whether raw floats follow the first word, rather than numbers in decimal."""
    _, dim, start = header
    end = data.find(b"\n", start + 1)
    word, space, numbers = data[start : end if end >= 0 else len(data)].partition(b" ")
    if not space or (len(numbers.split()) == dim and are_numbers(numbers)):
        return False
    # A text row with something wrong in it is still text, which raw floats are as good as never.
    first = start + len(word) + 1
    try:
        text = getincrementaldecoder("utf-8")().decode(data[first : first + max(4 * dim, 64)])
    except UnicodeDecodeError:
        return True
    return any(ord(character) < 32 and character not in "\t\r\n" for character in text)


def are_numbers(fields: bytes) -> bool:
    """Whether all fields between white space are numbers in decimal."""
    try:
        for number in fields.split():
            float(number)
    except ValueError:
        return False
    return True


def decode(words: list[bytes], path: Path, first_row: int) -> list[str]:
    """Words of rows from ``first_row`` (counted from 0) on.

    Raises:
        InputError: a word is empty or holds a line break.
    """
    if b"" in words:
        raise InputError(f"{path}: row {first_row + words.index(b'') + 1} has no word")
    decoded = b"\n".join(words).decode("utf-8", "surrogateescape").split("\n")
    if len(decoded) != len(words):
        row = next(i for i, word in enumerate(words) if b"\n" in word)
        raise InputError(
            f"{path}: the word of row {first_row + row + 1} holds a line break; the header is wrong or the file damaged"
        )
    return decoded


def binary_rows(words: Sequence[str], vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """The bytes of a word2vec binary file as word2vec.c writes it, in pieces."""
    yield b"%d %d\n" % vectors.shape
    for start in range(0, len(words), 4096):
        rows = vectors[start : start + 4096].astype("<f4", copy=False)
        yield b"".join(
            word.encode("utf-8", "surrogateescape") + b" " + row.tobytes() + b"\n"
            for word, row in zip(words[start : start + 4096], rows, strict=True)
        )


def text_rows(words: Sequence[str], vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """The bytes of a word2vec text file, in pieces; nine significant digits give back the same float32."""
    yield b"%d %d\n" % vectors.shape
    pattern = " %.9g" * vectors.shape[1] + "\n"
    for start in range(0, len(words), 4096):
        rows = vectors[start : start + 4096].tolist()
        yield "".join(
            word + pattern % tuple(row) for word, row in zip(words[start : start + 4096], rows, strict=True)
        ).encode("utf-8", "surrogateescape")
