"""What a task is, and the kinds of them: each is a question set asked in one fixed way.

Everything that computes is imported when a task is scored: listing tasks needs no NumPy.
"""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from ..datasets.catalogue import load
from ..datasets.catalogue_entries import QuestionEntry
from .protocols import Protocol
from .score import Kind, Score, TaskMetadata

if TYPE_CHECKING:
    from ..datasets.question_sets import (
        AnalogySet,
        CategorySet,
        DocumentPairSet,
        LabelledTextSet,
        OutlierSet,
        SimilaritySet,
        TextSet,
        WordListSet,
    )
    from .embeddings import Embeddings


class Task(ABC):
    """A question set asked in one fixed way.

    Attributes:
        entry: where the set comes from.
        metadata: what the task says of itself.
    """

    def __init__(self, entry: QuestionEntry, metadata: TaskMetadata) -> None:
        self.entry = entry
        self.metadata = metadata

    def unavailable(self) -> str | None:
        """Why its file is not on this machine, in words and with what to do, or None. Scoring tries to fetch it."""
        return self.entry.missing

    @abstractmethod
    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        """Score word vectors, the metric of the metadata first; the seed is that of the intervals' draws.

        Raises:
            NotAvailable: the question file is not here and cannot be fetched.
        """


class AnalogyTask(Task):
    """Accuracy on analogy questions."""

    def __init__(self, entry: QuestionEntry, protocol: Protocol, description: str, *, ranked: bool = True) -> None:
        metadata = describe(entry, protocol.name, "analogy", "accuracy")
        super().__init__(entry, replace(metadata, description=description, ranked=ranked))
        self.protocol = protocol

    def questions(self) -> "AnalogySet":
        """The set, which is fetched if it is not here."""
        return cast("AnalogySet", load(self.entry.name))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .analogy_score import score_analogies

        return [score_analogies(embeddings, self.questions(), self.protocol, seed=seed)]


class SimilarityTask(Task):
    """Spearman's correlation with people's judgements of word pairs."""

    def __init__(self, entry: QuestionEntry, *, ranked: bool = True) -> None:
        super().__init__(entry, replace(describe(entry, entry.name, "similarity", "spearman"), ranked=ranked))

    def questions(self) -> "SimilaritySet":
        """The set, which is fetched if it is not here."""
        return cast("SimilaritySet", load(self.entry.name))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .similarity import score_similarity

        return [score_similarity(embeddings, self.questions(), self.metadata.name, seed=seed)]


class CategoryTask(Task):
    """Purity, adjusted Rand index and V-measure of k-means clusters against classes."""

    def __init__(self, entry: QuestionEntry, *, chance: float, ranked: bool = True) -> None:
        metadata = describe(entry, entry.name, "categorization", "purity", chance)
        super().__init__(entry, replace(metadata, ranked=ranked))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .categorisation import score_categories

        questions = cast("CategorySet", load(self.entry.name))
        return score_categories(embeddings, questions, self.metadata.name)


class OutlierTask(Task):
    """Accuracy and outlier position percentage in finding the word that does not belong."""

    def __init__(self, entry: QuestionEntry, *, ranked: bool = True) -> None:
        metadata = describe(entry, entry.name, "outlier", "accuracy", chance=1 / 9)
        super().__init__(entry, replace(metadata, ranked=ranked))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .outliers import score_outliers

        return score_outliers(embeddings, cast("OutlierSet", load(self.entry.name)), self.metadata.name, seed=seed)


class AssociationTask(Task):
    """Effect size and p-value of one of WEAT's tests: it describes, and is never ranked on."""

    def __init__(self, entry: QuestionEntry, name: str, description: str) -> None:
        metadata = describe(entry, name, "association", "effect-size")
        super().__init__(entry, replace(metadata, description=description, ranked=False))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .association import score_association

        return score_association(embeddings, cast("WordListSet", load(self.entry.name)), self.metadata.name, seed=seed)


class DocumentTask(Task):
    """Correlation of document similarities with people's judgements; the documents are a set of their own."""

    def __init__(self, entry: QuestionEntry, texts: QuestionEntry) -> None:
        super().__init__(entry, describe(entry, entry.name, "documents", "pearson"))
        self.texts = texts

    def unavailable(self) -> str | None:
        return self.entry.missing or self.texts.missing

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .documents import score_documents

        texts, judged = cast("TextSet", load(self.texts.name)), cast("DocumentPairSet", load(self.entry.name))
        return score_documents(embeddings, texts, judged, self.metadata.name, seed=seed)


class ClassificationTask(Task):
    """Accuracy of logistic regression on mean word vectors."""

    def __init__(self, entry: QuestionEntry, *, chance: float) -> None:
        super().__init__(entry, describe(entry, entry.name, "classification", "accuracy", chance))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from .classification import score_classification

        return score_classification(embeddings, cast("LabelledTextSet", load(self.entry.name)), self.metadata.name)


def describe(entry: QuestionEntry, name: str, kind: Kind, metric: str, chance: float = 0.0) -> TaskMetadata:
    """Metadata of a task, whose set says where it comes from."""
    return TaskMetadata(
        name=name,
        kind=kind,
        description=entry.description,
        source=entry.source,
        licence=entry.licence,
        citation=entry.citation,
        sha256=entry.sha256,
        metric=metric,
        chance=chance,
    )
