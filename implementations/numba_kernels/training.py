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
    width, padded, row, single = shape.width, shape.padded_width, shape.row, shape.blocks == 1

    def train(contexts, m, outputs, blocks, kinds, PQ, room):  # type: ignore[no-untyped-def]
        G = room.G.ctypes.data
        if single:
            logits(contexts, m, outputs, G)
            gradient(G, m, kinds, PQ)
            step(contexts, m, outputs, G)
            return
        block_bytes, table_bytes = 4 * padded * m, 8 * width
        for block in range(blocks):
            logits(contexts, m, outputs + table_bytes * block, G + block_bytes * block)
            gradient(G + block_bytes * block, m, kinds, PQ + 4 * padded * block)
        D, apart = room.D.ctypes.data, blocks - 1 if distinct else blocks
        room.D[: m * row] = 0
        # Every block needs the old inputs, and the old outputs too where blocks may share one.
        for block in range(apart):
            input_step(D, m, outputs + table_bytes * block, G + block_bytes * block)
        for block in range(apart):
            output_step(contexts, m, outputs + table_bytes * block, G + block_bytes * block)
        if distinct:
            step(contexts, m, outputs + table_bytes * apart, G + block_bytes * apart)
        add(contexts, m, D)

    return inlined(train)
