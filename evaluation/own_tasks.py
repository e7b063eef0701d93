"""Question files of the user's own as tasks."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets.archives import content_sha256
from ..datasets.catalogue_entries import Copy, QuestionEntry
from ..datasets.errors import InputError
from ..datasets.paths import exists
from ..datasets.printable import printable
from .protocols import Protocol
from .task import AnalogyTask, SimilarityTask, Task

if TYPE_CHECKING:
    from ..datasets.question_sets import AnalogySet, SimilaritySet


class OwnAnalogies(AnalogyTask):
    """A file of analogy questions: the whole vocabulary takes part, questions with other words are skipped."""

    def __init__(self, entry: QuestionEntry, questions: "AnalogySet") -> None:
        super().__init__(entry, Protocol(entry.name), entry.description)
        self._questions = questions

    def unavailable(self) -> str | None:
        return None

    def questions(self) -> "AnalogySet":
        return self._questions


class OwnSimilarities(SimilarityTask):
    """A file of word pairs with scores."""

    def __init__(self, entry: QuestionEntry, questions: "SimilaritySet") -> None:
        super().__init__(entry)
        self._questions = questions

    def unavailable(self) -> str | None:
        return None

    def questions(self) -> "SimilaritySet":
        return self._questions


def own_task(path: Path) -> Task:
    """A task named after the file's stem, whose kind the file's content tells.

    Raises:
        InputError: the file is missing or in neither format.
    """
    from ..datasets.own_sets import parse_own
    from ..datasets.question_sets import AnalogySet

    if not exists(path):
        raise InputError(f"there is no question file {path}; check the path")
    questions = parse_own(path)
    analogies = isinstance(questions, AnalogySet)
    entry = QuestionEntry(
        name=printable(path.stem),
        kind="analogy" if analogies else "similarity",
        description=f"{len(questions):,} {'analogy questions' if analogies else 'word pairs'} of {path.name}",
        rows=len(questions),
        source=str(path),
        licence="not stated",
        citation="none",
        copies=(Copy(file=str(path), sha256=content_sha256(path)),),
    )
    if isinstance(questions, AnalogySet):
        return OwnAnalogies(entry, questions)
    return OwnSimilarities(entry, questions)
