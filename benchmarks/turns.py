"""Workers that take turns: of several started together one works, the others wait.

A shared machine is now fast, now slow, for ten seconds at a time. What is to be compared is therefore timed in short
turns, one after the other, rather than one whole run after the other. The workers stand in a ring of pipes; the turn
goes round as a byte, the number of workers in a row that have timed enough.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

VARIABLE = "BENCH_WORKER_TURNS"
"""Environment variable with a worker's descriptors and the size of its ring: ``READ,WRITE,N``."""


class Turns:
    """A worker's place in the ring. Without a ring it has every turn.

    Args:
        read: end of the pipe from the one before, or None without a ring.
        write: end of the pipe to the next.
        n: workers in the ring, at most 255.
    """

    def __init__(self, read: int | None = None, write: int | None = None, n: int = 1) -> None:
        self._read, self._write, self._n = read, write, n
        self._enough = 0

    @classmethod
    def of_environment(cls) -> Self:
        """The place that the launcher gave; its variable is taken away, lest a child take it for its own."""
        given = os.environ.pop(VARIABLE, None)
        if given is None:
            return cls()
        read, write, n = map(int, given.split(","))
        for descriptor in (read, write):
            os.set_inheritable(descriptor, False)
        return cls(read, write, n)

    def wait(self) -> bool:
        """Wait for the turn. False: the one before has ended, so that there are no more turns and this one is last."""
        if self._read is None:
            return True
        byte = os.read(self._read, 1)
        self._enough = byte[0] if byte else self._n
        return bool(byte)

    def again(self, *, enough: bool) -> bool:
        """Whether to work on; the others have had their turns in between.

        Args:
            enough: this worker would be content with what it has. It works on all the same until all are: they shall
                have worked equally often, but for one turn.
        """
        if self._read is None or self._write is None:
            return not enough
        self._enough = self._enough + 1 if enough else 0
        if self._enough >= self._n:
            return False
        with suppress(BrokenPipeError):
            os.write(self._write, bytes([self._enough]))
        return self.wait()


class Ring:
    """The launcher's side: pipes for ``n`` workers, the first of which has the first turn."""

    def __init__(self, n: int) -> None:
        pipes: Sequence[tuple[int, int]] = [os.pipe() for _ in range(n)]
        self._places = [(pipes[i][0], pipes[(i + 1) % n][1]) for i in range(n)]
        os.write(pipes[0][1], bytes([0]))

    def place(self, number: int) -> tuple[dict[str, str], tuple[int, int]]:
        """Environment and descriptors to start the worker of that number with."""
        read, write = self._places[number]
        return {VARIABLE: f"{read},{write},{len(self._places)}"}, (read, write)

    def leave(self, number: int) -> None:
        """To be called when a worker has ended: the next one hears of it."""
        for descriptor in self._places[number]:
            os.close(descriptor)
