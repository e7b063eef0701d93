"""TOML that a user wrote or was sent."""

import re
import tomllib
from typing import Any

from .values import DEEPEST, TOO_DEEP, check_values

_LONG_KEY = re.compile(
    rf"""(?<![\w-])(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{DEEPEST}}}""",
)
"""A key of more parts than tables may be nested; tomllib takes the square of their number."""


def parse_toml(text: str) -> dict[str, Any]:
    """The document.

    Raises:
        ValueError: it is not TOML (``tomllib.TOMLDecodeError`` says where), is nested too deeply to be read, or holds
            an integer of more than 64 bits, which could not even be named in a message.
    """
    if _LONG_KEY.search(text):
        raise ValueError(TOO_DEEP)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    check_values(document)
    return document
