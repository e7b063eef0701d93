"""GloVe in Numba: counts first, then AdaGrad on weighted least squares."""

import importlib.metadata
import importlib.util
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...datasets.corpus import Corpus
from ..cooccurrence import options as check
from ..given import Given
from ..hyperparameters import Hyperparameters
from ..trainer import Progress, Trainer, TrainingError
from .settings import glove_settings

_COUNTING = 0.15
"""Share of the time that counting and shuffling take, for the progress."""


class GloveTrainer(Trainer):
    """Pennington, Socher & Manning (2014): vectors whose products are the logarithms of weighted counts.

    It minimises J = Σ f(x) (w · c + b + b' - log x)² over the entries x of the co-occurrence matrix, in which a pair at
    distance d counts 1/d, by the steps of Stanford's program: simultaneous updates of both rows, AdaGrad with sums that
    start at 1. Threads write without locks; with one thread every run of a seed gives the same bits.
    """

    name: ClassVar[str] = "glove"
    summary: ClassVar[str] = "GloVe in Numba: AdaGrad on the logarithms of co-occurrence counts"
    option_choices: ClassVar[Mapping[str, str]] = {
        "iterations": "passes over the counts (default 25)",
        "eta": "learning rate of AdaGrad (default 0.05)",
        "x_max": "count from which a pair has full weight (default 100)",
        "power": "exponent of the weights below x_max (default 0.75)",
        "vectors": "sum or w: word vectors plus context vectors (default), or word vectors alone",
        "symmetric": "true: words on both sides are context (default); false: those behind a word only",
        "memory": check.MEMORY_CHOICES,
    }
    timing_note: ClassVar[str | None] = (
        "words/s is words × epochs asked for ÷ the time of everything: one count of the text, all iterations over the "
        "counts, however many epochs were asked for; compare seconds instead"
    )

    def __init__(
        self,
        iterations: int = 25,
        eta: float = 0.05,
        x_max: float = 100.0,
        power: float = 0.75,
        vectors: str = "sum",
        symmetric: bool = True,
        memory: int = 256,
    ) -> None:
        self._iterations = check.whole("iterations", iterations, 1)
        self._eta = check.number("eta", eta, 0, above=True)
        self._x_max = check.number("x_max", x_max, 0, above=True)
        self._power = check.number("power", power, 0)
        self._kind = check.one_of("vectors", vectors, ("sum", "w"))
        self._symmetric = check.switch("symmetric", symmetric)
        self._memory = check.whole("memory", memory, 1)
        self._threads: int | None = None

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "iterations": self._iterations,
            "eta": self._eta,
            "x_max": self._x_max,
            "power": self._power,
            "vectors": self._kind,
            "symmetric": self._symmetric,
            "memory": self._memory,
        }

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("numba")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        if importlib.util.find_spec("numba") is None:
            return "numba is not installed: pip install numba"
        if device not in ("auto", "cpu"):
            return f"glove trains on the CPU only, not on {device}"
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        return glove_settings(
            hyperparameters,
            iterations=self._iterations,
            eta=self._eta,
            x_max=self._x_max,
            symmetric=self._symmetric,
            summed=self._kind == "sum",
            threads=self._threads,
        )

    def unpausable(self) -> str | None:
        return "glove passes over counts, not over the text: it has iterations, but no epochs"

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Draw the first vectors and compile.

        Raises:
            TrainingError: the vocabulary is a single word.
        """
        from ..cooccurrence.counting import compile_counting
        from ..numba_kernels.compiler_memory import release_compiler
        from .parameters import initial_parameters
        from .step import LANES
        from .training import compile_training

        n_words = len(corpus.vocabulary)
        if n_words < 2:
            raise TrainingError(f"a vocabulary of {n_words} words has nothing to be compared: GloVe needs two")
        self._corpus, self._hyperparameters = corpus, hyperparameters
        self._threads, self._seed = threads, seed
        start = time.perf_counter()
        compile_counting()
        compile_training(initial_parameters(1, hyperparameters.vector_size, LANES, seed))
        self.compile_seconds = time.perf_counter() - start
        release_compiler()
        self._parameters = initial_parameters(n_words, hyperparameters.vector_size, LANES, seed)

    def train(self, progress: Progress) -> None:
        """Count, shuffle, and train all iterations.

        Raises:
            TrainingError: no two words stand within a window of each other, or the vectors are not finite.
            InputError: the disk is full.
        """
        from ..cooccurrence.counting import count_cooccurrences
        from ..cooccurrence.phases import phases
        from ..cooccurrence.weights import inverse_distance
        from .entries import ShuffledEntries
        from .training import train_iteration

        assert self._threads is not None
        h, threads, memory = self._hyperparameters, self._threads, self._memory << 20
        shares = [0.5 * _COUNTING, 0.5 * _COUNTING, *[(1 - _COUNTING) / self._iterations] * self._iterations]
        counting, shuffling, *training = phases(progress, self._corpus.n_tokens * h.epochs, shares)
        with count_cooccurrences(
            self._corpus,
            inverse_distance(h.window),
            symmetric=self._symmetric,
            threads=threads,
            memory=memory,
            progress=counting,
        ) as counts:
            if len(counts) == 0:
                raise TrainingError("no two words stand in one sentence: there is nothing to count")
            entries = ShuffledEntries(
                counts, x_max=self._x_max, power=self._power, memory=memory, seed=self._seed, progress=shuffling
            )
        order = np.random.default_rng([self._seed, 2])
        self.losses: list[float] = []
        try:
            for iteration in training:
                loss = train_iteration(
                    self._parameters,
                    entries,
                    eta=self._eta,
                    mirrored=self._symmetric,
                    threads=threads,
                    order=order,
                    progress=iteration,
                )
                self.losses.append(loss)
                self._check(loss)
        finally:
            entries.close()
        vectors = self.vectors()
        self._check(float(vectors.min()), float(vectors.max()))

    def _check(self, *values: float) -> None:
        if not np.isfinite(values).all():
            raise TrainingError(
                f"training diverged: the vectors hold values that are not finite; lower the option eta ({self._eta:g})"
            )

    def vectors(self) -> NDArray[np.float32]:
        size = self._hyperparameters.vector_size
        words = self._parameters.vectors(size)
        return words + self._parameters.context_vectors(size) if self._kind == "sum" else words

    def output_vectors(self) -> NDArray[np.float32] | None:
        """Context vectors."""
        return self._parameters.context_vectors(self._hyperparameters.vector_size)
