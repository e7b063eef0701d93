"""The selector ``name[key=value,key=value]``: an implementation with settings of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..datasets.errors import InputError

_SELECTOR = re.compile(r"\s*(?P<name>[A-Za-z0-9_.-]+)\s*(?:\[(?P<settings>[^\[\]]*)\])?\s*")


@dataclass(frozen=True)
class Selector:
    """An implementation's name and the settings given with it, values already converted."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.settings:
            return self.name
        return f"{self.name}[{','.join(f'{key}={value}' for key, value in self.settings.items())}]"


def parse_selectors(text: str) -> list[Selector]:
    """Read a comma-separated list such as ``numba[negatives=window,window=3],gensim``.

    Raises:
        InputError: the text is not such a list; the message shows where.
    """
    parts = re.split(r",(?![^\[]*\])", text)
    return [parse_selector(part) for part in parts if part.strip()]


def parse_selector(text: str) -> Selector:
    """Read one selector. Values become int, float or bool where they look like one.

    Raises:
        InputError: the text is not a selector.
    """
    match = _SELECTOR.fullmatch(text)
    if not match:
        raise InputError(f"{text.strip()!r} is not an implementation; write NAME or NAME[key=value,key=value]")
    settings: dict[str, Any] = {}
    for item in filter(str.strip, (match["settings"] or "").split(",")):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not (key and equals and value):
            raise InputError(f"{item.strip()!r} in {text.strip()!r} is not of the form key=value")
        key = key.replace("-", "_")
        if key in settings:
            raise InputError(f"{key} is given twice in {text.strip()!r}")
        settings[key] = _value(value)
    return Selector(match["name"], settings)


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
