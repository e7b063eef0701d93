"""Generated sequences of items: sessions of made-up users of a made-up shop, where each item's neighbours are known.

Skip-gram is trained on more than language: on the products of a basket, the songs of a session, the pages of a visit.
Real data of the kind has no gold standard; here there is one.

- Items belong to genres. Within its genre an item has a place on a ring, and items of near places are alike.
- Popularity is a power law, independent of genre and place.
- A session is a walk: the user begins at an item, by popularity, and goes on within its genre, to an item by its
  popularity times its nearness to the one before. One item in five is noise, anything by popularity; the walk then
  goes on where it was.

So the probability of a step from i to j, over j's popularity, depends on their distance alone and falls with it: the
true neighbours of an item are those it is most often followed by in proportion to how often they occur at all, and are
the five places before and the five after its own.

Every draw is integer arithmetic on PCG64's raw stream, as for the planted corpus.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import atomic_file
from .errors import InputError

if TYPE_CHECKING:  # it loads NumPy, which a list of tasks does without
    from .planted import Draws

NOTICE = (
    "The items corpus is generated: sessions of made-up users. Scores on it measure how well a trainer finds "
    "neighbours that the generator put there. Compare them only with scores on the same corpus."
)

TOKENS = 300_000
GENRES = 30
GENRE_SIZE = 100
ITEMS = GENRES * GENRE_SIZE
NEIGHBOURS = 10
"""True neighbours of each item: half of them on either side."""
OFFSET = 20
"""The item of popularity rank r is begun with in proportion to 1 / (r + OFFSET)."""
NOISE = (1, 5)
"""Share of the items of a session that are drawn from the whole shop."""
SHORTEST, LONGEST = 5, 20
"""Items of a session; every length between is as likely."""
TRUTH_SHA256 = "0455293d799316e373a8febacee2324d0835201e4cee60819ea05afa47cb1ad7"
"""Of the file of true neighbours of seed 1."""


@dataclass(frozen=True)
class Item:
    """One item of the shop.

    Attributes:
        name: how it stands in the text; it tells nothing about the item.
        genre: from 0.
        rank: by popularity, from 1.
        neighbours: names of its true neighbours, the nearest first.
    """

    name: str
    genre: int
    rank: int
    neighbours: tuple[str, ...]


def write_items(path: Path, *, seed: int = 1, tokens: int = TOKENS) -> None:
    """Write the sessions as plain ASCII text, one a line, and the true neighbours beside it (``truth_file``).

    The same arguments give the same bytes.

    Args:
        path: of the text; replaced at once when complete.
        seed: of the shop and of its users.
        tokens: about how many items the sessions have together.
    """
    from .planted import Draws

    draw = Draws(seed)
    items = shop(draw)
    # The truth goes first: a text is never without it.
    with atomic_file(truth_file(path)) as file:
        for item in items:
            file.write(f"{item.name}\t{item.genre}\t{item.rank}\t{' '.join(item.neighbours)}\n".encode("ascii"))
    with atomic_file(path) as file:
        for session in sessions(items, draw, tokens=tokens):
            file.write(" ".join(session).encode("ascii") + b"\n")


def truth_file(path: Path) -> Path:
    """Where the true neighbours of a text's items lie."""
    return path.with_suffix(".neighbours.tsv")


def read_truth(path: Path) -> list[Item]:
    """Read the file of true neighbours: a line an item, ``name, genre, rank, neighbours``, parted by tabs.

    Any file of the form will do, so that items of one's own can be scored, too.

    Raises:
        InputError: it cannot be read, or a line is not of the form.
    """
    try:
        text = path.read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    items = []
    for number, line in enumerate(text.split("\n") if text else [], start=1):
        fields = line.split("\t")
        if len(fields) != 4 or not (_is_number(fields[1]) and _is_number(fields[2])) or not fields[3].split():
            raise InputError(
                f"{path}: line {number} is not an item, its genre, its rank and its neighbours, tab-separated"
            )
        items.append(Item(fields[0], int(fields[1]), int(fields[2]), tuple(fields[3].split())))
    if len({item.name for item in items}) < len(items):
        raise InputError(f"{path} has an item twice; leave in one of its lines")
    if not items:
        raise InputError(f"{path} is empty; a file of items and their neighbours was expected")
    return items


def _is_number(field: str) -> bool:
    return field.isdecimal() and len(field) <= 18


def shop(draw: "Draws") -> list[Item]:
    """The items by genre and, within it, by place on the ring; names and popularity are dealt out at random."""
    numbers, ranks = draw.shuffled(range(ITEMS)), draw.shuffled(range(1, ITEMS + 1))
    names = [f"item{number:04d}" for number in numbers]
    return [
        Item(names[i], genre, ranks[i], tuple(names[j] for j in _around(genre, place)))
        for genre in range(GENRES)
        for place in range(GENRE_SIZE)
        for i in [genre * GENRE_SIZE + place]
    ]


def sessions(items: list[Item], draw: "Draws", *, tokens: int) -> Iterator[list[str]]:
    """Sessions of the users, until they have ``tokens`` items together."""
    popularity = [10**9 // (item.rank + OFFSET) for item in items]
    anywhere = list(accumulate(popularity))
    onwards = [_steps(popularity, i) for i in range(ITEMS)]
    written = 0
    while written < tokens:
        here = draw.weighted(anywhere)
        session = [items[here].name]
        for _ in range(SHORTEST - 1 + draw.below(LONGEST - SHORTEST + 1)):
            if draw.below(NOISE[1]) < NOISE[0]:
                session.append(items[draw.weighted(anywhere)].name)
            else:
                here = here // GENRE_SIZE * GENRE_SIZE + draw.weighted(onwards[here])
                session.append(items[here].name)
        yield session
        written += len(session)


def distance(first: int, second: int) -> int:
    """Places between two places of one ring, the shorter way round."""
    apart = abs(first - second)
    return min(apart, GENRE_SIZE - apart)


def nearness(apart: int) -> int:
    """How much more often a step goes to an item so many places away; never to the item itself."""
    return 0 if apart == 0 else 10**4 // (apart * apart)


def _around(genre: int, place: int) -> list[int]:
    """The items nearest to a place, the nearest first."""
    steps = [side * step for step in range(1, NEIGHBOURS // 2 + 1) for side in (-1, 1)]
    return [genre * GENRE_SIZE + (place + step) % GENRE_SIZE for step in steps]


def _steps(popularity: list[int], i: int) -> list[int]:
    """Running sums of the weights by which a step goes from item i to each item of its genre."""
    start, place = i // GENRE_SIZE * GENRE_SIZE, i % GENRE_SIZE
    weights = (popularity[start + other] * nearness(distance(place, other)) for other in range(GENRE_SIZE))
    return list(accumulate(weights))
