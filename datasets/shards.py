"""A text in several files: which files they are, in which order, and what the whole is called."""

import glob
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from .errors import InputError
from .paths import exists, expanded, is_dir
from .sources import PACKED

JOINED = "+"
"""Between several files that are one text: ``one.txt+two.txt.gz``."""

LONGEST_PATTERN = 4096
"""Characters, as many as Linux takes of a path; what a longer one takes to be read grows with the square of it."""


class Text(NamedTuple):
    """The files of one text in their order; it is called ``name``."""

    name: str
    shards: tuple[Path, ...]


def find_text(where: str) -> Text | None:
    """The files that are meant by one argument; None where it is the path of nothing.

    Args:
        where: the path of a file; of a folder, whose files are taken with those of the folders in it, hidden ones left
            out; a pattern such as ``news/*.txt.gz`` or ``news/**/*.txt`` (Python's ``glob``: ``**`` is any number of
            folders); or several of these with ``+`` between them. Files of a folder or pattern come in natural order,
            ``part2`` before ``part10``; those of ``+`` in the order given. What exists under the whole of ``where`` is
            taken first, whatever characters are in its name.

    Raises:
        InputError: a pattern matches no file, a folder has none or cannot be listed, one of several does not exist, or
            one file is named twice.
    """
    if not where:
        return None
    path = expanded(where)
    if is_dir(path):
        return Text(path.absolute().name or "corpus", tuple(_in_folder(path)))
    if os.path.lexists(path):
        return Text(plain_name(path), (path,))
    if glob.has_magic(where) and (found := _matches(path)):
        return Text(_name_of_pattern(path), tuple(found))
    parts = where.split(JOINED)
    if len(parts) > 1 and all(part.strip() for part in parts):
        return _joined(parts)
    if glob.has_magic(where):
        raise InputError(f"no file matches '{where}': check the pattern (of folders only the files in them count)")
    return None


def plain_name(path: Path) -> str:
    """A file's name without the suffixes of packing and of text."""
    stem = path.stem if path.suffix.lower() in PACKED else path.name
    return stem.removesuffix(".txt") or path.name


def spelled_name(where: str) -> str:
    """What the text is called that ``where`` means, without the suffixes of files; the disk is hardly looked at."""
    path = expanded(where)
    parts = where.split(JOINED)
    if exists(path) or not (glob.has_magic(where) or len(parts) > 1):
        return path.name
    if len(parts) == 1 or not all(part.strip() for part in parts):
        return _name_of_pattern(path)
    return _sum_of_names([plain_name(Path(spelled_name(part.strip()))) for part in parts])


def anchored(where: str, directory: Path) -> str | None:
    """``where`` with each path taken from ``directory``, if all of it is found there; None if not.

    Args:
        where: as for ``find_text``; absolute paths stay what they are.
        directory: an absolute path.
    """
    parts = where.split(JOINED)
    for paths in ([where], parts if all(part.strip() for part in parts) else []):
        moved = JOINED.join(str(directory / expanded(path.strip())) for path in paths)
        try:
            if find_text(moved) is not None:
                return moved
        except InputError:
            continue
    return None


def natural(path: Path) -> tuple[Any, ...]:
    """The key to sort paths by: numbers in names count as numbers, and a folder's files stay together."""
    return tuple(_pieces(part) for part in path.parts), str(path)


def _pieces(name: str) -> list[Any]:
    """Text and numbers by turns, text first, so that like is compared with like."""
    return [int(piece) if i % 2 else piece for i, piece in enumerate(re.split(r"([0-9]+)", name))]


def _in_folder(path: Path) -> list[Path]:
    def failed(error: OSError) -> None:
        raise InputError(f"cannot list {error.filename}: {error.strerror or error}") from error

    found: list[Path] = []
    for directory, folders, files in os.walk(path, onerror=failed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(directory, name) for name in files if not name.startswith(".")]
    if not found:
        raise InputError(f"there is no text in the folder {path}: put the files of the corpus there, or name another")
    return sorted(found, key=natural)


def _matches(pattern: Path) -> list[Path]:
    """Files that match; folders that do are passed over."""
    if len(str(pattern)) > LONGEST_PATTERN:
        return []
    # A pattern may be absolute, which Path.glob does not take.
    found = (Path(name) for name in glob.glob(str(pattern), recursive=True))  # noqa: PTH207
    return sorted((path for path in found if not path.is_dir()), key=natural)


def _name_of_pattern(pattern: Path) -> str:
    """The folder's name, and what of the file's is not a wildcard: ``news/en-*.txt.gz`` is called ``news-en``."""
    folders = [part for part in pattern.absolute().parts[1:-1] if not glob.has_magic(part)]
    fixed = re.sub(r"\[[^]]*\]|[*?]+", "", pattern.name[:LONGEST_PATTERN])
    for suffix in (*PACKED, ".txt"):
        fixed = fixed.removesuffix(suffix)
    fixed = fixed.strip("-_. ")
    return "-".join([*folders[-1:], *([fixed] if fixed else [])]) or "corpus"


def _joined(parts: list[str]) -> Text:
    texts: list[Text] = []
    for part in parts:
        text = find_text(part.strip())
        if text is None:
            raise InputError(f"there is no file '{part.strip()}', one of the {len(parts)} of '{JOINED.join(parts)}'")
        texts.append(text)
    shards = tuple(shard for text in texts for shard in text.shards)
    seen: set[Path] = set()
    for shard in shards:
        if shard.absolute() in seen:
            raise InputError(f"{shard} is named twice in '{JOINED.join(parts)}': leave it out once")
        seen.add(shard.absolute())
    return Text(_sum_of_names([text.name for text in texts]), shards)


def _sum_of_names(names: list[str]) -> str:
    return JOINED.join(names) if len(names) < 4 else f"{names[0]}{JOINED}{len(names) - 1}-more"
