"""What is tried, and what a trial brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..launch import Ended
from .trial import Made


@dataclass(frozen=True)
class Subject:
    """What is checked, and where it trains.

    Attributes:
        name: of the implementation; None for whatever the plug-ins hold.
        options: of its own.
        plugins: files that hold implementations.
        device: to train on.
        timeout: seconds that one process may take.
    """

    name: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    plugins: tuple[Path, ...] = ()
    device: str = "cpu"
    timeout: float = 120.0


@dataclass
class Result:
    """What a trial brought.

    Attributes:
        made: by step.
        ended: how the last process ended, or None before.
        end_seconds: from the interrupt to the end, where there was one.
        logs: what the processes printed.
        files: that were left in the working and the temporary directory.
        processes: that outlived the worker.
        arrays: files of vectors, by step.
    """

    made: dict[str, Made] = field(default_factory=dict)
    ended: Ended | None = None
    end_seconds: float | None = None
    logs: list[Path] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    arrays: dict[str, Path] = field(default_factory=dict)

    def vectors(self, step: str) -> NDArray[Any] | None:
        """The vectors of a step as the trainer gave them, or None where it gave no matrix."""
        try:
            return np.asarray(np.load(self.arrays[step], allow_pickle=False))
        except (KeyError, OSError, ValueError):
            return None
