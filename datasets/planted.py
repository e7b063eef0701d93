"""The planted corpus: made-up text in which the words of the Google analogies and WordSim-353 have a known structure.

A line holds one planted word, *signs* of its meaning further out, and filler between them. Signs and filler are made-up
words, so all that a trainer can learn of a planted word it learns from the signs it is seen with:

- Google's set: the word pairs of one concept (paris, france, french) share signs of the concept; the words on one side
  of a relation (paris, cairo, ...) share signs of the side. So a - b + c lands next to d.
- WordSim-353: each word has signs of its own; a pair's rarer-paired word borrows the other's, in proportion to the gold
  score. Words in many pairs lend to all of them, so the order of the scores is recoverable, not perfectly.
- Filler follows Zipf's law, signs of concepts are drawn from one shared, skewed stock, and concepts and sides differ in
  how many signs a line shows. So relations are of unequal difficulty, as in real text.

Every draw is integer arithmetic on PCG64's raw stream, whose values NumPy guarantees across versions and machines.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from pathlib import Path
from typing import TypeVar, cast

import numpy as np

from .cache import atomic_file
from .catalogue import load
from .question_sets import AnalogySet, SimilaritySet

NOTICE = (
    "The planted corpus is made-up text: scores on it measure how well a trainer recovers a structure that was put "
    "there, NOT how well it learns English. Compare them only with scores on the same corpus."
)

TOKENS = 300_000
MEAN_LENGTH = 11
"""Tokens of a line: 10 to 12."""
STOCK = 150
"""Made-up words that are signs of concepts and of WordSim-353's words; each of these has four of them."""
STOCK_OFFSET = 30
"""The stock's word of rank r is chosen with weight 1 / (r + STOCK_OFFSET)."""
SIGNS_OF_CONCEPT = 4
SIGNS_OF_SIDE = 6
CONCEPT_SIGNS_SHOWN = (4, 2, 1)
"""Signs of its concept a line shows: the first concept four, the second two, the third one, and so on in turn."""
SIDE_SIGNS_SHOWN = (1, 3, 2)
FILLER = 4000
"""Filler words; the one of rank r is drawn with weight 1 / r."""
NEAR_FILLER = 6
"""Filler words of a line, the most frequent ones, that stand between the planted word and its signs."""
GOOGLE_SHARE = (3, 5)
"""Of the lines of a word that both sets have, those that show its role in Google's."""

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)


def write_planted(path: Path, *, seed: int = 1, tokens: int = TOKENS) -> None:
    """Write the corpus as plain ASCII text, one sentence a line, lower case; the same bytes for the same arguments.

    Args:
        path: of the text; replaced at once when complete.
        seed: of every choice: which made-up words, which signs, which order.
        tokens: about how many the text shall hold.

    Raises:
        ValueError: too few tokens for each planted word to occur five times.
        NotAvailable: a question set is not on this machine and cannot be had.
    """
    google = cast(AnalogySet, load("google"))
    similar = cast(SimilaritySet, load("wordsim-353"))
    with atomic_file(path) as file:
        for line in sentences(google, similar, seed=seed, tokens=tokens):
            file.write(" ".join(line).encode("ascii") + b"\n")


