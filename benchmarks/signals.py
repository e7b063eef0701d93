"""Progress from a worker to its launcher: one JSON object a line on a pipe of their own.

Not on stdout, which belongs to the trainer and may hold anything. The writer never waits: a line the pipe has no room
for is dropped, and lines are at least a tenth of a second apart, so that progress costs the training nothing.
"""

import contextlib
import json
import os
import time
from typing import NamedTuple

INTERVAL = 0.1

PHASES = ("encode", "prepare", "train", "evaluate")

_MOST = 1 << 63
_LONGEST = 1 << 12
"""Bytes of a line; what has more is no signal, and is not kept."""


class Signal(NamedTuple):
    """Where a worker is: ``prepare``, ``train`` or ``evaluate``; in ``train`` with words done and in all."""

    phase: str
    done: int = 0
    total: int = 0


class SignalWriter:
    """The worker's end. Without a file descriptor it says nothing."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._next = 0.0
        if descriptor is not None:
            os.set_blocking(descriptor, False)
            os.set_inheritable(descriptor, False)

    def phase(self, name: str) -> None:
        """Enter a phase."""
        self._write(Signal(name))

    def train(self, done: int, total: int) -> None:
        """Words processed so far; this is what a trainer gets as ``progress``."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + INTERVAL
            self._write(Signal("train", int(done), int(total)))

    def _write(self, signal: Signal) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.write(self._descriptor, json.dumps(signal).encode() + b"\n")


class SignalReader:
    """The launcher's end: cuts what arrives into signals, and ignores what is none.

    A trainer's code runs in the worker and can write anything here.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        os.set_blocking(descriptor, False)

    def read(self) -> list[Signal] | None:
        """Signals that have arrived, or None once the other end is closed."""
        try:
            data = os.read(self._descriptor, 65536)
        except BlockingIOError:
            return []
        if not data:
            return None
        *lines, rest = (self._rest + data).split(b"\n")
        # Of a line that is too long its beginning stays, so that its end is not taken for one of its own.
        self._rest = rest[: _LONGEST + 1]
        return [signal for line in lines if (signal := _parsed(line)) is not None]


def _parsed(line: bytes) -> Signal | None:
    if len(line) > _LONGEST:
        return None
    try:
        phase, done, total = json.loads(line)
        signal = Signal(phase, int(done), int(total))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return signal if signal.phase in PHASES and 0 <= signal.done <= _MOST and 0 <= signal.total <= _MOST else None
