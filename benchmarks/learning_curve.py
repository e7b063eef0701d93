"""Looks at a trainer's vectors at the ends of epochs, while the clock stands still.

The pause is kept short: the vectors go to disk, and are scored when training is over. Scored at once, evaluation would
count into the training's peak memory, and leave the processor in another state than it found it in.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from ..datasets.errors import InputError
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.trainer import Trainer, TrainingError
from .measure import Timing, forget_peak_memory, peak_memory

if TYPE_CHECKING:
    from ..evaluation.score import Score
    from ..evaluation.task import Task
    from .records import CurvePoint

BLOCK = 4096
"""Rows written at a time."""


class LearningCurve:
    """The vectors at the end of every epoch but the last, whose vectors are the run's.

    Args:
        trainer: to be looked at, made and prepared.
        corpus: that it trains on.
        hyperparameters: that it trains with.
        directory: takes 4 * n_words * vector_size bytes an epoch, in a file without a name that goes with the process.

    Raises:
        TrainingError: the trainer does not pause between epochs.

    Attributes:
        transfer_seconds: of copies from the device that only the looks made.
    """

    def __init__(self, trainer: Trainer, corpus: Corpus, hyperparameters: Hyperparameters, directory: Path) -> None:
        reason = trainer.unpausable()
        if reason is not None:
            raise TrainingError(f"there is no learning curve: {reason}")
        self._trainer, self._corpus, self._epochs = trainer, corpus, hyperparameters.epochs
        self._shape = len(corpus.vocabulary), hyperparameters.vector_size
        self._directory = directory
        self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=directory))  # noqa: SIM115 - open until `points`
        self._timing = Timing()
        self._seconds: list[float] = []
        self._peak: int | None = None
        self.transfer_seconds = 0.0

    def follow(self, timing: Timing) -> None:
        """Look at the training that is about to start, and stop this clock meanwhile."""
        self._timing = timing
        self._trainer.epoch_ended = self._epoch_ended

    def _epoch_ended(self, epoch: int) -> None:
        self._timing.stop()
        if epoch != len(self._seconds) + 1 or epoch > self._epochs:
            raise TrainingError(f"it told of the end of epoch {epoch} after that of epoch {len(self._seconds)}")
        self._seconds.append(self._timing.seconds)
        if epoch < self._epochs:
            self._peak = self.peak_memory()
            try:
                self._keep(epoch)
            except OSError as error:
                raise InputError(
                    f"the vectors of epoch {epoch} cannot be kept in {self._directory}: {error.strerror or error}"
                ) from error
            forget_peak_memory()
        self._timing.resume()

    def _keep(self, epoch: int) -> None:
        before = self._trainer.transfer_seconds
        vectors = self._trainer.vectors()
        self.transfer_seconds += (self._trainer.transfer_seconds or 0.0) - (before or 0.0)
        if vectors.shape != self._shape:
            raise TrainingError(f"vectors have shape {vectors.shape} after epoch {epoch}, not {self._shape}")
        for start in range(0, len(vectors), BLOCK):
            block = np.ascontiguousarray(vectors[start : start + BLOCK], dtype=np.float32)
            if not np.isfinite(block).all():
                raise TrainingError(f"it diverged in epoch {epoch}: not all vectors are finite; try a smaller alpha")
            self._file.write(block.data)
        self._file.flush()
        os.fsync(self._file.fileno())  # else the system would write while the next epoch is timed

    def peak_memory(self) -> int | None:
        """The largest resident size so far, bytes, what the looks themselves took left out; None outside Linux."""
        now = peak_memory()
        return now if now is None or self._peak is None else max(now, self._peak)

    def ended(self) -> None:
        """Training is over.

        Raises:
            TrainingError: the trainer did not tell of every epoch's end.
        """
        self._trainer.epoch_ended = None
        if len(self._seconds) != self._epochs:
            raise TrainingError(f"it told of the ends of {len(self._seconds)} epochs, not of all {self._epochs}")
        self._seconds[-1] = self._timing.seconds  # with what it did after its last epoch

    def points(self, tasks: "list[Task]", last: "list[Score]") -> "list[CurvePoint]":
        """Score the vectors of every epoch; can be called once.

        Args:
            tasks: to score with.
            last: scores of the last epoch's vectors. Their sections stay with the run: a curve has none.
        """
        from ..evaluation.embeddings import Embeddings
        from ..evaluation.evaluate import evaluate
        from .records import CurvePoint

        vocabulary = self._corpus.vocabulary
        kept = (Embeddings(vocabulary.words, vectors, vocabulary.counts) for vectors in self._vectors())
        scores = [*(evaluate(embeddings, tasks) for embeddings in kept), last]
        return [
            CurvePoint(
                epoch=epoch,
                words=epoch * self._corpus.n_tokens,
                train_seconds=seconds,
                scores=[replace(score, sections={}) for score in found],
            )
            for epoch, (seconds, found) in enumerate(zip(self._seconds, scores, strict=True), 1)
        ]

    def _vectors(self) -> Iterator[NDArray[np.float32]]:
        """What was kept, epoch after epoch, float32 (n_words, vector_size)."""
        with self._file:
            self._file.seek(0)
            for _ in range(self._epochs - 1):
                yield np.fromfile(self._file, np.float32, self._shape[0] * self._shape[1]).reshape(self._shape)
