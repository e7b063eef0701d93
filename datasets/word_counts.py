"""The distinct words of a text and their counts: exact, in memory that their number does not make grow.

Words are taken up by a table. When it is full it is put aside on disk as a *generation*, its words dealt out to parts
by their hash, and an empty table begins, whose ids begin at 0 again. When the text is through, a part holds all that
there is of its words, in whatever generations they occur; so the parts are added up one by one. Only words that are
frequent enough are kept in memory.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .scanner import Scanned, TypeTable
from .spelling import spell

MOST_WORDS = 8_000_000
"""Distinct words of a table: as many as its 2**24 slots of 16 bytes take before they would be doubled."""
MOST_BYTES = 1 << 28
"""Bytes of the words of a table."""
PARTS = 64
"""The hash's six highest bits."""


@dataclass(frozen=True)
class Settled:
    """What a text has come to.

    Attributes:
        words: UTF-8, those that occur often enough, by descending count, equal counts by their bytes.
        counts: int64, of these.
        n_types: distinct words of the text.
        n_tokens: words of the text.
        largest: the count of the most frequent word.
        ids: for each generation in turn how many provisional ids it wrote, and the final id of each provisional one,
            int32, -1 for a rare word. To be gone through once.
    """

    words: list[bytes]
    counts: NDArray[np.int64]
    n_types: int
    n_tokens: int
    largest: int
    ids: Iterator[tuple[int, NDArray[np.int32]]]


class WordCounts:
    """Counts words and numbers them; see above.

    Args:
        directory: for what is put aside; it is made when need be, and removed by ``close``.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._table = TypeTable()
        self._generations: list[_Generation] = []
        self._written = 0

    def scan(self, data: bytes, *, last: bool) -> Scanned:
        """As ``TypeTable.scan``; the ids are those of the generation that is being filled."""
        if self._table.size >= MOST_WORDS or self._table.n_bytes >= MOST_BYTES:
            self._put_aside()
        scanned = self._table.scan(data, last=last)
        self._written += len(scanned.ids)
        return scanned

    def settle(self, min_count: int) -> Settled:
        """Add up, keep the words that occur ``min_count`` times or more, and put them in order."""
        if not self._generations:
            table = self._table
            counts = table.counts[: table.size]
            kept = np.flatnonzero(counts >= min_count)
            words, rank, order = _ordered(table.words(kept), counts[kept])
            return Settled(
                words,
                counts[kept][order],
                table.size,
                int(counts.sum()),
                int(counts.max(initial=0)),
                iter([(self._written, _scattered(table.size, kept, rank))]),
            )
        self._put_aside()
        return self._added_up(min_count)

    def close(self) -> None:
        """Remove what was put aside."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def _put_aside(self) -> None:
        self._directory.mkdir(exist_ok=True)
        self._generations.append(_Generation(self._directory / str(len(self._generations)), self._table, self._written))
        # The old table goes before the new one grows.
        self._table = TypeTable(inside_line=self._table.inside_line)
        self._written = 0

    def _added_up(self, min_count: int) -> Settled:
        words: list[bytes] = []
        kept_counts: list[NDArray[np.int64]] = []
        n_types = n_tokens = largest = 0
        for part in range(PARTS):
            table = TypeTable()
            found = [table.scan(g.text(part), last=True).ids.copy() for g in self._generations]
            totals = np.zeros(table.size, np.int64)
            for generation, ids in zip(self._generations, found, strict=True):
                totals[ids] += generation.counts(part)  # a word occurs once in a generation's part
            kept = np.flatnonzero(totals >= min_count)
            place = _scattered(table.size, kept, len(words) + np.arange(len(kept), dtype=np.int32))
            for generation, ids in zip(self._generations, found, strict=True):
                generation.keep(place[ids])
            words += table.words(kept)
            kept_counts.append(totals[kept])
            n_types += table.size
            n_tokens += int(totals.sum())
            largest = max(largest, int(totals.max(initial=0)))
        counts = np.concatenate(kept_counts)
        words, rank, order = _ordered(words, counts)
        final_ids = ((g.n_written, g.final_ids(rank)) for g in self._generations)
        return Settled(words, counts[order], n_types, n_tokens, largest, final_ids)


class _Generation:
    """A table on disk, its words dealt out to parts: the words, each with a space after it, their ids and counts."""

    def __init__(self, path: Path, table: TypeTable, n_written: int) -> None:
        self.n_written = n_written
        self._path = path
        self._size = table.size
        ids, parts = table.dealt(PARTS)
        order = ids[np.argsort(parts, kind="stable")]
        self._bounds = np.concatenate([[0], np.cumsum(np.bincount(parts, minlength=PARTS))])
        self._text_bounds = [0]
        letters, starts = table.spelling()
        never_ends = np.array([0, len(order) + 1], np.int64)
        with self._file("words").open("wb") as file:
            for begin, end in zip(self._bounds, self._bounds[1:], strict=False):
                chosen = order[begin:end]
                text = np.empty(int((starts[chosen + 1] - starts[chosen]).sum()) + len(chosen), np.uint8)
                spell(chosen, 0, never_ends, 1, letters, starts, text)
                file.write(text.data)
                self._text_bounds.append(self._text_bounds[-1] + len(text))
        order.tofile(self._file("ids"))
        table.counts[order].tofile(self._file("counts"))

    def text(self, part: int) -> bytes:
        begin, end = self._text_bounds[part : part + 2]
        with self._file("words").open("rb") as file:
            file.seek(begin)
            return file.read(end - begin)

    def counts(self, part: int) -> NDArray[np.int64]:
        begin, end = self._bounds[part : part + 2]
        return np.fromfile(self._file("counts"), np.int64, end - begin, offset=8 * begin)

    def keep(self, places: NDArray[np.int32]) -> None:
        """Note for the words of the next part where they stand among the kept ones, -1 for rare words."""
        with self._file("places").open("ab") as file:
            file.write(places.data)

    def final_ids(self, rank: NDArray[np.int32]) -> NDArray[np.int32]:
        """The final id of each of its ids, where ``rank`` holds those of the kept words."""
        places = np.fromfile(self._file("places"), np.int32)
        ids = np.fromfile(self._file("ids"), np.int32)
        kept = places >= 0
        return _scattered(self._size, ids[kept], rank[places[kept]])

    def _file(self, kind: str) -> Path:
        return self._path.with_suffix(f".{kind}")


def _ordered(
    words: Sequence[bytes], counts: NDArray[np.int64]
) -> tuple[list[bytes], NDArray[np.int32], NDArray[np.intp]]:
    """The words in the vocabulary's order, the place there of each as given, and who stands at each place."""
    by_word = np.array(sorted(range(len(words)), key=words.__getitem__), np.intp)
    order = by_word[np.argsort(-counts[by_word], kind="stable")]
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return [words[i] for i in order], rank, order


def _scattered(size: int, at: NDArray[np.intp] | NDArray[np.int32], values: NDArray[np.int32]) -> NDArray[np.int32]:
    """int32 (size,): ``values`` at ``at``, -1 elsewhere."""
    result = np.full(size, -1, np.int32)
    result[at] = values
    return result
