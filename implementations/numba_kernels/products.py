"""The three products of an update unit, for rows of one length and a fixed number of outputs.

An update unit (see ``examples``) has m inputs X, ``width`` outputs T and S centres:

    logits     Z = X Tᵀ             dots of every input with every output
    gradient   G = P - Q ∘ σ(Z)     the learning rate is a factor of P and Q
    step       X += G T,  T += Gᵀ X  both from the old X and T

Few rows of P and Q differ within a unit (one for each set of centres that an input is near), so each input names its
row by an offset. The step walks the rows in chunks of one vector: a chunk of Gᵀ X, all outputs, stays in registers
over all inputs.

Inputs and outputs are found through tables of addresses. Z and G share one array with rows of ``padded_width`` floats.
"""

from typing import Any, Literal, NamedTuple

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .simd import I32, I64, Simd, Value


class Shape(NamedTuple):
    """What the products are generated for.

    Attributes:
        lanes: floats in a vector.
        chunks: vectors in a row.
        width: outputs that one call handles.
        blocks: calls that a unit's outputs take; rows of P and Q hold all of them.
    """

    lanes: int
    chunks: int
    width: int
    blocks: int = 1

    @property
    def row(self) -> int:
        """Floats in an input or output vector, padding included."""
        return self.lanes * self.chunks

    @property
    def padded_width(self) -> int:
        """Floats in a row of Z and G."""
        return -(-self.width // self.lanes) * self.lanes

    @property
    def weights(self) -> int:
        """Floats in a row of P, and in a row of Q."""
        return self.padded_width * self.blocks


class Products(NamedTuple):
    """Intrinsics for one shape; every argument is an int64, addresses mostly."""

    logits: Any
    """(input table, m, output table, Z)"""
    gradient: Any
    """(Z, m, offsets, PQ): Z becomes G. Input j's rows of P and Q stand at PQ + offsets[j] (int32), in that order."""
    step: Any
    """(input table, m, output table, G): both sides in place."""
    input_step: Any
    """(D, m, output table, G): adds G T to the rows of D, one an input."""
    output_step: Any
    """(input table, m, output table, G): outputs in place."""
    add: Any
    """(row table, m, D): adds the rows of D, one a row of the table."""
    step_apart: Any
    """(input table, m, output table, G, D): outputs in place; what the inputs would gain goes into the rows of D."""
    step_further: Any
    """The same, added to the rows of D."""
    scale: Any
    """(row, number as float32): multiplies the row."""


def make_products(shape: Shape) -> Products:
    """Generate the intrinsics; they are compiled with the kernel that calls them."""
    return Products(
        _logits(shape),
        _gradient(shape),
        _step(shape, inputs_too=True, outputs_too=True),
        _step(shape, inputs_too=True, outputs_too=False),
        _step(shape, inputs_too=False, outputs_too=True),
        _add(shape),
        _step(shape, inputs_too=True, outputs_too=True, apart="write"),
        _step(shape, inputs_too=True, outputs_too=True, apart="add"),
        _scale(shape),
    )


def _logits(shape: Shape) -> Any:
    # Two inputs share the loads of the outputs where all sums, both inputs and an output fit the registers.
    registers = 32 if shape.lanes == 16 else 16
    paired = 2 * shape.width + 3 <= registers

    @intrinsic
    def logits(typing, inputs, m, outputs, Z):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            inputs, m, outputs, Z = arguments
            simd = Simd(builder, shape.lanes)
            columns = [simd.word(outputs, I64(k)) for k in range(shape.width)]

            def rows(first: Value, n: int, carried: list[Value]) -> list[Value]:
                addresses = [simd.word(inputs, builder.add(first, I64(j))) for j in range(n)]

                def chunk(c: Value, *sums: Value) -> list[Value]:
                    offset = builder.mul(c, I64(4 * shape.lanes))
                    xs = [simd.load(builder.add(row, offset)) for row in addresses]
                    new = list(sums)
                    for k, column in enumerate(columns):
                        t = simd.load(builder.add(column, offset))
                        for j, x in enumerate(xs):
                            new[j * shape.width + k] = simd.fma(x, t, new[j * shape.width + k])
                    return new

                sums = simd.loop(I64(shape.chunks), [simd.zero] * (n * shape.width), chunk)
                for j in range(n):
                    row = builder.add(Z, builder.mul(builder.add(first, I64(j)), I64(4 * shape.padded_width)))
                    for v, packed in enumerate(simd.sums(sums[j * shape.width : (j + 1) * shape.width])):
                        simd.store(packed, builder.add(row, I64(4 * shape.lanes * v)))
                return carried

            if paired:
                two_by_two(simd, m, [], rows)
            else:
                simd.loop(m, [], lambda i: rows(i, 1, []))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 4), generate

    return logits


