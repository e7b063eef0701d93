"""The reference: word2vec in plain NumPy, one thread, every model and loss."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from .counter_random import sentence_keys
from .examples import (
    AllTargets,
    NoiseTargets,
    PathTargets,
    Sharing,
    Targets,
    Units,
    Windows,
    cbow_units,
    skipgram_units,
    windows,
)
from .given import THREADS, Given, as_asked
from .gradients import cbow_step, skipgram_step
from .house_settings import house_settings
from .huffman import huffman_tree
from .hyperparameters import Hyperparameters
from .noise import alias_table, noise_weights
from .schedule import initial_vectors, learning_rate
from .subsampling import keep_thresholds
from .trainer import Progress, Trainer, TrainingError

MAX_SOFTMAX_WORDS = 10_000
PROGRESS_WORDS = 10_000

Step = Callable[[Units, float], None]


class NumpyTrainer(Trainer):
    """The oracle that the fast trainers are tested against.

    The update equations are derived in ``gradients``, the examples described in ``examples``. One unit after another
    is computed from the vectors as they stand, in the order of the corpus, so a result depends on nothing but the
    seed.
    """

    name: ClassVar[str] = "numpy"
    summary: ClassVar[str] = "reference in plain NumPy, one thread"
    option_choices: ClassVar[Mapping[str, str]] = {"negatives": "pair, window or window:S (default window)"}

    def __init__(self, negatives: str = "window") -> None:
        self._sharing = Sharing.parse(negatives)
        self._threads = 1

    @property
    def options(self) -> Mapping[str, Any]:
        return {"negatives": str(self._sharing)}

    @classmethod
    def version(cls) -> str:
        return np.__version__

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        own = house_settings(hyperparameters, self._sharing)
        if self._threads > 1:
            own[THREADS] = Given(value=1, note="has one thread; the cores for more stay idle")
        return as_asked(hyperparameters, **own)

    def unpausable(self) -> str | None:
        return None

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Allocate the vectors and build the noise table or the tree. More threads than one are not used.

        Raises:
            TrainingError: full softmax over too large a vocabulary, or hierarchical softmax over a single word.
        """
        self._corpus, self._hyperparameters, self._seed, self._threads = corpus, hyperparameters, seed, threads
        counts = corpus.vocabulary.counts
        self._keep = keep_thresholds(counts, hyperparameters.sample)
        self._targets, n_outputs = self._make_targets(counts)
        self._inputs = initial_vectors(len(counts), hyperparameters.vector_size, seed)
        self._outputs = np.zeros((n_outputs, hyperparameters.vector_size), np.float32)
        self.trained_words = 0

    def _make_targets(self, counts: NDArray[np.int64]) -> tuple[Targets, int]:
        hyperparameters, n = self._hyperparameters, len(counts)
        if hyperparameters.loss == "ns":
            table = alias_table(noise_weights(counts, hyperparameters.ns_exponent))
            return NoiseTargets(table, hyperparameters.negative), n
        if hyperparameters.loss == "hs":
            if n < 2:
                raise TrainingError("hierarchical softmax needs a vocabulary of at least two words")
            return PathTargets(huffman_tree(counts)), n - 1
        if n > MAX_SOFTMAX_WORDS:
            raise TrainingError(
                f"the full softmax is meant for at most {MAX_SOFTMAX_WORDS:,} words, the vocabulary has {n:,}; "
                "use loss ns or hs, or raise min_count"
            )
        return AllTargets(n), n

    def train(self, progress: Progress) -> None:
        """Train all epochs.

        Raises:
            TrainingError: the vectors became infinite or not a number.
        """
        corpus, hyperparameters = self._corpus, self._hyperparameters
        total, reported = hyperparameters.epochs * corpus.n_tokens, 0
        skipgram = hyperparameters.model == "skipgram"
        make_units, step = (skipgram_units, self._skipgram_step) if skipgram else (cbow_units, self._cbow_step)
        # Overflow is looked for in the vectors, once an epoch, rather than warned of at every step.
        with np.errstate(over="ignore", invalid="ignore"):
            for done, laid, keys in self._windows():
                alpha = learning_rate(hyperparameters, done, corpus.n_tokens)
                step(make_units(laid, self._targets, self._sharing, keys), alpha)
                if done - reported >= PROGRESS_WORDS:
                    progress(done, total)
                    reported = done
        progress(total, total)

    def _windows(self) -> Iterator[tuple[int, Windows, tuple[NDArray[np.uint32], NDArray[np.uint32]]]]:
        """The sentences of all epochs with the number of words before each, and their keys.

        An epoch is trained when the next sentence after its last is asked for, or the end.
        """
        corpus, hyperparameters = self._corpus, self._hyperparameters
        offsets = corpus.offsets
        self.trained_words = 0
        for epoch in range(hyperparameters.epochs):
            a, b = sentence_keys(self._seed, epoch, np.arange(corpus.n_sentences))
            for s in range(corpus.n_sentences):
                keys = a[s : s + 1], b[s : s + 1]
                sentence = np.asarray(corpus.tokens[offsets[s] : offsets[s + 1]])
                laid = windows(sentence, keys, self._keep, hyperparameters.window, hyperparameters.shrink_windows)
                self.trained_words += len(laid.words)
                yield epoch * corpus.n_tokens + int(offsets[s]), laid, keys
            if not (np.isfinite(self._inputs).all() and np.isfinite(self._outputs).all()):
                raise TrainingError(
                    f"training diverged in epoch {epoch + 1}: the vectors hold values that are not finite; "
                    f"lower alpha ({hyperparameters.alpha:g})"
                )
            if self.epoch_ended is not None:
                self.epoch_ended(epoch + 1)

    def _skipgram_step(self, units: Units, alpha: float) -> None:
        inputs, outputs, loss = self._inputs, self._outputs, self._hyperparameters.loss
        weights = units.pair_weights()
        positive, pairs = weights.positive * np.float32(alpha), weights.pairs * np.float32(alpha)
        i, o, p = units.input_bounds.tolist(), units.output_bounds.tolist(), weights.bounds.tolist()
        for u in range(len(units)):
            rows, columns = units.inputs[i[u] : i[u + 1]], units.outputs[o[u] : o[u + 1]]
            shape = len(rows), len(columns)
            X, T = inputs.take(rows, 0), outputs.take(columns, 0)
            P, Q = positive[p[u] : p[u + 1]].reshape(shape), pairs[p[u] : p[u + 1]].reshape(shape)
            dX, dT = skipgram_step(X, T, P, Q, loss)
            # The rows of a unit are distinct, so plain assignment loses nothing.
            inputs[rows] = np.add(X, dX, out=X)
            outputs[columns] = np.add(T, dT, out=T)

    def _cbow_step(self, units: Units, alpha: float) -> None:
        inputs, outputs, hyperparameters = self._inputs, self._outputs, self._hyperparameters
        positive, pairs = units.label * np.float32(alpha), units.output_weight * np.float32(alpha)
        i, o = units.input_bounds.tolist(), units.output_bounds.tolist()
        for u in range(len(units)):
            rows, columns = slice(i[u], i[u + 1]), slice(o[u], o[u + 1])
            X, T = inputs.take(units.inputs[rows], 0), outputs.take(units.outputs[columns], 0)
            dX, dT = cbow_step(
                X,
                T,
                units.input_weight[rows],
                positive[columns].T,
                pairs[columns].T,
                hyperparameters.loss,
                hyperparameters.cbow_mean,
            )
            inputs[units.inputs[rows]] = np.add(X, dX, out=X)
            outputs[units.outputs[columns]] = np.add(T, dT, out=T)

    def vectors(self) -> NDArray[np.float32]:
        return self._inputs

    def output_vectors(self) -> NDArray[np.float32] | None:
        return None if self._hyperparameters.loss == "hs" else self._outputs

    def output_rows(self) -> NDArray[np.float32]:
        """Every output row, float32: words, or the tree's inner nodes (n_words - 1, vector_size)."""
        return self._outputs
