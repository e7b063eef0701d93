"""The directory of a benchmark: ``results.json``, one folder a run, and what may be resumed."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..datasets.errors import InputError
from ..datasets.paths import is_dir
from .files import write_atomically
from .records import Results, RunRecord
from .schedule import RunSpec
from .study import corpus_name
from .worker import RECORD

RESULTS = "results.json"
RUNS = "runs"
OWNED = (RESULTS, RUNS, "report.md", "report.html", "figures", "tables", "references.bib")
"""What ``--fresh`` deletes: what a benchmark and its report put there, nothing else."""

_MAY_DIFFER = ("repeats", "seed", "timeout", "save_vectors", "corpus")
"""Keys of a plan that a resumed benchmark may change. More rounds may be added; their seeds are compared apart, and the
corpus by its content."""

_MAY_GROW = ("impl", "hyperparameters", "threads", "grid", "plugin")
"""Keys that may differ as long as every run that was made is still asked for."""

_BEFORE: dict[str, Any] = {"timed_seconds": 0.0, "learning_curve": False, "grid": {}, "errors": "strict"}
"""Settings that plans have had only since some version, as they were before."""


class Store:
    """Where one benchmark's results go. Every file is written whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def earlier(self, *, resume: bool, fresh: bool) -> Results | None:
        """What an earlier benchmark left here; writes nothing.

        Returns:
            The results to resume, or None where there are none or they are to be deleted.

        Raises:
            InputError: it is a file, or holds results and neither flag was given.
        """
        if self.directory.exists() and not self.directory.is_dir():
            raise InputError(f"{self.directory} is a file; give a directory to --out")
        if not (self.directory / RESULTS).exists():
            return None
        if not (resume or fresh):
            raise InputError(
                f"{self.directory} already holds results; add --resume to finish them or --fresh to start again"
            )
        return None if fresh else load_results(self.directory)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other benchmarks out of the directory while the block runs; it is made where there is none.

        The lock is the kernel's, on the directory itself: it ends with the process, however that ends, and leaves no
        file. Where the file system has no such locks, there is none.

        Raises:
            InputError: another benchmark is at work in it, or it cannot be made.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise InputError(f"cannot write to {self.directory}: {error.strerror}; choose another --out") from error
        try:
            with contextlib.suppress(OSError):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise InputError(
                        f"another benchmark is writing to {self.directory}; wait for it, or choose another --out"
                    ) from None
            yield
        finally:
            os.close(descriptor)

    def claim(self, *, fresh: bool) -> None:
        """Make room for the runs, and delete what an earlier benchmark left if that is asked for.

        Raises:
            InputError: it cannot be written to.
        """
        try:
            (self.directory / RUNS).mkdir(parents=True, exist_ok=True)
            if fresh:
                self._clear()
        except OSError as error:
            raise InputError(f"cannot write to {self.directory}: {error.strerror}; choose another --out") from error

    def _clear(self) -> None:
        for name in OWNED:
            path = self.directory / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        (self.directory / RUNS).mkdir(exist_ok=True)

    def run_directory(self, run: str) -> Path:
        """The folder of a run, emptied of an earlier attempt.

        Raises:
            OSError: it cannot be made.
        """
        path = self.directory / RUNS / run
        if path.exists():
            shutil.rmtree(path)
        path.mkdir(parents=True)
        return path

    def write(self, results: Results) -> None:
        """Put the results in place.

        Raises:
            InputError: the disk is full or the directory has gone; the earlier file is untouched.
        """
        try:
            write_atomically(self.directory / RESULTS, results.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise InputError(
                f"cannot write {self.directory / RESULTS}: {error.strerror}; make room, then repeat with --resume"
            ) from error

    def write_record(self, record: RunRecord) -> None:
        """Put a run's record into its folder where there is room; ``results.json`` holds it in any case."""
        with contextlib.suppress(OSError):
            path = self.directory / RUNS / record.id
            path.mkdir(parents=True, exist_ok=True)
            write_atomically(path / RECORD, record.model_dump_json(indent=2))

    def read_record(self, run: str) -> RunRecord | None:
        """A run's record, or None where there is none that can be read."""
        return read_record(self.directory / RUNS / run / RECORD)


def read_record(path: Path) -> RunRecord | None:
    """The record in a file, or None where there is none that can be read."""
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def finished(
    store: Store, earlier: Results, wanted: Iterable[RunSpec], *, retry_failed: bool = False
) -> dict[str, RunRecord]:
    """Runs that need not be made again: ended under the same id and configuration, made by the same code.

    Args:
        store: where single records lie, should the launcher have been killed before it wrote ``results.json``.
        earlier: the results to resume.
        wanted: the planned runs.
        retry_failed: make those again that failed or took too long.
    """
    kept = ("ok",) if retry_failed else ("ok", "failed", "timeout")
    records = _earlier_records(store, earlier, wanted)
    return {spec.id: record for spec, record in records if record.status in kept and _same_code(record, earlier, spec)}


def outdated(store: Store, earlier: Results, wanted: Iterable[RunSpec]) -> list[str]:
    """Finished runs that other code or another version made: they are made again."""
    records = _earlier_records(store, earlier, wanted)
    return [spec.id for spec, run in records if run.status == "ok" and not _same_code(run, earlier, spec)]


def _earlier_records(store: Store, earlier: Results, wanted: Iterable[RunSpec]) -> Iterator[tuple[RunSpec, RunRecord]]:
    known = {record.id: record for record in earlier.runs}
    for spec in wanted:
        record = known.get(spec.id) or store.read_record(spec.id)
        if record is not None and record.configuration == spec.configuration:
            yield spec, record


def _same_code(record: RunRecord, earlier: Results, spec: RunSpec) -> bool:
    code = record.code or earlier.environment.get("code")
    return code == spec.code and record.version == spec.candidate.version


def check_resumable(earlier: Results, now: Results, wanted: Iterable[RunSpec], *, elsewhere: bool = False) -> None:
    """Refuse to mix what cannot be compared, and to lose what was measured.

    A plan may have grown: other implementations, more values in its grid. What was made by other code is made again.

    Args:
        earlier: the results to resume.
        now: those that are begun, still without runs.
        wanted: the planned runs.
        elsewhere: the runs are made on other machines, which their records name; else the processor must be the same.

    Raises:
        InputError: another corpus, another processor, or settings that leave out runs which were made.
    """
    advice = "; repeat with the earlier settings, or start again with --fresh"
    if earlier.corpus.model_copy(update={"coverage": now.corpus.coverage}) != now.corpus:  # not recorded always
        raise InputError(
            f"the earlier runs used another corpus ({_corpus(earlier)}, now {_corpus(now)}){advice}",
        )
    was, is_ = {**_BEFORE, **(earlier.plan or {})}, now.plan or {}
    planned = {(spec.id, spec.configuration) for spec in wanted}
    grown = all((run.id, run.configuration) in planned for run in earlier.runs)
    for key in sorted({*was, *is_} - set(_MAY_DIFFER) - set(_MAY_GROW if grown else ())):
        if was.get(key) != is_.get(key):
            raise InputError(f"the earlier runs had {_difference(key, was.get(key), is_.get(key))}{advice}")
    seeds = was.get("seed", [])
    if seeds != is_.get("seed", [])[: len(seeds)]:
        raise InputError(f"the earlier runs had the seeds {seeds}, now {is_.get('seed')}{advice}")
    before, after = (_stable(one.environment.get("cpu")) for one in (earlier, now))
    if before != after and not elsewhere:
        raise InputError(f"the earlier runs had {_difference('cpu', before, after)}; start again with --fresh")


def load_results(path: Path) -> Results:
    """Read a results file, or that of a results directory.

    Raises:
        InputError: there is none, or it is not one.
    """
    file = path / RESULTS if is_dir(path) else path
    try:
        return Results.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"no results in {path}: {file} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file} is no results file: {place + ': ' if place else ''}{first['msg']}") from error


