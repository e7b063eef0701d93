"""Reading word2vec's binary files, a block of rows at a time."""

from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from typing import NoReturn

import numpy as np

from .errors import InputError
from .pages import give_back
from .word2vec_format import BLOCK, Header, Rows, decode

LONGEST_WORD = 10_000
"""Bytes; where no space comes within this many, the file is not what its header says."""


def binary_blocks(data: bytes | mmap, header: Header, path: Path, limit: int | None = None) -> Iterator[Rows]:
    """The rows of a file in blocks of some megabytes; only the first ``limit`` where one is given.

    Raises:
        InputError: the file is cut short, or is longer than its header says.
    """
    n_words, dim, start = header
    if n_words * (4 * dim + 1) > len(data) - start:
        _truncated(path, f"its header says {n_words} vectors of {dim}, for which {len(data)} bytes are too few")
    return _blocks(data, header, path, n_words if limit is None else min(limit, n_words))


def _blocks(data: bytes | mmap, header: Header, path: Path, wanted: int) -> Iterator[Rows]:
    n_words, dim, position = header
    size, row_bytes = len(data), 4 * dim
    # Rows start at any byte: every one is taken as an opaque block of row_bytes, which is copied whole.
    rows = np.ndarray((size - row_bytes + 1,), dtype=np.dtype((np.void, row_bytes)), buffer=data, strides=(1,))
    step = max(1, BLOCK // row_bytes)
    for first in range(0, wanted, step):
        starts = np.empty(min(step, wanted - first), dtype=np.int64)
        words: list[bytes] = []
        for row in range(len(starts)):
            space = data.find(b" ", position, position + LONGEST_WORD)
            if space < 0:
                _no_word(path, header, first + row, position, size)
            words.append(data[position:space].lstrip(b"\n"))
            starts[row] = space + 1
            position = space + 1 + row_bytes
            if position > size:
                _truncated(path, f"it ends at byte {size} in row {first + row + 1} of {n_words}")
        if first + len(starts) == n_words and (left := size - position) and data[position : position + 2] != b"\n":
            raise InputError(
                f"{path}: {left} bytes follow the last of the {n_words} vectors of {dim} that its header announces; "
                "the header is wrong or the file is damaged"
            )
        vectors = rows[starts].view("<f4").reshape(-1, dim)
        give_back(data)
        yield decode(words, path, first), vectors.astype(np.float32, copy=False)


def _no_word(path: Path, header: Header, row: int, position: int, size: int) -> NoReturn:
    n_words, dim, _ = header
    if position + LONGEST_WORD >= size:
        _truncated(path, f"it ends at byte {size} in row {row + 1} of {n_words}")
    raise InputError(
        f"{path}: no word at byte {position} where row {row + 1} of {n_words} should start; the header "
        f"({n_words} {dim}) does not fit the file, or the file is damaged"
    )


def _truncated(path: Path, what: str) -> NoReturn:
    raise InputError(f"{path} is cut short: {what}; copy or save it again")
