"""Names as a sentence lists them, and footnotes as a table numbers them."""

from collections.abc import Iterable, Sequence


def listed(names: Sequence[str], most: int | None = 6) -> str:
    """Names as a sentence lists them; of very many the first. ``most`` None lists all."""
    if most is not None and len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class Footnotes:
    """The footnotes of one table, numbered from 1 as they come; what is true of several has one number."""

    def __init__(self, notes: Iterable[tuple[str, str]] = ()) -> None:
        self._names: dict[str, dict[str, None]] = {}
        for name, text in notes:
            self.number(name, text)

    def number(self, name: str, text: str) -> int:
        """The number of a footnote on ``name``."""
        self._names.setdefault(text, {})[name] = None
        return list(self._names).index(text) + 1

    @property
    def lines(self) -> tuple[str, ...]:
        """The footnotes in their order, without their numbers: ``numba and torch: drawn once for a window.``"""
        return tuple(f"{listed(list(names))}: {text.rstrip('. ')}." for text, names in self._names.items())