def default_directory(corpus: str, *, again: bool, parent: Path = Path("results")) -> Path:
    """Where results go when nobody says: ``results/NAME``, or ``results/NAME-2``, … once that holds some.

    Args:
        corpus: its name, or its file's path: of ``some/wiki.txt.gz`` the name is ``wiki``.
        again: take the last one that holds results, to resume it or start it again, rather than the next free one.
        parent: of all.
    """
    name = corpus_name(corpus)
    number, path = 1, parent / name
    while (path / RESULTS).exists():
        number, last, path = number + 1, path, parent / f"{name}-{number + 1}"
    return last if again and number > 1 else path


def _stable(value: Any) -> Any:
    """What of a part of the environment stays the same from one invocation to the next."""
    if not isinstance(value, dict):
        return value
    changing = ("mhz", "governor", "affinity")
    return {key: part for key, part in value.items() if key not in changing}


def _difference(key: str, was: Any, is_: Any) -> str:
    if isinstance(was, dict) and isinstance(is_, dict):
        inner = next(name for name in sorted({*was, *is_}) if was.get(name) != is_.get(name))
        return _difference(f"{key} {inner}", was.get(inner), is_.get(inner))
    return f"{key} {was!r}, now {is_!r}"


def _corpus(results: Results) -> str:
    one = results.corpus
    errors = "" if one.errors == "strict" else f", errors {one.errors}"
    return f"{one.name}, {one.tokens:,} tokens, sha256 {one.sha256[:12]}{errors}"
