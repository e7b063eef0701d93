"""From a file of vectors to its words and matrix: in memory, or where it is large on disk."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import kept, source
from .table import Distinct, Table


class EmbeddingsWarning(UserWarning):
    """Something about a file of vectors that its user should know, but that does not stop scoring it."""


def read_table(path: Path, *, limit: int | None = None) -> Table:
    """What a file holds, each word once.

    Args:
        path: of any format that can be read.
        limit: only so many rows are wanted; where reading stops there is no need to keep the others.

    Raises:
        InputError: the file is missing, unreadable, of another format or damaged.

    Warns:
        EmbeddingsWarning: it is large, and copied.
    """
    table = kept.find(path)
    if table is not None:
        return table
    found = source.open_source(path, limit)
    if found.n_bytes <= source.IN_MEMORY:
        return _collected(found)
    if found.matrix is not None and found.words is not None and len(set(found.words)) == len(found.words):
        return Table(found.words, found.matrix, found.counts)
    warnings.warn(
        f"{path} is large: its matrix ({found.n_bytes / 1e9:.1f} GB) is put into the cache once, and used from there",
        EmbeddingsWarning,
        stacklevel=3,
    )
    # The whole file goes into the cache, whatever part of it is wanted now.
    return kept.keep(path, found if limit is None else source.open_source(path))


def _collected(found: source.Source) -> Table:
    distinct = Distinct()
    matrix = np.empty((found.n_words or 0, found.dim), dtype=np.float32)
    parts: list[NDArray[np.float32]] = []
    new: list[NDArray[np.int64]] = []
    for words, vectors in found.blocks:
        first_row = distinct.n_rows
        new.append(distinct.first_seen(words) + first_row)
        if found.n_words is None:
            parts.append(vectors)
        else:
            matrix[first_row : first_row + len(words)] = vectors
    if found.n_words is None:
        matrix = np.concatenate(parts)
    counts = found.counts
    if distinct.repeated is not None:
        rows = np.concatenate(new)
        matrix, counts = matrix[rows], None if counts is None else counts[rows]
    return Table(list(distinct.row_of), matrix, counts, None, distinct.repeated)
