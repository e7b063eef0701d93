"""Words of any script and length, as a picture and a file name can hold them."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath

_LONGEST = 100
"""Columns of a word in a caption."""

_FILE = 80
"""Characters of a file's name, without its ending."""


def shown(word: str, width: int = _LONGEST) -> str:
    """A word cut to so many columns; what is no character of a text (control codes, broken bytes) becomes �."""
    text = "".join(character if _drawable(character) else "�" for character in word)
    if columns(text) <= width:
        return text
    while text and columns(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def columns(text: str) -> int:
    """Columns that a text takes: none for an accent of its own, two for a Chinese, Japanese or Korean character."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def file_name(*parts: str) -> str:
    """A name without an ending, the same for the same parts and safe in every file system.

    Where it cannot hold the parts as they are, a hash of them keeps such names apart.
    """
    name = re.sub(r"[^A-Za-z0-9_=.]+", "-", "-".join(parts)).strip("-")
    if len(name) <= _FILE and all(re.fullmatch(r"[A-Za-z0-9_=.]+", part) for part in parts):
        return name
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{name[: _FILE - 7].rstrip('-')}-{digest}"


def system_names(first_files: Mapping[str, Path]) -> dict[str, str]:
    """Names of systems for a picture: their labels, and where all labels are paths what tells the files apart.

    Args:
        first_files: of each system its first file, by label.
    """
    labels = list(first_files)
    if any(label != str(file) for label, file in first_files.items()):
        return {label: label for label in labels}
    return dict(zip(labels, differing(labels), strict=True))


def differing(paths: Sequence[str]) -> list[str]:
    """Paths as short as they can be and still differ: their last parts, or what not all of them share."""
    parts = [PurePath(path).parts for path in paths]
    head, tail = _shared(parts), _shared([part[::-1] for part in parts])
    for short in ([part[-1:] for part in parts], [part[head : len(part) - tail] for part in parts]):
        if all(short) and len(set(short)) == len(paths):
            return ["/".join(part) for part in short]
    return list(paths)


def listing(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _shared(parts: Sequence[tuple[str, ...]]) -> int:
    """How many parts all begin with."""
    together = list(zip(*parts, strict=False))
    return next((i for i, same in enumerate(together) if len(set(same)) > 1), len(together))


def _drawable(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Cf" or category[0] not in "CZ" or character == " "
