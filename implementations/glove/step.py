"""One update of GloVe, for a pair of rows, in SIMD."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..numba_kernels.simd import FAST, I64, Simd, native_lanes

LANES = native_lanes()

_ESTIMATE = (*FAST, "afn")
"""Lets 1/sqrt be the processor's estimate and a Newton step, good to 23 bits: only the length of a step hangs on it."""


@intrinsic
def step(typing, word, context, chunks, target, weight, eta):  # type: ignore[no-untyped-def]
    """Move two rows towards ``word · context = target`` by one step of AdaGrad.

    With e = word · context - target, the gradient of weight · e² / 2 by the word's row is weight · e · context and the
    other way round. Each row is followed by sums S, one for each value, that start at 1; a value moves by
    eta · gradient / sqrt(S), then S grows by (eta · gradient)².

    Args:
        typing: Numba's.
        word: address of the word's row.
        context: address of the context's row.
        chunks: SIMD vectors in a row, its sums not counted.
        target: float32, what the product should be.
        weight: float32, of the pair.
        eta: float32, learning rate.

    Returns:
        e, float32, from before the step.
    """

    def generate(codegen: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, context, chunks, target, weight, eta = arguments
        simd = Simd(builder, LANES)
        size = I64(4 * LANES)
        sums = builder.mul(chunks, size)
        name = f"llvm.sqrt.v{LANES}f32"
        root = builder.module.globals.get(name) or ir.Function(
            builder.module, ir.FunctionType(simd.vector, [simd.vector]), name
        )

        def product(i: Any, total: Any) -> list[Any]:
            here = builder.mul(i, size)
            return [simd.fma(simd.load(builder.add(word, here)), simd.load(builder.add(context, here)), total)]

        (total,) = simd.loop(chunks, [simd.zero], product)
        error = builder.fsub(builder.extract_element(simd.sums([total])[0], ir.Constant(ir.IntType(32), 0)), target)
        slope = simd.splat_value(builder.fmul(eta, builder.fmul(weight, error)))

        def move(address: Any, value: Any, by: Any) -> None:
            """Step of the values at an address, where they are known, by so much before it is scaled."""
            squares = builder.add(address, sums)
            s = simd.load(squares)
            scaled = builder.fdiv(by, builder.call(root, [s], fastmath=_ESTIMATE), flags=_ESTIMATE)
            simd.store(builder.fsub(value, scaled), address)
            simd.store(simd.fma(by, by, s), squares)

        def update(i: Any) -> list[Any]:
            here = builder.mul(i, size)
            w_at, c_at = builder.add(word, here), builder.add(context, here)
            w, c = simd.load(w_at), simd.load(c_at)
            move(w_at, w, builder.fmul(slope, c))
            move(c_at, c, builder.fmul(slope, w))
            return []

        simd.loop(chunks, [], update)
        return error

    signature = types.float32(types.int64, types.int64, types.int64, types.float32, types.float32, types.float32)
    return signature, generate
