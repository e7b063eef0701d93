"""A question file of the user's own: its content tells whether it holds analogies or word pairs."""

from itertools import islice
from pathlib import Path

from .errors import InputError
from .question_lines import numbered_lines
from .question_sets import AnalogySet, SimilaritySet
from .questions import parse_analogies
from .similarity_files import parse_similarity

FORMATS = (
    "analogy questions, four words a line with or without ': section' headers as in questions-words.txt, or word pairs "
    "with scores, word, word, score a line as in wordsim353.tsv"
)


def parse_own(path: Path) -> AnalogySet | SimilaritySet:
    """Read a file in Google's format or in WordSim's.

    Analogies are what begins with a ``: section`` header, or has four words and no number in each of its first two
    lines (the first of word pairs may name the columns); all else must be word pairs with scores.

    Raises:
        InputError: it is neither, or a line of it cannot be read.
    """
    lines = [line.strip() for _, line in islice(numbered_lines(path), 2)]
    if not lines:
        raise InputError(f"{path} is empty; it should hold {FORMATS}")
    rows = [line.split() for line in lines]
    if lines[0].startswith(":") or all(len(row) == 4 and not any(map(_is_number, row)) for row in rows):
        return parse_analogies(path)
    try:
        return parse_similarity(path)
    except InputError as error:
        raise InputError(f"{error}; the file should hold {FORMATS}") from None


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
