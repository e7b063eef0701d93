"""What a worker thread is given: the corpus and the model, shared, and room of its own."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...datasets.corpus import MAX_SENTENCE, Corpus
from ..counter_random import epoch_key
from ..huffman import HuffmanTree, huffman_tree
from ..hyperparameters import Hyperparameters
from ..noise import alias_table, noise_weights
from ..schedule import initial_vectors
from ..subsampling import expected_kept, keep_thresholds
from .layout import WindowTable, is_tabulated, window_table
from .products import Shape

NEXT, STOP, END, FIRST_THREAD, PER_THREAD = 0, 8, 9, 16, 16
"""Places in ``Job.shared``: the next sentence to take; the flag to stop and the sentence to end before, which are only
read; then each thread's kept and seen words. They lie on cache lines of their own."""


class Job(NamedTuple):
    """Shared by all threads.

    Attributes:
        tokens, offsets: the corpus.
        keep: uint32 (n_words,), thresholds of subsampling.
        keys_a, keys_b: uint32 (epochs,), key words of each epoch.
        noise: uint64 (n_words,), alias table, the threshold in the upper and the alias in the lower half.
        path_offsets, path_nodes, path_codes: the Huffman tree.
        inputs, outputs: float32 (n_words, row), (n_outputs + 1, row); the last output row stays zero.
        alpha, min_alpha: learning rate at the start and at the end.
        shared: int64, see ``NEXT``.
    """

    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    keep: NDArray[np.uint32]
    keys_a: NDArray[np.uint32]
    keys_b: NDArray[np.uint32]
    noise: NDArray[np.uint64]
    path_offsets: NDArray[np.int64]
    path_nodes: NDArray[np.int32]
    path_codes: NDArray[np.uint8]
    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]
    alpha: float
    min_alpha: float
    shared: NDArray[np.int64]


class Room(NamedTuple):
    """A thread's own arrays for one sentence and one unit.

    Attributes:
        numbers, words, positions, reach, repeat: a sentence's, (MAX_SENTENCE,).
        noise: int32 (negative, MAX_SENTENCE), a sentence's noise words.
        addresses: int64 (MAX_SENTENCE + 1,), addresses of a sentence's input rows.
        around: the same with the words before the centre moved up by one, onto its place, so that a single centre's
            context words lie together; it takes one move a centre.
        output: int64, tables of the addresses of the output rows.
        context, kind, merged: a unit's inputs: addresses, offsets of their weights, words.
        same: int32, offsets for inputs that are all of kind 1.
        left, right, kinds: the table of windows, kinds as offsets.
        PQ: float32, rows of P and Q.
        G: float32, logits and gradients.
        D: float32, rows of inputs to come.
        H: float32, hidden vectors of CBOW.
        hidden: int64 (centres,), their addresses.
        single: int32 (centres,), offsets for hidden vectors: each belongs to one centre.
        shares: float32 (2 ** centres, centres), 1 where a kind of input belongs to a centre's window.
        top, met: float32, the thread's copy of the top of the tree, and that copy when it met the shared rows.
        visits: float32, share of the centres whose path goes through each of these rows.
        others: float32 (1,), other threads.
        energy: float32 (1,), mean of an input's |x|².
        since: int64 (2,), centres and inputs since the meeting.
        own_in, own_out: float32, the thread's copies of the most frequent words' rows.
        met_in, met_out: float32, those copies when they met the shared rows.
        meetings: int64 (3,), words since the last meeting, meetings so far, and words from one to the next.
    """

    numbers: NDArray[np.uint32]
    words: NDArray[np.int32]
    positions: NDArray[np.int32]
    reach: NDArray[np.int32]
    repeat: NDArray[np.int32]
    noise: NDArray[np.int32]
    addresses: NDArray[np.int64]
    around: NDArray[np.int64]
    output: NDArray[np.int64]
    context: NDArray[np.int64]
    kind: NDArray[np.int32]
    merged: NDArray[np.int32]
    same: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    kinds: NDArray[np.int32]
    PQ: NDArray[np.float32]
    G: NDArray[np.float32]
    D: NDArray[np.float32]
    H: NDArray[np.float32]
    hidden: NDArray[np.int64]
    single: NDArray[np.int32]
    shares: NDArray[np.float32]
    top: NDArray[np.float32]
    met: NDArray[np.float32]
    visits: NDArray[np.float32]
    others: NDArray[np.float32]
    energy: NDArray[np.float32]
    since: NDArray[np.int64]
    own_in: NDArray[np.float32]
    own_out: NDArray[np.float32]
    met_in: NDArray[np.float32]
    met_out: NDArray[np.float32]
    meetings: NDArray[np.int64]


