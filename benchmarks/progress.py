"""Shows a running benchmark on a terminal; silent elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from .records import RunRecord
from .schedule import RunSpec
from .signals import Signal

_DOING = {"prepare": "prepares", "train": "trains", "evaluate": "is scored"}


class TerminalObserver:
    """One bar for all runs and one for the run in progress."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._all = self._progress.add_task("reading the corpus", total=None)
        self._one = self._progress.add_task("", visible=False)
        self._name = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def planned(self, total: int, kept: int) -> None:
        """All runs and how many of them are done already."""
        self._progress.update(self._all, description=f"{total} runs", total=total, completed=kept)

    def started(self, spec: RunSpec) -> None:
        """A new line for the run."""
        self._name = f"{spec.candidate.name}, round {spec.round}"
        self._progress.reset(self._one, description=f"{self._name} starts", total=None, visible=True)

    def heard(self, signal: Signal) -> None:
        """Its phase, and in training how far it is."""
        doing = _DOING.get(signal.phase, signal.phase)
        total = signal.total or None
        self._progress.update(self._one, description=f"{self._name} {doing}", total=total, completed=signal.done)

    def ended(self, record: RunRecord) -> None:
        """Advance; a run that gave no measurement stays on the screen with its reason."""
        self._progress.update(self._one, visible=False)
        self._progress.advance(self._all)
        if record.status != "ok" and self._console.is_terminal:
            self._console.print(
                f"{record.implementation}, round {record.round}: {record.status}: {record.reason}",
                markup=False,
                highlight=False,
            )
