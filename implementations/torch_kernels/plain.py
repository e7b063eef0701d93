"""The plain path: batches of dense products in ordinary torch operations, without autograd, on any device."""

from collections.abc import Callable
from threading import Lock

import torch
from torch import Tensor

from .blocks import draw_block
from .problem import Problem
from .rows import Rows, make_rows
from .targets import NoiseTargets, PathTargets
from .tiles import Targets, Tiles

TILE = 8
"""Centres in a tile, at most: larger tiles gather fewer rows and multiply more zeros."""


class PlainPath:
    """Trains slices of a corpus in batches of ``batch`` centres."""

    def __init__(
        self, problem: Problem, *, batch: int, unit: int, limit: float, optimizer: str, workers: int = 1
    ) -> None:
        """Set up for a problem on its device.

        Args:
            problem: what is trained.
            batch: centres computed from one state of the vectors, a multiple of ``unit``.
            unit: adjacent centres that share noise words.
            limit: of the damping.
            workers: threads that call ``train`` at the same time.
            optimizer: one of the trainer's optimizers.
        """
        self._problem, self._unit = problem, unit
        self._kept, self._kept_lock = 0, Lock()
        self._tile = max(t for t in range(unit, max(unit, TILE) + 1) if batch % t == 0 and t % unit == 0)
        self._tiles_a_batch = batch // self._tile
        # A unit alone is exactly what the reference computes, and is left so.
        damping = None if batch * workers == unit else problem.damping_limit(limit) / workers
        self._inputs: Rows = make_rows(optimizer, problem.inputs, damping)
        self._outputs: Rows = make_rows(optimizer, problem.outputs, damping)
        self._make_targets: NoiseTargets | PathTargets
        if problem.tree is not None:
            self._make_targets = PathTargets(*problem.tree)
        else:
            self._make_targets = NoiseTargets(problem.noise_table(), problem.hyperparameters.negative, unit)
        skipgram = problem.hyperparameters.model == "skipgram"
        self._step: Callable[[Tensor, Tensor, Tensor, Cut, float], None]
        self._step = self._skipgram if skipgram else self._cbow

    def kept_words(self) -> int:
        """Words that subsampling has kept so far."""
        return self._kept

    def train(self, epoch: int, first: int, last: int) -> None:
        """Train sentences ``first..last - 1``."""
        problem, h = self._problem, self._problem.hyperparameters
        tokens, lengths, alphas = problem.sentences(epoch, first, last)
        block = draw_block(
            tokens.long(), lengths, first, alphas, problem.keep,
            seed=problem.seed, epoch=epoch, window=h.window, shrink=h.shrink_windows, unit=self._unit,
        )  # fmt: skip
        if block.kept == 0:
            return
        with self._kept_lock:
            self._kept += block.kept
        tiles = Tiles(block, self._tile, h.window)
        cut = self._make_targets.of(block, tiles)
        rate = float(alphas[0])
        for start in range(0, tiles.count, self._tiles_a_batch):
            stop = min(start + self._tiles_a_batch, tiles.count)
            words, member, alpha = tiles.contexts(start, stop)
            scale = alpha if self._inputs.learning_rate_in_gradient else torch.ones_like(alpha)
            self._step(words, member, scale, lambda route, a=start, b=stop: cut(a, b, route), rate)  # type: ignore[misc]

    def _skipgram(self, words: Tensor, member: Tensor, scale: Tensor, targets: "Cut", rate: float) -> None:
        X = _gather(self._inputs.matrix, words)
        wanted = targets(member * scale)
        T = _gather(self._outputs.matrix, wanted.rows)
        G = _logit_step(X, T, wanted)
        dX, dT = torch.bmm(G, T), torch.bmm(G.mT, X)
        self._apply(words, dX, member, wanted, dT, rate)

    def _cbow(self, words: Tensor, member: Tensor, scale: Tensor, targets: "Cut", rate: float) -> None:
        X = _gather(self._inputs.matrix, words)
        contexts = member.sum(dim=1)
        H = torch.bmm(member.mT, X)
        if self._problem.hyperparameters.cbow_mean:
            H /= contexts.clamp(min=1)[:, :, None]
        # A centre meets its own targets only, and none where it has no context.
        wanted = targets(torch.diag_embed((contexts > 0) * scale[:, 0]))
        T = _gather(self._outputs.matrix, wanted.rows)
        G = _logit_step(H, T, wanted)
        dX, dT = torch.bmm(member, torch.bmm(G, T)), torch.bmm(G.mT, H)
        self._apply(words, dX, member, wanted, dT, rate)

    def _apply(self, words: Tensor, dX: Tensor, member: Tensor, wanted: Targets, dT: Tensor, rate: float) -> None:
        self._inputs.step(words.reshape(-1), dX.flatten(0, 1), member.sum(dim=2).view(-1), rate)
        self._outputs.step(wanted.rows.reshape(-1), dT.flatten(0, 1), wanted.windows.reshape(-1), rate)


Cut = Callable[[Tensor], Targets]


def _gather(matrix: Tensor, rows: Tensor) -> Tensor:
    return matrix.index_select(0, rows.reshape(-1)).view(*rows.shape, -1)


def _logit_step(inputs: Tensor, outputs: Tensor, wanted: Targets) -> Tensor:
    """Minus the derivative of the loss by the logits, float32 (n, R, O); see ``gradients``."""
    G = torch.bmm(inputs, outputs.mT).sigmoid_().mul_(wanted.pairs).neg_()
    G[:, :, : wanted.positive.shape[2]] += wanted.positive
    return G
