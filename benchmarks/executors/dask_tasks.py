"""What Dask's workers are asked to do. Each function is a task; the runs themselves are processes that it starts."""

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...datasets import carried
from ...datasets.catalogue import corpora
from ...datasets.entry import load
from ...datasets.errors import InputError
from ...datasets.shards import find_text
from ..guardian import Guardian
from ..isolation import core_count
from ..job import Job
from ..launch import launch
from ..outcome import log_tail
from ..store import RUNS
from ..worker import RECORD
from .look import ANSWER
from .single_run import LOG, NoRecord, make

_LOOK = "bench.benchmarks.executors.look"
_processes = 0
_lock = threading.Lock()


def settle(session: str, files: dict[str, bytes], plan: dict[str, Any]) -> dict[str, Any]:
    """Put a benchmark's files (plug-ins, questions) where runs find them, and tell what this machine has.

    Args:
        session: a name that is the benchmark's own.
        files: contents by name; names may have a folder.
        plan: as JSON holds it. Its plug-ins, and paths of questions in later jobs, are names in ``files``.

    Returns:
        The answer of ``look``, and under ``folder`` where the files lie.

    Raises:
        InputError: the plan cannot be looked at here.
    """
    folder = _folder(session) / "files"
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    plan = {**plan, "plugin": [str(folder / name) for name in plan["plugin"]]}
    return {**_look(session, {"plan": plan}), "folder": str(folder)}


def find_corpus(session: str, key: str, name: str, sha256: str, min_count: int, errors: str = "strict") -> str | None:
    """The directory of the encoded corpus if this machine has it, or the text to make it of; else None.

    Args:
        session: of the benchmark.
        key: of the entry in the cache.
        name: of the corpus, or path of its text; only a text that is here is looked at.
        sha256: of the text.
        min_count: with which it is encoded.
        errors: what is done about bytes that are not UTF-8.
    """
    found = load(carried.place_of(key))
    if found is not None and found.sha256 == sha256:
        return str(found.directory)
    if not _text_is_here(name):
        return None
    asked = {"name": name, "sha256": sha256, "min_count": min_count, "errors": errors}
    directory = _look(session, {"corpus": asked})["directory"]
    return None if directory is None else str(directory)


def _text_is_here(name: str) -> bool:
    try:
        entry = next((one for one in corpora() if one.name == name), None)
    except InputError:  # BENCH_DATA points nowhere
        entry = None
    if entry is not None:
        return entry.generated or entry.found is not None
    try:
        return find_text(name) is not None
    except InputError:
        return False


def begin_corpus(key: str) -> str:
    """A directory for the pieces of a corpus."""
    return str(carried.begin(key))


def add_piece(directory: str, file: str, data: bytes) -> None:
    """Put a piece of the corpus beside the others."""
    carried.add(Path(directory), carried.Piece(file, data))


def finish_corpus(directory: str, key: str) -> str:
    """The directory of the encoded corpus, now that all pieces are there."""
    return str(carried.finish(Path(directory), key))


def make_run(session: str, job: str, timeout: float | None) -> dict[str, Any] | None:
    """Make a run; None where it is no longer wanted.

    Args:
        session: of the benchmark.
        job: a ``Job`` as JSON; its directory is chosen here.
        timeout: seconds, or None.

    Returns:
        ``record`` as JSON, or ``status`` and ``reason`` where there is none; ``folder`` and ``files`` with their sizes,
        to be read with ``read_piece``.
    """
    asked = Job.model_validate_json(job)
    directory = _folder(session) / RUNS / asked.id
    shutil.rmtree(directory, ignore_errors=True)
    wanted = _wanted()
    try:
        directory.mkdir(parents=True)
        with _watched() as guardian:
            made = make(
                asked.model_copy(update={"directory": directory}),
                timeout=timeout,
                guardian=guardian,
                heard=lambda signal: None,
                interrupted=lambda: not wanted(),
            )
    except OSError as error:
        made = NoRecord("failed", f"its files cannot be written: {error.strerror}")
    if made is None:
        shutil.rmtree(directory, ignore_errors=True)
        return None
    told = made._asdict() if isinstance(made, NoRecord) else {"record": made.model_dump_json()}
    sizes = {path.name: path.stat().st_size for path in directory.iterdir() if path.is_file() and path.name != RECORD}
    return {**told, "folder": str(directory), "files": sizes}


def read_piece(path: str, offset: int, size: int) -> bytes:
    """Bytes of a file that a run left."""
    with Path(path).open("rb") as file:
        file.seek(offset)
        return file.read(size)


def forget(path: str) -> None:
    """Delete what a run left."""
    shutil.rmtree(path, ignore_errors=True)


def leave(session: str) -> None:
    """Delete what a benchmark left."""
    shutil.rmtree(_folder(session), ignore_errors=True)


def busy() -> int:
    """Processes that run for a benchmark now. Asked on the worker's event loop, beside the tasks."""
    return _processes


def _look(session: str, request: dict[str, Any]) -> dict[str, Any]:
    folder = _folder(session)
    folder.mkdir(parents=True, exist_ok=True)
    request_file, answer, log = folder / "request.json", folder / ANSWER, folder / LOG
    answer.unlink(missing_ok=True)
    request_file.write_text(json.dumps(request), encoding="utf-8")
    wanted = _wanted()
    with _watched() as guardian:
        launch(
            request_file,
            log,
            threads=core_count(),
            timeout=None,
            guardian=guardian,
            heard=lambda signal: None,
            interrupted=lambda: not wanted(),
            module=_LOOK,
        )
    try:
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"it cannot be looked at; the log ends: {log_tail(log)}") from None
    if "error" in found:
        raise InputError(str(found["error"]))
    return found


def _folder(session: str) -> Path:
    """In the worker's own directory, which Dask deletes when the worker ends."""
    from distributed import get_worker

    return Path(get_worker().local_directory).absolute() / f"bench-{Path(session).name}"


def _wanted() -> Callable[[], bool]:
    """Whether the task of this thread is still asked for.

    Dask does not stop a thread. It does tell its worker that a task was cancelled, that the client has gone or that the
    scheduler has; to look at what it told costs nothing while a run is timed, other than a message would.
    """
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        alive = worker.status.name in ("running", "paused", "closing_gracefully")
        return alive and task is not None and task.state in ("executing", "long-running")

    return wanted


@contextlib.contextmanager
def _watched() -> Iterator[Guardian]:
    global _processes
    _without_nanny_settings()
    with _lock:
        _processes += 1
    try:
        with Guardian() as guardian:
            yield guardian
    finally:
        with _lock:
            _processes -= 1


def _without_nanny_settings() -> None:
    """Take away what Dask's nanny put into the environment: a small MALLOC_TRIM_THRESHOLD_ makes trainers slower."""
    import dask

    for name, value in (dask.config.get("distributed.nanny.pre-spawn-environ", {}) or {}).items():
        if os.environ.get(name) == str(value):
            del os.environ[name]
