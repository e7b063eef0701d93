"""Mutations that keep JSON JSON, so that more than its reader is fuzzed: a value changes, moves, doubles or goes."""

import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -(10**400), 0.0, -0.5, 1e308, -1e308, 5e-324,
    float("nan"), float("inf"), "", " ", "x", "ok", "failed", "timeout", "cpu", "cuda", "gensim", "google-30k",
    "spearman", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2026-03-04", "../../../x", "/etc/passwd", "a/b",
    "\x1b[31m\x07", "\u202e", "\ud800", "\0", "=1+1", "-1+1", "@x", "<script>alert(1)</script>", "\\input{x}", "$1$",
    "`|*_[x](y)", "a\nb", "\u6f22\u5b57", "x" * 500, [], {}, [None], [[]], {"x": {}}, {"": None}, [1, "x", None],
    {"value": 1, "n": 0, "total": 0},
)  # fmt: skip
NAMES = ("x", "", "sources", "machines", "\x1b", "/", "google-30k", "1", "reason", "version")

Place = tuple[Any, Any]
"""A dictionary or a list, and a key or an index of it; None twice for the document itself."""


def mutated(data: bytes, longest: int, seed: int) -> bytes | None:
    """Another document, or None where ``data`` is none: then bytes are as good. Lines are documents of their own."""
    draw = random.Random(seed)
    lines = data.split(b"\n") if b"\n" in data.strip() else [data]
    at = draw.randrange(len(lines))
    try:
        document = json.loads(lines[at])
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            document = _changed(document, draw)
        lines[at] = json.dumps(document).encode()
    except (ValueError, RecursionError):
        return None
    changed = b"\n".join(lines)
    return changed if len(changed) <= longest else None


def everywhere(data: bytes, odd: Sequence[Any] = ODD, *, alike: bool = True) -> Iterator[tuple[str, bytes]]:
    """The document with each odd value in each of its places in turn, and with each place left out; what was done.

    Of lines, each a document, the first is changed. Chance would take days to come by all of it.

    Args:
        data: a document, or one a line.
        odd: the values.
        alike: places that differ in the numbers of elements of lists only are all changed, not just the first of them.
    """
    try:
        json.loads(data)
        first, rest = data, []
    except ValueError:
        first, *rest = data.split(b"\n")
    gone, seen = object(), set()
    for where in _paths(json.loads(first)):
        shape = tuple("" if isinstance(key, int) else key for key in where)
        if shape in seen and not alike:
            continue
        seen.add(shape)
        for value in (gone, *odd):
            document = json.loads(first)
            *way, last = where
            holder = document
            for key in way:
                holder = holder[key]
            if value is gone:
                del holder[last]
            else:
                holder[last] = value
            told = "left out" if value is gone else repr(value)[:60]
            yield f"{'.'.join(map(str, where))}: {told}", b"\n".join([json.dumps(document).encode(), *rest])


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield (key,)
            yield from ((key, *rest) for rest in _paths(part))


def _changed(document: Any, draw: random.Random) -> Any:
    """With one place in it changed, whichever: inner places are as likely as outer ones."""
    places: list[Place] = [(None, None), *_places(document)]
    holder, key = draw.choice(places)
    if holder is None:
        return copy.deepcopy(draw.choice(ODD)) if draw.random() < 0.2 else document
    value, kind = holder[key], draw.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        other, from_ = draw.choice(places)
        holder[key] = copy.deepcopy(document if other is None else other[from_])
    elif kind == 2 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(value))
    elif kind == 2:
        holder[draw.choice(NAMES)] = copy.deepcopy(draw.choice(ODD))
    elif kind == 3 and isinstance(value, int | float) and not isinstance(value, bool):
        holder[key] = draw.choice((-value, value * 1000, value + 1, not value))
    else:
        holder[key] = copy.deepcopy(draw.choice(ODD))
    return document


def _places(value: Any) -> Iterator[Place]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(part)
