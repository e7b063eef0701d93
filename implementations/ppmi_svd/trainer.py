"""PPMI and a singular value decomposition: the count-based method that Levy, Goldberg & Dagan (2015) tuned."""

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
from ..subsampling import keep_probabilities, keep_thresholds
from ..trainer import Progress, Trainer, TrainingError
from .settings import ppmi_settings

_COUNTING, _MATRIX = 0.3, 0.1
"""Shares of the time, for the progress; the decomposition takes the rest."""


class PpmiSvdTrainer(Trainer):
    """Word vectors U Σ^eig from the singular value decomposition U Σ Vᵀ of the PPMI matrix.

    Counts, context distribution smoothing, shift, weighting of the singular values and w + c are those of Levy,
    Goldberg & Dagan (2015, §3). The decomposition depends on the seed through its first columns only. A word without
    any positive PMI has a vector of zeros: the text tells nothing of it.
    """

    name: ClassVar[str] = "ppmi-svd"
    summary: ClassVar[str] = "positive PMI of counted pairs, decomposed by SciPy"
    option_choices: ClassVar[Mapping[str, str]] = {
        "eig": "exponent of the singular values (default 0.5)",
        "shift": "k of shifted PPMI, max(0, PMI - log k) (default 1: no shift)",
        "vectors": "w: word vectors (default); w+c: plus context vectors, each of length 1",
        "subsampling": "drawn, in each epoch anew as word2vec does (default), or expected, counts multiplied by both "
        "words' chances to be kept",
        "solver": "randomized (default) or arpack",
        "solver_iterations": "of the randomised solver (default 6)",
        "memory": check.MEMORY_CHOICES,
    }
    timing_note: ClassVar[str | None] = (
        "words/s is words × epochs asked for ÷ the time of everything: counting, the PPMI matrix and its "
        "decomposition, whose time does not grow with the text as counting does; compare seconds instead"
    )

    def __init__(
        self,
        eig: float = 0.5,
        shift: float = 1.0,
        vectors: str = "w",
        subsampling: str = "drawn",
        solver: str = "randomized",
        solver_iterations: int = 6,
        memory: int = 256,
    ) -> None:
        self._eig = check.number("eig", eig, 0)
        self._shift = check.number("shift", shift, 0, above=True)
        self._kind = check.one_of("vectors", vectors, ("w", "w+c"))
        self._subsampling = check.one_of("subsampling", subsampling, ("drawn", "expected"))
        self._solver = check.one_of("solver", solver, ("randomized", "arpack"))
        self._iterations = check.whole("solver_iterations", solver_iterations, 0)
        self._memory = check.whole("memory", memory, 1)

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "eig": self._eig,
            "shift": self._shift,
            "vectors": self._kind,
            "subsampling": self._subsampling,
            "solver": self._solver,
            "solver_iterations": self._iterations,
            "memory": self._memory,
        }

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("scipy")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        for package in ("numba", "scipy"):
            if importlib.util.find_spec(package) is None:
                return f"{package} is not installed: pip install {package}"
        if device not in ("auto", "cpu"):
            return f"ppmi-svd runs on the CPU only, not on {device}"
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        return ppmi_settings(
            hyperparameters,
            eig=self._eig,
            shift=self._shift,
            both=self._kind == "w+c",
            drawn=self._subsampling == "drawn",
        )

    def unpausable(self) -> str | None:
        return "ppmi-svd has no vectors before its only decomposition is done"

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Compile.

        Raises:
            TrainingError: the vocabulary is a single word.
        """
        from ..cooccurrence.counting import compile_counting
        from ..numba_kernels.compiler_memory import release_compiler
        from .matrix import compile_matrix

        n_words = len(corpus.vocabulary)
        if n_words < 2:
            raise TrainingError(f"a vocabulary of {n_words} words has nothing to be compared: PPMI needs two")
        self._corpus, self._hyperparameters = corpus, hyperparameters
        self._threads, self._seed = threads, seed
        start = time.perf_counter()
        compile_counting()
        compile_matrix()
        self.compile_seconds = time.perf_counter() - start
        release_compiler()

    def train(self, progress: Progress) -> None:
        """Count, make the matrix, decompose it.

        Raises:
            TrainingError: no pair of words is left, or none has a positive PMI.
            InputError: the disk is full.
        """
        from ..cooccurrence.phases import phases
        from .decomposition import largest_factors

        h, corpus = self._hyperparameters, self._corpus
        shares = [_COUNTING, _MATRIX, 1 - _COUNTING - _MATRIX]
        counting, filling, decomposing = phases(progress, corpus.n_tokens * h.epochs, shares)
        matrix = self._matrix(counting, filling)
        if matrix.nnz == 0:
            raise TrainingError("no pair of words has a positive PMI: lower shift, or train on more text")
        found = largest_factors(
            matrix,
            h.vector_size,
            solver=self._solver,
            iterations=self._iterations,
            threads=self._threads,
            seed=self._seed,
            progress=decomposing,
        )
        weights = found.values**self._eig
        self._words = self._rows(found.left, weights, np.diff(matrix.indptr) > 0)
        self._contexts = self._rows(
            found.right, weights, np.bincount(matrix.indices, minlength=len(corpus.vocabulary)) > 0
        )

    def _matrix(self, counting: Any, filling: Any) -> Any:
        from ..cooccurrence.counting import Draws, count_cooccurrences
        from ..cooccurrence.weights import dynamic_window, flat_window
        from .matrix import ppmi_matrix

        h, corpus = self._hyperparameters, self._corpus
        counts, drawn = corpus.vocabulary.counts, self._subsampling == "drawn" and h.sample > 0
        with count_cooccurrences(
            corpus,
            (dynamic_window if h.shrink_windows else flat_window)(h.window),
            draws=Draws(keep_thresholds(counts, h.sample), self._seed, h.epochs) if drawn else None,
            threads=self._threads,
            memory=self._memory << 20,
            progress=counting,
        ) as pairs:
            if len(pairs) == 0:
                raise TrainingError(
                    "no two words stand in one sentence"
                    + (" after subsampling: try a larger sample, or 0 for none" if drawn else "")
                )
            if drawn:
                self.trained_words = pairs.kept
            return ppmi_matrix(
                pairs,
                smoothing=h.ns_exponent,
                shift=self._shift,
                factors=None if drawn or not h.sample else keep_probabilities(counts, h.sample),
                progress=filling,
            )

    def _rows(self, vectors: NDArray[np.float32], weights: NDArray[np.float32], told: Any) -> NDArray[np.float32]:
        """Weighted vectors (n_words, vector_size); rows of words that the matrix tells nothing of are exactly zero."""
        rows = np.zeros((len(vectors), self._hyperparameters.vector_size), np.float32)
        rows[:, : len(weights)] = vectors * weights
        rows[~told] = 0
        return rows

    def vectors(self) -> NDArray[np.float32]:
        return self._words if self._kind == "w" else _unit(self._words) + _unit(self._contexts)

    def output_vectors(self) -> NDArray[np.float32] | None:
        """Context vectors."""
        return self._contexts


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
