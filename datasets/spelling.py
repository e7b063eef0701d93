"""The compiled kernel that turns token ids back into text."""

import numpy as np
from numpy.typing import NDArray

from .jit import compiled


@compiled
def spell(
    tokens: NDArray[np.int32],
    first: int,
    offsets: NDArray[np.int64],
    sentence: int,
    letters: NDArray[np.uint8],
    starts: NDArray[np.int64],
    out: NDArray[np.uint8],
) -> int:
    """Write the words of ``tokens``, each followed by a space, or by a newline where its sentence ends.

    Args:
        tokens: a block of the corpus, whose first token has position ``first`` in it.
        first: see there.
        offsets: (n_sentences + 1,), the corpus's.
        sentence: the first index into ``offsets`` that is greater than ``first``.
        letters: the words one behind the other; word i is ``letters[starts[i]:starts[i + 1]]``.
        starts: see there.
        out: room for the text.

    Returns:
        ``sentence`` for the next block.
    """
    at = 0
    for i in range(len(tokens)):
        word = tokens[i]
        for k in range(starts[word], starts[word + 1]):
            out[at] = letters[k]
            at += 1
        if first + i + 1 == offsets[sentence]:
            out[at] = 10
            sentence += 1
        else:
            out[at] = 32
        at += 1
    return sentence
