"""Integers from files: Python reads them at any length, and then fails to print them or to make floats of them."""

from typing import Any

WIDEST = 64
"""Bits that an integer may have; TOML asks for so many, and no count of ours needs more."""


def check_integers(value: Any) -> None:
    """Look through nested dictionaries, lists and tuples.

    Raises:
        ValueError: there is a wider integer.
    """
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            check_integers(part)
    elif type(value) is int and value.bit_length() > WIDEST:
        raise ValueError(f"it holds an integer of {value.bit_length():,} bits, more than {WIDEST}")
