"""The made-up texts that trainers are checked on: so small that each training takes a second, so plain that what was
learnt from them, and what was not, can be told.

Most hold eight topics of twelve words each. A sentence keeps to its topic but for two words: a word's neighbours
are those of its topic, whatever the trainer. Words of different topics have equal counts: an order that breaks ties in
another way than the vocabulary does is seen. Which word of a topic stands where in the vocabulary is left to chance, so
that no shift of the rows leaves the topics in place.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..files import write_atomically
from .planted_part import planted_part

TOPICS, WORDS = 8, 12
LENGTH = 12
"""Words of a sentence."""
STRANGERS = 2
"""Of them, words from anywhere: methods that fit counts learn nothing of pairs that are never seen."""

RARE = 10
"""A word that occurs less often is dropped from ``tiny without rare words``; about half of them are."""

ONE_WORD = "one word"
"""Not a text: no text file gives a corpus of one word, but a trainer may be handed one."""


@dataclass(frozen=True)
class Text:
    """How a text is made and encoded."""

    make: Callable[[], str]
    min_count: int = 1


def topics() -> list[list[str]]:
    """The words of each topic, the most frequent first; the same in every process."""
    draw = random.Random(1)
    words: dict[str, None] = {}
    while len(words) < TOPICS * WORDS:
        words["".join(draw.choice("bdfgklmnprst") + draw.choice("aeiou") for _ in range(3))] = None
    made = list(words)
    return [made[start : start + WORDS] for start in range(0, len(made), WORDS)]


def _topic_lines() -> list[list[str]]:
    """The sentences of each topic: its words occur 20, 24, 28, … times."""
    draw = random.Random(2)
    lines = []
    for words in topics():
        tokens = [word for rank, word in enumerate(words) for _ in range(20 + 4 * (WORDS - 1 - rank))]
        draw.shuffle(tokens)
        lines.append([" ".join(tokens[start : start + LENGTH]) for start in range(0, len(tokens), LENGTH)])
    return lines


def _mixed() -> str:
    """The sentences of all topics in any order, after some words have changed places over the whole text."""
    draw = random.Random(3)
    lines = [line.split() for topic in _topic_lines() for line in topic]
    places = [(line, place) for line in lines for place in draw.sample(range(len(line)), STRANGERS)]
    words = [line[place] for line, place in places]
    draw.shuffle(words)
    for (line, place), word in zip(places, words, strict=True):
        line[place] = word
    draw.shuffle(lines)
    return "".join(" ".join(line) + "\n" for line in lines)


def _tiny() -> str:
    return "".join(_mixed().splitlines(keepends=True)[:80])


def _parade() -> str:
    return "\n".join(line for topic in _topic_lines() for line in topic) + "\n"


def _wide() -> str:
    words = [f"w{number}" for number in range(1500)] * 2
    random.Random(4).shuffle(words)
    return "\n".join(" ".join(words[start : start + 20]) for start in range(0, len(words), 20)) + "\n"


def _pairs() -> str:
    draw = random.Random(5)
    return "".join(f"{draw.choice('abcdef')} {draw.choice('uvwxyz')}\n" for _ in range(300))


ODD_WORDS = (
    "naïve",
    "日本語",
    "</s>",
    "<unk>",
    "-output",
    "#",
    "0",
    '"it\'s"',
    "a\\b",
    "%s",
    "x" * 150,
    "Ａ",
    "\u200b",
)


def _odd() -> str:
    draw = random.Random(6)
    return "".join(" ".join(draw.choices(ODD_WORDS, k=8)) + "\n" for _ in range(100))


TEXTS: Mapping[str, Text] = {
    "small": Text(_mixed),
    "tiny": Text(_tiny),
    "tiny without rare words": Text(_tiny, min_count=RARE),
    "parade": Text(_parade),
    "wide": Text(_wide),
    "pairs": Text(_pairs),
    "one sentence": Text(lambda: " ".join(random.Random(7).choices("abcdefgh", k=200)) + "\n"),
    "odd words": Text(_odd),
    "planted": Text(planted_part, min_count=5),
}
"""By name. In ``parade`` the sentences stand topic after topic: the last words occur in the last eighth only."""


def write_text(name: str, directory: Path) -> Path:
    """Write a text of ``TEXTS`` into a directory."""
    path = directory / f"{name.replace(' ', '-')}.txt"
    write_atomically(path, TEXTS[name].make())
    return path
