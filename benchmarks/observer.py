"""What is told of a benchmark while it runs, for showing it."""

from typing import Protocol

from .records import RunRecord
from .schedule import RunSpec
from .signals import Signal


class Observer(Protocol):
    """Told what happens, for showing it. Its methods return at once."""

    def planned(self, total: int, kept: int) -> None:
        """There are ``total`` runs, ``kept`` of them finished earlier."""

    def started(self, spec: RunSpec) -> None:
        """A worker starts."""

    def heard(self, signal: Signal) -> None:
        """The worker tells where it is."""

    def ended(self, record: RunRecord) -> None:
        """A run has its record."""


class Silent:
    """The observer that shows nothing."""

    def planned(self, total: int, kept: int) -> None:
        """Show nothing."""

    def started(self, spec: RunSpec) -> None:
        """Show nothing."""

    def heard(self, signal: Signal) -> None:
        """Show nothing."""

    def ended(self, record: RunRecord) -> None:
        """Show nothing."""
