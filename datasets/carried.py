"""An encoded corpus taken to another machine piece by piece: read here, put into the cache there."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from .cache import beside, cache_dir, explained
from .corpus import Corpus
from .entry import load, publish
from .errors import InputError

PIECE = 8 << 20
"""Bytes in a piece: what is in memory at a time."""


class Piece(NamedTuple):
    """Bytes of one file of an entry; pieces of a file come in their order."""

    file: str
    data: bytes


def pieces(corpus: Corpus) -> Iterator[Piece]:
    """The entry of a corpus, file by file, the one that makes it whole last.

    Raises:
        InputError: the corpus has no entry in the cache, or it can no longer be read.
    """
    if corpus.directory is None:
        raise InputError(f"the corpus {corpus.name} is not in the cache, so it cannot be sent")
    try:
        for path in sorted(corpus.directory.iterdir(), key=lambda path: (path.name == "meta.json", path.name)):
            with path.open("rb") as file:
                while data := file.read(PIECE):
                    yield Piece(path.name, data)
    except OSError as error:
        raise InputError(f"the encoded corpus {corpus.directory} cannot be read: {error.strerror}") from error


def place_of(key: str, cache: Path | None = None) -> Path:
    """Where the entry of that key lies, or would lie: the key is the name of ``Corpus.directory``."""
    return (cache or cache_dir()).absolute() / "corpora" / Path(key).name


def begin(key: str, cache: Path | None = None) -> Path:
    """An empty directory for the pieces of an entry.

    Raises:
        InputError: the cache cannot be written.
    """
    place = place_of(key, cache)
    with explained(place.parent):
        temporary = beside(place, ".part")
        temporary.mkdir(parents=True)
    return temporary


def add(temporary: Path, piece: Piece) -> None:
    """Append a piece to its file.

    Raises:
        InputError: the disk is full.
    """
    with explained(temporary.parent), (temporary / Path(piece.file).name).open("ab") as file:
        file.write(piece.data)


def finish(temporary: Path, key: str, cache: Path | None = None) -> Path:
    """Put what has arrived in its place, every byte checked.

    Raises:
        InputError: something was lost on the way, or the cache cannot be written.
    """
    place = place_of(key, cache)
    try:
        if load(temporary) is None:
            raise InputError(f"the corpus arrived damaged in {place.parent}; try again")
        with explained(place.parent):
            publish(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return place


def open_encoded(directory: Path, *, name: str) -> Corpus:
    """Open an entry by its place.

    Raises:
        InputError: it is not there or damaged.
    """
    corpus = load(directory)
    if corpus is None:
        raise InputError(f"the encoded corpus {directory} is not there or damaged")
    return replace(corpus, name=name)
