"""What a file may hold that Python reads and then fails at: integers of any length, and lists in lists without end.

Integers of more than 4,300 digits cannot be printed, longer ones than 1,024 bits make no floats; a function that calls
itself for what is inside gives up at about a thousand.
"""

from typing import Any

WIDEST = 64
"""Bits that an integer may have; TOML asks for so many, and no count of ours needs more."""

DEEPEST = 100
"""Dictionaries and lists inside each other; our own files have a few."""

TOO_DEEP = "it is nested too deeply"


def check_values(value: Any, depth: int = DEEPEST) -> None:
    """Look through nested dictionaries, lists and tuples.

    Raises:
        ValueError: there is a wider integer, or they are nested too deeply.
    """
    if isinstance(value, dict | list | tuple):
        if not depth:
            raise ValueError(TOO_DEEP)
        for part in value.values() if isinstance(value, dict) else value:
            check_values(part, depth - 1)
    elif type(value) is int and value.bit_length() > WIDEST:
        raise ValueError(f"it holds an integer of {value.bit_length():,} bits, more than {WIDEST}")
