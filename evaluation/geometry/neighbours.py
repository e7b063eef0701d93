"""Nearest neighbours by cosine, exact: what a comparison with every row would give.

Cosines come from float32 matrix products, a block of candidates and of queries at a time. A block is looked through
without sorting: the maxima of small groups of columns are partitioned, and their k-th largest is a bound that k entries
reach, so that only entries above it (less float32's rounding) can be among the k best. These few are compared anew in
float64, where cosines that are equal to 12 decimals are ties and go to the candidate that comes first. So the result
depends neither on the blocks nor on the number of threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..embeddings import Embeddings
from .directions import Rows, normalised, unit_matrix, unit_rows, with_direction

_COLUMNS = 16384
_QUERIES = 256
_GROUP = 64
_ROUNDING = np.float32(1e-5)
"""Well above what float32 rounds off a sum of products of unit vectors."""
_CROWDED = 8
"""A query with more than this many times k candidates in one block has ties that float32 cannot part."""
_DECIMALS = 12


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest rows of each query, the nearest first.

    Attributes:
        rows: int64 (n_queries, k); -1 where there are fewer than k.
        cosines: float64 (n_queries, k); NaN there.
    """

    rows: Rows
    cosines: NDArray[np.float64]


def nearest(embeddings: Embeddings, queries: Rows, k: int, *, candidates: Rows | None = None) -> Neighbours:
    """The k nearest neighbours of some rows, without the row itself.

    Rows without direction (zero, NaN, infinite) have no neighbours and are nobody's.

    Args:
        embeddings: the vectors.
        queries: int64 (n_queries,), rows.
        k: how many.
        candidates: distinct rows that may be neighbours, in the order in which ties are decided; all of them, the most
            frequent first, where None.
    """
    able = np.flatnonzero(with_direction(embeddings)[queries])
    found = nearest_to(
        embeddings, unit_rows(embeddings, queries[able]), k, excluded=queries[able, None], candidates=candidates
    )
    rows = np.full((len(queries), k), -1, dtype=np.int64)
    cosines = np.full((len(queries), k), np.nan)
    rows[able], cosines[able] = found.rows, found.cosines
    return Neighbours(rows, cosines)


def nearest_to(
    embeddings: Embeddings,
    directions: NDArray[np.float64],
    k: int,
    *,
    excluded: Rows | None = None,
    candidates: Rows | None = None,
) -> Neighbours:
    """The k rows nearest to each of some directions.

    Args:
        embeddings: the vectors.
        directions: float64 (n_queries, dim), of any length; one of length zero has cosine 0 with every row.
        k: how many.
        excluded: int64 (n_queries, any), rows that are no neighbours of the query.
        candidates: as for ``nearest``.

    Raises:
        ValueError: k is less than 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    order = embeddings.frequency_order if candidates is None else candidates
    order = order[with_direction(embeddings)[order]]
    exact = normalised(directions)
    search = _Search(exact, k)
    place = np.full(len(embeddings), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    barred = np.empty((len(exact), 0), dtype=np.int64) if excluded is None else place[excluded]
    for start in range(0, len(order), _COLUMNS):
        search.look_through(start, embeddings, order[start : start + _COLUMNS], barred - start)
    return _ranked(embeddings, exact, order, k, *search.found())


class _Search:
    """Entries that may be among the k best of each query, gathered from one block of candidates after the other."""

    def __init__(self, directions: NDArray[np.float64], k: int) -> None:
        self.exact, self.single, self.k = directions, directions.astype(np.float32), k
        # What k entries of some earlier block reach.
        self.bound = np.full(len(directions), -np.inf, dtype=np.float32)
        self._queries: list[Rows] = []
        self._places: list[Rows] = []
        self._cosines: list[NDArray[np.float32]] = []

    def look_through(self, start: int, embeddings: Embeddings, rows: Rows, barred: Rows) -> None:
        """Take up what a block of candidates holds, the first of which stands at place ``start`` of all.

        ``barred`` are columns of the block that are no neighbours; those outside it do not matter.
        """
        block = unit_matrix(embeddings, rows)
        for low in range(0, len(self.single), _QUERIES):
            chunk = slice(low, min(low + _QUERIES, len(self.single)))
            scores = self.single[chunk] @ block.T
            query, column = np.nonzero((barred[chunk] >= 0) & (barred[chunk] < len(block)))
            scores[query, barred[chunk][query, column]] = -np.inf
            np.maximum(self.bound[chunk], _reached(scores, self.k), out=self.bound[chunk])
            hit = scores >= (self.bound[chunk] - _ROUNDING)[:, None]
            hit &= scores > -np.inf
            crowded = np.count_nonzero(hit, axis=1) > _CROWDED * self.k
            if crowded.any():
                precise = (self.exact[chunk][crowded] @ unit_rows(embeddings, rows).T).round(_DECIMALS)
                precise[scores[crowded] == -np.inf] = -np.inf
                hit[crowded] = _first_best(precise, self.k)
            query, column = np.nonzero(hit)
            self._queries.append(query + low)
            self._places.append(column + start)
            self._cosines.append(scores[query, column])

    def found(self) -> tuple[Rows, Rows]:
        """Queries and places of all entries that are still above what k others reach."""
        if not self._queries:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        query, place = np.concatenate(self._queries), np.concatenate(self._places)
        kept = np.concatenate(self._cosines) >= self.bound[query] - _ROUNDING
        return query[kept], place[kept]


def _reached(scores: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """A bound that at least k entries of each row reach; -inf where a row has too few columns."""
    n = scores.shape[1]
    size = max(1, min(_GROUP, n // (4 * k)))
    whole = n - n % size
    tops = scores[:, :whole].reshape(len(scores), -1, size).max(axis=2)
    if tops.shape[1] < k:
        return np.full(len(scores), -np.inf, dtype=np.float32)
    bound: NDArray[np.float32] = np.partition(tops, tops.shape[1] - k, axis=1)[:, tops.shape[1] - k]
    return bound


def _first_best(scores: NDArray[np.float64], k: int) -> NDArray[np.bool_]:
    """Where the k best entries of each row stand, of equal ones the first."""
    k = min(k, scores.shape[1])
    edge = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k, None]
    above = scores > edge
    left = k - np.count_nonzero(above, axis=1, keepdims=True)
    equal = (scores == edge) & (scores > -np.inf)
    chosen: NDArray[np.bool_] = above | (equal & (np.cumsum(equal, axis=1) <= left))
    return chosen


def _ranked(
    embeddings: Embeddings, directions: NDArray[np.float64], order: Rows, k: int, query: Rows, place: Rows
) -> Neighbours:
    """The k best of the gathered entries of each query, by cosine in float64, of equal ones the first place."""
    cosines = np.empty(len(query))
    for part in _parts(len(query)):
        unit = unit_rows(embeddings, order[place[part]])
        cosines[part] = np.einsum("ij,ij->i", directions[query[part]], unit)
    cosines = cosines.round(_DECIMALS)
    best_first = np.lexsort((place, -cosines, query))
    query, place, cosines = query[best_first], place[best_first], cosines[best_first]
    rank = np.arange(len(query)) - np.searchsorted(query, query)
    kept = rank < k
    query, place, cosines, rank = query[kept], place[kept], cosines[kept], rank[kept]
    result = Neighbours(np.full((len(directions), k), -1, dtype=np.int64), np.full((len(directions), k), np.nan))
    result.rows[query, rank] = order[place]
    result.cosines[query, rank] = cosines
    return result


def _parts(n: int, size: int = 8192) -> Iterator[slice]:
    for start in range(0, n, size):
        yield slice(start, start + size)
