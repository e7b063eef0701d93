"""The Triton path: launches the kernels over slices of the corpus."""

import os
from dataclasses import dataclass

import numpy as np
import torch
import triton
from torch import Tensor

from ..counter_random import epoch_key
from ..hyperparameters import Hyperparameters
from .problem import Problem
from .triton_code import subsample_kernel, train_kernel

MAX_WINDOW, MAX_NEGATIVE, MAX_SIZE = 31, 63, 1024
PROGRAMS_A_PROCESSOR = 8
CHUNK = 128
TABLE = 1 << 31


def why_not(hyperparameters: Hyperparameters, device: torch.device) -> str | None:
    """Why the kernels cannot train this, or None."""
    h = hyperparameters
    if h.loss != "ns":
        return "they have negative sampling only"
    if h.window > MAX_WINDOW or h.negative > MAX_NEGATIVE or h.vector_size > MAX_SIZE:
        return f"they take window up to {MAX_WINDOW}, negative up to {MAX_NEGATIVE}, vector_size up to {MAX_SIZE}"
    if device.type != "cuda" and not interpreted():
        return "they need a GPU (or TRITON_INTERPRET=1, slowly, for tests)"
    return None


def interpreted() -> bool:
    """Whether Triton runs kernels in Python, on the CPU."""
    return os.environ.get("TRITON_INTERPRET") == "1"


@dataclass(frozen=True)
class Shape:
    """The compile-time shape of ``train_kernel`` for some hyperparameters."""

    slots: int
    targets: int
    block: int
    warps: int

    @classmethod
    def of(cls, h: Hyperparameters, products: str, warps: int | None = None) -> "Shape":
        """Powers of two that hold the window, the targets and a row; tensor cores want at least 16 × 8 of them."""
        block = max(16, triton.next_power_of_2(h.vector_size))
        slots = max(16, triton.next_power_of_2(2 * h.window + 1))
        targets = max(8, triton.next_power_of_2(h.negative + 1))
        # One warp at 16 x 128 needs no barriers and hardly spills; tensor cores' layouts want more registers.
        tensor_cores = h.model == "skipgram" and products != "fma"
        wanted = slots * block // (512 if tensor_cores else 2048)
        return cls(slots, targets, block, warps or min(8, max(1, wanted)))


class TritonPath:
    """Trains slices of a corpus with many programs at once."""

    def __init__(
        self, problem: Problem, *, programs: int | None, limit: float, products: str, warps: int | None = None
    ) -> None:
        """Set up for a problem on its device.

        Args:
            problem: what is trained.
            programs: windows trained at the same time; None for 8 a multiprocessor.
            limit: of the damping.
            products: how skip-gram multiplies: fma, or a precision of tensor cores (see ``train_kernel``).
            warps: of a program; None for a number that fits its registers.
        """
        self._problem = problem
        self.programs = programs or default_programs(problem.device)
        self.shape = Shape.of(problem.hyperparameters, products, warps)
        self._products = products
        keep, table = problem.keep, torch.stack([problem.threshold, problem.alias], dim=1)
        self._keep, self._table = _bits(keep), _bits(table)
        none = torch.ones(1, device=problem.device)
        damping = problem.damping(self.programs, limit)
        self._damped = any(factor is not None for factor in damping)
        ones = torch.ones(len(problem.inputs), device=problem.device) if self._damped else none
        self._damp_in, self._damp_out = (ones if factor is None else factor for factor in damping)
        self._kept = torch.zeros((), dtype=torch.int64, device=problem.device)

    def train(self, epoch: int, first: int, last: int) -> None:
        """Train sentences ``first..last - 1``."""
        problem, h, shape = self._problem, self._problem.hyperparameters, self.shape
        tokens, lengths, alphas = problem.sentences(epoch, first, last)
        n, device = last - first, problem.device
        offsets = torch.nn.functional.pad(lengths.cumsum(0), (1, 0))
        key = _bits(torch.tensor(epoch_key(problem.seed, epoch))).to(device)
        words, positions = torch.empty_like(tokens), torch.empty_like(tokens)
        kept = torch.empty(n, dtype=torch.int32, device=device)
        subsample_kernel[(n,)](tokens, offsets, self._keep, key, words, positions, kept, first, n, CHUNK=CHUNK)
        bounds = self._bounds(first, last).to(device)
        train_kernel[(len(bounds) - 1,)](
            words, positions, kept, offsets, alphas, bounds, key,
            problem.inputs, problem.outputs, self._table, self._damp_in, self._damp_out,
            first, len(problem.inputs),
            STRIDE=problem.inputs.stride(0), WINDOW=h.window, SHRINK=h.shrink_windows, NEGATIVE=h.negative,
            CBOW=h.model == "cbow", MEAN=h.cbow_mean, DAMPED=self._damped, PRODUCTS=self._products,
            SLOTS=shape.slots, TARGETS=shape.targets, BLOCK=shape.block, num_warps=shape.warps,
        )  # fmt: skip
        self._kept += kept.sum()

    def kept_words(self) -> int:
        """Words that subsampling has kept so far."""
        return int(self._kept)

    def _bounds(self, first: int, last: int) -> Tensor:
        """Cut a slice into runs of sentences with about as many words each, int32 (n_programs + 1,)."""
        offsets = np.asarray(self._problem.corpus.offsets[first : last + 1])
        programs = min(self.programs, last - first)
        wanted = offsets[0] + (offsets[-1] - offsets[0]) * np.arange(programs + 1) // programs
        return torch.from_numpy(np.searchsorted(offsets, wanted).astype(np.int32))


def default_programs(device: torch.device) -> int:
    """Programs at once unless told otherwise: 8 a multiprocessor hide the latency of memory; 1 in the interpreter."""
    if device.type != "cuda":
        return 1
    return PROGRAMS_A_PROCESSOR * int(torch.cuda.get_device_properties(device).multi_processor_count)


def _bits(numbers: Tensor) -> Tensor:
    """The low 32 bits of int64 numbers as int32."""
    return torch.where(numbers >= TABLE, numbers - (1 << 32), numbers).to(torch.int32)
