"""Asking analogy questions: how a question's words become rows of the matrix, and what became of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import AnalogySet
from .analogy_solver import Problem, Ragged, solve
from .embeddings import Embeddings
from .lookup import Fold, fold_ascii, fold_unicode, variants
from .protocols import Protocol


@dataclass(frozen=True, eq=False)
class Answers:
    """What became of each question, in the set's order.

    Attributes:
        seen: bool (n_questions,), all four words were found.
        right: bool (n_questions,), answered right.
    """

    seen: NDArray[np.bool_]
    right: NDArray[np.bool_]


def answer(embeddings: Embeddings, questions: AnalogySet, protocol: Protocol) -> Answers:
    """Ask all questions of a set."""
    gensim = protocol.tool == "gensim"
    fold = fold_unicode if gensim else fold_ascii
    candidates = embeddings.frequency_order[: protocol.first_words]
    words, asked = _numbered(questions, fold)
    rows = variants(embeddings, candidates.tolist(), words, fold)
    found = np.array([len(own) > 0 for own in rows], dtype=np.bool_)
    seen = np.asarray(found[asked].all(axis=1), dtype=np.bool_)
    right = np.zeros(len(asked), dtype=np.bool_)
    if seen.any():
        right[seen] = solve(
            embeddings.vectors,
            embeddings.norms,
            candidates,
            _problem(asked[seen], rows, pass_over_variants=gensim, exclude=protocol.exclude_question_words),
            objective=protocol.objective,
            positive=not gensim and protocol.objective != "3cosmul",
            depth=5 if gensim else None,
        )
    return Answers(seen, right)


def _numbered(questions: AnalogySet, fold: Fold) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct folded words, and int64 (n_questions, 4): each question as their numbers."""
    flat = [word for section in questions.sections for question in section.questions for word in question]
    distinct = list(dict.fromkeys(flat))
    folded = fold(distinct)
    number = {word: i for i, word in enumerate(dict.fromkeys(folded))}
    numbers = {word: number[capitals] for word, capitals in zip(distinct, folded, strict=True)}
    return list(number), np.array([numbers[word] for word in flat], dtype=np.int64).reshape(-1, 4)


def _problem(asked: NDArray[np.int64], rows: list[list[int]], *, pass_over_variants: bool, exclude: bool) -> Problem:
    """Questions whose words all have rows, as the solver takes them."""
    first = np.array([own[0] if own else -1 for own in rows], dtype=np.int64)
    abc = first[asked[:, :3]]
    expected = _ragged(asked[:, 3:], rows)
    if not exclude:
        return Problem(abc, expected, _ragged(asked[:, :0], rows), open=True)
    if not pass_over_variants:
        own = (abc[expected.question] == expected.row[:, None]).any(axis=1)
        return Problem(abc, _without(expected, own), _ragged(asked[:, :0], rows))
    excluded = _ragged(asked[:, :3], rows)
    own = (abc[excluded.question] == excluded.row[:, None]).any(axis=1)
    named = (asked[:, :3] == asked[:, 3:]).any(axis=1)
    return Problem(abc, _without(expected, named[expected.question]), _without(excluded, own))


def _ragged(words: NDArray[np.int64], rows: list[list[int]]) -> Ragged:
    """All rows of each question's words."""
    sizes = np.array([len(own) for own in rows], dtype=np.int64)
    joined = np.array([row for own in rows for row in own], dtype=np.int64)
    flat = words.ravel()
    lengths = sizes[flat]
    # Entry j of a word stands at the word's start in `joined` plus j.
    starts = np.repeat((np.cumsum(sizes) - sizes)[flat], lengths)
    offsets = np.arange(len(starts)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    question = np.repeat(np.arange(len(words)), words.shape[1])
    return Ragged(np.repeat(question, lengths), joined[starts + offsets])


def _without(entries: Ragged, dropped: NDArray[np.bool_]) -> Ragged:
    return Ragged(entries.question[~dropped], entries.row[~dropped])
