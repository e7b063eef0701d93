"""TOML that a user wrote or was sent."""

import tomllib
from typing import Any

from .values import check_values


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
    check_values(document)
    return document
