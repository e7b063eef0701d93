"""Reading word2vec's and GloVe's text files, a block of lines at a time."""

import warnings
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .pages import give_back
from .word2vec_format import BLOCK, Header, Rows, are_numbers, decode


def glove_dimension(data: bytes | mmap, path: Path) -> int:
    """Numbers a line of a file without a header.

    Raises:
        InputError: the first line is not a word and numbers.
    """
    dim = len(first_line(data).split()) - 1
    if dim < 1:
        raise InputError(f"{path}: line 1 is not a word followed by numbers; this is not a file of word vectors")
    return dim


def first_line(data: bytes | mmap) -> bytes:
    """Without its end."""
    end = data.find(b"\n")
    return data[: end if end >= 0 else len(data)]


def text_blocks(data: bytes | mmap, header: Header | None, path: Path, limit: int | None = None) -> Iterator[Rows]:
    """The rows of a word2vec text file, or of a GloVe file where ``header`` is None, in blocks of some megabytes.

    In a GloVe file the first line gives the dimension; a later word may hold spaces, as some of GloVe 840B do. Only the
    first ``limit`` rows are read where one is given.

    Raises:
        InputError: a row with too few or too many numbers, something that is no number, or more or fewer rows than
            the header says.
    """
    expected, dim, start = (None, glove_dimension(data, path), 0) if header is None else header
    n_rows, first = 0, 1 if header is None else 2
    for lines in _line_blocks(data, start):
        if limit is not None:
            lines = lines[: limit - n_rows]
        words, numbers = _parse(lines, dim, n_rows + first, path, spaces=header is None)
        decoded = decode(words, path, n_rows)
        n_rows += len(lines)
        if expected is not None and n_rows > expected:
            _wrong_number(path, expected, "more")
        give_back(data)
        yield decoded, numbers
        if n_rows == limit:
            return
    if expected is not None and n_rows < expected:
        _wrong_number(path, expected, f"only {n_rows}")


def _wrong_number(path: Path, expected: int, found: str) -> NoReturn:
    raise InputError(
        f"{path}: its header says {expected} vectors but the file holds {found}; the header is wrong or the file "
        "was cut short"
    )


def _line_blocks(data: bytes | mmap, start: int) -> Iterator[list[bytes]]:
    """Lines without their ends, some megabytes at a time."""
    size = len(data)
    while start < size:
        end = data.rfind(b"\n", start, start + BLOCK) + 1
        if end <= start:
            end = data.find(b"\n", start + BLOCK) + 1
        if end <= start:
            end = size
        block = data[start:end]
        start = end
        if start == size:
            block = block.rstrip()
        yield block.removesuffix(b"\n").split(b"\n")


def _parse(
    lines: list[bytes], dim: int, line: int, path: Path, *, spaces: bool
) -> tuple[list[bytes], NDArray[np.float32]]:
    """Words and numbers of lines, the first of which is line ``line``; ``spaces`` allows them within words."""
    words: list[bytes] = []
    fields: list[bytes] = []
    for i, row in enumerate(lines):
        trimmed = row.rstrip(b" \t\r")
        word, _, numbers = trimmed.partition(b" ")
        if numbers.count(b" ") != dim - 1 or not numbers:  # tabs, or a word that holds spaces
            split = trimmed.rsplit(None, dim)
            inside = split[0].split() if split else []
            if len(split) != dim + 1 or (len(inside) > 1 and (not spaces or are_numbers(inside[-1]))):
                _bad_line(trimmed, dim, line + i, path)
            word, numbers = split[0], b" ".join(split[1:])
        words.append(word)
        fields.append(numbers)
    with warnings.catch_warnings():
        # NumPy only warns where it meets what is no number; the count below finds it.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            values = np.fromstring(b" ".join(fields), dtype=np.float32, sep=" ")
        except ValueError:
            values = np.empty(0, dtype=np.float32)
    if len(values) != len(lines) * dim:
        for i, (row, numbers) in enumerate(zip(lines, fields, strict=True)):
            if not are_numbers(numbers):
                _bad_line(row, dim, line + i, path)
        raise InputError(f"{path}: lines {line} to {line + len(lines) - 1} hold something that is not a number")
    return words, values.reshape(len(lines), dim)


def _bad_line(row: bytes, dim: int, line: int, path: Path) -> NoReturn:
    fields = row.split()[1:]
    for number in fields if len(fields) == dim else []:
        if not are_numbers(number):
            shown = number[:40].decode("utf-8", "replace")
            raise InputError(f"{path}: line {line} holds {shown!r} where a number should be")
    raise InputError(f"{path}: line {line} holds {len(fields)} numbers after its word, not {dim}")
