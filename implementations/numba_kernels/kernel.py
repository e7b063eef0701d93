"""Chooses, compiles and runs the worker for a set of hyperparameters."""

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...datasets.corpus import Corpus
from ..examples import Sharing
from ..hyperparameters import Hyperparameters
from .compiler_memory import release_compiler
from .hot_rows import HOT, period_of
from .job import (
    END,
    FIRST_THREAD,
    NEXT,
    PER_THREAD,
    STOP,
    Job,
    make_job,
    make_room,
    top_visits,
    with_threads,
    with_vectors,
)
from .products import Shape
from .sentence import BLOCK
from .simd import native_lanes
from .template import Config, load_worker
from .treetop import TOP

WIDEST = 8
"""Outputs that the products handle at once: their sums fit 16 vector registers."""
POLL_SECONDS = 0.05


class Kernel:
    """A compiled worker with the vectors it trains.

    Args:
        corpus: what to train on.
        hyperparameters: model, loss and all numbers.
        sharing: how far noise words are shared.
        threads: worker threads.
        seed: of the examples and the first vectors.
        lanes: floats in a vector register; None takes the processor's.
    """

    def __init__(
        self,
        corpus: Corpus,
        hyperparameters: Hyperparameters,
        sharing: Sharing,
        threads: int,
        seed: int,
        lanes: int | None = None,
    ) -> None:
        h, lanes = hyperparameters, lanes or native_lanes()
        self._size = h.vector_size
        tree, cbow = h.loss == "hs", h.model == "cbow"
        chunks = -(-h.vector_size // lanes)
        job = make_job(corpus, h, seed, chunks * lanes)
        longest = int(np.diff(job.path_offsets).max()) if tree else 0
        centres = 1 if tree else max(1, sharing.centres)
        targets = longest or centres + h.negative
        width = WIDEST if tree else -(-targets // -(-targets // WIDEST))
        shape = Shape(lanes, chunks, width, -(-targets // width))
        pairs = sharing.centres == 0
        negative = 0 if tree else h.negative
        config = Config(shape, centres, negative, h.window, h.shrink_windows, tree and pairs and not cbow)
        # One thread trains the shared rows themselves, as the reference does.
        top = min(TOP, len(corpus.vocabulary) - 1) if tree and threads > 1 else 0
        visits = top_visits(job, corpus.vocabulary.counts, top) if top else np.zeros(0, np.float32)
        period = period_of(corpus.vocabulary.counts, job.keep, threads)
        hot = min(HOT, len(corpus.vocabulary)) if period else 0
        config = config._replace(top=top, hot=hot)
        if cbow:
            kernel, config = "cbow", config._replace(mean=h.cbow_mean, tree=tree)
        else:
            kernel = "path" if tree else "pair" if pairs else "window"
        self.own_words, self.own_nodes = hot, top
        """Most frequent words, and nodes at the top of the tree, of whose rows each thread trains a copy."""
        self._worker = load_worker(kernel, config)
        self._rooms = [make_room(shape, h, centres, longest, threads, visits, hot, period) for _ in range(threads)]
        self.compile_seconds = self._compile(with_threads(job, 1))
        # The compiler goes before the vectors come: both at once would be the peak of memory.
        release_compiler()
        self._job = with_threads(with_vectors(job, len(corpus.vocabulary), h, seed), threads)
        self._corpus = corpus
        self._total = h.epochs * corpus.n_tokens

    def _compile(self, idle: Job) -> float:
        """Compile the worker by running it on nothing; returns the seconds it took."""
        start = time.perf_counter()
        idle.shared[STOP] = 1
        self._worker(idle, 0, self._rooms[0])
        return time.perf_counter() - start

    def run(self, progress: Callable[[int, int], None], epoch_ended: Callable[[int], None] | None = None) -> int:
        """Train all epochs; returns the words left after subsampling. Interruption stops the threads first.

        Args:
            progress: told of the words done and in all.
            epoch_ended: called with the epochs done after each of them, without any thread; all have brought together
                what their copies had gained. None: threads go from one epoch into the next without waiting.
        """
        self._job.shared[:] = 0
        sentences, epochs = self._corpus.n_sentences, len(self._job.keys_a)
        if epoch_ended is None:
            self._train(0, epochs * sentences, progress)
        else:
            for epoch in range(epochs):
                self._train(epoch * sentences, (epoch + 1) * sentences, progress)
                epoch_ended(epoch + 1)
        return self._counted(0)

    def _train(self, first: int, end: int, progress: Callable[[int, int], None]) -> None:
        """Train the items ``first..end - 1``: sentences, counted over all epochs."""
        shared = self._job.shared
        shared[NEXT], shared[END], shared[STOP] = first, end, 0
        behind = first
        errors: list[BaseException] = []

        def work(thread: int) -> None:
            try:
                self._worker(self._job, thread, self._rooms[thread])
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(len(self._rooms))]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(POLL_SECONDS)
                    behind = self._release(behind, end)
                    progress(int(self._counted(1)), self._total)
        finally:
            shared[STOP] = 1
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]
        # The last thread may end between two looks.
        progress(self._counted(1), self._total)

    def _release(self, behind: int, end: int) -> int:
        """Give back the corpus that the threads have left behind them since item ``behind``; returns up to where."""
        epoch = self._corpus.n_sentences
        reached = max(behind, min(int(self._job.shared[NEXT]), end) - BLOCK * len(self._rooms))
        while behind < reached:
            first = behind % epoch
            last = min(epoch, first + reached - behind)
            self._corpus.release(first, last)
            behind += last - first
        return behind

    def _counted(self, which: int) -> int:
        return int(self._job.shared[FIRST_THREAD + which :: PER_THREAD].sum())

    def assembly(self) -> str:
        """Machine code of the worker, as text."""
        return "\n".join(self._worker.inspect_asm().values())

    @property
    def inputs(self) -> NDArray[np.float32]:
        """Input vectors, float32 (n_words, vector_size), a view."""
        return self._job.inputs[:, : self._size]

    @property
    def outputs(self) -> NDArray[np.float32]:
        """Output rows, float32, a view; the idle last one left out."""
        return self._job.outputs[:-1, : self._size]
