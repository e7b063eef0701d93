"""Vectors that a program has written in word2vec's formats, put into the corpus's order."""

from collections.abc import Collection, Iterator, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...datasets.errors import InputError
from ...datasets.word2vec_binary import binary_blocks
from ...datasets.word2vec_format import Rows, check_header, is_binary, read_header
from ...datasets.word2vec_text import glove_dimension, text_blocks
from ..trainer import TrainingError

Format = Literal["auto", "text", "binary"]

MARKERS = ("</s>", "<unk>")
"""Rows that are no words of the corpus: word2vec's and fastText's end of a line, GloVe's unknown word."""


def read_vectors(
    path: Path, rows: Mapping[str, int], size: int, *, kind: Format = "auto", ignore: Collection[str] = MARKERS
) -> NDArray[np.float32]:
    """Read a file that has a vector for every word, in any order.

    Args:
        path: text, with word2vec's header or without as GloVe writes it, or word2vec's binary format.
        rows: the row of each word as the program spells it.
        size: numbers that a vector must have.
        kind: what it must be; ``auto`` finds out.
        ignore: further rows that it may have.

    Returns:
        float32 (len(rows), size).

    Raises:
        TrainingError: there is no such file, it is of another format or damaged, words are missing, occur twice or are
            not the corpus's, or values are not finite.
    """
    vectors = np.zeros((len(rows), size), np.float32)
    seen = np.zeros(len(rows), bool)
    try:
        with path.open("rb") as file:
            if not file.seek(0, 2):
                raise TrainingError("the file that it wrote for its vectors is empty")
            data = mmap(file.fileno(), 0, access=ACCESS_READ)
        for words, numbers in _blocks(data, path, size, kind):
            _place(words, numbers, rows, ignore, vectors, seen)
    except FileNotFoundError:
        raise TrainingError("it ended well but wrote no vectors") from None
    except (OSError, InputError) as error:
        raise TrainingError(f"its vectors cannot be read: {error}") from error
    if not seen.all():
        missing = [word for word, row in rows.items() if not seen[row]]
        raise TrainingError(f"it wrote no vector for {_some(missing)} of {len(rows):,} words")
    broken = int((~np.isfinite(vectors).all(axis=1)).sum())
    if broken:
        raise TrainingError(f"it diverged: {broken:,} of {len(rows):,} vectors are not finite; try a smaller alpha")
    return vectors


def _blocks(data: mmap, path: Path, size: int, kind: Format) -> Iterator[Rows]:
    header = read_header(data)
    if header is None:
        if kind == "binary":
            raise InputError(f"{path} does not begin with the number of its words and vectors' size")
        found = glove_dimension(data, path)
    else:
        check_header(*header[:2], path, len(data))
        found = header[1]
    if found != size:
        raise TrainingError(f"its vectors have {found:,} numbers, not {size:,}")
    if header is not None and (kind == "binary" or (kind == "auto" and is_binary(data, header))):
        return binary_blocks(data, header, path)
    return text_blocks(data, header, path)


def _place(
    words: list[str],
    numbers: NDArray[np.float32],
    rows: Mapping[str, int],
    ignore: Collection[str],
    vectors: NDArray[np.float32],
    seen: NDArray[np.bool_],
) -> None:
    places = np.array([rows.get(word, -1) for word in words], np.int64)
    known = places >= 0
    foreign = [word for word, found in zip(words, known.tolist(), strict=True) if not found and word not in ignore]
    if foreign:
        raise TrainingError(
            f"it wrote vectors for {_some(foreign)}, which the corpus does not have: it must take the words as they "
            "stand, apart by spaces and line ends"
        )
    places = places[known]
    again = np.flatnonzero(np.bincount(places, minlength=len(seen)) + seen > 1)
    if len(again):
        word = next(word for word, row in rows.items() if row == again[0])
        raise TrainingError(f"it wrote two vectors for {word!r}")
    seen[places] = True
    vectors[places] = numbers[known]


def _some(words: list[str]) -> str:
    """How many, and the first of them."""
    shown = ", ".join(repr(word[:40]) for word in words[:3])
    return f"{len(words):,} ({shown}{', …' if len(words) > 3 else ''})"