def _gradient(shape: Shape) -> Any:
    @intrinsic
    def gradient(typing, Z, m, offsets, PQ):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            Z, m, offsets, PQ = arguments
            simd, row_bytes = Simd(builder, shape.lanes), 4 * shape.padded_width

            def row(j: Value) -> list[Value]:
                offset = builder.load(simd.pointer(builder.add(offsets, builder.shl(j, I64(2))), I32))
                P = builder.add(PQ, builder.sext(offset, I64))
                for v in range(shape.padded_width // shape.lanes):
                    z = builder.add(Z, builder.add(builder.mul(j, I64(row_bytes)), I64(4 * shape.lanes * v)))
                    p = simd.load(builder.add(P, I64(4 * shape.lanes * v)))
                    q = simd.load(builder.add(P, I64(4 * shape.weights + 4 * shape.lanes * v)))
                    loss = builder.fmul(q, simd.sigmoid(simd.load(z)), flags=("contract",))
                    simd.store(builder.fsub(p, loss, flags=("contract",)), z)
                return []

            simd.loop(m, [], row)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 4), generate

    return gradient


def _step(shape: Shape, *, inputs_too: bool, outputs_too: bool, apart: Literal["", "write", "add"] = "") -> Any:
    """The step of both sides or of one; where the outputs stay, the inputs are found one after the other.

    ``apart`` leaves the inputs as they are and writes their steps elsewhere, or adds them to what is there.
    """

    def generator(typing, inputs, m, outputs, G, *D):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            inputs, m, outputs, G, *D = arguments
            simd = Simd(builder, shape.lanes)
            columns = [simd.word(outputs, I64(k)) for k in range(shape.width)]

            def chunk(c: Value) -> list[Value]:
                offset = builder.mul(c, I64(4 * shape.lanes))

                def rows(first: Value, n: int, sums: list[Value]) -> list[Value]:
                    """Step n inputs at once, so that a chunk of an output is read once for all of them."""
                    indices = [builder.add(first, I64(j)) for j in range(n)]
                    if outputs_too:
                        places = [builder.add(simd.word(inputs, index), offset) for index in indices]
                    else:
                        begins = [builder.add(inputs, builder.mul(index, I64(4 * shape.row))) for index in indices]
                        places = [builder.add(begin, offset) for begin in begins]
                    news = xs = [simd.load(place) for place in places]
                    if apart:
                        begins = [builder.add(D[0], builder.mul(index, I64(4 * shape.row))) for index in indices]
                        places = [builder.add(begin, offset) for begin in begins]
                        news = [simd.load(place) for place in places] if apart == "add" else [simd.zero] * n
                    gradients = [builder.add(G, builder.mul(index, I64(4 * shape.padded_width))) for index in indices]
                    for k, column in enumerate(columns):
                        gs = [simd.broadcast(builder.add(row, I64(4 * k))) for row in gradients]
                        if outputs_too:
                            for g, x in zip(gs, xs, strict=True):
                                sums[k] = simd.fma(g, x, sums[k])
                        if inputs_too:
                            t = simd.load(builder.add(column, offset))
                            news = [simd.fma(g, t, new) for g, new in zip(gs, news, strict=True)]
                    if inputs_too:
                        for new, place in zip(news, places, strict=True):
                            simd.store(new, place)
                    return sums

                start = [simd.zero] * shape.width if outputs_too else []
                sums = two_by_two(simd, m, start, rows)
                if outputs_too:
                    for column, total in zip(columns, sums, strict=True):
                        # Read again: an output that stands twice in the unit gets both steps.
                        place = builder.add(column, offset)
                        simd.store(builder.fadd(simd.load(place), total), place)
                return []

            simd.loop(I64(shape.chunks), [], chunk)
            return context.get_dummy_value()

        return types.void(*[types.int64] * (5 if apart else 4)), generate

    if apart:

        @intrinsic
        def step_apart(typing, inputs, m, outputs, G, D):  # type: ignore[no-untyped-def]
            return generator(typing, inputs, m, outputs, G, D)  # type: ignore[no-untyped-call]

        return step_apart

    @intrinsic
    def step(typing, inputs, m, outputs, G):  # type: ignore[no-untyped-def]
        return generator(typing, inputs, m, outputs, G)  # type: ignore[no-untyped-call]

    return step


