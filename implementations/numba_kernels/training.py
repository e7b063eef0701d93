"""One update unit, start to end, as a compiled function for one shape."""

from typing import Any

from .compiling import inlined
from .products import Shape, make_products


def make_train(shape: Shape, *, distinct: bool) -> Any:
    """``train(contexts, m, outputs, blocks, kinds, PQ, room)``; all but the room are addresses and numbers.

    ``distinct`` promises that no output stands twice in a unit.
    """
    products = make_products(shape)
    logits, gradient, step = products.logits, products.gradient, products.step
    input_step, output_step, add = products.input_step, products.output_step, products.add
    step_apart, step_further = products.step_apart, products.step_further
    width, padded, row, single = shape.width, shape.padded_width, shape.row, shape.blocks == 1

    def train(contexts, m, outputs, blocks, kinds, PQ, room):  # type: ignore[no-untyped-def]
        G = room.G.ctypes.data
        if single:
            logits(contexts, m, outputs, G)
            gradient(G, m, kinds, PQ)
            step(contexts, m, outputs, G)
            return
        block_bytes, table_bytes = 4 * padded * m, 8 * width
        D = room.D.ctypes.data
        if distinct:
            # No other block changes this one's outputs, and the inputs wait until the last one.
            for block in range(blocks - 1):
                logits(contexts, m, outputs + table_bytes * block, G)
                gradient(G, m, kinds, PQ + 4 * padded * block)
                if block == 0:
                    step_apart(contexts, m, outputs, G, D)
                else:
                    step_further(contexts, m, outputs + table_bytes * block, G, D)
            last = blocks - 1
            logits(contexts, m, outputs + table_bytes * last, G)
            gradient(G, m, kinds, PQ + 4 * padded * last)
            step(contexts, m, outputs + table_bytes * last, G)
            if last:
                add(contexts, m, D)
            return
        for block in range(blocks):
            logits(contexts, m, outputs + table_bytes * block, G + block_bytes * block)
            gradient(G + block_bytes * block, m, kinds, PQ + 4 * padded * block)
        room.D[: m * row] = 0
        # Every block needs the old inputs, and the old outputs too, as blocks may share one.
        for block in range(blocks):
            input_step(D, m, outputs + table_bytes * block, G + block_bytes * block)
        for block in range(blocks):
            output_step(contexts, m, outputs + table_bytes * block, G + block_bytes * block)
        add(contexts, m, D)

    return inlined(train)
