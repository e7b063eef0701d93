"""Readers of sets of texts: labelled sentences in an archive, documents, and how alike people judged them to be."""

import math
import re
from collections.abc import Mapping
from pathlib import Path

from . import zips
from .errors import InputError
from .question_lines import malformed, numbered_lines, plural
from .question_sets import DocumentPairSet, LabelledTextSet, TextSet

LETTERS = re.compile(r"[^\W\d_]+")
"""A word of running text: letters in a row."""

LARGEST = 1 << 28
"""Bytes of a file in an archive."""


def parse_documents(path: Path, *, name: str | None = None, encoding: str = "utf-8") -> TextSet:
    """Read running text, a document a line; its words are its runs of letters.

    Raises:
        InputError: the file is missing, of another encoding, or a document holds no word.
    """
    texts = []
    for number, line in numbered_lines(path, comments=False, encoding=encoding):
        words = tuple(LETTERS.findall(line))
        if not words:
            malformed(path, number, "a document without a word")
        texts.append(words)
    if not texts:
        raise InputError(f"{path} holds no documents")
    return TextSet(name or path.stem, tuple(texts))


def parse_document_pairs(path: Path, *, name: str | None = None) -> DocumentPairSet:
    """Read a square matrix of similarities of which what stands above the diagonal counts: a row a line.

    Raises:
        InputError: the matrix is not square, holds what is no finite number, or has fewer than two rows.
    """
    lines = list(numbered_lines(path, comments=False))
    n = len(lines)
    if n < 2:
        raise InputError(f"{path} holds no pairs of documents: {plural(n, 'row')}")
    pairs: list[tuple[int, int]] = []
    scores: list[float] = []
    for i, (number, line) in enumerate(lines):
        fields = line.split()
        if len(fields) != n:
            malformed(path, number, f"{plural(len(fields), 'number')}, expected {n} as there are rows")
        for j in range(i + 1, n):
            try:
                score = float(fields[j])
            except ValueError:
                malformed(path, number, f"'{fields[j]}' is not a number")
            if not math.isfinite(score):
                malformed(path, number, f"'{fields[j]}' is not finite")
            pairs.append((i, j))
            scores.append(score)
    return DocumentPairSet(name or path.stem, n, tuple(pairs), tuple(scores))


def parse_labelled(
    path: Path,
    *,
    name: str | None = None,
    classes: Mapping[str, str] | None = None,
    train: str | None = None,
    test: str | None = None,
    encoding: str = "utf-8",
) -> LabelledTextSet:
    """Read labelled sentences out of a .zip, a sentence a line, its words between spaces.

    Args:
        path: the archive, which is not unpacked.
        name: the set's name; the file's stem where None.
        classes: for an archive with one file a class: file → class.
        train: for an archive divided into two files whose lines begin with their class, ``LOC:city Which …``: the file
            to train on. Of the class, what stands before the first colon counts.
        test: the file to test on.
        encoding: of the files.

    Raises:
        InputError: the archive is damaged or lacks a file, or a line has no class or no word.
    """
    texts: list[tuple[str, ...]] = []
    labels: list[str] = []
    if classes:
        for member, label in classes.items():
            lines = _lines(path, member, encoding)
            texts += [tuple(line.split()) for _, line in lines]
            labels += [label] * len(lines)
        return LabelledTextSet(name or path.stem, tuple(texts), labels=tuple(labels))
    if train is None or test is None:
        raise ValueError("either classes, or train and test, say which files to read")
    sizes = []
    for member in (train, test):
        lines = _lines(path, member, encoding)
        sizes.append(len(lines))
        for number, line in lines:
            label, colon, _ = line.partition(":")
            words = line.split()[1:]
            if not colon or not label or re.search(r"\s", label) or not words:
                raise InputError(f"{path}, {member}, line {number}: no class and question, such as 'LOC:city Which …'")
            labels.append(label)
            texts.append(tuple(words))
    return LabelledTextSet(name or path.stem, tuple(texts), labels=tuple(labels), n_train=sizes[0])


def _lines(path: Path, member: str, encoding: str) -> list[tuple[int, str]]:
    """Lines of a file in the archive that are not blank, with their numbers from 1."""
    try:
        with zips.opened(path) as archive:
            raw = zips.content(archive, archive.getinfo(member), LARGEST)
    except KeyError:
        raise InputError(f"{path} has no file {member}: delete it and fetch it again") from None
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}") from error
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, {member}, line {line}: not {encoding} text") from None
    found = [(i, line) for i, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1) if line.strip()]
    if not found:
        raise InputError(f"{path}: {member} holds no sentences")
    return found
