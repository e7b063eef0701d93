"""Vectors of floats in LLVM IR: what the kernels are written with.

Addresses are 64-bit integers, offsets and strides are in bytes. Vectors have the machine's width; LLVM splits wider
ones, so any width is correct anywhere.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

F32, I32, I64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)
FAST = ("reassoc", "nsz", "arcp", "contract")
"""Sums may be reordered and contracted. NaN and infinity keep their meaning: divergence is looked for."""

Value = Any
Builder = Any


_LEVELS = {"x86-64-v3": 8, "x86-64-v4": 16}


@cache
def native_lanes() -> int:
    """Floats in a vector register of the processor that Numba compiles for (``NUMBA_CPU_NAME`` counts)."""
    from numba.core.registry import cpu_target

    codegen = cpu_target.target_context.codegen()
    features = codegen._get_host_cpu_features().split(",")
    if "+avx512f" in features:
        return 16
    return 8 if "+avx" in features else _LEVELS.get(codegen._get_host_cpu_name(), 4)


class Simd:
    """An IR builder's vector operations for vectors of ``lanes`` floats."""

    def __init__(self, builder: Builder, lanes: int) -> None:
        self.b = builder
        self.lanes = lanes
        self.vector = ir.VectorType(F32, lanes)
        self.ints = ir.VectorType(I32, lanes)
        self.zero = ir.Constant(self.vector, [0.0] * lanes)

    def splat(self, number: float) -> Value:
        return ir.Constant(self.vector, [float(np.float32(number))] * self.lanes)

    def pointer(self, address: Value, kind: Any) -> Value:
        return self.b.inttoptr(address, kind.as_pointer())

    def load(self, address: Value, align: int | None = None) -> Value:
        value = self.b.load(self.pointer(address, self.vector))
        value.align = align or 4 * self.lanes
        return value

    def store(self, value: Value, address: Value, align: int | None = None) -> None:
        self.b.store(value, self.pointer(address, self.vector)).align = align or 4 * self.lanes

    def word(self, table: Value, index: Value) -> Value:
        """The 64-bit integer at an index of a table."""
        return self.b.load(self.pointer(self.b.add(table, self.b.shl(index, I64(3))), I64))

    def broadcast(self, address: Value) -> Value:
        """The float at an address in all lanes."""
        return self.splat_value(self.b.load(self.pointer(address, F32)))

    def splat_value(self, number: Value) -> Value:
        """A float in all lanes."""
        undefined = ir.Constant(self.vector, ir.Undefined)
        lanes = ir.Constant(self.ints, [0] * self.lanes)
        return self.b.shuffle_vector(self.b.insert_element(undefined, number, I32(0)), undefined, lanes)

    def fma(self, a: Value, b: Value, c: Value) -> Value:
        """A * b + c, in one rounding where the machine can."""
        return self.b.fadd(c, self.b.fmul(a, b, flags=FAST), flags=FAST)

    def loop(self, count: Value, start: Sequence[Value], body: Callable[..., Sequence[Value]]) -> list[Value]:
        """Run ``body(i, *carried)`` for i = 0..count - 1, count at least 1; returns what it carried last."""
        b = self.b
        before, block, after = b.block, b.append_basic_block("loop"), b.append_basic_block("after")
        b.branch(block)
        b.position_at_end(block)
        i = b.phi(I64)
        i.add_incoming(I64(0), before)
        carried = []
        for value in start:
            phi = b.phi(value.type)
            phi.add_incoming(value, before)
            carried.append(phi)
        results = list(body(i, *carried))
        following = b.add(i, I64(1))
        end = b.block
        i.add_incoming(following, end)
        for phi, value in zip(carried, results, strict=True):
            phi.add_incoming(value, end)
        b.cbranch(b.icmp_unsigned("<", following, count), block, after)
        b.position_at_end(after)
        return results

    def sums(self, vectors: Sequence[Value]) -> list[Value]:
        """Sum of the lanes of each vector, packed in order into as few vectors as hold them; missing ones are 0."""
        packed = []
        for first in range(0, len(vectors), self.lanes):
            level = list(vectors[first : first + self.lanes])
            level += [self.zero] * (self.lanes - len(level))
            group = self.lanes
            while group > 1:
                # Vectors that meet across 128-bit lanes come first, so that the later shuffles stay inside them.
                apart = max(group // 2, 1) if group > 4 else 1
                left = [i for i in range(len(level)) if i // apart % 2 == 0]
                level = [self._halve(level[i], level[i + apart], group) for i in left]
                group //= 2
            packed.append(level[0])
        return packed

    def _halve(self, left: Value, right: Value, group: int) -> Value:
        """Add the upper half of each group of lanes to its lower half, packing two vectors into one."""
        low: list[int] = []
        high: list[int] = []
        if group == 2:
            for lane in range(0, self.lanes, 4):
                for source in (0, self.lanes):
                    low += [source + lane, source + lane + 2]
                    high += [source + lane + 1, source + lane + 3]
        else:
            half = group // 2
            for lane in range(0, self.lanes, group):
                for source in (0, self.lanes):
                    low += range(source + lane, source + lane + half)
                    high += range(source + lane + half, source + lane + group)
        return self.b.fadd(
            self.b.shuffle_vector(left, right, ir.Constant(self.ints, low)),
            self.b.shuffle_vector(left, right, ir.Constant(self.ints, high)),
            flags=FAST,
        )

    def sigmoid(self, z: Value) -> Value:
        """The logistic function to float32 rounding; NaN stays NaN."""
        b = self.b
        y = b.fmul(z, self.splat(-np.log2(np.e)))
        # Clamped so that 2**y stays a normal number. NaN fails both comparisons and goes through.
        y = b.select(b.fcmp_ordered("<", y, self.splat(-125.0)), self.splat(-125.0), y)
        y = b.select(b.fcmp_ordered(">", y, self.splat(125.0)), self.splat(125.0), y)
        # Adding 1.5 * 2**23 leaves the nearest whole number in the low bits; these sums must not be reordered.
        magic = self.splat(1.5 * 2**23)
        shifted = b.fadd(y, magic)
        fraction = b.fsub(y, b.fsub(shifted, magic))
        *others, last = _exp2_coefficients()
        power = self.splat(last)
        for coefficient in reversed(others):
            power = self.fma(power, fraction, self.splat(coefficient))
        exponent = b.shl(b.bitcast(shifted, self.ints), ir.Constant(self.ints, [23] * self.lanes))
        power = b.bitcast(b.add(b.bitcast(power, self.ints), exponent), self.vector)
        return b.fdiv(self.splat(1.0), b.fadd(power, self.splat(1.0)))


@cache
def _exp2_coefficients() -> tuple[float, ...]:
    """2**f on [-1/2, 1/2] as a polynomial of degree 6, interpolated at Chebyshev points: relative error 4e-9."""
    fit = np.polynomial.chebyshev.Chebyshev.interpolate(np.exp2, 6, domain=[-0.5, 0.5])
    return tuple(fit.convert(kind=np.polynomial.Polynomial).coef)
