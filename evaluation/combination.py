"""Which vectors stand for a word: its input vector, its output vector, their mean, or both side by side.

word2vec keeps the input vectors and throws the output vectors away. Mean and concatenation are among the choices that
Levy, Goldberg & Dagan (2015, "Improving Distributional Similarity with Lessons Learned from Word Embeddings") compare
as w + c; the cosine of means adds to the similarity of words that are alike that of words that occur together. A
concatenation keeps the two apart: its dot products are sums of the inputs' and of the outputs'.
"""

from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError
from .embeddings import Embeddings, read_embeddings

Which = Literal["input", "output", "mean", "concatenation"]

OUTPUT_VECTORS = "output-vectors.bin"
"""Where a run keeps its output vectors, beside ``vectors.bin``."""

_BLOCK = 8192


def combine(input: Embeddings, output: Embeddings, which: Which, *, normalise: bool = False) -> Embeddings:
    """The vectors that stand for words.

    Args:
        input: the input vectors.
        output: the output vectors, of the same words in any order.
        which: of the two, or how to join them.
        normalise: scale each input and each output vector to length 1 first, so that the longer of the two does not
            outweigh the other in a mean or a concatenation; zero vectors stay zero.

    Returns:
        Words and counts as in ``input``; float32 (n_words, dim), twice as wide for a concatenation.

    Raises:
        InputError: ``which`` is unknown, the words differ, or a mean is asked of different dimensions.
    """
    if which not in get_args(Which):
        raise InputError(f"there are no {which!r} vectors; choose {', '.join(get_args(Which))}")
    if which == "input":
        return _of(input, _prepared(input, normalise)) if normalise else input
    row = {word: i for i, word in enumerate(output.words)}
    if len(row) != len(input) or any(word not in row for word in input.words):
        raise InputError(
            f"input and output vectors are of different words ({len(input)} and {len(output)}); give the two of one run"
        )
    second = _prepared(output, normalise)[[row[word] for word in input.words]]
    if which == "output":
        return _of(input, second)
    first = _prepared(input, normalise)
    if which == "concatenation":
        return _of(input, np.concatenate([first, second], axis=1))
    if input.dim != output.dim:
        raise InputError(f"input vectors of {input.dim} numbers and output vectors of {output.dim} have no mean")
    return _of(input, (first + second) * np.float32(0.5))


def read_which(
    path: Path | str,
    which: Which,
    *,
    normalise: bool = False,
    output: Path | str | None = None,
    duplicates: Literal["error", "first"] = "error",
    limit: int | None = None,
) -> Embeddings:
    """Read a file of input vectors and, where they are needed, the output vectors beside it.

    Args:
        path: of the input vectors.
        which: as for ``combine``.
        normalise: as for ``combine``.
        output: of the output vectors; ``output-vectors.bin`` in the same folder where None.
        duplicates: as for ``read_embeddings``.
        limit: as for ``read_embeddings``. Joined and scaled vectors are held in memory.

    Raises:
        InputError: there are no output vectors, or what ``combine`` and ``read_embeddings`` raise.
    """
    path = Path(path)
    first = read_embeddings(path, duplicates=duplicates, limit=limit)
    if which == "input":
        return combine(first, first, which, normalise=normalise)
    beside = path.with_name(OUTPUT_VECTORS) if output is None else Path(output)
    if not beside.is_file():
        raise InputError(
            f"{beside} does not exist, and {which} vectors need the output vectors: train with negative sampling and "
            "--save-vectors, by an implementation that gives them"
        )
    return combine(first, read_embeddings(beside, duplicates=duplicates, limit=limit), which, normalise=normalise)


def _prepared(embeddings: Embeddings, normalise: bool) -> NDArray[np.float32]:
    if not normalise:
        return embeddings.vectors
    lengths = np.where(embeddings.norms > 0, embeddings.norms, 1)
    unit = np.empty(embeddings.vectors.shape, dtype=np.float32)
    for start in range(0, len(unit), _BLOCK):
        block = slice(start, start + _BLOCK)
        unit[block] = embeddings.vectors[block] / lengths[block, None]
    return unit


def _of(input: Embeddings, vectors: NDArray[np.float32]) -> Embeddings:
    return Embeddings(input.words, vectors, input.counts)
