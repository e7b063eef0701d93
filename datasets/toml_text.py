"""TOML that a user wrote or was sent."""

import tomllib
from typing import Any

_WIDEST = 64
"""Bits of an integer that a reader of TOML must keep; more is an error by its specification."""


def parse_toml(text: str) -> dict[str, Any]:
    """The document.

    Raises:
        ValueError: it is not TOML (``tomllib.TOMLDecodeError`` says where), is nested too deeply to be read, or holds
            an integer of more than 64 bits, which could not even be named in a message.
    """
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_integers(document)
    return document


def _check_integers(value: Any) -> None:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _check_integers(part)
    elif type(value) is int and value.bit_length() > _WIDEST:
        raise ValueError(f"it holds an integer of {value.bit_length():,} bits, more than {_WIDEST}")
