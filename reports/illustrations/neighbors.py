"""Neighbours of words side by side: a column a word, a panel a system, a dot a neighbour at its cosine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .answers import Answers, missing, without
from .names import file_name, listing, shown
from .scatter import two

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Neighbours"

COLUMNS = 3
"""Lists side by side: more leave their names no room."""

LINES = 6
"""Lines of lists in one picture, which fill a page; more words go to further pictures."""


@dataclass(frozen=True)
class Neighbor:
    """A neighbour; ``shared`` where another system has it in its list of the same word."""

    word: str
    cosine: float
    shared: bool


@dataclass(frozen=True)
class List:
    """The neighbours of a word in a system, the nearest first; none where the system does not have the word."""

    word: str
    system: str
    neighbors: tuple[Neighbor, ...]

    def __str__(self) -> str:
        return ", ".join(f"{near.word} {two(near.cosine)}" for near in self.neighbors) or "no vector"


@dataclass(frozen=True)
class Data:
    """What is drawn in one picture.

    Attributes:
        name: of the files.
        panels: a system each, its lists in the order of the words; of one word a single panel, a list a system.
        part, parts: which of how many pictures of the question this is.
        missing: words that no system has.
        source: whose vectors.
    """

    name: str
    panels: tuple[tuple[List, ...], ...]
    part: int
    parts: int
    missing: tuple[str, ...]
    source: str

    @property
    def lists(self) -> tuple[List, ...]:
        return tuple(one for panel in self.panels for one in panel)

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.system for one in self.lists))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.word for one in self.lists))


def data(systems: Sequence[Answers]) -> list[Data]:
    """The lists, in as many pictures as they need; none where no word has neighbours."""
    asked = [one for answers in systems for one in answers.neighbors]
    words = tuple(dict.fromkeys(one["word"] for one in asked if one["neighbors"]))
    known = {shown(word) for word in words}
    lists = {word: tuple(_lists(word, systems)) for word in words}
    together = COLUMNS * max(1, LINES // max(1, len(systems)))
    pages = [words[start : start + together] for start in range(0, len(words), together)]
    return [
        Data(
            name=file_name("neighbors", *words, *([f"part{part}"] if len(pages) > 1 else [])),
            panels=(lists[page[0]],) if len(page) == 1 else tuple(zip(*(lists[word] for word in page), strict=True)),
            part=part,
            parts=len(pages),
            missing=tuple(word for word in missing(asked) if word not in known),
            source=" ".join(answers.source for answers in systems),
        )
        for part, page in enumerate(pages, 1)
    ]


def draw(data: Data) -> Figure:
    """The figure; see ``lists``, which lays it out."""
    from . import lists

    several = len(data.systems) > 1
    return lists.draw(data.panels, by_word=several and len(data.panels) == 1, compared=several)


def caption(data: Data) -> str:
    """What the figure shows, for the line under it."""
    deepest = max(len(one.neighbors) for one in data.lists)
    marks = (
        " Filled dots: words that another system has in its list, too; hollow: words that only this one has there."
        if len(data.systems) > 1
        else ""
    )
    part = f" Picture {data.part} of {data.parts}." if data.parts > 1 else ""
    return (
        f"The {deepest} nearest words of {listing(data.words)} by cosine, the nearest first; the axis does not begin "
        f"at 0.{marks}{part}{without(data.missing)} {data.source}"
    )


def alt(data: Data) -> str:
    """The figure in words, for those who cannot see it."""
    several = len(data.systems) > 1
    parts = (f"{one.word}{f' in {one.system}' if several else ''}: {one}" for one in data.lists)
    return f"Nearest words by cosine. {'; '.join(parts)}."


def _lists(word: str, systems: Sequence[Answers]) -> Iterator[List]:
    """The list of a word in each system."""
    records = [next((one for one in answers.neighbors if one["word"] == word), None) for answers in systems]
    near = [record["neighbors"] if record else [] for record in records]
    times = Counter(one["word"] for each in near for one in each)
    for answers, record, each in zip(systems, records, near, strict=True):
        neighbors = tuple(Neighbor(shown(one["word"]), one["cosine"], times[one["word"]] > 1) for one in each)
        yield List(shown((record and record["found"]) or word), answers.system, neighbors)
