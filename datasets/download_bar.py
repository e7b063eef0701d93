"""The progress of a download, on a terminal only."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def progress_bar(path: Path, start: int) -> Iterator["Bar | None"]:
    """A progress bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        yield Bar(progress, path.name.removeprefix(".").removesuffix(".part"), start)


class Bar:
    """What pooch expects of a progress bar, drawn by rich."""

    def __init__(self, progress: Any, description: str, start: int) -> None:
        self.progress = progress
        self.start = start
        self.task = progress.add_task(description, total=None)

    @property
    def total(self) -> int:
        """Bytes of this request; pooch sets it when the answer begins."""
        return self._total

    @total.setter
    def total(self, value: int) -> None:
        self._total = value
        self.progress.update(self.task, total=self.start + value, completed=self.start)

    def update(self, count: int) -> None:
        self.progress.advance(self.task, count)

    def reset(self) -> None:
        self.progress.update(self.task, completed=self.start)

    def close(self) -> None:
        """The surrounding block closes it."""
