"""CBOW's two sides: hidden vectors from the context words of adjacent centres, and their errors back to the words.

An input of a unit lies in the windows of one or more of its S centres; its kind says which (see ``layout``), and row
``kind`` of the shares K holds S floats, how much of the input each centre takes:

    gather     H = Kᵀ X
    scatter    X += K D

Words that adjacent windows have in common, most of them, are read and written once, not once for each centre. Chunks
of all S rows stay in registers while the inputs go by.
"""

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from .products import Shape
from .simd import I32, I64, Simd, Value


def make_hidden(shape: Shape, centres: int) -> tuple[Any, Any]:
    """The intrinsics ``gather(inputs, m, kinds, K, H)`` and ``scatter(inputs, m, kinds, K, D)``.

    All arguments are int64: the table of the inputs' addresses, their number, at least one, offsets of their rows of K
    (int32, in bytes), K, and the rows of H or D, one a centre.
    """
    registers = 32 if shape.lanes == 16 else 16
    largest = max(1, (registers - 1 - centres) // centres)
    groups = -(-shape.chunks // largest)
    size = -(-shape.chunks // groups)

    def in_groups(simd: Simd, body: Callable[[Value, int], None]) -> None:
        """Run ``body(offset, n)`` over the chunks, n at a time."""
        whole, rest = divmod(shape.chunks, size)

        def group(i: Value) -> list[Value]:
            body(simd.b.mul(i, I64(4 * shape.lanes * size)), size)
            return []

        simd.loop(I64(whole), [], group)
        if rest:
            body(I64(4 * shape.lanes * size * whole), rest)

    def shares(simd: Simd, kinds: Value, K: Value, j: Value) -> list[Value]:
        offset = simd.b.load(simd.pointer(simd.b.add(kinds, simd.b.shl(j, I64(2))), I32))
        row = simd.b.add(K, simd.b.sext(offset, I64))
        return [simd.broadcast(simd.b.add(row, I64(4 * c))) for c in range(centres)]

    def place(simd: Simd, row: Value, offset: Value, v: int) -> Value:
        return simd.b.add(row, simd.b.add(offset, I64(4 * shape.lanes * v)))

    @intrinsic
    def gather(typing, inputs, m, kinds, K, H):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            inputs, m, kinds, K, H = arguments
            simd = Simd(builder, shape.lanes)

            def body(offset: Value, n: int) -> None:
                def one(j: Value, *sums: Value) -> list[Value]:
                    row, parts = simd.word(inputs, j), shares(simd, kinds, K, j)
                    xs = [simd.load(place(simd, row, offset, v)) for v in range(n)]
                    return [simd.fma(parts[i // n], xs[i % n], total) for i, total in enumerate(sums)]

                sums = simd.loop(m, [simd.zero] * (centres * n), one)
                for i, total in enumerate(sums):
                    simd.store(total, place(simd, builder.add(H, I64(4 * shape.row * (i // n))), offset, i % n))

            in_groups(simd, body)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 5), generate

    @intrinsic
    def scatter(typing, inputs, m, kinds, K, D):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            inputs, m, kinds, K, D = arguments
            simd = Simd(builder, shape.lanes)

            def body(offset: Value, n: int) -> None:
                rows = [builder.add(D, I64(4 * shape.row * c)) for c in range(centres)]
                errors = [[simd.load(place(simd, row, offset, v)) for v in range(n)] for row in rows]

                def one(j: Value) -> list[Value]:
                    row, parts = simd.word(inputs, j), shares(simd, kinds, K, j)
                    for v in range(n):
                        x = simd.load(place(simd, row, offset, v))
                        for part, error in zip(parts, errors, strict=True):
                            x = simd.fma(part, error[v], x)
                        simd.store(x, place(simd, row, offset, v))
                    return []

                simd.loop(m, [], one)

            in_groups(simd, body)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 5), generate

    return gather, scatter
