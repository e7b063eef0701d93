"""Plug-in for the tests of learning curves: a trainer that pauses between epochs, and ones that only say they do."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.datasets.corpus import Corpus
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import Progress, Trainer


class Pauses(Trainer):
    """Random vectors for every epoch, which depend on the seed and the epoch alone."""

    name: ClassVar[str] = "pauses"
    summary: ClassVar[str] = "random vectors an epoch"
    option_choices: ClassVar[Mapping[str, str]] = {
        "sleep": "seconds an epoch",
        "look": "seconds that a look between epochs takes",
        "burn": "processor seconds that it takes besides",
        "heavy": "million bytes that it takes",
    }

    def __init__(self, sleep: float = 0.0, look: float = 0.0, burn: float = 0.0, heavy: int = 0) -> None:
        self.sleep, self.look, self.burn, self.heavy = sleep, look, burn, heavy

    @classmethod
    def version(cls) -> str:
        return "1"

    def unpausable(self) -> str | None:
        return None

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        self.shape = len(corpus.vocabulary), hyperparameters.vector_size
        self.epochs, self.seed, self.epoch = hyperparameters.epochs, seed, 0

    def train(self, progress: Progress) -> None:
        for _ in range(self.epochs):
            time.sleep(self.sleep)
            self.epoch += 1
            self.tell()

    def tell(self) -> None:
        if self.epoch_ended is not None:
            self.epoch_ended(self.epoch)

    def vectors(self) -> NDArray[np.float32]:
        if 0 < self.epoch < self.epochs:
            time.sleep(self.look)
            begun = time.process_time()
            while time.process_time() < begun + self.burn:
                pass
            np.ones(self.heavy * 1_000_000, np.uint8).sum()
        return made(self.seed, self.epoch, self.shape)


class Copies(Pauses):
    """Counts the copies from a device that looks make, a second each; the last one is the run's own."""

    name = "copies"

    def prepare(self, *arguments: Any, **named: Any) -> None:
        super().prepare(*arguments, **named)
        self.transfer_seconds = 7.0

    def vectors(self) -> NDArray[np.float32]:
        if self.epoch:
            self.transfer_seconds = (self.transfer_seconds or 0.0) + 1.0
        return super().vectors()


class Silent(Pauses):
    name = "silent"

    def tell(self) -> None:
        return


class Skips(Pauses):
    name = "skips"

    def tell(self) -> None:
        if self.epoch != 2:
            super().tell()


class Repeats(Pauses):
    name = "repeats"

    def tell(self) -> None:
        super().tell()
        super().tell()


class Diverges(Pauses):
    name = "diverges"

    def vectors(self) -> NDArray[np.float32]:
        vectors = super().vectors()
        if self.epoch == 2:
            vectors[-1, -1] = np.inf
        return vectors


class Narrow(Pauses):
    """Its vectors have their shape at the end only."""

    name = "narrow"

    def vectors(self) -> NDArray[np.float32]:
        return super().vectors()[:, : -1 if 0 < self.epoch < self.epochs else None]


def made(seed: int, epoch: int, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The vectors at the end of an epoch."""
    return np.random.default_rng([seed, epoch]).normal(size=shape).astype(np.float32)
