"""Batches of tiles: windows of adjacent centres as a few dense matrix products.

A tile is T adjacent centres of a block. Its contexts are the C = T + 2 * window words around them, each gathered once
although it stands in several windows, and its targets lie side by side in O columns. All logits of a tile are one
product (C × D) by (D × O); a weight matrix is zero where a context does not stand in a target's window. All tiles of a
batch are computed from one state of the vectors, and the sum of the gradients over the batch is applied at once. So a
batch is exactly the mini-batch of its update units, whatever T is.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .blocks import Block


class Targets(NamedTuple):
    """Target rows of n tiles.

    Attributes:
        rows: int64 (n, O), rows of the output matrix.
        positive, pairs: float32 (n, R, O): how often, times the learning rate, a row of the tile's R input vectors
            meets the target as a positive example, and in all.
        windows: float32 (n, O), for how many windows each target stands: 0 where it only fills up.
    """

    rows: Tensor
    positive: Tensor
    pairs: Tensor
    windows: Tensor


class Tiles:
    """The tiles of a block; the last one is padded."""

    def __init__(self, block: Block, size: int, window: int) -> None:
        n = len(block.words)
        self.size, self.count = size, -(-n // size)
        self.reach = window
        device, short = block.words.device, self.count * size - n
        centres = torch.nn.functional.pad(torch.stack([block.left, block.right]), (0, short)).view(2, -1, 1, size)
        self._left, self._right = centres[0], centres[1]
        self._alpha = torch.nn.functional.pad(block.alpha, (0, short)).view(-1, 1, size)
        self._words = torch.nn.functional.pad(block.words, (window, window + short))
        width = size + 2 * window
        # Distance of each context place from each centre, (C, T).
        self._distance = torch.arange(width, device=device)[:, None] - window - torch.arange(size, device=device)

    def contexts(self, first: int, last: int) -> tuple[Tensor, Tensor, Tensor]:
        """Contexts of tiles ``first..last - 1``.

        Returns:
            words: int64 (n, C).
            member: float32 (n, C, T), 1 where a context stands in a centre's window.
            alpha: float32 (n, 1, T).
        """
        words = self._words[first * self.size : last * self.size + 2 * self.reach]
        words = words.unfold(0, self.size + 2 * self.reach, self.size)
        d = self._distance
        inside = (d >= -self._left[first:last]) & (d <= self._right[first:last]) & (d != 0)
        return words, inside.to(torch.float32), self._alpha[first:last]
