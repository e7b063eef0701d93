"""Readers of question files: one function a kind, each strict.

A line that cannot be read is an InputError that names file and line; nothing is skipped in silence. gensim, by
contrast, drops every similarity line that does not split into three fields, and then scores what is left.
"""

import ast
import csv
import json
import warnings
from pathlib import Path

from .errors import InputError
from .question_lines import is_text, malformed, numbered_lines, plural, read_text
from .question_sets import (
    AnalogySection,
    AnalogySet,
    CategorySet,
    OutlierGroup,
    OutlierSet,
    Question,
    QuestionSet,
    SimilaritySet,
    WordListSet,
)
from .similarity_files import parse_similarity

__all__ = [
    "AnalogySection",
    "AnalogySet",
    "CategorySet",
    "OutlierGroup",
    "OutlierSet",
    "Question",
    "QuestionSet",
    "SimilaritySet",
    "WordListSet",
    "parse_analogies",
    "parse_categories",
    "parse_outliers",
    "parse_similarity",
    "parse_weat",
]


def parse_analogies(path: Path, *, name: str | None = None) -> AnalogySet:
    """Read analogy questions: four words a line, under ``: section`` headers as in Google's set or without (MSR).

    Blank lines and lines that begin with ``#`` are skipped. Sections of one name are joined; one without questions is
    left out and noted.

    Raises:
        InputError: a line is not four words, a header has no name, or questions stand before the first header.
    """
    questions: dict[str, list[Question]] = {}
    section: str | None = None
    unnamed: int | None = None
    for number, line in numbered_lines(path):
        if line.lstrip().startswith(":"):
            section = line.strip().removeprefix(":").strip()
            if not section:
                malformed(path, number, "a section header without a name")
            if unnamed is not None:
                malformed(path, unnamed, f"a question before the first section header (': {section}', line {number})")
            questions.setdefault(section, [])
            continue
        words = line.split()
        if len(words) != 4:
            malformed(path, number, f"{plural(len(words), 'word')}, expected the four of a question")
        if section is None:
            unnamed = unnamed or number
        a, b, c, d = words
        questions.setdefault(section or "all", []).append((a, b, c, d))
    sections = tuple(AnalogySection(title, tuple(rows)) for title, rows in questions.items() if rows)
    if not sections:
        raise InputError(f"{path} holds no analogy questions")
    notes = tuple(f"section '{title}' holds no questions" for title, rows in questions.items() if not rows)
    return AnalogySet(name or path.stem, sections, notes)


def parse_categories(path: Path, *, name: str | None = None) -> CategorySet:
    """Read a CSV file whose header names a ``category`` and a ``word`` column; others are ignored.

    Rows that name a category but no word (one a class in the AP and BLESS copies) are dropped and counted.

    Raises:
        InputError: the header lacks a column, a row has a different number of fields, or none holds a word.
    """
    header, rows = _csv_rows(path, ("category", "word"))
    category_at, word_at = header.index("category"), header.index("word")
    words: list[str] = []
    labels: list[str] = []
    dropped = 0
    for number, fields in rows:
        label, word = fields[category_at], fields[word_at]
        if not label:
            malformed(path, number, "an empty category")
        if word:
            words.append(word)
            labels.append(label)
        else:
            dropped += 1
    if not words:
        raise InputError(f"{path} holds no words")
    notes = (f"{plural(dropped, 'row')} without a word dropped",) if dropped else ()
    return CategorySet(name or path.stem, tuple(words), tuple(labels), dropped, notes)


def parse_outliers(path: Path, *, name: str | None = None) -> OutlierSet:
    """Read outlier groups.

    ``path`` is a CSV file with the columns ``category``, ``outliers`` and ``words``, the latter two Python lists
    (8-8-8); or a text file of one group, a word a line, a blank line before the outliers; or a folder of such files
    (50-8-8), read in the order of their paths. Empty strings in a CSV list are dropped.

    Raises:
        InputError: a list cannot be read, or a group has fewer than two words or no outlier.
    """
    if path.is_dir():
        files = sorted(path.rglob("*.txt"), key=lambda file: file.relative_to(path).as_posix())
        if not files:
            raise InputError(f"{path} holds no .txt files of outlier groups")
        groups = tuple(_outlier_file(file, file.relative_to(path).with_suffix("").as_posix()) for file in files)
    elif path.suffix == ".csv":
        groups = _outlier_table(path)
    else:
        groups = (_outlier_file(path, path.stem),)
    return OutlierSet(name or path.stem, groups)


