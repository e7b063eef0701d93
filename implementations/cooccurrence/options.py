"""Checks of options that several count-based trainers have."""

from typing import Any

MEMORY_CHOICES = "megabytes for counting, above what the vectors take; the rest goes to disk (default 256)"


def whole(name: str, value: Any, least: int) -> int:
    """An option that is a whole number.

    Raises:
        ValueError: it is none, or below ``least``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number from {least} on, got {value!r}")
    return value


def number(name: str, value: Any, least: float, *, above: bool = False) -> float:
    """An option that is a number.

    Raises:
        ValueError: it is none, not finite or below ``least``, or not ``above`` it.
    """
    good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value < float("inf")
    if not good or (above and value == least):
        raise ValueError(f"{name} must be a number {'above' if above else 'from'} {least:g}, got {value!r}")
    return float(value)


def one_of(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """An option that is one of some words.

    Raises:
        ValueError: it is none of them.
    """
    if value not in choices:
        raise ValueError(f"{name} must be {' or '.join(choices)}, got {value!r}")
    return str(value)


def switch(name: str, value: Any) -> bool:
    """An option that is true or false.

    Raises:
        ValueError: it is neither.
    """
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {value!r}")
    return value
