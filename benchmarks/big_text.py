"""Text of any length made from a shorter one, shard after shard: no more of it is ever in memory than a block.

The first copy is the text itself. Every further one has its sentences in another order, and a share of its words
replaced: most by words drawn as often as they occur in the text, the others by new words, so that the vocabulary goes
on growing by Heaps' law: V(n) = V0 (n / n0) ** exponent for n tokens, where the text has n0 and V0. A new word comes
again later, the earlier it came the more often, three times on average.

Every draw is integer arithmetic on PCG64's raw stream, whose values NumPy guarantees; the same recipe gives the same
bytes.
"""

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from ..datasets.cache import beside
from ..datasets.corpus import Corpus
from ..datasets.errors import InputError
from ..datasets.spelling import spell
from .made_up_words import made_up, unused_beginning

AGAIN = 3
"""How often a new word comes again, on average."""
BLOCK = 1 << 20
"""Tokens of a block, about."""
RECIPE = ".recipe.json"
"""Hidden, so that the folder is still a corpus."""


@dataclass(frozen=True)
class Recipe:
    """What a text is made of, complete.

    Attributes:
        sha256: of the text it is made from.
        tokens: it has exactly so many.
        seed: of all draws.
        replaced: share of the words of all copies but the first.
        exponent: of Heaps' law; in wiki17m it is 0.54 from a tenth of the text to all of it.
        shard_tokens: a shard ends with the block in which it has so many.
        packed: shards are packed with gzip.
    """

    sha256: str
    tokens: int
    seed: int = 1
    replaced: float = 0.1
    exponent: float = 0.54
    shard_tokens: int = 20_000_000
    packed: bool = False


class BigText:
    """The text of a recipe.

    Args:
        source: the text it is made from, encoded with every word of it (``min_count`` 1).
        recipe: how.
    """

    def __init__(self, source: Corpus, recipe: Recipe) -> None:
        self._source = source
        self._recipe = recipe
        self._tokens = np.asarray(source.tokens)
        self._bits = np.random.PCG64(recipe.seed)

    def blocks(self) -> Iterator[tuple[NDArray[np.uint8], int]]:
        """The text in whole lines, each with its number of tokens. To be gone through once."""
        written = 0
        for tokens, lengths in self._sentences():
            room = self._recipe.tokens - written
            if len(tokens) > room:
                tokens, lengths = tokens[:room], _cut(lengths, room)
            if written >= self._source.n_tokens:
                tokens = self._perturbed(tokens, written)
            written += len(tokens)
            yield self._spelled(tokens, lengths), len(tokens)
            if written == self._recipe.tokens:
                return

    def new_words(self, tokens: int) -> int:
        """New words among the first so many tokens."""
        n0, v0 = self._source.n_tokens, len(self._source.vocabulary)
        return 0 if tokens <= n0 else int(v0 * (tokens / n0) ** self._recipe.exponent) - v0

    def _sentences(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Tokens and sentence lengths, block after block, without end; a copy begins a block."""
        offsets = np.asarray(self._source.offsets)
        order = np.arange(len(offsets) - 1)
        while True:
            lengths = np.diff(offsets)[order]
            ends = np.cumsum(lengths)
            cuts = np.searchsorted(ends, np.arange(0, ends[-1], BLOCK))
            for begin, end in zip(cuts, [*cuts[1:], len(order)], strict=True):
                if begin < end:
                    chosen, sizes = order[begin:end], lengths[begin:end]
                    before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
                    places = np.repeat(offsets[chosen] - before, sizes) + np.arange(sizes.sum())
                    yield self._tokens[places], sizes
            order = np.argsort(self._raw(len(order)), kind="stable")

    def _perturbed(self, tokens: NDArray[np.int32], written: int) -> NDArray[np.int32]:
        """The tokens with the recipe's share replaced, where so many have been written before them."""
        hit = np.flatnonzero(self._raw(len(tokens)) < np.uint64(self._recipe.replaced * 2**64))
        hit = hit[np.argsort(self._raw(len(hit)), kind="stable")]
        v0 = len(self._source.vocabulary)
        old, now = self.new_words(written), self.new_words(written + len(tokens))
        new, again = hit[: now - old], hit[now - old : (1 + AGAIN) * (now - old)]
        if len(new) < now - old:
            raise InputError("so many new words need more than the share of replaced words: raise --replaced")
        tokens = tokens.copy()
        tokens[hit] = self._tokens[self._below(self._source.n_tokens, len(hit))]
        tokens[new] = v0 + np.arange(old, now)
        if old:
            share = self._below(1 << 31, len(again)).astype(np.float64) / 2**31
            tokens[again] = v0 + (old * share * share).astype(np.int32)
        return tokens

    def _spelled(self, tokens: NDArray[np.int32], lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
        letters, starts = self._spelling
        out = np.empty(int((starts[tokens + 1] - starts[tokens]).sum()) + len(tokens), np.uint8)
        spell(tokens, 0, np.concatenate([[0], np.cumsum(lengths)]), 1, letters, starts, out)
        return out

    @cached_property
    def _spelling(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """All words, those of the text and the new ones, one behind the other; and where each begins."""
        words = [word.encode() for word in self._source.vocabulary.words]
        new = made_up(self.new_words(self._recipe.tokens), unused_beginning(words))
        letters = np.frombuffer(b"".join(words) + new.tobytes(), np.uint8)
        sizes = np.concatenate([[len(word) for word in words], np.full(len(new), new.shape[1])])
        return letters, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def _raw(self, n: int) -> NDArray[np.uint64]:
        return self._bits.random_raw(n)

    def _below(self, n: int, size: int) -> NDArray[np.int64]:
        """Integers from 0 to n - 1; n at most 2**31."""
        return ((self._raw(size) >> np.uint64(33)) * np.uint64(n) >> np.uint64(31)).astype(np.int64)


def write_shards(source: Corpus, recipe: Recipe, directory: Path) -> list[Path]:
    """Write the text into a folder that appears when it is complete, or find it there.

    Raises:
        InputError: the folder holds something else.
    """
    if directory.exists():
        try:
            same = json.loads((directory / RECIPE).read_text("utf-8")) == asdict(recipe)
        except (OSError, ValueError):
            same = False
        if not same:
            raise InputError(f"{directory} holds something else: delete it, or name another folder")
        return sorted(directory.glob("part-*"))
    temporary = beside(directory, ".part")
    temporary.mkdir(parents=True)
    shards, room = 0, 0
    with ExitStack() as stack:
        for block, tokens in BigText(source, recipe).blocks():
            if room <= 0:
                stack.close()
                file = stack.enter_context(_opened(temporary / f"part-{shards:05}.txt", recipe.packed))
                shards, room = shards + 1, recipe.shard_tokens
            file.write(block.data)
            room -= tokens
    (temporary / RECIPE).write_text(json.dumps(asdict(recipe), indent=1) + "\n", "utf-8")
    temporary.rename(directory)
    return sorted(directory.glob("part-*"))


def _opened(path: Path, packed: bool) -> IO[bytes]:
    if packed:
        return cast(IO[bytes], gzip.GzipFile(f"{path}.gz", "wb", compresslevel=1, mtime=0))
    return path.open("wb")


def _cut(lengths: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """Sentence lengths that sum to ``room``, the last one shortened."""
    ends = np.cumsum(lengths)
    last = int(np.searchsorted(ends, room))
    return np.append(lengths[:last], room - (ends[last - 1] if last else 0))
