"""What all our JSON has in common: formats that only grow, texts that may be shown, times that have a zone."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..datasets.printable import printable_values
from ..datasets.values import check_values


class Record(BaseModel):
    """Part of a document; fields that a later version added are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Document(Record):
    """What comes from a file or a plug-in, and is shown: no text in it holds control characters."""

    @model_validator(mode="before")
    @classmethod
    def _shown(cls, value: Any) -> Any:
        check_values(value)
        return printable_values(value)


def _aware(time: datetime) -> datetime:
    """A time that names no zone is taken for UTC, as ours are: it must have a place among the others."""
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


Time = Annotated[datetime, AfterValidator(_aware)]

MOST, LEAST = 1e20, 1e-100
"""No duration, speed or score comes near to these, and sums, squares and ratios of such remain numbers."""

Number = Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]


def believable(value: float | None) -> float | None:
    """The value, or None where nothing that is measured can be so large or so small."""
    return value if value is not None and (value == 0 or LEAST <= abs(value) <= MOST) else None


Measured = Annotated[float | None, AfterValidator(believable)]
"""Seconds, speeds and the like; what cannot be such a number counts as not measured."""
