"""Vectors as a NumPy array, ``NAME.npy``, with the words in ``NAME.words`` or ``NAME.txt`` beside it, a word a line."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError
from ..datasets.pages import give_back

Floats = NDArray[np.floating[Any]]

_ROWS = 4096

_DIGITS = 18
"""Of a count: what has more may not fit into 64 bits."""


def open_array(path: Path) -> tuple[list[str], Floats, NDArray[np.int64] | None, int]:
    """Words, the mapped matrix, counts where the word list has them after a tab or a space, and the matrix's position.

    Raises:
        InputError: not a matrix of numbers, no word list beside it, or one of another length.
    """
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # its header is read as Python, by several parsers with errors of their own
        raise InputError(
            f"{path} is not a usable NumPy file (cut short, or it holds Python objects): {error}"
        ) from None
    if matrix.ndim != 2 or matrix.dtype.kind != "f":
        raise InputError(
            f"{path} holds {matrix.dtype} of shape {matrix.shape}, not a matrix of floats with a row a word"
        )
    if 0 in matrix.shape:
        raise InputError(f"{path} holds a matrix of shape {matrix.shape}; there is nothing to read")
    beside = [path.with_suffix(".words"), path.with_suffix(".txt")]
    found = next((file for file in beside if file.is_file()), None)
    if found is None:
        raise InputError(
            f"{path} has no word list beside it: put the words, one a line in the rows' order, in {beside[0].name}"
        )
    words, counts = _read_words(found)
    if len(words) != len(matrix):
        raise InputError(f"{found} has {len(words)} words but {path.name} has {len(matrix)} rows")
    return words, matrix, counts, matrix.offset


def array_blocks(words: Sequence[str], matrix: Floats) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """Words and float32 rows, some at a time; what is beyond float32's range becomes infinite."""
    for start in range(0, len(words), _ROWS):
        with np.errstate(over="ignore"):
            block = np.array(matrix[start : start + _ROWS], dtype=np.float32, order="C", subok=False)
        yield list(words[start : start + _ROWS]), block
        give_back(getattr(matrix, "_mmap", None))


def word_lines(words: Sequence[str], counts: NDArray[np.int64] | None) -> Iterator[bytes]:
    """The word list's lines: a word, with a tab and its count where counts are known."""
    tails = [""] * len(words) if counts is None else [f"\t{count}" for count in counts.tolist()]
    for word, tail in zip(words, tails, strict=True):
        yield f"{word}{tail}\n".encode("utf-8", "surrogateescape")


def array_bytes(vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """A .npy file's bytes, in pieces."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": vectors.shape})
    yield header.getvalue()
    for start in range(0, len(vectors), 4096):
        yield vectors[start : start + 4096].astype("<f4", order="C", copy=False).tobytes()


def _read_words(path: Path) -> tuple[list[str], NDArray[np.int64] | None]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    lines = text.removesuffix("\n").split("\n")
    if "" in lines:
        raise InputError(f"{path}: line {lines.index('') + 1} is empty; every row of the matrix needs its word")
    # A list with counts has one on every line, after a tab (ours) or a space (word2vec.c's -save-vocab).
    split = [line.replace("\t", " ").rsplit(" ", 1) for line in lines]
    if not all(len(fields) == 2 and fields[0] and fields[1].isdecimal() for fields in split):
        return lines, None
    large = next((line for line, fields in enumerate(split, 1) if len(fields[1]) > _DIGITS), None)
    if large is not None:
        raise InputError(f"{path}: the count in line {large} has more than {_DIGITS} digits; no corpus is so long")
    return [fields[0] for fields in split], np.array([int(fields[1]) for fields in split], dtype=np.int64)