def make_job(corpus: Corpus, hyperparameters: Hyperparameters, seed: int, row: int) -> Job:
    """Everything that the threads share but the vectors: one row stands in for them; ``row`` is its padded length."""
    counts, epochs = corpus.vocabulary.counts, hyperparameters.epochs
    hs = hyperparameters.loss == "hs"
    no_tree = HuffmanTree(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8))
    tree = huffman_tree(counts) if hs else no_tree
    noise = np.zeros(1, np.uint64) if hs else _packed_noise(counts, hyperparameters.ns_exponent)
    keys = np.array([epoch_key(seed, epoch) for epoch in range(epochs)], np.uint32)
    return Job(
        tokens=np.asarray(corpus.tokens),
        offsets=np.asarray(corpus.offsets, np.int64),
        keep=keep_thresholds(counts, hyperparameters.sample),
        keys_a=np.ascontiguousarray(keys[:, 0]),
        keys_b=np.ascontiguousarray(keys[:, 1]),
        noise=noise,
        path_offsets=tree.offsets,
        path_nodes=tree.nodes,
        path_codes=tree.codes,
        inputs=aligned((1, row)),
        outputs=aligned((1, row)),
        alpha=hyperparameters.alpha,
        min_alpha=hyperparameters.min_alpha,
        shared=np.zeros(FIRST_THREAD, np.int64),
    )


def with_vectors(job: Job, n_words: int, hyperparameters: Hyperparameters, seed: int) -> Job:
    """The same job with the vectors as they are before training."""
    row, size = job.inputs.shape[1], hyperparameters.vector_size
    inputs = aligned((n_words, row))
    initial_vectors(n_words, size, seed, out=inputs[:, :size])
    return job._replace(inputs=inputs, outputs=aligned((n_words + (hyperparameters.loss == "ns"), row)))


def top_visits(job: Job, counts: NDArray[np.int64], top: int) -> NDArray[np.float32]:
    """Share of the centres whose path goes through each of the last ``top`` inner nodes, float32 (top,)."""
    kept = expected_kept(counts, job.keep)
    weights = np.repeat(kept / kept.sum(), np.diff(job.path_offsets))
    visits = np.bincount(job.path_nodes, weights, len(counts) - 1)
    return visits[len(visits) - top :].astype(np.float32)


def with_threads(job: Job, threads: int) -> Job:
    """The same job from its beginning, counted for so many threads."""
    return job._replace(shared=np.zeros(FIRST_THREAD + PER_THREAD * threads, np.int64))


def make_room(
    shape: Shape,
    hyperparameters: Hyperparameters,
    centres: int,
    longest_path: int,
    threads: int,
    visits: NDArray[np.float32],
    hot: int,
    period: int,
) -> Room:
    """Room for units of so many centres; ``longest_path`` is 0 without a tree, ``visits`` those of its top.

    The thread has copies of the first ``hot`` words' rows, which meet after ``period`` words.
    """
    n, window = MAX_SENTENCE, hyperparameters.window
    negative = hyperparameters.negative if hyperparameters.loss == "ns" else 0
    inputs, weights = 2 * window + centres, shape.weights
    units = 1 if longest_path else -(-n // centres)
    tabulated = centres > 1 and is_tabulated(window, centres)
    table = window_table(window, centres) if tabulated else WindowTable(*[np.zeros((1, 1), np.int32)] * 3)

    H = aligned((centres * shape.row,))
    # A kind's offset: of its weights, or of its shares where the inputs are only summed.
    kind_bytes = 4 * centres if hyperparameters.model == "cbow" else 8 * weights

    def copies(n: int) -> NDArray[np.float32]:
        return aligned((max(n, 1) * shape.row,))

    def whole(*sizes: int, of: Any = np.int32) -> NDArray[Any]:
        return np.zeros(sizes, of)

    return Room(
        numbers=whole(n, of=np.uint32),
        words=whole(n),
        positions=whole(n),
        reach=whole(n),
        repeat=whole(n),
        noise=whole(negative, n),
        addresses=whole(n + 1, of=np.int64),
        around=whole(n + 1, of=np.int64),
        output=whole(units * shape.width * shape.blocks, of=np.int64),
        context=whole(2 * window * centres + centres, of=np.int64),
        kind=whole(inputs),
        merged=whole(inputs),
        same=np.full(inputs, kind_bytes, np.int32),
        left=table.left.ravel(),
        right=table.right.ravel(),
        kinds=table.kinds.ravel() * np.int32(kind_bytes),
        PQ=aligned(((2 * (1 << centres) + inputs) * 2 * weights,)),
        G=aligned((inputs * weights,)),
        D=aligned((inputs * shape.row,)),
        H=H,
        hidden=H.ctypes.data + 4 * shape.row * np.arange(centres, dtype=np.int64),
        single=(8 * weights << np.arange(centres)).astype(np.int32),
        shares=(np.arange(1 << centres)[:, None] >> np.arange(centres) & 1).astype(np.float32),
        top=copies(len(visits)),
        met=copies(len(visits)),
        visits=visits,
        others=np.full(1, threads - 1, np.float32),
        energy=whole(1, of=np.float32),
        since=whole(2, of=np.int64),
        own_in=copies(hot),
        met_in=copies(hot),
        own_out=copies(0 if longest_path else hot),
        met_out=copies(0 if longest_path else hot),
        meetings=np.array([0, 0, period]),
    )


def aligned(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Zeros that begin on a cache line."""
    size = int(np.prod(shape))
    raw = np.zeros(size + 16, np.float32)
    start = -raw.ctypes.data // 4 % 16
    return raw[start : start + size].reshape(shape)


def _packed_noise(counts: NDArray[np.int64], exponent: float) -> NDArray[np.uint64]:
    table = alias_table(noise_weights(counts, exponent))
    return table.threshold.astype(np.uint64) << np.uint64(32) | table.alias.astype(np.uint64)
