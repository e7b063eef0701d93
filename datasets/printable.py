r"""Text as a terminal, a log or a page may show it.

Words, names of files and what stands in a results file may hold anything. An escape sequence can recolour a terminal,
move its cursor or write into the clipboard; a mark that turns the direction of writing round makes a line read as
another one. What is no sign of a text is therefore written out, ``\x1b``. Zero-width joiners, combining marks and
right-to-left letters are signs of a text and stay.
"""

import re
from typing import Any

LONGEST = 2000
"""Characters of a sentence to the user; a path may have 4,096."""

_HIDDEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_CONTROLS = re.compile(f"[\t\n{_HIDDEN}]")
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]*+[\r\n]\s*")  # of many blanks only the first begins one: no square of them
_CONTROLS_IN_LINES = re.compile(f"[{_HIDDEN}]")


def printable(text: str, *, lines: bool = False) -> str:
    """The text with control characters, halves of characters and marks that turn its direction round as escapes.

    Args:
        text: any.
        lines: line ends and tabs stay what they are.
    """
    if text.isprintable():
        return text
    controls = _CONTROLS_IN_LINES if lines else _CONTROLS
    return controls.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def one_line(text: str, longest: int = LONGEST) -> str:
    """The text as one printable line of at most so many characters; a longer one loses its middle."""
    line = printable(_LINE_ENDS.sub(" ", text))
    if len(line) <= longest:
        return line
    end = longest // 4
    return f"{line[: longest - end - 3]} … {line[-end:]}"


def printable_values(value: Any) -> Any:
    """A value as JSON holds it with every text in it, keys too, made printable; lines stay."""
    if isinstance(value, str):
        return printable(value, lines=True)
    if isinstance(value, dict):
        return {printable_values(key): printable_values(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(printable_values, value)) if type(value) in (list, tuple) else value
    return value
