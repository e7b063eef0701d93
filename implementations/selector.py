"""The selector ``name[key=value,key=[value,value]]``: an implementation with settings of its own."""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..datasets.errors import InputError

MOST = 10_000
"""Settings that one selector, or the grid of a plan, may stand for: as many as rounds."""

_SELECTOR = re.compile(r"\s*+(?P<name>[A-Za-z0-9_.-]++)\s*+(?:\[(?P<settings>.*)\]\s*+)?")


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
    """Read a comma-separated list such as ``numba[negatives=window,window=[3,5]],gensim``.

    Several values in brackets stand for a selector each; of several such lists every combination is taken, the last
    one changing first.

    Raises:
        InputError: the text is not such a list; the message shows where.
    """
    return [selector for part in _split(text) if part.strip() for selector in parse_selector(part)]


def parse_selector(text: str) -> list[Selector]:
    """Read one selector. Values become int, float or bool where they look like one.

    Raises:
        InputError: the text is not a selector.
    """
    match = _SELECTOR.fullmatch(text)
    if not match:
        raise InputError(f"{text.strip()!r} is not an implementation; write NAME or NAME[key=value,key=value]")
    settings: dict[str, list[Any]] = {}
    for item in filter(str.strip, _split(match["settings"] or "")):
        key, equals, value = (part.strip() for part in item.partition("="))
        key, values = key.replace("-", "_"), _values(value)
        if not (key and equals and values):
            raise InputError(f"{item.strip()!r} in {text.strip()!r} is not of the form key=value or key=[value,value]")
        if key in settings:
            raise InputError(f"{key} is given twice in {text.strip()!r}")
        settings[key] = values
    check_number(settings, repr(text.strip()[:60]))
    return [Selector(match["name"], chosen) for chosen in combinations(settings)]


def check_number(values: Mapping[str, Sequence[Any]], what: str) -> None:
    """Refuse lists of values whose combinations would fill the memory before the first of them is trained.

    Raises:
        InputError: there are more than ``MOST``; ``what`` holds the lists.
    """
    if math.prod(map(len, values.values())) > MOST:
        raise InputError(f"{what} stands for more than {MOST:,} combinations of values: give fewer")


def combinations(values: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every choice of one value a key, the last key changing first; a single empty one where there are no keys."""
    for chosen in itertools.product(*values.values()):
        yield dict(zip(values, chosen, strict=True))


def _split(text: str) -> list[str]:
    """Cut at the commas that stand outside of brackets.

    Raises:
        InputError: brackets do not match.
    """
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if depth < 0:
            break
        if sign == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    if depth:
        raise InputError(f"the brackets in {text.strip()!r} do not match")
    return [*parts, text[start:]]


def _values(text: str) -> list[Any]:
    """The values of one key; none where the text holds none or brackets that it should not."""
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    parts = [part.strip() for part in inner.split(",")]
    if not all(parts) or "[" in inner or "]" in inner:
        return []
    return list(dict.fromkeys(_value(part) for part in parts))


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
