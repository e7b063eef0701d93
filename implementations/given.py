"""What an implementation was really given: its own names and values, and where it departs from what was asked for."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from .hyperparameters import Hyperparameters

_ONLY = {"negative": ("loss", "ns"), "ns_exponent": ("loss", "ns"), "cbow_mean": ("model", "cbow")}
"""Hyperparameters that play a part under one model or loss only."""


class Given(BaseModel):
    """One setting as the implementation has it.

    ``value`` is what it got, in its own words where those differ (``-alpha 0.025``), None where it has no such setting.
    ``note`` says in words how that departs from the protocol; a setting it does not have always has one.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: bool | int | float | str | None
    note: str | None = Field(None, description="how it departs from what was asked for; None where it does not")


def as_asked(hyperparameters: Hyperparameters, **own: Given) -> Mapping[str, Given]:
    """Every hyperparameter that plays a part as it was asked for, but those in ``own``, which may add others."""
    asked = {
        name: Given(value=value, note=None)
        for name, value in hyperparameters.model_dump().items()
        if name not in _ONLY or getattr(hyperparameters, _ONLY[name][0]) == _ONLY[name][1]
    }
    return asked | own
