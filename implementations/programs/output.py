"""What a program says: lines as they come, and the last of them for messages."""

import re
import sys
from collections import deque
from collections.abc import Callable

LINES = 20
"""Kept for messages."""

SHOWN = 1000
"""Lines that go into the log of the run."""

_LONGEST = 1 << 16
"""Bytes after which a line is cut: a program may write what has no lines at all."""

_CHARACTERS = 600


class Output:
    """Takes the bytes of a program's output, and passes lines on.

    A line that a carriage return wrote over, as progress is shown, is passed on but not kept.

    Args:
        said: called with each line, also with those that are written over.
        shown: lines go to stderr, which in a run is its log.
    """

    def __init__(self, said: Callable[[str], None] | None = None, *, shown: bool = False) -> None:
        self._said, self._show = said, shown
        self._rest = bytearray()
        self._covered = ""
        self._kept: deque[str] = deque(maxlen=LINES)
        self._shown = 0

    def feed(self, data: bytes) -> None:
        """Take what has arrived."""
        *pieces, rest = re.split(rb"(?<=[\r\n])", data)
        for piece in pieces:
            self._rest += piece[:-1]
            self._end_line(over=piece.endswith(b"\r"))
        self._rest += rest
        self._cut()

    def silence(self) -> None:
        """Nobody listens any more."""
        self._said = None

    def close(self) -> None:
        """The program has ended: what is left is its last line."""
        self._end_line(over=False)

    def end(self) -> str:
        """The last lines on one line, shortened, without control characters."""
        lines = [re.sub(r"[^\w\s!-~]+|\s+", " ", line).strip() for line in self._kept]
        joined = " | ".join(line for line in lines[-5:] if line)
        return joined if len(joined) <= _CHARACTERS else "…" + joined[-_CHARACTERS:]

    def first(self) -> str:
        """The first line that was kept, or nothing."""
        return next(iter(self._kept), "")

    def _end_line(self, *, over: bool) -> None:
        self._cut()
        self._line(bytes(self._rest), over=over)
        self._rest.clear()

    def _cut(self) -> None:
        """Pass the start of a line on that has grown too long."""
        while len(self._rest) > _LONGEST:
            self._line(bytes(self._rest[:_LONGEST]), over=False)
            del self._rest[:_LONGEST]

    def _line(self, line: bytes, *, over: bool) -> None:
        text = line.decode("utf-8", "replace").strip()
        if text and self._said is not None:
            self._said(text)
        self._covered = text or self._covered
        if over or not self._covered:
            return
        self._kept.append(self._covered)
        if self._show and self._shown < SHOWN:
            print(self._covered, file=sys.stderr)
        elif self._show and self._shown == SHOWN:
            print(f"… (the first {SHOWN:,} lines of its output)", file=sys.stderr)
        self._shown += 1
        self._covered = ""
