"""word2vec in Numba with explicit SIMD: the fastest on a CPU."""

import importlib.metadata
import importlib.util
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from .examples import Sharing
from .given import HOGWILD, UPDATES, Given, as_asked
from .house_settings import house_settings
from .hyperparameters import Hyperparameters
from .trainer import Progress, Trainer, TrainingError


class NumbaTrainer(Trainer):
    """Hogwild threads over kernels generated for the shape of the model.

    It draws the examples of the reference, in any number of threads; with one thread it computes the same updates in
    the same order, and every run gives the same bits.
    """

    name: ClassVar[str] = "numba"
    summary: ClassVar[str] = "explicit SIMD through Numba, Hogwild threads"
    option_choices: ClassVar[Mapping[str, str]] = {
        "negatives": "pair, window or window:S (default window:3 for skip-gram with ns, else window)",
        "lanes": "floats in a vector register: 4, 8 or 16 (default the processor's)",
    }

    def __init__(self, negatives: str | None = None, lanes: int | None = None) -> None:
        self._wanted = None if negatives is None else Sharing.parse(negatives)
        if lanes not in (None, 4, 8, 16):
            raise ValueError(f"lanes must be 4, 8 or 16, got {lanes!r}")
        self._lanes = lanes
        self._sharing = self._wanted
        self._threads: int | None = None
        self._own_rows: list[str] = []

    @property
    def options(self) -> Mapping[str, Any]:
        chosen: dict[str, Any] = {} if self._sharing is None else {"negatives": str(self._sharing)}
        return chosen if self._lanes is None else chosen | {"lanes": self._lanes}

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("numba")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        if importlib.util.find_spec("numba") is None:
            return "numba is not installed: pip install numba"
        if device not in ("auto", "cpu"):
            return f"numba trains on the CPU only, not on {device}"
        return None

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        if hyperparameters.loss == "softmax":
            return "numba has no full softmax"
        if hyperparameters.loss == "hs" and self._wanted is not None and self._wanted.centres > 1:
            return "numba shares nothing between windows with hierarchical softmax; use negatives=window or pair"
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        own = house_settings(hyperparameters, self._sharing_of(hyperparameters))
        if self._own_rows:
            note = (
                f"each thread trains copies of the rows of {' and of '.join(self._own_rows)}, and adds what they have "
                "gained to the shared rows now and then; no run can be repeated to the digit"
            )
            own[UPDATES] = Given(value="Hogwild, copies", note=note)
        elif self._threads != 1:
            own[UPDATES] = HOGWILD
        return as_asked(hyperparameters, **own)

    def unpausable(self) -> str | None:
        return None  # its threads end with an epoch, and others begin the next one

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Allocate the vectors, build the noise table or the tree, compile the kernel.

        Raises:
            TrainingError: hierarchical softmax over a single word.
        """
        from .numba_kernels.kernel import Kernel

        if (reason := self.unsupported(hyperparameters)) is not None:
            raise TrainingError(reason)  # a kernel for another loss would write beyond its vectors
        if hyperparameters.loss == "hs" and len(corpus.vocabulary) < 2:
            raise TrainingError("hierarchical softmax needs a vocabulary of at least two words")
        self._sharing, self._threads = self._sharing_of(hyperparameters), threads
        self._hyperparameters = hyperparameters
        self._kernel = Kernel(corpus, hyperparameters, self._sharing, threads, seed, self._lanes)
        self.compile_seconds = self._kernel.compile_seconds
        words, nodes = self._kernel.own_words, self._kernel.own_nodes
        self._own_rows = [f"the {words:,} most frequent words"] if words else []
        self._own_rows += [f"the {nodes} nodes at the top of the tree"] if nodes else []

    def _sharing_of(self, hyperparameters: Hyperparameters) -> Sharing:
        # Three windows fill the registers with 5 negatives. CBOW loses by it: about a point at alpha 0.05.
        skipgram_ns = hyperparameters.model == "skipgram" and hyperparameters.loss == "ns"
        return self._wanted or Sharing(3 if skipgram_ns else 1)

    def train(self, progress: Progress) -> None:
        """Train all epochs.

        Raises:
            TrainingError: the vectors became infinite or not a number.
        """
        self.trained_words = self._kernel.run(progress, self.epoch_ended)
        # Extremes carry an infinity and a NaN, and take no array of flags.
        extremes = [f(rows) for rows in (self._kernel.inputs, self._kernel.outputs) for f in (np.min, np.max)]
        if not np.isfinite(extremes).all():
            raise TrainingError(
                "training diverged: the vectors hold values that are not finite; "
                f"lower alpha ({self._hyperparameters.alpha:g})"
            )

    def vectors(self) -> NDArray[np.float32]:
        return self._kernel.inputs

    def output_vectors(self) -> NDArray[np.float32] | None:
        return None if self._hyperparameters.loss == "hs" else self.output_rows()

    def output_rows(self) -> NDArray[np.float32]:
        """Every output row, float32: words, or the tree's inner nodes (n_words - 1, vector_size)."""
        return self._kernel.outputs
