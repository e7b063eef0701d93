"""The contract between the harness and a trainer."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from .given import Given, as_asked
from .hyperparameters import Hyperparameters

Progress = Callable[[int, int], None]
"""Called now and then with (words processed so far, words in all epochs)."""

EpochEnded = Callable[[int], None]
"""Called with the number of epochs that are trained."""


class TrainingError(Exception):
    """A run that cannot give trained vectors: it diverged, or was asked for what it cannot do."""


class Trainer(ABC):
    """One implementation of word2vec.

    A trainer is made once a run with its own options, prepared (untimed), trained (the only timed call) and read:

        trainer = Trainer(negatives="window")
        trainer.prepare(corpus, hyperparameters, threads=2, seed=1, device="cpu")
        trainer.train(progress)
        trainer.vectors()

    The module that holds it imports nothing heavy at the top, so that listing trainers stays quick.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    option_choices: ClassVar[Mapping[str, str]] = {}
    """Names of the options that ``__init__`` takes, each with a line on its values."""

    timing_note: ClassVar[str | None] = None
    """What a reader of its words/s must know, in words: that more, or less, is timed than the training of vectors."""

    compile_seconds: float = 0.0
    """Part of ``prepare`` that went into compiling, in seconds."""

    transfer_seconds: float | None = None
    """Time spent outside ``train`` on copies between host and device, in seconds; None where there are none."""

    trained_words: int | None = None
    """Words left after subsampling, all epochs together; None where the implementation does not tell."""

    program_memory: int | None = None
    """Largest resident size of the programs it ran, together, in bytes; None where it ran none."""

    epoch_ended: EpochEnded | None = None
    """Set before ``train`` by who wants to look at the vectors while they are trained, else None.

    A trainer that can (see ``unpausable``) calls it at the end of every epoch, when all its updates are made and no
    thread or device works. ``vectors()`` is valid until it returns. The pause changes nothing: the same examples
    follow, and one thread ends with the same bits."""

    def __init__(self, **options: Any) -> None:
        if options:
            raise ValueError(f"{self.name} has no option {', '.join(sorted(options))}")

    @property
    def options(self) -> Mapping[str, Any]:
        """The options in force, defaults included, as they go into the result."""
        return {}

    @classmethod
    @abstractmethod
    def version(cls) -> str:
        """Version of what does the work."""

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        """Why it cannot run here, in words and with what to do, or None."""
        return None

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        """What of these hyperparameters it cannot do, in words, or None."""
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        """What it was really given, by the hyperparameter's name, and what else it settles by itself.

        An entry whose value is None is a hyperparameter that it does not have: changing it changes nothing. What it
        cannot leave out without training another model belongs into ``unsupported`` instead.
        ``given.SEED`` with value None, or ``given.REPEATABLE`` with value False, says that one thread and one seed do
        not settle the vectors.
        """
        return as_asked(hyperparameters)

    def unpausable(self) -> str | None:
        """Why it cannot pause at the ends of epochs to call ``epoch_ended``, in words, or None where it does."""
        return f"{self.name} does not pause between epochs"

    @abstractmethod
    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Allocate, upload, compile, warm up: everything that is not training. Not timed."""

    @abstractmethod
    def train(self, progress: Progress) -> None:
        """Train all epochs; the work is finished when it returns.

        Raises:
            TrainingError: the vectors are not usable (it diverged, nothing was trained).
        """

    @abstractmethod
    def vectors(self) -> NDArray[np.float32]:
        """Input vectors, float32 (n_words, vector_size), in vocabulary order."""

    def output_vectors(self) -> NDArray[np.float32] | None:
        """Output vectors in vocabulary order, or None where the model has none a word (hierarchical softmax)."""
        return None

    @property
    def device(self) -> str:
        """Where it really ran: cpu, cuda:0, …"""
        return "cpu"
