"""The store: ``history.jsonl`` in a folder, one line a benchmark, which grows at its end and is never rewritten.

A line is written with one call under a lock, so that two processes may append at once; one that a crash cut short was
never acknowledged, and is left out by readers and removed by the next writer. Lines merge well in git: a folder that
is committed to a branch is a store, too.
"""

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from ...datasets.errors import InputError
from ..records import Results
from .entry import make_entry
from .records import Entry

HISTORY = "history.jsonl"


def append(results: Results, store: Path, *, revision: str | None = None, repository: Path = Path()) -> Entry:
    """Add the results of one benchmark to a store; the folder is made where there is none.

    Args:
        results: of one invocation.
        store: the store's folder.
        revision: commit that was measured; by default the harness's own, where it ran from a checkout.
        repository: where git is asked about the commit.

    Raises:
        InputError: no run finished, the commit is not known, the benchmark is in the store already, the store is
            damaged or cannot be written.
    """
    entry = make_entry(results, revision=revision, repository=repository)
    file = store / HISTORY
    try:
        store.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as stream, _locked(stream):
            _mend(stream, file)
            twin = next((old for old in _entries(_read(stream), file) if old.digest == entry.digest), None)
            if twin is not None:
                raise InputError(
                    f"the benchmark of {entry.created:%Y-%m-%d %H:%M} is in {file} already, under commit "
                    f"{twin.revision[:10]}; make a new one with `run` to add another"
                )
            os.write(stream.fileno(), entry.model_dump_json().encode() + b"\n")
            os.fsync(stream.fileno())
    except OSError as error:
        raise InputError(f"cannot append to {file}: {error.strerror or error}") from error
    return entry


def load(store: Path) -> list[Entry]:
    """The entries of a store in the order of their commits. A last line that was cut short is left out, with a warning.

    Raises:
        InputError: there is no store, or a line before the last is damaged.
    """
    file = store / HISTORY if store.is_dir() else store
    try:
        with file.open("rb") as stream, _locked(stream, shared=True):
            data = _read(stream)
    except OSError as error:
        raise InputError(
            f"there is no history in {store}: {file} cannot be read ({error.strerror or error}); append results first"
        ) from error
    entries = list(_entries(data, file))
    return sorted(entries, key=lambda entry: (entry.time.timestamp(), entry.created.timestamp()))


def _entries(data: bytes, file: Path) -> Iterator[Entry]:
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Entry.model_validate_json(line)
        except ValidationError as error:
            if number == len(lines):  # no newline after it: a writer was stopped within it
                warnings.warn(f"{file}: the last line was cut short and is left out", stacklevel=2)
                return
            first = error.errors(include_url=False)[0]["msg"]
            raise InputError(
                f"{file}, line {number}, is no entry of a history ({first}); was it merged with a conflict? "
                "Repair or delete that line"
            ) from error


def _mend(stream: BinaryIO, file: Path) -> None:
    """End the file with a newline: complete the last line where it is whole, else remove what was cut short."""
    data = _read(stream)
    if not data or data.endswith(b"\n"):
        return
    whole = data.rfind(b"\n") + 1
    try:
        Entry.model_validate_json(data[whole:])
    except ValidationError:
        warnings.warn(f"{file}: the last line was cut short and is removed", stacklevel=3)
        stream.truncate(whole)
    else:
        os.write(stream.fileno(), b"\n")


def _read(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _locked(stream: BinaryIO, *, shared: bool = False) -> Iterator[None]:
    """Hold the file's lock, which the system lifts when a process dies. Windows has none of this kind."""
    with contextlib.suppress(ImportError):
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    yield