def parse_weat(path: Path, *, name: str | None = None) -> WordListSet:
    """Read a JSON object of word lists: ``{"flowers": ["aster", …], …}``.

    Raises:
        InputError: not JSON, not an object of non-empty lists of words, or a list named twice.
    """

    def unique(items: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in items:
            if key in found:
                raise InputError(f"{path}: the list '{key}' is given twice")
            found[key] = value
        return found

    try:
        data = json.loads(read_text(path), object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        malformed(path, error.lineno, f"not JSON ({error.msg})")
    except (ValueError, RecursionError):  # a number of thousands of digits; nested too deeply
        raise InputError(f"{path}: not an object of word lists") from None
    if not isinstance(data, dict) or not data:
        raise InputError(f"{path}: not an object of word lists")
    lists: dict[str, tuple[str, ...]] = {}
    for title, words in data.items():
        if not isinstance(words, list) or not words or not all(isinstance(w, str) and w.strip() for w in words):
            raise InputError(f"{path}: '{title}' is not a list of words")
        if not all(map(is_text, (title, *words))):
            raise InputError(f"{path}: '{title}' is not a list of words")
        lists[title] = tuple(words)
    return WordListSet(name or path.stem, lists)


def _csv_rows(path: Path, columns: tuple[str, ...]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header (lower case) and rows with the number of the line each ends on; every row has the header's width."""
    reader = csv.reader(read_text(path).split("\n"), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = [field.strip().lower() for field in next(reader, [])]
        missing = [column for column in columns if column not in header]
        if missing:
            malformed(path, 1, f"the header names no column '{missing[0]}' (it needs {', '.join(columns)})")
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                malformed(path, reader.line_num, f"{plural(len(fields), 'field')}, expected {len(header)}")
            rows.append((reader.line_num, [field.strip() for field in fields]))
    except csv.Error as error:
        malformed(path, reader.line_num, f"not readable as CSV ({error})")
    return header, rows


def _outlier_table(path: Path) -> tuple[OutlierGroup, ...]:
    header, rows = _csv_rows(path, ("category", "outliers", "words"))
    groups = []
    for number, fields in rows:
        words, outliers = (_word_list(path, number, fields[header.index(column)]) for column in ("words", "outliers"))
        groups.append(_group(path, number, fields[header.index("category")], words, outliers))
    if not groups:
        raise InputError(f"{path} holds no outlier groups")
    return tuple(groups)


def _word_list(path: Path, number: int, field: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a backslash may stand before
            values = ast.literal_eval(field)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        malformed(path, number, f"'{field[:40]}' is not a list of words")
    if not isinstance(values, list) or not all(isinstance(value, str) and is_text(value) for value in values):
        malformed(path, number, f"'{field[:40]}' is not a list of words")
    return [value.strip() for value in values if value.strip()]


def _outlier_file(path: Path, name: str) -> OutlierGroup:
    lines = [line.strip() for line in read_text(path).strip().split("\n")]
    if "" not in lines:
        raise InputError(f"{path}: no blank line between the group's words and its outliers")
    gap = lines.index("")
    words, outliers = lines[:gap], lines[gap + 1 :]
    if "" in outliers:
        malformed(path, gap + 2 + outliers.index(""), "a second blank line; there is one, before the outliers")
    return _group(path, len(lines), name, words, outliers)


def _group(path: Path, number: int, name: str, words: list[str], outliers: list[str]) -> OutlierGroup:
    if len(words) < 2 or not outliers:
        malformed(
            path, number, f"a group of {plural(len(words), 'word')} and {plural(len(outliers), 'outlier')} asks nothing"
        )
    return OutlierGroup(name, tuple(words), tuple(outliers))
