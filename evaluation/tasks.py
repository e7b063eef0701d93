"""The tasks by name, and what names stand for."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

from ..datasets.catalogue import question_set, question_sets
from ..datasets.catalogue_entries import key_of
from ..datasets.errors import InputError
from ..datasets.paths import expanded, is_file
from ..datasets.suggestion import suggestion
from .own_tasks import own_task
from .protocols import GOOGLE, GOOGLE_BASELINES, MSR
from .score import Kind
from .task import (
    AnalogyTask,
    AssociationTask,
    CategoryTask,
    ClassificationTask,
    DocumentTask,
    OutlierTask,
    SimilarityTask,
    Task,
)

__all__ = ["DEFAULT", "TOO_SMALL", "Task", "all_tasks", "find_tasks", "groups"]

DEFAULT = ("google-30k", "wordsim-353", "simlex-999")
"""Tasks whose files come with gensim: they run without a download."""

TOO_SMALL = frozenset({"rg-65", "mc-30", "yp-130", "verb-143", "esslli-2008-2c", "outliers-8-8-8"})
"""Similarity sets on which differences under 6 to 31 points are noise (Rastogi, Van Durme & Arora 2015), and sets of 45
words or of eight groups: never ranked on."""

PURITY_BY_CHANCE = {"ap": 0.16, "bless": 0.22, "battig": 0.10, "esslli-2008-2c": 0.34}
"""Purity of vectors drawn at random, all words known."""

ACCURACY_BY_CHANCE = {"subj": 0.5, "mr": 0.5, "trec": 94 / 500}
"""Accuracy of always answering the class that is the most frequent in training."""

ASSOCIATIONS = {
    "weat-1": "flowers and insects, pleasant and unpleasant",
    "weat-2": "instruments and weapons, pleasant and unpleasant",
    "weat-3": "European-American and African-American names (32 each), pleasant and unpleasant",
    "weat-4": "European-American and African-American names (18 each), pleasant and unpleasant",
    "weat-5": "European-American and African-American names (18 each), pleasant and unpleasant (8 each)",
    "weat-6": "male and female names, career and family",
    "weat-7": "mathematics and arts, male and female terms",
    "weat-8": "science and arts, male and female terms",
    "weat-9": "mental and physical disease, temporary and permanent",
    "weat-10": "young people's and old people's names, pleasant and unpleasant",
}
"""What the ten tests of Caliskan et al. (2017) compare: two lists of targets, two of attributes."""


@cache
def all_tasks() -> tuple[Task, ...]:
    """Every task, analogies first."""
    from .item_recall import ItemRecallTask

    return (*_analogies(), *_similarities(), *_others(), ItemRecallTask())


def _analogies() -> list[Task]:
    tasks: list[Task] = []
    sets = [(question_set("google"), GOOGLE), (question_set("msr"), MSR)]
    for entry, presets in sets:
        for protocol, how in presets.items():
            tasks.append(AnalogyTask(entry, protocol, f"{entry.description}; {how}"))
    for entry, presets in sets:
        for protocol, how in presets.items():
            if protocol.tool != "gensim":  # gensim accepts 3CosMul and computes 3CosAdd
                product = replace(protocol, name=f"{protocol.name}-3cosmul", objective="3cosmul")
                tasks.append(AnalogyTask(entry, product, f"{entry.description}; {how}; 3CosMul instead of 3CosAdd"))
    google = question_set("google")
    for protocol, how in GOOGLE_BASELINES.items():
        tasks.append(AnalogyTask(google, protocol, f"{google.description}; {how}", ranked=False))
    return tasks


def _similarities() -> list[Task]:
    entries = [entry for entry in question_sets() if entry.kind == "similarity"]
    return [SimilarityTask(entry, ranked=entry.name not in TOO_SMALL) for entry in entries]


def _others() -> list[Task]:
    tasks: list[Task] = []
    weat = question_set("weat")
    for entry in question_sets():
        ranked = entry.name not in TOO_SMALL
        if entry.kind == "categorization":
            tasks.append(CategoryTask(entry, chance=PURITY_BY_CHANCE[entry.name], ranked=ranked))
        elif entry.kind == "outlier":
            tasks.append(OutlierTask(entry, ranked=ranked))
        elif entry.kind == "documents":
            tasks.append(DocumentTask(entry, question_set(f"{entry.name}-texts")))
        elif entry.kind == "classification":
            tasks.append(ClassificationTask(entry, chance=ACCURACY_BY_CHANCE[entry.name]))
    return tasks + [AssociationTask(weat, name, f"WEAT: {what}") for name, what in ASSOCIATIONS.items()]


def groups() -> dict[str, list[str]]:
    """Names that stand for several tasks: ``all``, ``standard``, a kind of task, ``weat``.

    ``standard`` is what implementations are compared by: Google's presets and MSR with 3CosAdd, all similarity sets,
    categorisation and outliers.
    """
    named = {task.metadata.name: task.metadata.kind for task in all_tasks()}
    found = {"all": list(named)}
    presets = {protocol.name for protocol in (*GOOGLE, *MSR)}
    standard = ("similarity", "categorization", "outlier")
    found["standard"] = [name for name, kind in named.items() if name in presets or kind in standard]
    for one in get_args(Kind):
        found[one] = [name for name, kind in named.items() if kind == one]
    return found | {"weat": found["association"]}


def find_tasks(names: Sequence[str] | None) -> list[Task]:
    """Tasks in the order given, each once; None stands for the default ones.

    A name is a task's or another name of its set, one of ``groups``, or the path of a question file in Google's or
    WordSim's format, which makes a task named after the file's stem.

    Raises:
        InputError: an unknown name; a file that cannot be read, or whose stem is the name of another task.
    """
    known, keys = {task.metadata.name: task for task in all_tasks()}, _keys()
    found: dict[str, Task] = {}
    for name in DEFAULT if names is None else names:
        path = _own_file(name)
        if path is not None:
            task = own_task(path)
            own = task.metadata.name
            same = found.get(own)
            if key_of(own) in keys or (same is not None and same.metadata.source != task.metadata.source):
                raise InputError(f"{name} would be scored under the name of another task, '{own}'; rename the file")
            found[own] = task
        elif key_of(name) in keys:
            found.update({member: known[member] for member in keys[key_of(name)]})
        else:
            raise InputError(f"there is no task {name!r}; {_hint(name, keys, list(known))}")
    return list(found.values())


def absolute(names: Sequence[str] | None) -> list[str] | None:
    """Names of tasks as they can be read from any folder: paths of question files become absolute."""
    if names is None:
        return None
    return [
        name if path is None else str(path.resolve()) for name, path in zip(names, map(_own_file, names), strict=True)
    ]


def _own_file(name: str) -> Path | None:
    """The question file that a name stands for, which need not exist; None where it names a task or a group."""
    if "/" in name or os.sep in name or (key_of(name) not in _keys() and is_file(Path(name))):
        return expanded(name)
    return None


@cache
def _keys() -> dict[str, list[str]]:
    """The tasks that each name stands for, by the name's key."""
    known = {task.metadata.name: task for task in all_tasks()}
    keys = {key_of(name): [name] for name in known}
    for task in known.values():
        if task.entry.name == task.metadata.name:
            keys.update({key_of(alias): [task.entry.name] for alias in task.entry.aliases})
    return keys | {key_of(name): members for name, members in groups().items()}


def _hint(name: str, keys: dict[str, list[str]], known: list[str]) -> str:
    names = {key: stands_for[0] if len(stands_for) == 1 else key for key, stands_for in keys.items()}
    return suggestion(key_of(name), names) or f"the tasks are {', '.join(known)}; a question file is given by its path"
