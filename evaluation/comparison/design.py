"""Which items of a question set share words, as numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...datasets.question_sets import AnalogySet, SimilaritySet
from ..lookup import fold_unicode
from ..statistics.shared_words import SharedWords

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class AnalogyDesign:
    """The words and pairs that questions are made of.

    Attributes:
        words: (n_questions, 4); case variants are one word.
        pairs: (n_questions, 2), the pairs (a, b) and (c, d), numbered over the whole set.
        section: (n_questions,).
    """

    words: Numbers
    pairs: Numbers
    section: Numbers

    @cached_property
    def sharing(self) -> SharedWords:
        """Which questions share words; there must be a question."""
        return SharedWords(self.words, self.section)

    def take(self, kept: NDArray[np.bool_]) -> "AnalogyDesign":
        """Some of the questions."""
        return AnalogyDesign(self.words[kept], self.pairs[kept], self.section[kept])


def analogy_design(questions: AnalogySet) -> AnalogyDesign:
    """Number the words and pairs of a set, its questions in its order."""
    asked = [question for section in questions.sections for question in section.questions]
    pairs = [pair for a, b, c, d in asked for pair in ((a, b), (c, d))]
    of_pair = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
    sizes = [len(section.questions) for section in questions.sections]
    return AnalogyDesign(
        words=_numbers([word for question in asked for word in question]).reshape(-1, 4),
        pairs=np.array([of_pair[pair] for pair in pairs], dtype=np.int64).reshape(-1, 2),
        section=np.repeat(np.arange(len(sizes)), sizes),
    )


def similarity_words(questions: SimilaritySet) -> Numbers:
    """(n_pairs, 2): the words of each pair; case variants are one word."""
    return _numbers([word for pair in questions.pairs for word in pair]).reshape(-1, 2)


def _numbers(words: list[str]) -> Numbers:
    folded = fold_unicode(words)
    number = {word: i for i, word in enumerate(dict.fromkeys(folded))}
    return np.array([number[word] for word in folded], dtype=np.int64)
