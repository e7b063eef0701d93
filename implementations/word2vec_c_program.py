"""The original word2vec program: where it is, and whether it trains all it is asked to."""

import hashlib
import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from .programs.program import Program
from .trainer import TrainingError

PACKAGE = "word2vec"

_PROGRESS = re.compile(r"Progress: *(\d+(?:\.\d*)?)%.{0,40}?Words/thread/sec: *(\d+(?:\.\d*)?)k")

STEP = 10_000
"""A thread tells of its progress after so many words, and not at the end."""

_LINE = "a b c d e f g h i\n"
_LINES = 3000
"""With the ends of lines 30,000 words an epoch."""


def find() -> Path | None:
    """The program of this Python's package ``word2vec``, else one beside the interpreter, else on the PATH."""
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    places = [Path(str(file.locate())) for file in files if file.name == PACKAGE]
    places.append(Path(sys.executable).with_name(PACKAGE))
    for place in places:
        if place.is_file() and os.access(place, os.X_OK):
            return place.resolve()
    on_path = shutil.which(PACKAGE)
    return None if on_path is None else Path(on_path)


def version() -> str:
    """The package's version, or of a program that comes from elsewhere the start of its hash, as it has none."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        program = find()
        return "unknown" if program is None else f"sha256:{hashlib.sha256(program.read_bytes()).hexdigest()[:12]}"


def progress(line: str) -> tuple[float, float] | None:
    """Share of all words that are trained, and words per second of processor time, as a line tells them, or None."""
    match = _PROGRESS.search(line)
    return None if match is None else (float(match[1]) / 100, float(match[2]) * 1000)


@cache
def check_epochs(program: Path) -> None:
    """Let it train three epochs of a small text with one thread, which takes some tenths of a second.

    Later versions of word2vec.c than the one in the package note the end of the file in a variable that they do not
    reset: the thread that meets it skips all further epochs, and does not say so.

    Raises:
        TrainingError: it trained less than all epochs, or is another program.
    """
    seen = [0.0]

    def said(line: str) -> None:
        told = progress(line)
        if told is not None:
            seen.append(told[0])

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        (Path(folder) / "text").write_text(_LINE * _LINES)
        settings = "-size 1 -window 1 -sample 0 -hs 1 -negative 0 -cbow 0 -min-count 1 -iter 3 -threads 1"
        command = [str(program), "-train", "text", "-output", "vectors", *settings.split()]
        with Program(command, directory=Path(folder), said=said) as running:
            running.finish(timeout=60)
    if len(seen) == 1:
        raise TrainingError(f"{program} tells of no progress, as word2vec.c does: pip install {PACKAGE}")
    if max(seen) < 2 / 3:
        raise TrainingError(
            f"{program} trained {max(seen):.0%} of three epochs with one thread and skipped the rest: at the end of "
            f"the file it does not begin again, like some builds of word2vec.c; pip install {PACKAGE} brings another"
        )
