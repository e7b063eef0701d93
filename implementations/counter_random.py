"""Random numbers as a pure function of (seed, epoch, sentence, position, slot).

No state is carried from one draw to the next, so any implementation, in any order and on any number of threads, draws
the same numbers. Everything is 32-bit unsigned arithmetic, which NumPy, Numba, torch and Triton all vectorise.

A sentence has a key of two 32-bit words. A draw hashes the counter ``position << 22 | slot`` with three rounds of
xor-shift and multiplication (the constants are those of the function "triple32" of Chris Wellons' hash prospector,
public domain); the second key word enters between the first rounds, so that the sequences of two sentences do not
overlap even where their first words lie close together. Within a sentence the map from counter to number is one to one.

Slots of a position: 0 decides whether the word is kept, 1 gives the size of its window, from 2 on its noise words.
"""

import numpy as np
from numpy.typing import NDArray

SLOT_BITS = 22
KEEP_SLOT, WINDOW_SLOT, NOISE_SLOT = 0, 1, 2

M1, M2, M3 = 0xED5AD4BB, 0xAC4C1B51, 0x31848BAB
_DOMAIN_A, _DOMAIN_B = 0x9E3779B9, 0x7F4A7C15

Words = NDArray[np.uint32]


def _mix(x: int) -> int:
    """Hash one 32-bit word."""
    x ^= x >> 17
    x = x * M1 & 0xFFFFFFFF
    x ^= x >> 11
    x = x * M2 & 0xFFFFFFFF
    x ^= x >> 15
    x = x * M3 & 0xFFFFFFFF
    return x ^ x >> 14


def epoch_key(seed: int, epoch: int) -> tuple[int, int]:
    """The two key words of one epoch, from a seed in 0..2**64 - 1."""
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"a seed lies in 0..2**64 - 1, got {seed}")
    low, high = seed & 0xFFFFFFFF, seed >> 32
    a, b = (_mix(_mix(_mix(low ^ domain) ^ high) ^ epoch) for domain in (_DOMAIN_A, _DOMAIN_B))
    return a, b


def sentence_keys(seed: int, epoch: int, sentences: NDArray[np.integer]) -> tuple[Words, Words]:
    """The two key words of each sentence, uint32 of the shape of ``sentences``."""
    a, b = epoch_key(seed, epoch)
    index = np.asarray(sentences, np.uint64)
    low, high = (index & np.uint64(0xFFFFFFFF)).astype(np.uint32), (index >> np.uint64(32)).astype(np.uint32)
    return (
        mix(mix(low ^ np.uint32(a)) ^ high),
        mix(mix(low ^ np.uint32(b)) ^ high),
    )


def mix(x: Words) -> Words:
    """Hash each 32-bit word; a bijection."""
    return draw(x, np.uint32(0), np.uint32(0))


def draw(counter: Words, a: Words | np.uint32, b: Words | np.uint32) -> Words:
    """The number each counter stands for under the key (a, b), uniform on 0..2**32 - 1."""
    x = np.asarray(counter ^ a)
    x ^= x >> np.uint32(17)
    x *= np.uint32(M1)
    x ^= x >> np.uint32(11)
    x += b
    x *= np.uint32(M2)
    x ^= x >> np.uint32(15)
    x *= np.uint32(M3)
    x ^= x >> np.uint32(14)
    return x


def counters(positions: NDArray[np.integer], slots: NDArray[np.integer] | int) -> Words:
    """Counters of the given slots at the given positions (0..1023) of a sentence, broadcast together."""
    return (np.asarray(positions, np.uint32) << np.uint32(SLOT_BITS)) | np.asarray(slots, np.uint32)


def below(numbers: Words, n: int) -> NDArray[np.int64]:
    """Map uniform 32-bit numbers to integers uniform on 0..n - 1."""
    return ((numbers.astype(np.uint64) * np.uint64(n)) >> np.uint64(32)).astype(np.int64)
