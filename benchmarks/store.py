"""The directory of a benchmark: ``results.json``, one folder a run, and what may be resumed."""

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..datasets.errors import InputError
from .files import write_atomically
from .records import Results, RunRecord
from .worker import RECORD

RESULTS = "results.json"
RUNS = "runs"
OWNED = (RESULTS, RUNS, "report.md", "report.html", "figures", "tables", "references.bib")
"""What ``--fresh`` deletes: what a benchmark and its report put there, nothing else."""

_MAY_DIFFER = ("repeats", "seed", "timeout", "save_vectors", "corpus")
"""Keys of a plan that a resumed benchmark may change. More rounds may be added; their seeds are compared apart, and the
corpus by its content."""

_BEFORE = {"timed_seconds": 0.0, "learning_curve": False}
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

    def claim(self, *, fresh: bool) -> None:
        """Make the directory, and delete what an earlier benchmark left in it if that is asked for.

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
        try:
            return RunRecord.model_validate_json((self.directory / RUNS / run / RECORD).read_bytes())
        except (OSError, ValidationError):
            return None


def finished(store: Store, earlier: Results, wanted: Iterable[tuple[str, str]]) -> dict[str, RunRecord]:
    """Runs that need not be made again: finished without fault, under the same id and configuration.

    Args:
        store: where single records lie, should the launcher have been killed before it wrote ``results.json``.
        earlier: the results to resume.
        wanted: id and configuration of each planned run.
    """
    known = {record.id: record for record in earlier.runs}
    found = {}
    for run, configuration in wanted:
        record = known.get(run) or store.read_record(run)
        if record is not None and record.status == "ok" and record.configuration == configuration:
            found[run] = record
    return found


def check_resumable(earlier: Results, now: Results) -> None:
    """Refuse to mix what cannot be compared.

    Raises:
        InputError: another corpus, other settings, another processor or other versions of the libraries.
    """
    advice = "; repeat with the earlier settings, or start again with --fresh"
    if earlier.corpus != now.corpus:
        raise InputError(
            f"the earlier runs used another corpus ({_corpus(earlier)}, now {_corpus(now)}){advice}",
        )
    was, is_ = {**_BEFORE, **(earlier.plan or {})}, now.plan or {}
    for key in sorted({*was, *is_} - set(_MAY_DIFFER)):
        if was.get(key) != is_.get(key):
            raise InputError(f"the earlier runs had {_difference(key, was.get(key), is_.get(key))}{advice}")
    seeds = was.get("seed", [])
    if seeds != is_.get("seed", [])[: len(seeds)]:
        raise InputError(f"the earlier runs had the seeds {seeds}, now {is_.get('seed')}{advice}")
    for key in ("cpu", "packages", "code"):
        before, after = _stable(earlier.environment.get(key)), _stable(now.environment.get(key))
        if before != after:
            raise InputError(f"the earlier runs had {_difference(key, before, after)}; start again with --fresh")


def load_results(path: Path) -> Results:
    """Read a results file, or that of a results directory.

    Raises:
        InputError: there is none, or it is not one.
    """
    file = path / RESULTS if path.is_dir() else path
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
    name = Path(corpus).name
    name = name.removesuffix("".join(Path(name).suffixes)) or "corpus"
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
    return f"{results.corpus.name}, {results.corpus.tokens:,} tokens, sha256 {results.corpus.sha256[:12]}"
