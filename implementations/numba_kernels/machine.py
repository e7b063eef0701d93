"""Two machine instructions that Numba has no word for."""

from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .simd import I32, I64


@intrinsic
def atomic_add(typing, address, amount):  # type: ignore[no-untyped-def]
    """Add to the 64-bit integer at an address, whatever other threads do; returns what it was before."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        address, amount = arguments
        return builder.atomic_rmw("add", builder.inttoptr(address, I64.as_pointer()), amount, "monotonic")

    return types.int64(types.int64, types.int64), generate


@cache
def make_prefetch(row_bytes: int) -> Any:
    """``prefetch(address)``: bring a row of so many bytes into the cache, to be written."""

    @intrinsic
    def prefetch(typing, row):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            byte, name = ir.IntType(8).as_pointer(), "llvm.prefetch.p0"
            function = builder.module.globals.get(name) or ir.Function(
                builder.module, ir.FunctionType(ir.VoidType(), [byte, I32, I32, I32]), name
            )
            for line in range(0, row_bytes, 64):
                place = builder.inttoptr(builder.add(arguments[0], I64(line)), byte)
                builder.call(function, [place, I32(1), I32(3), I32(1)])
            return context.get_dummy_value()

        return types.void(types.int64), generate

    return prefetch
