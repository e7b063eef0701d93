"""The shared counter-based generator (see ``counter_random``) on torch tensors, on any device.

torch has no 32-bit unsigned arithmetic on every device, so numbers live in int64, masked to 32 bits after each step
that can leave them. A product of two 32-bit numbers may wrap around in int64; its lower 32 bits are right all the same.
"""

import torch
from torch import Tensor

from ..counter_random import M1, M2, M3, SLOT_BITS, epoch_key

Keys = tuple[Tensor, Tensor]

MASK = 0xFFFFFFFF


def sentence_keys(seed: int, epoch: int, sentences: Tensor) -> Keys:
    """The two key words of each sentence, int64 of the shape of ``sentences``."""
    a, b = epoch_key(seed, epoch)
    low, high = sentences & MASK, sentences >> 32
    return _mix(_mix(low ^ a) ^ high), _mix(_mix(low ^ b) ^ high)


def draw(counter: Tensor, a: Tensor | int, b: Tensor | int) -> Tensor:
    """The number each counter stands for under the key (a, b), uniform on 0..2**32 - 1, int64."""
    x = counter ^ a
    x ^= x >> 17
    x *= M1
    x &= MASK
    x ^= x >> 11
    x += b
    x &= MASK
    x *= M2
    x &= MASK
    x ^= x >> 15
    x *= M3
    x &= MASK
    x ^= x >> 14
    return x


def counters(positions: Tensor, slots: Tensor | int) -> Tensor:
    """Counters of the given slots at the given positions (0..1023) of a sentence, broadcast together."""
    return (positions << SLOT_BITS) | slots


def below(numbers: Tensor, n: int) -> Tensor:
    """Map uniform 32-bit numbers to integers uniform on 0..n - 1."""
    return (numbers * n) >> 32


def _mix(x: Tensor) -> Tensor:
    return draw(x, 0, 0)


class NoiseTable:
    """The alias table (see ``noise``) on a device."""

    def __init__(self, threshold: Tensor, alias: Tensor) -> None:
        """Take the table's columns as int64 (n_words,)."""
        self.threshold, self.alias = threshold, alias

    def sample(self, numbers: Tensor) -> Tensor:
        """Words for uniform 32-bit numbers, int64 of the same shape."""
        product = numbers * len(self.threshold)
        column = product >> 32
        product &= MASK
        return torch.where(product < self.threshold[column], column, self.alias[column])
