"""Runs trials in processes of their own, and starts another one where a training has ended the process."""

import queue
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from ...datasets.encode import encode
from ..files import write_atomically
from ..guardian import Guardian
from ..interrupts import Interrupts
from ..isolation import allowed_cores
from ..launch import launch
from ..outcome import how_it_ended
from .remains import Descendants, files_in
from .result import Result, Subject
from .texts import ONE_WORD, TEXTS, write_text
from .trial import DECLARATION, Declaration, Made, Step, Trial
from .watch import Watch

WORKER = "bench.benchmarks.conformance.trial_worker"
MOST_STARTS = 4
"""Processes for one trial: each training that ends its process costs one."""


class Laboratory:
    """Places for processes, and a folder for what they leave; a context manager.

    Args:
        subject: what is tried.
        directory: an empty folder.
        places: processes at the same time.
        interrupts: asked for the user's Ctrl-C.
    """

    def __init__(self, subject: Subject, directory: Path, places: int, interrupts: Interrupts) -> None:
        self._subject, self._directory, self._interrupts = subject, directory, interrupts
        self._guardians = [Guardian() for _ in range(places)]
        self._places: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in range(places):
            self._places.put(place)
        self.places = places
        self._texts: dict[str, tuple[Path, int]] = {}
        (directory / "texts").mkdir()

    def __enter__(self) -> Self:
        self._running = ExitStack()
        for guardian in self._guardians:
            self._running.enter_context(guardian)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.__exit__(kind, error, at)

    def write_texts(self, names: Iterable[str]) -> None:
        """Make and encode texts, so that the workers need only open them. Call it from one thread."""
        for name in names:
            if name != ONE_WORD and name not in self._texts:
                path, min_count = write_text(name, self._directory / "texts"), TEXTS[name].min_count
                encode(path, min_count=min_count, cache=self._cache)
                self._texts[name] = path, min_count

    @property
    def written(self) -> list[str]:
        """Names of the texts that were written."""
        return list(self._texts)

    def vocabulary(self, name: str) -> list[str]:
        """Words of a text that was written, in vocabulary order."""
        path, min_count = self._texts[name]
        return list(encode(path, min_count=min_count, cache=self._cache).vocabulary.words)

    @property
    def _cache(self) -> Path:
        return self._directory / "cache"

    def declaration(self) -> Declaration:
        """What the trainer declares, and if its process dies of it, that as a fault."""
        result, directory = Result(), self._directory / "declaration"
        self._launched([], directory, result, threads=1, interrupt=False)
        try:
            return Declaration.model_validate_json((directory / DECLARATION).read_bytes())
        except (OSError, ValidationError):
            assert result.ended is not None
            words = how_it_ended(result.ended, result.logs[-1], self._subject.timeout)[1]
            return Declaration(faults=[f"loading it, asking what it is: {words}"])

    def run(self, name: str, steps: Iterable[Step], *, threads: int = 1, interrupt: bool = False) -> Result:
        """Make a trial's trainings; one that ends its process is noted, and the others are made in another process."""
        result, waiting = Result(), list(steps)
        for start in range(MOST_STARTS):
            # Without blanks: Java's and other launchers do not bear them, and that is not what is checked.
            directory = self._directory / f"{name.replace(' ', '-')}-{start}"
            self._launched(waiting, directory, result, threads=threads, interrupt=interrupt)
            waiting = [step for step in waiting if not self._read(step, directory, result)]
            if not waiting:
                return result
            assert result.ended is not None
            if result.ended.stopped == "interrupted":
                break
            status, words = how_it_ended(result.ended, result.logs[-1], self._subject.timeout)
            lost = waiting.pop(0)
            result.made[lost.name] = Made(status="hung" if status == "timeout" else "crashed", words=words)
            if status == "timeout":
                break  # the others would take as long
        for step in waiting:
            result.made[step.name] = Made(status="unreached", words="not tried: its process had ended before")
        return result

    def _read(self, step: Step, directory: Path, result: Result) -> bool:
        try:
            result.made[step.name] = Made.model_validate_json((directory / f"{step.name}.json").read_bytes())
        except (OSError, ValidationError):
            return False
        result.arrays[step.name] = directory / f"{step.name}.npy"
        return True

    def _launched(self, steps: list[Step], directory: Path, result: Result, *, threads: int, interrupt: bool) -> None:
        """One process, in an empty working directory, with an empty one for temporary files."""
        if self._interrupts.requested:
            raise KeyboardInterrupt
        here, temporary = directory / "here", directory / "tmp"
        for folder in (directory, here, temporary):
            folder.mkdir()
        place, descendants, watch = self._places.get(), Descendants(), Watch(interrupt)
        try:
            trial = self._trial(steps, directory, None if threads > 1 else place)
            write_atomically(directory / "trial.json", trial.model_dump_json())
            result.logs.append(directory / "log.txt")
            result.ended = launch(
                directory / "trial.json",
                result.logs[-1],
                threads=threads,
                timeout=self._subject.timeout,
                guardian=self._guardians[place],
                heard=watch.heard,
                interrupted=lambda: self._interrupts.requested or watch.due,
                variables={**descendants.variables, "TMPDIR": str(temporary)},
                directory=here,
                module=WORKER,
                before_kill=watch.then(descendants.look),
            )
        finally:
            self._places.put(place)
        if self._interrupts.requested:
            raise KeyboardInterrupt
        result.end_seconds = watch.end_seconds
        result.processes += descendants.left
        if result.ended.stopped is None and result.ended.code == 0:  # else it had no time to clear up
            result.files += [*files_in(here), *(f"$TMPDIR/{name}" for name in files_in(temporary))]

    def _trial(self, steps: list[Step], directory: Path, place: int | None) -> Trial:
        """A trial of one thread is kept to a core of its place, so that two at the same time do not share one."""
        cores = allowed_cores()
        return Trial(
            implementation=self._subject.name,
            options=dict(self._subject.options),
            plugins=[path.resolve() for path in self._subject.plugins],
            device=self._subject.device,
            cores=cores if cores is None or place is None else [cores[place % len(cores)]],
            texts={name: self._texts[name] for name in {step.corpus for step in steps} - {ONE_WORD}},
            cache=self._cache,
            steps=steps,
            directory=directory,
        )
