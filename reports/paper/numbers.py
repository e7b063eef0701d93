"""Numbers of a column in one unit, which its heading names: ``5.20`` and ``0.433`` under "M words/s"."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .. import units
from .table import EMPTY, Cell, Mark

Kind = Literal["rate", "bytes", "seconds", "ratio", "share", "correlation", "other", "count"]


class Quantity(NamedTuple):
    """A number with the ends of its interval where it has one, in base units."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Scale:
    """How the numbers of a column are written."""

    unit: str
    spell: Callable[[float], str]

    def cell(self, quantity: Quantity | None, mark: Mark | None = None, detail: str = "") -> Cell:
        """The entry of a number; its interval stands under it where no other detail is given."""
        if quantity is None:
            return EMPTY
        value, low, high = quantity
        if not detail and low is not None and high is not None:
            joint = " to " if low < 0 else "–"
            detail = f"{self.spell(low)}{joint}{self.spell(high)}"
        return Cell(self.spell(value), detail, mark, value, low, high)


def scale_of(kind: Kind, quantities: Sequence[Quantity | None], symbol: str = "") -> Scale:
    """The scale that suits the largest number of a column.

    Args:
        kind: of the numbers.
        quantities: of the whole column.
        symbol: unit of numbers that have none of their own, such as ρ.
    """
    largest = max((abs(one.value) for one in quantities if one is not None), default=0.0)
    if kind in ("rate", "bytes"):
        factor, sign = units.scale(largest)
        unit = f"{sign} words/s".strip() if kind == "rate" else f"{sign}B"
        return Scale(unit, lambda value: units.digits(value / factor))
    if kind == "share":
        return Scale("%", lambda value: _fixed(100 * value, 1))
    if kind == "seconds":
        return Scale("s", units.digits)
    if kind == "ratio":
        return Scale("", lambda value: units.ratio(value).removesuffix("×"))
    if kind == "count":
        return Scale("", units.count)
    return Scale(symbol, lambda value: _fixed(value, 3))


def kind_of(metric: str) -> tuple[Kind, str]:
    """Kind and symbol of a score's metric."""
    if units.is_share(metric):
        return "share", ""
    symbols = {"spearman": "ρ", "pearson": "r"}
    return ("correlation", symbols[metric]) if metric in symbols else ("other", "")


def _fixed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", units.MINUS)
