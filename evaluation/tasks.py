"""The tasks: each a name, what it says of itself, and a function from embeddings to scores."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from ..datasets.catalogue import load, question_set, question_sets
from ..datasets.catalogue_entries import QuestionEntry, key_of
from ..datasets.errors import InputError
from .protocols import GOOGLE, MSR, Protocol
from .score import Kind, Score, TaskMetadata

if TYPE_CHECKING:  # listing tasks needs no NumPy
    from .embeddings import Embeddings

DEFAULT = ("google-30k", "wordsim-353", "simlex-999")
"""Tasks whose files come with gensim: they run without a download."""

TOO_SMALL = frozenset({"rg-65", "mc-30", "yp-130", "verb-143"})
"""Sets on which differences under 6 to 31 points are noise (Rastogi, Van Durme & Arora 2015): never ranked on."""


class Task(ABC):
    """A question set asked in one fixed way."""

    def __init__(self, entry: QuestionEntry, metadata: TaskMetadata) -> None:
        self.entry = entry
        self.metadata = metadata

    def unavailable(self) -> str | None:
        """Why its file is not on this machine, in words and with what to do, or None. Scoring tries to fetch it."""
        return self.entry.missing

    @abstractmethod
    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        """Score word vectors; the seed is that of the intervals' draws.

        Raises:
            NotAvailable: the question file is not here and cannot be fetched.
        """


class AnalogyTask(Task):
    """Accuracy on analogy questions."""

    def __init__(self, entry: QuestionEntry, protocol: Protocol, description: str) -> None:
        super().__init__(entry, _metadata(entry, protocol.name, "analogy", "accuracy", description))
        self.protocol = protocol

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from ..datasets.question_sets import AnalogySet
        from .analogy_score import score_analogies

        questions = load(self.entry.name)
        assert isinstance(questions, AnalogySet)
        return [score_analogies(embeddings, questions, self.protocol, seed=seed)]


class SimilarityTask(Task):
    """Spearman's correlation with people's judgements of word pairs."""

    def __init__(self, entry: QuestionEntry) -> None:
        super().__init__(entry, _metadata(entry, entry.name, "similarity", "spearman", entry.description))

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from ..datasets.question_sets import SimilaritySet
        from .similarity import score_similarity

        questions = load(self.entry.name)
        assert isinstance(questions, SimilaritySet)
        return [score_similarity(embeddings, questions, self.metadata.name, seed=seed)]


@cache
def all_tasks() -> tuple[Task, ...]:
    """Every task, analogies first."""
    tasks: list[Task] = []
    for name, presets in (("google", GOOGLE), ("msr", MSR)):
        entry = question_set(name)
        for protocol, how in presets.items():
            tasks.append(AnalogyTask(entry, protocol, f"{entry.description}; {how}"))
    for name, presets in (("google", GOOGLE), ("msr", MSR)):
        entry = question_set(name)
        for protocol, how in presets.items():
            if protocol.tool != "gensim":  # gensim accepts 3CosMul and computes 3CosAdd
                product = replace(protocol, name=f"{protocol.name}-3cosmul", objective="3cosmul")
                tasks.append(AnalogyTask(entry, product, f"{entry.description}; {how}; 3CosMul instead of 3CosAdd"))
    tasks += [SimilarityTask(entry) for entry in question_sets() if entry.kind == "similarity"]
    return tuple(tasks)


def find_tasks(names: Sequence[str] | None) -> list[Task]:
    """Tasks by name in the order given; ``all`` stands for every task, None for the default ones.

    Raises:
        InputError: an unknown name.
    """
    known = {task.metadata.name: task for task in all_tasks()}
    keys = {key_of(name): name for name in known}
    for task in all_tasks():
        if isinstance(task, SimilarityTask):
            keys.update({key_of(alias): task.metadata.name for alias in task.entry.aliases})
    found: dict[str, Task] = {}
    for name in DEFAULT if names is None else names:
        if name == "all":
            found.update(known)
            continue
        if key_of(name) not in keys:
            close = dict.fromkeys(keys[key] for key in get_close_matches(key_of(name), keys, n=3, cutoff=0.5))
            hint = f"did you mean {' or '.join(close)}?" if close else f"the tasks are {', '.join(known)}"
            raise InputError(f"there is no task {name!r}; {hint}")
        found[keys[key_of(name)]] = known[keys[key_of(name)]]
    return list(found.values())


def _metadata(entry: QuestionEntry, name: str, kind: Kind, metric: str, description: str) -> TaskMetadata:
    return TaskMetadata(
        name=name,
        kind=kind,
        description=description,
        source=entry.source,
        licence=entry.licence,
        citation=entry.citation,
        sha256=entry.sha256,
        metric=metric,
        chance=0.0,
        ranked=name not in TOO_SMALL,
    )
