"""What the targets share: a folder in memory, and what a parser may do with a file that makes no sense.

A target is a function from bytes to nothing. It gives the bytes to a parser as a user's file would come. Refusing them
by the one sentence of an ``InputError`` is right; any other exception is a finding, and so is a sentence that is no
clear line, memory that grows by more than ``MOST_MEMORY`` and, where ``watched`` is asked to look, a call that takes
longer than ``LONGEST_SECONDS``.
"""

import atexit
import os
import resource
import shutil
import signal
import tempfile
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bench.datasets.errors import InputError

MOST_MEMORY = 256 << 20
"""Bytes by which the largest memory of the process may grow in one call; the inputs have some kilobytes."""

LONGEST_SECONDS = 10

Run = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """A parser to be fuzzed.

    Attributes:
        name: of the target.
        about: what is parsed.
        run: gives bytes to the parser; it raises where there is a finding.
        seeds: good files and their like.
        words: pieces that mean something to the parser.
        form: what the mutations of a coverage-guided run keep intact: nothing, or the syntax of JSON.
        longest: bytes of an input.
        compiled: False where Numba's kernels run as plain Python, so that their branches are seen.
    """

    name: str
    about: str
    run: Run
    seeds: Callable[[], list[bytes]]
    words: tuple[bytes, ...] = ()
    form: Literal["bytes", "json"] = "bytes"
    longest: int = 4096
    compiled: bool = True
    allowed: tuple[type[Exception], ...] = field(default=())


_warm: set[str] = set()
_folder: list[tuple[int, Path]] = []


def folder() -> Path:
    """A folder of this process, in memory where the system has such; it goes with the process."""
    if not _folder or _folder[-1][0] != os.getpid():
        memory = Path("/dev/shm")
        place = Path(tempfile.mkdtemp(prefix="bench-fuzz-", dir=memory if os.access(memory, os.W_OK) else None))
        _folder.append((os.getpid(), place))
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    return _folder[-1][1]


_open: dict[str, tuple[int, Path, int]] = {}


def put(name: str, data: bytes) -> Path:
    """A file of that content in the folder; it stays open from call to call: opening takes longer than parsing."""
    descriptor, path, owner = _open.get(name, (-1, Path(), 0))
    if owner != os.getpid() or not _is_at(path, descriptor):
        path = folder() / name
        if descriptor >= 0 and owner == os.getpid():
            os.close(descriptor)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        _open[name] = descriptor, path, os.getpid()
    os.pwrite(descriptor, data, 0)
    os.ftruncate(descriptor, len(data))
    return path


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether a parser left the file where it was."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def refused(*others: type[Exception]) -> Iterator[None]:
    """Lets a parser refuse its input, by one clear line or one of ``others`` with the same."""
    try:
        yield
    except (InputError, *others) as error:
        check_sentence(str(error))


def check_sentence(text: str) -> None:
    """What a user reads must be one printable line of moderate length.

    Raises:
        AssertionError: it is not.
    """
    assert text.strip(), "an error without a word"
    assert len(text) <= 2000, f"a sentence of {len(text):,} characters: {text[:100]}"
    odd = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")}
    assert not odd, f"control characters {odd} in {text!r}"


def watched(target: Target, data: bytes, *, alarm: bool = False, memory: bool = True) -> None:
    """Run a target on one input.

    Args:
        target: what to run.
        data: the input.
        alarm: stop it after ``LONGEST_SECONDS``; a fuzzer has an alarm of its own.
        memory: look at its growth, for which the target runs once on a good file first.

    Raises:
        Exception: whatever the target raises, ``AssertionError`` for memory, ``TimeoutError`` for time.
    """
    if memory and target.name not in _warm:  # what it imports and compiles is not the input's doing
        _warm.add(target.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target.run(target.seeds()[0])
    before = _largest()
    with warnings.catch_warnings(), _limited(LONGEST_SECONDS if alarm else 0):
        warnings.simplefilter("ignore")
        target.run(data)
    grown = _largest() - before if memory else 0
    assert grown <= MOST_MEMORY, f"{len(data):,} bytes made the memory grow by {grown >> 20:,} MB"


def _largest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    if not seconds:
        yield
        return

    def late(*_: Any) -> None:
        raise TimeoutError(f"still at work after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