def _add(shape: Shape) -> Any:
    row_bytes, vector_bytes, chunks = 4 * shape.row, 4 * shape.lanes, I64(shape.chunks)

    @intrinsic
    def add(typing, table, m, D):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            table, m, D = arguments
            simd = Simd(builder, shape.lanes)

            def row(j: Value) -> list[Value]:
                target, source = simd.word(table, j), builder.add(D, builder.mul(j, I64(row_bytes)))

                def chunk(c: Value) -> list[Value]:
                    offset = builder.mul(c, I64(vector_bytes))
                    place = builder.add(target, offset)
                    simd.store(builder.fadd(simd.load(place), simd.load(builder.add(source, offset))), place)
                    return []

                simd.loop(chunks, [], chunk)
                return []

            simd.loop(m, [], row)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 3), generate

    return add


def _scale(shape: Shape) -> Any:
    vector_bytes, chunks = 4 * shape.lanes, I64(shape.chunks)

    @intrinsic
    def scale(typing, row, factor):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            row, factor = arguments
            simd = Simd(builder, shape.lanes)
            factors = simd.splat_value(factor)

            def chunk(c: Value) -> list[Value]:
                place = builder.add(row, builder.mul(c, I64(vector_bytes)))
                simd.store(builder.fmul(simd.load(place), factors), place)
                return []

            simd.loop(chunks, [], chunk)
            return context.get_dummy_value()

        return types.void(types.int64, types.float32), generate

    return scale


def two_by_two(simd: Simd, m: Value, start: list[Value], rows: Any) -> list[Value]:
    """Run ``rows(first, n, carried)`` over m rows, two at a time and then one."""
    b = simd.b
    pairs = b.lshr(m, I64(1))
    before, paired = b.block, b.append_basic_block("pairs")
    odd, after = b.append_basic_block("odd"), b.append_basic_block("rest")
    single = b.append_basic_block("single")
    b.cbranch(b.icmp_unsigned(">", pairs, I64(0)), paired, odd)
    b.position_at_end(paired)
    carried = simd.loop(pairs, start, lambda i, *c: rows(b.shl(i, I64(1)), 2, list(c)))
    from_pairs = b.block
    b.branch(odd)
    b.position_at_end(odd)
    so_far = []
    for first, later in zip(start, carried, strict=True):
        phi = b.phi(first.type)
        phi.add_incoming(first, before)
        phi.add_incoming(later, from_pairs)
        so_far.append(phi)
    b.cbranch(b.trunc(m, ir.IntType(1)), single, after)
    b.position_at_end(single)
    last = rows(b.sub(m, I64(1)), 1, list(so_far))
    from_single = b.block
    b.branch(after)
    b.position_at_end(after)
    results = []
    for early, late in zip(so_far, last, strict=True):
        phi = b.phi(early.type)
        phi.add_incoming(early, odd)
        phi.add_incoming(late, from_single)
        results.append(phi)
    return results
