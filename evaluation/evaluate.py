"""Scoring word vectors: those of a trainer, or files of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ..datasets.errors import InputError, NotAvailable
from .embeddings import Embeddings, read_embeddings
from .score import Score
from .tasks import Task


def evaluate(embeddings: Embeddings, tasks: Iterable[Task], *, seed: int = 1) -> list[Score]:
    """Scores of each task in turn. A task whose file cannot be had gives a score without a value that says why.

    The seed is that of the intervals: the scores themselves have no chance in them.
    """
    scores: list[Score] = []
    for task in tasks:
        try:
            scores += task.score(embeddings, seed=seed)
        except NotAvailable as error:
            metadata = task.metadata
            scores.append(
                Score(metadata.name, metadata.metric, value=None, n=0, total=task.entry.rows, reason=str(error))
            )
    return scores


def evaluate_files(
    paths: Sequence[Path | str],
    tasks: Sequence[Task],
    *,
    seed: int = 1,
    common_vocabulary: bool = False,
    duplicates: Literal["error", "first"] = "error",
    read: Callable[[Path | str], Embeddings] | None = None,
) -> list[dict[str, Any]]:
    """Score files of vectors: for each ``{"vectors", "words", "dim", "zero_rows", "scores"}``, ready for JSON.

    Args:
        paths: read by ``read_embeddings``, one after the other: only one is in memory.
        tasks: as ``find_tasks`` gives them.
        seed: of the intervals.
        common_vocabulary: keep only the words that all files have, in the order of the first: files with different
            words are else asked different questions, and their scores cannot be compared.
        duplicates: what ``read_embeddings`` does with a word that has more than one vector.
        read: how a file is read, instead of ``read_embeddings``.

    Raises:
        InputError: a file cannot be read, or the files have no word in common.
    """
    read = read or partial(read_embeddings, duplicates=duplicates)
    for path in paths:
        if not Path(path).is_file():
            read(path)  # says why not, before minutes go into the others
    words = _common_words(paths, read) if common_vocabulary else None
    results = []
    for path in paths:
        embeddings = read(path)
        if words is not None:
            embeddings = embeddings.restricted(words)
        scores = evaluate(embeddings, tasks, seed=seed)
        results.append(
            {
                "vectors": str(path),
                "words": len(embeddings),
                "dim": embeddings.dim,
                "zero_rows": embeddings.zero_rows,
                "scores": [asdict(score) for score in scores],
            }
        )
    return results


def _common_words(paths: Sequence[Path | str], read: Callable[[Path | str], Embeddings]) -> list[str]:
    first, *others = (set(words) if i else words for i, words in enumerate(_words(read(path)) for path in paths))
    common = [word for word in first if all(word in words for words in others)]
    if not common:
        raise InputError(f"{', '.join(map(str, paths))} have no word in common")
    return common


def _words(embeddings: Embeddings) -> Sequence[str]:
    return [embeddings.words[row] for row in embeddings.frequency_order]
