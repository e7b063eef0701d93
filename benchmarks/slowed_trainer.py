"""Plug-in for the gate's campaign: any trainer, slower by a known share.

It is loaded as a file, so it imports the package by name.
"""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import __version__
from bench.datasets.corpus import Corpus
from bench.implementations import registry
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import Progress, Trainer


class Slowed(Trainer):
    """Trains as another trainer does, then computes for nothing, inside the clock.

    The burnt time is a share of what that very run took, not a constant, so that a slowdown of 10 % is one on a quiet
    machine and on a busy one. Vectors are the other trainer's.
    """

    name: ClassVar[str] = "slowed"
    summary: ClassVar[str] = "another trainer, slower by a known share"
    option_choices: ClassVar[Mapping[str, str]] = {
        "of": "name of the other trainer, which takes the further options",
        "extra": "time to burn, as a share of the training's",
    }

    def __init__(self, of: str = "numba", extra: float = 0.1, **options: Any) -> None:
        if extra < 0:
            raise ValueError(f"extra must not be below 0, got {extra:g}")
        self._of, self._extra = of, extra
        self._trainer = registry.create(of, options)

    @property
    def options(self) -> Mapping[str, Any]:
        return {"of": self._of, "extra": self._extra, **self._trainer.options}

    @classmethod
    def version(cls) -> str:
        return __version__

    @property
    def device(self) -> str:
        return self._trainer.device

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        self._trainer.prepare(corpus, hyperparameters, threads=threads, seed=seed, device=device)
        self.compile_seconds = self._trainer.compile_seconds

    def train(self, progress: Progress) -> None:
        start = time.perf_counter()
        self._trainer.train(progress)
        ended = time.perf_counter()
        while time.perf_counter() < ended + self._extra * (ended - start):
            pass
        self.trained_words = self._trainer.trained_words

    def vectors(self) -> NDArray[np.float32]:
        found = self._trainer.vectors()
        self.transfer_seconds = self._trainer.transfer_seconds
        return found

    def output_vectors(self) -> NDArray[np.float32] | None:
        return self._trainer.output_vectors()
