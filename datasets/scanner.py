"""Finding words in bytes: the compiled kernels of the encoder and the table of distinct words they fill.

White space is ASCII's: space, tab, newline, carriage return, vertical tab, form feed. No such byte occurs inside a
character of UTF-8, so words can be told apart, hashed and compared as bytes.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .jit import compiled

SENTENCE_END = -1
"""Stands among the provisional ids where a line with words ended."""

_CHUNK = 8
_PAD = b" " * _CHUNK

_ONES = np.uint64(0x0101010101010101)
_HIGH_BITS = np.uint64(0x8080808080808080)
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_SPACES = np.uint64(0x2020202020202020)
_FROM_TAB = np.uint64(0x7777777777777777)  # 0x80 - 9
_AFTER_RETURN = np.uint64(0x7272727272727272)  # 0x80 - 14
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio, odd


class Scanned(NamedTuple):
    """What one call of ``TypeTable.scan`` found."""

    ids: NDArray[np.int32]
    """Provisional ids in text order, ``SENTENCE_END`` after each line that has words."""
    consumed: int
    """Bytes dealt with; the rest begins a word whose end is not there yet."""
    newlines: int


class TypeTable:
    """The distinct words of a text in order of appearance, found by an open-addressing hash table.

    Words lie one behind the other in an arena; word i is ``arena[starts[i]:starts[i + 1]]`` and occurred
    ``counts[i]`` times. A slot is a pair: the word's key (the word itself if it is shorter than eight bytes, else its
    hash), and its length above its id + 1; 0 marks a free slot.
    """

    def __init__(self, *, inside_line: bool = False) -> None:
        """``inside_line``: the text goes on in the middle of a line that already has words."""
        self.size = 0
        self.counts = np.zeros(1 << 12, np.int64)
        self._starts = np.zeros(1 + (1 << 12), np.int64)
        self._arena = np.zeros(1 << 15, np.uint8)
        self._slots = np.zeros((1 << 13, 2), np.uint64)
        self._ids = np.empty(0, np.int32)
        self.inside_line = inside_line

    @property
    def n_bytes(self) -> int:
        """Bytes of all words together."""
        return int(self._starts[self.size])

    def words(self, chosen: NDArray[np.intp]) -> list[bytes]:
        """The bytes of the words with these ids."""
        arena = self._arena.data
        begins, ends = self._starts[chosen].tolist(), self._starts[chosen + 1].tolist()
        return [bytes(arena[begin:end]) for begin, end in zip(begins, ends, strict=True)]

    def spelling(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The words one behind the other, and where each begins; word i ends where word i + 1 begins."""
        return self._arena, self._starts

    def dealt(self, parts: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """All ids in some order, and for each a part from 0 that depends on the word alone, by its hash.

        Args:
            parts: a power of two from 2 to 256.
        """
        filled = self._slots[self._slots[:, 1] != 0]
        ids = (filled[:, 1] & np.uint64(0xFFFFFFFF)).astype(np.int32) - np.int32(1)
        # The lowest bits choose a slot; the highest are still free.
        highest = np.uint64(65 - parts.bit_length())
        return ids, ((filled[:, 0] * _MULTIPLIER) >> highest).astype(np.uint8)

    def scan(self, data: bytes, *, last: bool) -> Scanned:
        """Look up the words of ``data``, adding new ones.

        A word that runs up to the end of ``data`` is left for the next call, which must begin with it, unless this
        is the ``last``. The ids returned are valid until the next call.
        """
        self._reserve(len(data))
        padded = np.frombuffer(data + _PAD, np.uint8)
        found, consumed, newlines, self.size, self.inside_line = _scan(
            padded,
            _chunks(padded),
            last,
            self.inside_line,
            self.size,
            self._slots,
            self._arena,
            _chunks(self._arena),
            self._starts,
            self.counts,
            self._ids,
        )
        return Scanned(self._ids[:found], consumed, newlines)

    def _reserve(self, n_bytes: int) -> None:
        """Make room for the worst ``n_bytes`` can hold, so that the kernel never has to stop and ask."""
        most_types = self.size + n_bytes // 2 + 1
        if len(self.counts) < most_types:
            room = max(most_types, 2 * len(self.counts))
            self.counts = _grown(self.counts, room)
            self._starts = _grown(self._starts, room + 1)
        arena = int(self._starts[self.size]) + n_bytes + _CHUNK
        if len(self._arena) < arena:
            self._arena = _grown(self._arena, max(arena, 2 * len(self._arena)))
        if len(self._slots) < 2 * most_types:
            filled = self._slots
            self._slots = np.zeros((1 << (2 * most_types - 1).bit_length(), 2), np.uint64)
            _move(filled, self._slots)
        if len(self._ids) <= n_bytes:
            self._ids = np.empty(n_bytes + 1, np.int32)


def _grown(array: NDArray[Any], length: int) -> NDArray[Any]:
    larger = np.zeros(length, array.dtype)
    larger[: len(array)] = array
    return larger


def _chunks(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The same memory read eight bytes at a time from any position: element i is ``data[i:i + 8]``."""
    return np.ndarray(len(data) - _CHUNK + 1, np.uint64, data, strides=(1,))


@compiled
def _space_flags(chunk: np.uint64) -> np.uint64:
    """The top bit of each byte that is white space: all eight tested at once, none disturbing its neighbour."""
    low = chunk & _LOW_BITS
    is_9_to_13 = (low + _FROM_TAB) & ~(low + _AFTER_RETURN) & ~chunk
    other = chunk ^ _SPACES
    is_32 = ~(((other & _LOW_BITS) + _LOW_BITS) | other)
    return (is_9_to_13 | is_32) & _HIGH_BITS


@compiled
def _mixed(state: np.uint64) -> np.uint64:
    state *= _MULTIPLIER
    return state ^ (state >> np.uint64(32))


@compiled
def _scan(
    data: NDArray[np.uint8],
    chunks: NDArray[np.uint64],
    last: bool,
    inside_line: bool,
    size: int,
    slots: NDArray[np.uint64],
    arena: NDArray[np.uint8],
    arena_chunks: NDArray[np.uint64],
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    ids: NDArray[np.int32],
) -> tuple[int, int, int, int, bool]:
    """Returns ids written, bytes consumed, newlines seen, distinct words now, whether a line is left open."""
    # Unsigned throughout: Numba would test a signed index for being negative at every access.
    one = np.uint64(1)
    eight = np.uint64(8)
    half = np.uint64(32)
    mask = np.uint64(len(slots) - 1)
    end = np.uint64(len(data) - 8)
    found = np.uint64(0)
    newlines = 0
    i = np.uint64(0)
    while i < end:
        byte = data[i]
        if byte <= 32 and (byte == 32 or 9 <= byte <= 13):
            if byte == 10:
                newlines += 1
                if inside_line:
                    ids[found] = SENTENCE_END
                    found += one
                    inside_line = False
            i += one
            continue

        key = np.uint64(0)
        chunk = chunks[i]
        flags = _space_flags(chunk)
        length = np.uint64(0)
        while flags == 0:
            key = _mixed(key ^ chunk)
            length += eight
            chunk = chunks[i + length]
            flags = _space_flags(chunk)
        below = ((flags & (~flags + one)) >> np.uint64(7)) - one
        chunk &= below
        key = chunk if length == 0 else _mixed(key ^ chunk)
        length += ((below & _ONES) * _ONES) >> np.uint64(56)
        if i + length == end and not last:
            return int(found), int(i), newlines, size, inside_line

        slot = _mixed(key) & mask
        while True:
            entry = slots[slot, np.uint64(1)]
            if slots[slot, np.uint64(0)] == key and (entry >> half) == length:
                word = (entry & np.uint64(0xFFFFFFFF)) - one
                if length < eight:
                    break
                at = np.uint64(starts[word])
                final = length - eight
                k = np.uint64(0)
                while k < final and arena_chunks[at + k] == chunks[i + k]:
                    k += eight
                # The last chunk overlaps the one before it, so that it ends with the word.
                if k >= final and arena_chunks[at + final] == chunks[i + final]:
                    break
            elif entry == 0:
                word = np.uint64(size)
                size += 1
                slots[slot, np.uint64(0)] = key
                slots[slot, np.uint64(1)] = (length << half) | np.uint64(size)
                at = np.uint64(starts[word])
                for n in range(int(length)):
                    arena[at + np.uint64(n)] = data[i + np.uint64(n)]
                starts[size] = at + length
                break
            slot = (slot + one) & mask
        counts[word] += 1
        ids[found] = word
        found += one
        inside_line = True
        i += length
    return int(found), int(end), newlines, size, inside_line


@compiled
def _move(filled: NDArray[np.uint64], slots: NDArray[np.uint64]) -> None:
    """Enter the words of a full table into a larger one."""
    mask = np.uint64(len(slots) - 1)
    for old in range(len(filled)):
        if filled[old, 1] != 0:
            slot = _mixed(filled[old, 0]) & mask
            while slots[slot, 1] != 0:
                slot = (slot + np.uint64(1)) & mask
            slots[slot, 0] = filled[old, 0]
            slots[slot, 1] = filled[old, 1]


@compiled
def renumber(
    provisional: NDArray[np.int32],
    final_id: NDArray[np.int32],
    longest: int,
    total: int,
    length: int,
    tokens: NDArray[np.int32],
    ends: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Replace provisional ids by final ones, drop rare words, and end sentences at lines or when they are full.

    Args:
        provisional: ids as ``TypeTable.scan`` gives them.
        final_id: (n_types,), -1 for a rare word.
        longest: tokens a sentence may hold.
        total: tokens kept before this block.
        length: tokens of the sentence that is open.
        tokens: room for the kept tokens, at least as long as ``provisional``.
        ends: room for the offsets at which sentences end, at least as long as ``provisional``.

    Returns:
        Tokens kept of this block, sentences ended in it, length of the sentence left open.
    """
    kept = 0
    ended = 0
    for p in provisional:
        if p < 0:
            if length > 0:
                ends[ended] = total + kept
                ended += 1
                length = 0
            continue
        word = final_id[p]
        if word < 0:
            continue
        if length == longest:
            ends[ended] = total + kept
            ended += 1
            length = 0
        tokens[kept] = word
        kept += 1
        length += 1
    return kept, ended, length
