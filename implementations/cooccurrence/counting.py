"""Counts how often words stand near one another, with weights by distance, in bounded memory.

Pieces of the text become lists of pairs, one 64-bit number each; a list is sorted, equal pairs are summed and the
sorted run goes to disk; at the end the runs are merged. Everything is summed in whole units (see ``weights``), so the
result is the same for any number of threads and any limit of memory.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...datasets.corpus import MAX_SENTENCE, Corpus
from ...datasets.errors import InputError
from ..counter_random import Words, epoch_key
from .counts import Cooccurrences
from .parallel import in_threads
from .runs import PAIR_BYTES, WORD_BITS, Run, RunWriter, merge_all
from .spill import SpillFile
from .weights import DistanceWeights

_SUMMED = 1 << 16
"""Pairs summed between two writes."""


class Draws(NamedTuple):
    """Subsampling as word2vec's trainers draw it: in each epoch anew, before windows are laid.

    Attributes:
        keep: uint32 (n_words,), see ``subsampling.keep_thresholds``.
        seed: of the run.
        epochs: how often the text is gone through.
    """

    keep: Words
    seed: int
    epochs: int


class _Piece(NamedTuple):
    """Sentences ``first`` to ``last - 1`` of the corpus in an epoch."""

    epoch: int
    first: int
    last: int


def count_cooccurrences(
    corpus: Corpus,
    weights: DistanceWeights,
    *,
    symmetric: bool = True,
    draws: Draws | None = None,
    threads: int = 1,
    memory: int = 256 << 20,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Cooccurrences:
    """Count the pairs of words within a window of one another in the same sentence.

    Args:
        corpus: the encoded text.
        weights: what a pair counts at each distance, and the size of the window.
        symmetric: count both words as the other's context; else each word has those behind it.
        draws: drop frequent words at random first, in several epochs; None counts the whole text once.
        threads: threads that count.
        memory: bytes for lists of pairs, roughly; the longest sentence's list must fit.
        progress: told of the fraction that is done.

    Raises:
        InputError: more words than a pair's number can hold, or a full disk.
    """
    n_words = len(corpus.vocabulary)
    if n_words >= 1 << WORD_BITS:
        raise InputError(f"{n_words:,} words are too many to count pairs of; raise min_count")
    file = SpillFile()
    try:
        runs, kept = _count(corpus, weights, symmetric, draws, threads, memory, file, lambda f: progress(0.8 * f))
        if not runs:
            runs = [RunWriter(file, 0).run]
        file, run = merge_all(file, runs, memory, lambda f: progress(0.8 + 0.2 * f))
    except BaseException:
        file.close()
        raise
    progress(1.0)
    return Cooccurrences(n_words, symmetric, weights.scale, kept, file, run)


def _count(
    corpus: Corpus,
    weights: DistanceWeights,
    symmetric: bool,
    draws: Draws | None,
    threads: int,
    memory: int,
    file: SpillFile,
    progress: Callable[[float], None],
) -> tuple[list[Run], int]:
    """A sorted run of each piece of the text, and the words that were counted."""
    from .kernels import collect

    window = weights.window
    longest = int(np.diff(corpus.offsets).max(initial=0))
    each = max(memory // threads, 1 << 16)
    pairs = max((each - 2 * PAIR_BYTES * _SUMMED) // 8, each // 16, longest * window)
    epochs = 1 if draws is None else draws.epochs
    pieces = _pieces(corpus, epochs, min(pairs // window, -(-corpus.n_tokens * epochs // threads)))
    pairs = min(pairs, max(int(corpus.offsets[p.last] - corpus.offsets[p.first]) for p in pieces) * window)
    summed = min(_SUMMED, pairs // 2 + 1)
    keep = np.empty(0, np.uint32) if draws is None else draws.keep
    keys = [epoch_key(0 if draws is None else draws.seed, epoch) for epoch in range(epochs)]
    rooms: SimpleQueue[_Room] = SimpleQueue()
    for _ in range(threads):
        rooms.put(_Room(pairs, summed))

    def count(piece: _Piece) -> tuple[Run, int, int]:
        bounds = np.array(corpus.offsets[piece.first : piece.last + 1], np.int64)
        tokens = np.array(corpus.tokens[bounds[0] : bounds[-1]], np.int32)
        corpus.release(piece.first, piece.last)
        bounds -= bounds[0]
        a, b = (np.uint32(word) for word in keys[piece.epoch])
        room = rooms.get()
        try:
            m, kept = collect(tokens, bounds, piece.first, window, symmetric, keep, a, b, room.words, room.events)
            return _sum_up(room.events[:m], weights.units, room, file), kept, len(tokens)
        finally:
            rooms.put(room)  # another thread may be waiting for it, also where this one fails

    runs, kept, done = [], 0, 0
    for run, words, tokens in in_threads(count, pieces, threads):
        if run.pairs:
            runs.append(run)
        kept += words
        done += tokens
        progress(done / (epochs * corpus.n_tokens))
    return runs, kept


class _Room:
    """A thread's own arrays."""

    def __init__(self, pairs: int, summed: int) -> None:
        self.words = np.empty(MAX_SENTENCE, np.int32)
        self.events = np.empty(pairs, np.uint64)
        self.keys = np.empty(summed, np.uint64)
        self.sums = np.empty(summed, np.int64)


def _sum_up(events: NDArray[np.uint64], units: NDArray[np.int64], room: _Room, file: SpillFile) -> Run:
    """Sort the events, sum up equal pairs and write them as a run."""
    from .kernels import combine, count_distinct

    events.sort()
    writer = RunWriter(file, count_distinct(events))
    at = 0
    while at < len(events):
        at, n = combine(events, at, units, room.keys, room.sums)
        writer.write(room.keys[:n], room.sums[:n])
    return writer.run


def _pieces(corpus: Corpus, epochs: int, tokens: int) -> Sequence[_Piece]:
    """Whole sentences, about ``tokens`` words at most in each piece, at least one sentence."""
    offsets, n = corpus.offsets, corpus.n_sentences
    cuts = [0]
    while cuts[-1] < n:
        furthest = int(np.searchsorted(offsets, offsets[cuts[-1]] + tokens, side="right")) - 1
        cuts.append(max(cuts[-1] + 1, furthest))
    return [_Piece(epoch, first, last) for epoch in range(epochs) for first, last in pairwise(cuts)]


def compile_counting() -> None:
    """Compile every kernel by counting a text of three words, twice over so that there is something to merge."""
    from ...datasets.vocabulary import Vocabulary

    text = Corpus(
        "", "", 1, Vocabulary(["a", "b"], np.array([4, 2], np.int64)), np.array([0, 1, 0] * 2, np.int32),
        np.array([0, 3, 6], np.int64), 6, 2,
    )  # fmt: skip
    weights = DistanceWeights(np.array([0, 1], np.int64), 1)
    draws = Draws(np.full(2, 0xFFFFFFFF, np.uint32), 0, 2)
    for counted in (None, draws):
        with count_cooccurrences(text, weights, draws=counted) as counts:
            for _ in counts.chunks(1):
                pass
