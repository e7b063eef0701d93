"""What a device can do at most in the two things that word2vec asks of its memory: reading and adding to rows."""

# A kernel's arguments have types of Triton's own, known when it is launched.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
import triton
import triton.language as tl

from .problem import Problem


@triton.jit
def add_rows_kernel(rows, matrix, each, STRIDE: tl.constexpr, BLOCK: tl.constexpr):
    """Add a constant atomically to ``each`` rows of ``matrix``, one after another, as training does."""
    column = tl.arange(0, BLOCK)
    first = tl.program_id(0) * each
    for i in range(0, each):
        row = tl.load(rows + first + i).to(tl.int64)
        step = tl.zeros((BLOCK,), tl.float32) + 1e-9
        tl.atomic_add(matrix + row * STRIDE + column, step, mask=column < STRIDE, sem="relaxed")


@triton.jit
def read_rows_kernel(rows, matrix, found, each, STRIDE: tl.constexpr, BLOCK: tl.constexpr):
    """Read ``each`` rows past the L1 cache and leave their sum in ``found``."""
    column = tl.arange(0, BLOCK)
    first = tl.program_id(0) * each
    total = tl.zeros((BLOCK,), tl.float32)
    for i in range(0, each):
        row = tl.load(rows + first + i).to(tl.int64)
        total += tl.load(matrix + row * STRIDE + column, mask=column < STRIDE, other=0.0, cache_modifier=".cg")
    tl.store(found + tl.program_id(0) * STRIDE + column, total, mask=column < STRIDE)


def row_rates(problem: Problem, *, programs: int, each: int, repeats: int = 5) -> dict[str, float]:
    """Rows per second, drawn like noise words (many programs meet in the frequent ones) and uniformly.

    The matrices of ``problem`` are changed by a rounding error; reset it afterwards.
    """
    n_words, stride = problem.outputs.shape
    block = triton.next_power_of_2(stride)
    found = torch.empty((programs, stride), device=problem.device)
    numbers = torch.from_numpy(np.random.default_rng(1).integers(0, 1 << 32, programs * each))
    numbers = numbers.to(problem.device)
    drawn = {"noise": problem.noise_table().sample(numbers), "uniform": (numbers * n_words) >> 32}
    rates = {}
    for name, rows in drawn.items():
        rows = rows.to(torch.int32)

        def add(rows: torch.Tensor = rows) -> None:
            add_rows_kernel[(programs,)](rows, problem.outputs, each, STRIDE=stride, BLOCK=block, num_warps=1)

        def read(rows: torch.Tensor = rows) -> None:
            read_rows_kernel[(programs,)](rows, problem.outputs, found, each, STRIDE=stride, BLOCK=block, num_warps=1)

        rates[f"added, {name}"] = programs * each / _seconds(add, problem, repeats)
        rates[f"read, {name}"] = programs * each / _seconds(read, problem, repeats)
    return rates


def _seconds(work: Callable[[], None], problem: Problem, repeats: int) -> float:
    """Median seconds of a call, after one that compiles."""
    times = []
    for _ in range(repeats + 1):
        problem.synchronize()
        start = time.perf_counter()
        work()
        problem.synchronize()
        times.append(time.perf_counter() - start)
    return median(times[1:])
