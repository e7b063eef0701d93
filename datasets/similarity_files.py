"""Word similarity files: two words and a score a line, in the layouts they are found in."""

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path

from .errors import InputError
from .question_lines import malformed, numbered_lines, plural
from .question_sets import SimilaritySet

WORD_HEADER = re.compile(r"#?\s*(word|w|term|target)[\s_-]*[12ab]?", re.IGNORECASE)
"""What a header calls a column of words."""

SCORE_HEADERS = {
    *("score", "similarity", "sim", "simlex999", "simverb3500", "human", "human(mean)", "mean", "rating", "gold"),
    *("average", "averagescore", "meanscore", "humanscore", "relatedness"),
}
"""What a header calls the column of scores; spaces, dashes and underscores are left out."""

LEMMA_TAG = re.compile(r"(?P<word>.+)-[a-z]")


def parse_similarity(
    path: Path,
    *,
    name: str | None = None,
    score_column: int | None = None,
    lemma_tags: bool = False,
    corrections: Mapping[str, str] | None = None,
) -> SimilaritySet:
    """Read word pairs with scores.

    A line holds word, word, score, separated by tabs, semicolons, commas or spaces: the first line's separator holds
    for the file. Lines that begin with ``#`` and blank lines are skipped. A first line that names the columns is a
    header; it is needed where there are more than three columns, to find the score (SimLex-999's ten columns), unless
    ``score_column`` gives it.

    Args:
        path: the file, UTF-8.
        name: the set's name; the file's stem where None.
        score_column: column of the score from 0, for files of more than three columns without a header.
        lemma_tags: words carry a part of speech to be cut off, as in MEN's lemma form: ``sun-n``.
        corrections: known typos of a published copy, ``"chord smile"`` → ``"cord smile"``; each must be found.

    Raises:
        InputError: a line has too many or too few fields, an empty word or a score that is no finite number.
    """
    lines = list(numbered_lines(path))
    if not lines:
        raise InputError(f"{path} holds no word pairs")
    separator = _separator(lines[0][1])
    rows = [(number, _fields(path, number, line, separator)) for number, line in lines]
    width = len(rows[0][1])
    score_at = _score_column(path, rows[0], score_column)
    if _is_header(rows[0][1], score_at):
        rows = rows[1:]

    pairs: list[tuple[str, str]] = []
    scores: list[float] = []
    notes: list[str] = []
    remaining = dict(corrections or {})
    for number, fields in rows:
        if len(fields) != width:
            malformed(path, number, f"{plural(len(fields), 'field')}, expected {width}")
        first, second = (_word(path, number, field, lemma_tags) for field in fields[:2])
        correction = remaining.pop(f"{first} {second}", None)
        if correction is not None:
            notes.append(f"line {number}: '{first} {second}' read as '{correction}', a known typo of this copy")
            first, second = correction.split()
        pairs.append((first, second))
        scores.append(_score(path, number, fields[score_at]))
    if not pairs:
        raise InputError(f"{path} holds no word pairs, only a header")
    if remaining:
        raise InputError(f"{path} has no row '{next(iter(remaining))}', which its catalogue entry corrects")
    return SimilaritySet(name or path.stem, tuple(pairs), tuple(scores), tuple(notes))


def _separator(line: str) -> str | None:
    """The field separator the line uses; None for runs of spaces."""
    return next((character for character in "\t;," if character in line), None)


def _fields(path: Path, number: int, line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    if separator == "\t":
        return [field.strip() for field in line.rstrip("\n").split("\t")]
    try:
        [fields] = csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True)
    except csv.Error as error:
        malformed(path, number, f"not readable as separated by '{separator}' ({error})")
    return [field.strip() for field in fields]


def _plain(field: str) -> str:
    return re.sub(r"[\s_-]", "", field.lower())


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _score_column(path: Path, first_row: tuple[int, list[str]], given: int | None) -> int:
    number, fields = first_row
    if given is not None:
        if not 2 <= given < len(fields):
            malformed(path, number, f"{plural(len(fields), 'field')}: there is no score in column {given} (from 0)")
        return given
    if len(fields) == 3:
        return 2
    if len(fields) > 3:
        named = [i for i, field in enumerate(fields) if i >= 2 and _plain(field) in SCORE_HEADERS]
        if named:
            return named[0]
    malformed(
        path,
        number,
        f"{plural(len(fields), 'field')}, expected three: word, word, score "
        "(separated by tabs, commas, semicolons or spaces; more columns need a header that names the score)",
    )


def _is_header(fields: list[str], score_at: int) -> bool:
    """Whether a first line names columns. Only known names count, so that a bad score there is not taken for one."""
    names_words = all(WORD_HEADER.fullmatch(field) for field in fields[:2])
    return not _is_number(fields[score_at]) and (names_words or _plain(fields[score_at]) in SCORE_HEADERS)


def _word(path: Path, number: int, field: str, lemma_tags: bool) -> str:
    if not field:
        malformed(path, number, "an empty word")
    if not lemma_tags:
        return field
    tagged = LEMMA_TAG.fullmatch(field)
    if tagged is None:
        malformed(path, number, f"'{field}' has no part of speech at its end, such as -n")
    return tagged["word"]


def _score(path: Path, number: int, field: str) -> float:
    try:
        score = float(field)
    except ValueError:
        malformed(path, number, f"the score '{field}' is not a number")
    if not math.isfinite(score):
        malformed(path, number, f"the score '{field}' is not finite")
    return score
