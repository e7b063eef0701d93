"""How words of a question file are found in a vocabulary: case variants are one word, as the tools hold it.

word2vec's compute-accuracy raises bytes a-z only, gensim uses ``str.upper()``. In both, the most frequent variant's
vector stands for the word.
"""

from collections.abc import Callable, Iterable, Sequence

from .embeddings import Embeddings

Fold = Callable[[Iterable[str]], list[str]]
"""Makes case variants of words equal."""

_ASCII_CAPITALS = {lower: lower - 32 for lower in range(ord("a"), ord("z") + 1)}


def fold_ascii(words: Iterable[str]) -> list[str]:
    """As compute-accuracy does."""
    return [word.upper() if word.isascii() else word.translate(_ASCII_CAPITALS) for word in words]


def fold_unicode(words: Iterable[str]) -> list[str]:
    """As gensim does; ``ß`` becomes ``SS``."""
    return [word.upper() for word in words]


def variants(embeddings: Embeddings, rows: Sequence[int], folded_words: Iterable[str], fold: Fold) -> list[list[int]]:
    """For each of the distinct folded words the rows of its case variants, in the order of ``rows``.

    Args:
        embeddings: the vocabulary.
        rows: the rows to look in, the most frequent word first.
        folded_words: distinct.
        fold: how they were folded.
    """
    found: dict[str, list[int]] = {word: [] for word in folded_words}
    words = embeddings.words
    for row, folded in zip(rows, fold(words[row] for row in rows), strict=True):
        if folded in found:
            found[folded].append(row)
    return list(found.values())
