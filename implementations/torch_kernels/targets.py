"""Targets of tiles, for negative sampling and for hierarchical softmax."""

from collections.abc import Callable

import torch
from torch import Tensor

from .blocks import Block, draw_noise
from .counter import NoiseTable
from .tiles import Targets, Tiles

Cut = Callable[[int, int, Tensor], Targets]
"""(first tile, last tile, route) -> targets; route, float32 (n, R, T), weighs each input row for each centre."""


class NoiseTargets:
    """Each centre, and ``negative`` noise words for each unit."""

    def __init__(self, table: NoiseTable, negative: int, unit: int) -> None:
        self.table, self.negative, self.unit = table, negative, unit

    def of(self, block: Block, tiles: Tiles) -> Cut:
        """Draw the block's noise words."""
        drawn = draw_noise(block, self.table, self.negative, self.unit)
        size, units = tiles.size, tiles.size // self.unit
        short = tiles.count * size - len(block.words)
        centres = torch.nn.functional.pad(block.words, (0, short)).view(-1, size)
        pad, ones = (0, 0, 0, short // self.unit), torch.ones(1, device=block.words.device)
        noise = torch.nn.functional.pad(drawn.words, pad).view(-1, units * self.negative)
        wanted = torch.nn.functional.pad(drawn.wanted.to(torch.float32), pad).view(-1, 1, units, self.negative)

        def cut(first: int, last: int, route: Tensor) -> Targets:
            n, inputs, _ = route.shape
            shared = route if self.unit == 1 else route.view(n, inputs, units, self.unit).sum(dim=3)
            unwanted = (shared[..., None] * wanted[first:last]).view(n, inputs, -1)
            rows = torch.cat([centres[first:last], noise[first:last]], dim=1)
            windows = torch.cat([ones.expand(n, size), self.unit * wanted[first:last].reshape(n, -1)], dim=1)
            return Targets(rows, route, torch.cat([route, unwanted], dim=2), windows)

        return cut


class PathTargets:
    """The inner nodes on each centre's path, a tile's paths end to end."""

    def __init__(self, offsets: Tensor, nodes: Tensor, labels: Tensor) -> None:
        """Take the tree (see ``huffman``) on the device: int64, int64 and float32 (1 - code)."""
        self.offsets, self.nodes, self.labels = offsets, nodes, labels

    def of(self, block: Block, tiles: Tiles) -> Cut:
        """Lay the paths of the block's words end to end."""
        start = self.offsets[block.words]
        lengths = torch.where(block.real, self.offsets[block.words + 1] - start, 0)
        ends = lengths.cumsum(0)
        entry = torch.arange(int(ends[-1]), device=start.device)
        entry += torch.repeat_interleave(start - (ends - lengths), lengths)
        owner = torch.repeat_interleave(torch.arange(len(start), device=start.device) % tiles.size, lengths)
        nodes, labels = self.nodes[entry], self.labels[entry]
        # A spare entry at the end, of no weight, fills the tiles that have fewer than the batch's longest.
        owner, nodes, labels = (torch.nn.functional.pad(column, (0, 1)) for column in (owner, nodes, labels))
        last_of_tile = torch.arange(1, tiles.count + 1, device=start.device) * tiles.size - 1
        tile_ends = ends[last_of_tile.clamp_(max=len(start) - 1)]
        tile_starts = torch.nn.functional.pad(tile_ends, (1, 0))[:-1]
        widths = (tile_ends - tile_starts).tolist()
        spare = len(nodes) - 1

        def cut(first: int, last: int, route: Tensor) -> Targets:
            n, inputs, _ = route.shape
            at = tile_starts[first:last, None] + torch.arange(max(widths[first:last]), device=start.device)
            valid = at < tile_ends[first:last, None]
            at = torch.where(valid, at, spare)
            pairs = route.gather(2, owner[at][:, None].expand(n, inputs, -1))
            pairs *= valid[:, None]
            return Targets(nodes[at], pairs * labels[at][:, None], pairs, valid.to(torch.float32))

        return cut
