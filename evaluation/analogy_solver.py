"""Which analogy questions the vectors get right: the arithmetic, without files, words or protocols.

A question asks for the row whose score is highest. With unit vectors, cos(x, b − a + c) orders rows as
S[b, x] − S[a, x] + S[c, x] does, where S holds the cosines of the question words (905 in Google's set) with all rows:
so one matrix product, taken a block of rows at a time, serves every question (3CosAdd, Mikolov, Yih & Zweig 2013), and
3CosMul and the baselines too (Levy & Goldberg 2014; Linzen 2016).

Only right or wrong is asked for, which allows two short cuts. The rows of the question words come first, since they
are what most wrong answers are; a question that some row has beaten is not looked at again. And the questions of one
pair (a, b) share S[b] − S[a].

float32 decides unless two scores lie closer together than its rounding: those questions are decided anew in float64,
where equal scores go to the first row, as in compute-accuracy.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..datasets.threads import n_threads
from .protocols import Objective

Rows = NDArray[np.int64]

EPSILON = 0.001
"""Added to 3CosMul's denominator: Levy & Goldberg's value."""

_BLOCK = 4096
_CHUNK = 512
_EQUAL = 1e-12


@dataclass(frozen=True, eq=False)
class Ragged:
    """A few rows for each question: those of question ``i`` stand where ``question == i``, which is ascending."""

    question: Rows
    row: Rows

    def take(self, questions: Rows, n_questions: int) -> "Ragged":
        """The entries of some questions (ascending), renumbered from 0."""
        number = np.full(n_questions, -1, dtype=np.int64)
        number[questions] = np.arange(len(questions))
        kept = number[self.question] >= 0
        return Ragged(number[self.question[kept]], self.row[kept])


@dataclass(frozen=True, eq=False)
class Problem:
    """Questions over row numbers.

    Attributes:
        abc: (n, 3), the rows of a, b and c, which are no answers unless ``open``.
        expected: rows that are right answers; none of them is excluded.
        excluded: rows that are no answers either, besides ``abc``.
        open: whether a, b and c may be answers as any other row.
    """

    abc: Rows
    expected: Ragged
    excluded: Ragged
    open: bool = False

    def take(self, questions: Rows) -> "Problem":
        """Some of the questions (ascending)."""
        n = len(self.abc)
        return Problem(
            self.abc[questions], self.expected.take(questions, n), self.excluded.take(questions, n), self.open
        )

    def __len__(self) -> int:
        return len(self.abc)


def solve(
    vectors: NDArray[np.float32],
    norms: NDArray[np.float64],
    candidates: Rows,
    problem: Problem,
    *,
    objective: Objective = "3cosadd",
    positive: bool = False,
    depth: int | None = None,
) -> NDArray[np.bool_]:
    """Whether each question is answered right.

    A row without a direction (zero, NaN, infinite) is never an answer, and a question that contains one is wrong.

    Args:
        vectors: float32 (n_words, vector_size).
        norms: their lengths, float64 (n_words,).
        candidates: the rows that may be answers, in the order in which equal scores are decided; it contains all rows
            of ``problem``.
        problem: the questions.
        objective: what an answer maximises.
        positive: a best score of zero or less is no answer (compute-accuracy's rule).
        depth: an answer that this many rows of ``problem.excluded`` outrank is not found (gensim looks at the five best
            rows only); None looks at all.
    """
    right = np.zeros(len(problem), dtype=np.bool_)
    valid = np.isfinite(norms) & (norms > 0)
    able = np.flatnonzero(valid[problem.abc].all(axis=1))
    if not len(able):
        return right
    matrix = _Unit(vectors, norms)
    kept = candidates[valid[candidates]]
    questions = problem.take(able)
    best, other, outranked = _among_question_words(matrix, valid, questions, objective)
    # Well above the rounding of a sum of float32 cosines; 3CosMul divides by as little as EPSILON.
    tolerance = np.float32(3e-4) * np.maximum(best, 0) if objective == "3cosmul" else np.full_like(best, 1e-5)
    if positive:
        other = np.maximum(other, 0)
    other = _among_the_rest(matrix, kept, questions, objective, best, other, tolerance)
    right[able] = best > other + tolerance
    close = np.flatnonzero((best <= other + tolerance) & (best >= other - tolerance) & np.isfinite(best))
    if len(close):
        right[able[close]] = _exactly(matrix, kept, valid, questions.take(close), objective, positive)
    if depth is not None:
        right[able] &= outranked < depth
    return right


class _Unit:
    """Rows of the matrix scaled to length 1, made when asked for: the whole is never held twice."""

    def __init__(self, vectors: NDArray[np.float32], norms: NDArray[np.float64]) -> None:
        self.vectors, self.norms = vectors, norms

    def single(self, rows: Rows) -> NDArray[np.float32]:
        block = self.vectors[rows]
        # float64 inside: neither the length of a tiny vector nor that of a huge one is lost.
        return np.divide(block, self.norms[rows, None], out=block, casting="same_kind")

    def double(self, rows: Rows) -> NDArray[np.float64]:
        return self.vectors[rows] / self.norms[rows, None]


def _question_rows(questions: Problem) -> Rows:
    return np.unique(np.concatenate([questions.abc.ravel(), questions.expected.row, questions.excluded.row]))


def _among_question_words(
    matrix: _Unit, valid: NDArray[np.bool_], questions: Problem, objective: Objective
) -> tuple[NDArray[np.float32], NDArray[np.float32], Rows]:
    """Highest score of a right answer; of a wrong one among the rows that any question names; excluded rows above."""
    rows = _question_rows(questions)
    rows = rows[valid[rows]]
    unit = matrix.single(rows)
    scores = _shift(unit @ unit.T, objective)
    at = np.searchsorted(rows, questions.abc)
    best = np.full(len(questions), -np.inf, dtype=np.float32)
    other = np.full(len(questions), -np.inf, dtype=np.float32)
    outranked = np.zeros(len(questions), dtype=np.int64)
    for chunk, expected, excluded in _chunks(questions):
        a, b, c = at[chunk].T
        block = _join(_relation(scores[a], scores[b], objective), scores[c], objective)
        for entries in (expected, excluded):
            column = np.minimum(np.searchsorted(rows, entries.row), len(rows) - 1)
            there = rows[column] == entries.row
            question, column = entries.question[there], column[there]
            if entries is expected:
                np.maximum.at(best[chunk], question, block[question, column])
            else:
                np.add.at(outranked[chunk], question, block[question, column] > best[chunk][question])
            block[question, column] = -np.inf
        if not questions.open:
            np.put_along_axis(block, at[chunk], np.float32(-np.inf), axis=1)
        other[chunk] = block.max(axis=1)
    return best, other, outranked


def _among_the_rest(
    matrix: _Unit,
    candidates: Rows,
    questions: Problem,
    objective: Objective,
    best: NDArray[np.float32],
    other: NDArray[np.float32],
    tolerance: NDArray[np.float32],
) -> NDArray[np.float32]:
    """``other`` raised to the highest score among the rows that no question names.

    A question drops out once it is beaten: its entry is then no maximum, but still above ``best``.
    """
    rest = candidates[np.isin(candidates, _question_rows(questions), invert=True)]
    asked, position = np.unique(questions.abc, return_inverse=True)
    at = position.reshape(questions.abc.shape)
    unit = matrix.single(asked)
    # Questions of one pair (a, b) stand together.
    order = np.lexsort((at[:, 1], at[:, 0]))
    threads = n_threads()
    n_parts = 4 * threads
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for start in range(0, len(rest), _BLOCK):
            order = order[(best + tolerance >= other)[order]]
            if not len(order):
                break
            scores = _shift(unit @ matrix.single(rest[start : start + _BLOCK]).T, objective)
            edges = np.flatnonzero((np.diff(at[order, :2], axis=0) != 0).any(axis=1)) + 1
            groups = np.split(order, edges)
            parts = [(groups[i::n_parts], at, scores, objective, other) for i in range(n_parts)]
            for _ in pool.map(_raise_other, *zip(*parts, strict=True)):
                pass
    return other


def _raise_other(
    groups: list[Rows], at: Rows, scores: NDArray[np.float32], objective: Objective, other: NDArray[np.float32]
) -> None:
    for group in groups:
        a, b, _ = at[group[0]]
        relation = _relation(scores[a], scores[b], objective)
        highest = _join(relation, scores[at[group, 2]], objective).max(axis=1)
        other[group] = np.maximum(other[group], highest)


def _exactly(
    matrix: _Unit,
    candidates: Rows,
    valid: NDArray[np.bool_],
    questions: Problem,
    objective: Objective,
    positive: bool,
) -> NDArray[np.bool_]:
    """Decide questions in float64, equal scores by the order of the candidates."""
    place = np.full(len(valid), len(valid), dtype=np.int64)
    place[candidates] = np.arange(len(candidates))
    right = np.zeros(len(questions), dtype=np.bool_)
    for chunk, expected, excluded in _chunks(questions):
        abc = questions.abc[chunk]
        n = len(abc)
        queries = [matrix.double(abc[:, i]) for i in range(3)]
        best = np.full(n, -np.inf)
        first = np.full(n, len(valid))
        usable = valid[expected.row]
        question, row = expected.question[usable], expected.row[usable]
        cosines = [np.einsum("ij,ij->i", query[question], matrix.double(row)) for query in queries]
        scores = _combine(cosines, objective)
        np.maximum.at(best, question, scores)
        top = scores >= best[question] - _EQUAL
        np.minimum.at(first, question[top], place[row[top]])
        beaten = np.isneginf(best) | (best <= 0 if positive else False)
        for start in range(0, len(candidates), _BLOCK):
            rows = candidates[start : start + _BLOCK]
            unit = matrix.double(rows).T
            block = _combine([query @ unit for query in queries], objective)
            for asked, named in (
                *([] if questions.open else [(np.repeat(np.arange(n), 3), abc.ravel())]),
                (expected.question, expected.row),
                (excluded.question, excluded.row),
            ):
                column = place[named] - start
                here = (column >= 0) & (column < len(rows))
                block[asked[here], column[here]] = -np.inf
            earlier = np.arange(start, start + len(rows)) < first[:, None]
            gap = block - best[:, None]
            beaten |= ((gap > _EQUAL) | (earlier & (gap >= -_EQUAL))).any(axis=1)
        right[chunk] = ~beaten
    return right


def _chunks(questions: Problem) -> Iterator[tuple[slice, Ragged, Ragged]]:
    for start in range(0, len(questions), _CHUNK):
        stop = min(start + _CHUNK, len(questions))
        parts = []
        for entries in (questions.expected, questions.excluded):
            low, high = np.searchsorted(entries.question, [start, stop])
            parts.append(Ragged(entries.question[low:high] - start, entries.row[low:high]))
        yield slice(start, stop), parts[0], parts[1]


def _shift(cosines: NDArray[np.float32], objective: Objective) -> NDArray[np.float32]:
    if objective == "3cosmul":
        cosines += 1
        cosines /= 2
        # Rounding may leave a cosine a little under −1.
        np.maximum(cosines, 0, out=cosines)
    return cosines


def _relation(a: NDArray[np.float32], b: NDArray[np.float32], objective: Objective) -> NDArray[np.float32] | np.float32:
    """What a and b give to the score, which all questions of that pair share."""
    if objective == "3cosmul":
        return b / (a + np.float32(EPSILON))
    if objective == "3cosadd":
        return b - a
    return b if objective == "ignore-a" else np.float32(0)


def _join(
    relation: NDArray[np.float32] | np.float32, c: NDArray[np.float32], objective: Objective
) -> NDArray[np.float32]:
    """Scores, written over ``c``."""
    if objective == "3cosmul":
        c *= relation
    else:
        c += relation
    return c


def _combine(cosines: list[NDArray[np.float64]], objective: Objective) -> NDArray[np.float64]:
    a, b, c = cosines
    if objective == "3cosmul":
        a, b, c = (np.maximum((1 + cosine) / 2, 0) for cosine in cosines)
        return b * c / (a + EPSILON)
    if objective == "3cosadd":
        return b - a + c
    return b + c if objective == "ignore-a" else c