def sentences(google: AnalogySet, similar: SimilaritySet, *, seed: int, tokens: int) -> Iterator[list[str]]:
    """The lines of the corpus, as lists of words. Arguments and errors as for ``write_planted``."""
    draw = Draws(seed)
    roles, mixtures = google_roles(google), similarity_mixtures(similar)
    planted = sorted({*roles, *mixtures})
    lines = tokens // MEAN_LENGTH
    counts = _occurrences(lines, draw.shuffled(planted))
    made_up = _made_up_words(draw, avoid=frozenset(planted))
    filler = [next(made_up) for _ in range(FILLER)]
    rank = list(accumulate(10**9 // r for r in range(1, FILLER + 1)))
    stock = [next(made_up) for _ in range(STOCK)]
    choice = list(accumulate(10**9 // (r + STOCK_OFFSET) for r in range(1, STOCK + 1)))

    def signs_of_concept() -> list[str]:
        chosen: dict[str, None] = {}
        while len(chosen) < SIGNS_OF_CONCEPT:
            chosen[stock[draw.weighted(choice)]] = None
        return list(chosen)

    held = [role for word in roles for role in roles[word]]
    concepts = {concept: signs_of_concept() for concept in sorted({role.concept for role in held})}
    sides = {side: [next(made_up) for _ in range(SIGNS_OF_SIDE)] for side in sorted({role.side for role in held})}
    own = {word: signs_of_concept() for word in mixtures}

    scenes: list[tuple[str, list[str]]] = []  # a planted word and the signs that stand in its line
    for word in planted:
        n = counts[word]
        of_google = 0 if word not in roles else n if word not in mixtures else n * GOOGLE_SHARE[0] // GOOGLE_SHARE[1]
        for i in range(of_google):
            role = roles[word][i % len(roles[word])]
            shown = CONCEPT_SIGNS_SHOWN[role.concept % len(CONCEPT_SIGNS_SHOWN)]
            of_side = SIDE_SIGNS_SHOWN[role.side % len(SIDE_SIGNS_SHOWN)]
            signs = draw.shuffled(concepts[role.concept])[:shown] + draw.shuffled(sides[role.side])[:of_side]
            scenes.append((word, signs))
        if n > of_google:
            lenders = draw.shuffled(_quota(mixtures[word], 2 * (n - of_google)))
            for pair in zip(lenders[::2], lenders[1::2], strict=True):
                scenes.append((word, [sign for lender in pair for sign in draw.shuffled(own[lender])[:2]]))

    for word, signs in draw.shuffled(scenes):
        length = MEAN_LENGTH - 1 + draw.below(3)
        fill = sorted(draw.weighted(rank) for _ in range(length - 1 - len(signs)))
        near = draw.shuffled([filler[r] for r in fill[:NEAR_FILLER]])
        far = draw.shuffled(signs + [filler[r] for r in fill[NEAR_FILLER:]])
        i, j = (len(far) + draw.below(2)) // 2, (len(near) + draw.below(2)) // 2
        yield [*far[:i], *near[:j], word, *near[j:], *far[i:]]


@dataclass(frozen=True, order=True)
class Role:
    """What a word stands for in a relation: which concept it names, and from which side."""

    concept: int
    side: int


def google_roles(google: AnalogySet) -> dict[str, list[Role]]:
    """The roles of each word, lower-cased: one for most, several for a word with several partners in a relation.

    Two sides are one where they share at least half the words of the smaller: the countries of the capitals and those
    of the nationalities. Two pairs name one concept where they share a word (paris france, france french), unless that
    word has several partners in some relation: texas has many cities, glendale two states, so each pair of theirs keeps
    a concept of its own and the word mixes them.
    """
    pairs = [(section.name, a.lower(), b.lower()) for section in google.sections for a, b in section.pairs]
    members: dict[tuple[str, int], set[str]] = {}
    partners: Counter[tuple[str, int, str]] = Counter()
    for relation, *words in dict.fromkeys(pairs):
        for end, word in enumerate(words):
            members.setdefault((relation, end), set()).add(word)
            partners[relation, end, word] += 1
    alike = [
        (s, t)
        for s, t in combinations(members, 2)
        if 2 * len(members[s] & members[t]) >= min(len(members[s]), len(members[t]))
    ]
    side = _components(list(members), alike)
    ambiguous = {word for (_, _, word), n in partners.items() if n > 1}
    first: dict[str, tuple[str, str, str]] = {}
    joined = [(first.setdefault(word, pair), pair) for pair in pairs for word in pair[1:] if word not in ambiguous]
    concept = _components(pairs, joined)
    roles: dict[str, dict[Role, None]] = {}
    for pair in pairs:
        for end, word in enumerate(pair[1:]):
            roles.setdefault(word, {})[Role(concept[pair], side[pair[0], end])] = None
    return {word: list(held) for word, held in roles.items()}


def similarity_mixtures(similar: SimilaritySet) -> dict[str, dict[str, int]]:
    """For each word, lower-cased, whose signs it is seen with, and in which proportion.

    Of a pair, the word in fewer pairs borrows from the other: weight gold score for the lender, 10 - gold score for
    itself. (A word that would borrow from many and lend to many could keep only a sliver of each.) A word that borrows
    from none has its own signs alone.
    """
    pairs = [
        (a.lower(), b.lower(), round(100 * score)) for (a, b), score in zip(similar.pairs, similar.scores, strict=True)
    ]
    degree = Counter(word for a, b, _ in pairs for word in (a, b))
    mixtures: dict[str, dict[str, int]] = {word: {word: 0} for word in degree}
    for a, b, score in pairs:
        if a != b:
            lender, borrower = sorted((a, b), key=lambda word: (-degree[word], word))
            mixtures[borrower][lender] = mixtures[borrower].get(lender, 0) + score
            mixtures[borrower][borrower] += 1000 - score
    return {word: mixture if any(mixture.values()) else {word: 1} for word, mixture in mixtures.items()}


class Draws:
    """Random choices as integer arithmetic on PCG64's raw 64-bit stream."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)
        self._buffer: list[int] = []

    def below(self, n: int) -> int:
        """An integer from 0 to n - 1; no value's probability is off by more than 2**-63."""
        if not self._buffer:
            self._buffer = self._bits.random_raw(1 << 14).tolist()
        return (self._buffer.pop() >> 1) * n >> 63

    def weighted(self, cumulative: Sequence[int]) -> int:
        """An index, with the weights whose running sums are given."""
        return bisect_right(cumulative, self.below(cumulative[-1]))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A random order of the items (Fisher and Yates)."""
        order = list(items)
        for i in range(len(order) - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


def _occurrences(lines: int, words: Sequence[str]) -> dict[str, int]:
    """Lines for each word: an equal share of 49 / 50 of them; the rest by Zipf's law in the order given."""
    equal = lines * 49 // 50 // len(words)
    if equal < 5:
        raise ValueError(f"{lines} lines are too few to show each of {len(words)} words five times")
    weights = {word: 10**9 // r for r, word in enumerate(words, start=1)}
    extra = Counter(_quota(weights, lines - equal * len(words)))
    return {word: equal + extra[word] for word in words}


def _quota(weights: dict[str, int], n: int) -> list[str]:
    """The n places shared out in proportion to the weights, rounded so that they sum to n."""
    bounds = [n * total // sum(weights.values()) for total in accumulate(weights.values(), initial=0)]
    return [key for key, low, high in zip(weights, bounds, bounds[1:], strict=False) for _ in range(high - low)]


def _made_up_words(draw: Draws, avoid: frozenset[str]) -> Iterator[str]:
    """Endless distinct pronounceable words; none ends as English words do, so that none is one by accident."""
    used = set(avoid)
    while True:
        syllables = 2 if len(used) < len(avoid) + 1000 else 3
        word = "".join("bdfgklmnprstvz"[draw.below(14)] + "aeiou"[draw.below(5)] for _ in range(syllables))
        word += ("v", "j", "zh")[draw.below(3)]
        if word not in used:
            used.add(word)
            yield word


def _components(nodes: Sequence[Key], edges: Sequence[tuple[Key, Key]]) -> dict[Key, int]:
    """The connected component of each node, numbered in the order of the nodes."""
    parent = {node: node for node in nodes}

    def root(node: Key) -> Key:
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in edges:
        parent[root(b)] = root(a)
    number: dict[Key, int] = {}
    return {node: number.setdefault(root(node), len(number)) for node in nodes}
