"""Listeners that stand where a run's progress and learning curve do, and note what is wrong with what they hear."""

from typing import Any

import numpy as np

from ...implementations.trainer import Trainer
from ..signals import SignalWriter


class Heard:
    """Takes the calls of ``progress``.

    Attributes:
        calls: how many.
        last: words done and in all at the last of them.
        fault: the first thing wrong with them.
    """

    def __init__(self, signals: SignalWriter) -> None:
        self._signals = signals
        self.calls = 0
        self.last: tuple[int, int] | None = None
        self.fault: str | None = None

    def __call__(self, done: Any, total: Any) -> None:
        self.calls += 1
        try:
            now = int(done), int(total)
        except (TypeError, ValueError):
            self.fault = self.fault or f"progress({done!r}, {total!r}) is not two numbers of words"
            return
        self.fault = self.fault or self._fault(*now)
        self.last = now
        self._signals.train(*now)

    def _fault(self, done: int, total: int) -> str | None:
        if not 0 <= done <= total:
            return f"it told of {done:,} words of {total:,}"
        if self.last is None:
            return None
        before, before_total = self.last
        if total != before_total:
            return f"the total went from {before_total:,} to {total:,} words"
        return f"it went back from {before:,} to {done:,} words" if done < before else None


class EpochEnds:
    """Takes the calls of ``epoch_ended``, and looks at the vectors as a learning curve does.

    Attributes:
        told: the numbers of epochs it was called with.
        faults: what was wrong with the vectors.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.told: list[int] = []
        self.faults: list[str] = []

    def __call__(self, epochs: int) -> None:
        self.told.append(int(epochs))
        try:
            sound = bool(np.isfinite(np.asarray(self._trainer.vectors())).all())
        except Exception as error:
            self.faults.append(f"vectors() fails at the end of epoch {epochs}: {type(error).__name__}: {error}")
            return
        if not sound:
            self.faults.append(f"vectors are not finite at the end of epoch {epochs}")
