"""Numbered lines of a question file, and the error that names one of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from .errors import InputError


def malformed(path: Path, line: int, problem: str) -> NoReturn:
    """Raise the error for a line (counted from 1) that cannot be read."""
    raise InputError(f"{path}, line {line}: {problem}")


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The file's text, without a byte-order mark, with line ends of one kind (LF).

    Raises InputError where the file is missing, unreadable, of another encoding or binary.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"No such question file: {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory, not a question file") from None
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}") from error
    try:
        text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        malformed(path, raw.count(b"\n", 0, error.start) + 1, "not UTF-8 text; convert the file to UTF-8")
    if "\0" in text:
        malformed(path, text.count("\n", 0, text.index("\0")) + 1, "a zero byte: this is not a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def numbered_lines(path: Path, *, comments: bool = True, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """Lines with their number from 1, without blank ones and, with ``comments``, those that begin with ``#``."""
    for number, line in enumerate(read_text(path, encoding).split("\n"), start=1):
        if line.strip() and not (comments and line.lstrip().startswith("#")):
            yield number, line


def is_text(word: str) -> bool:
    r"""Whether it can be written: JSON and Python may spell halves of characters (``\ud800``)."""
    return not any("\ud800" <= character <= "\udfff" for character in word)


def plural(count: int, noun: str) -> str:
    """``1 field``, ``2 fields``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
