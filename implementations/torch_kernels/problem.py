"""What is trained, on its device: the corpus, the tables and the two matrices."""

import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...datasets.corpus import Corpus
from ..huffman import huffman_tree
from ..hyperparameters import Hyperparameters
from ..noise import alias_table, noise_weights
from ..schedule import initial_vectors
from ..subsampling import keep_probabilities, keep_thresholds
from .counter import NoiseTable
from .damping import factors, input_frequency, kept_share, noise_output_frequency, path_output_frequency

USUAL_ALPHA = 0.025

MAX_ELEMENT = 1e6
"""Elements of trained vectors are of the order of 1. Saturated logits let diverging ones grow long before overflow."""


class Problem:
    """A corpus and hyperparameters on a device.

    Attributes:
        inputs, outputs: float32 (n_rows, stride); columns from ``vector_size`` on are zero and stay so.
        keep: int64 (n_words,), subsampling thresholds.
        threshold, alias: int64 (n_words,), the noise table; empty for hierarchical softmax.
        tree: offsets, nodes (int64) and labels (float32) of the Huffman tree, or None for negative sampling.
        transfer_seconds: time spent on copies to the device and back; 0 on the CPU.
    """

    def __init__(self, corpus: Corpus, hyperparameters: Hyperparameters, *, seed: int, device: torch.device) -> None:
        """Build the tables and copy everything to the device."""
        self.corpus, self.hyperparameters, self.seed, self.device = corpus, hyperparameters, seed, device
        self.transfer_seconds = 0.0
        counts, h = corpus.vocabulary.counts, hyperparameters
        self._share = kept_share(counts, keep_probabilities(counts, h.sample))
        # Whole groups of four floats, so that a GPU can add a row by 16-byte atomics.
        self._stride = -(-h.vector_size // 4) * 4 if device.type == "cuda" else h.vector_size
        self.keep = self._upload(keep_thresholds(counts, h.sample).astype(np.int64))
        self.tree: tuple[Tensor, Tensor, Tensor] | None = None
        empty = np.zeros(0, np.int64)
        threshold, alias, n_outputs = empty, empty, len(counts)
        if h.loss == "hs":
            tree = huffman_tree(counts)
            self.tree = (
                self._upload(tree.offsets),
                self._upload(tree.nodes.astype(np.int64)),
                self._upload(1 - tree.codes.astype(np.float32)),
            )
            self._output_frequency = path_output_frequency(self._share, tree)
            n_outputs -= 1
        else:
            noise = noise_weights(counts, h.ns_exponent)
            table = alias_table(noise)
            threshold, alias = table.threshold.astype(np.int64), table.alias.astype(np.int64)
            self._output_frequency = noise_output_frequency(self._share, noise, h.negative)
        self.threshold, self.alias = self._upload(threshold), self._upload(alias)
        self._tokens = self._upload(np.asarray(corpus.tokens)) if device.type == "cuda" else None
        self.inputs = torch.zeros((len(counts), self._stride), device=device)
        self.outputs = torch.zeros((n_outputs, self._stride), device=device)
        self.reset()

    def reset(self) -> None:
        """Put both matrices back to where training starts."""
        h = self.hyperparameters
        start = self._upload(initial_vectors(len(self.inputs), h.vector_size, self.seed))
        self.inputs.zero_()
        self.inputs[:, : h.vector_size] = start
        self.outputs.zero_()

    def noise_table(self) -> NoiseTable:
        """The noise distribution, on the device."""
        return NoiseTable(self.threshold, self.alias)

    def damping_limit(self, limit: float) -> float:
        """The limit, meant for the usual learning rate, for this one: a larger one overshoots with fewer windows."""
        return limit * min(1.0, USUAL_ALPHA / self.hyperparameters.alpha)

    def damping(self, together: int, limit: float) -> tuple[Tensor | None, Tensor | None]:
        """Damping factors of input and output rows when so many windows are trained at once."""
        h, limit = self.hyperparameters, self.damping_limit(limit)
        contexts = h.window + 1 if h.shrink_windows else 2 * h.window
        found = (
            factors(input_frequency(self._share, contexts), together, limit),
            factors(self._output_frequency, together, limit),
        )
        a, b = (None if factor is None else self._upload(factor) for factor in found)
        return a, b

    def sentences(self, epoch: int, first: int, last: int) -> tuple[Tensor, Tensor, Tensor]:
        """Sentences ``first..last - 1`` of an epoch.

        Returns:
            tokens: int32 (n_tokens,).
            lengths: int64 (n_sentences,).
            alphas: float32 (n_sentences,), learning rates.
        """
        offsets = np.asarray(self.corpus.offsets[first : last + 1])
        if self._tokens is not None:
            tokens = self._tokens[offsets[0] : offsets[-1]]
        else:
            tokens = torch.from_numpy(np.array(self.corpus.tokens[offsets[0] : offsets[-1]]))
        lengths = torch.from_numpy(np.diff(offsets)).to(self.device)
        return tokens, lengths, torch.from_numpy(self.alphas(epoch, offsets[:-1])).to(self.device)

    def alphas(self, epoch: int, starts: NDArray[np.int64]) -> NDArray[np.float32]:
        """Learning rates of the sentences that start at these tokens; see ``schedule.learning_rate``."""
        h, n = self.hyperparameters, self.corpus.n_tokens
        done = epoch * n + starts
        return (h.alpha - (h.alpha - h.min_alpha) * done / (h.epochs * n)).astype(np.float32)

    def sane(self) -> bool:
        """Whether both matrices hold numbers below ``MAX_ELEMENT``."""
        # Written so that "not a number", which compares false, is not sane.
        return all(bool((matrix.abs() < MAX_ELEMENT).all()) for matrix in (self.inputs, self.outputs))

    def download(self, matrix: Tensor) -> NDArray[np.float32]:
        """A matrix without its padding, in the host's memory."""
        start = time.perf_counter()
        array: NDArray[np.float32] = matrix[:, : self.hyperparameters.vector_size].cpu().numpy()
        if self.device.type == "cuda":
            self.transfer_seconds += time.perf_counter() - start
        return array

    def synchronize(self) -> None:
        """Wait until the device has finished."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def _upload(self, array: NDArray[np.generic]) -> Tensor:
        start = time.perf_counter()
        tensor = torch.from_numpy(np.array(array)).to(self.device)
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
            self.transfer_seconds += time.perf_counter() - start
        return tensor
