"""Words as a user types them: found as they are, as another spelling, or answered with close ones."""

from dataclasses import dataclass

from ...datasets.suggestion import suggestion
from ..embeddings import Embeddings
from ..geometry.directions import with_direction
from ..lookup import fold_unicode

_SEARCHED = 100_000
"""The most frequent words in which close spellings are looked for."""


@dataclass(frozen=True)
class Found:
    """What became of a word.

    Attributes:
        asked: as typed.
        row: of its vector, or None.
        word: as the vocabulary spells it, or None.
        note: which spelling stands for it, or why there is none and what may have been meant.
    """

    asked: str
    row: int | None = None
    word: str | None = None
    note: str | None = None


class Vocabulary:
    """Finds the words of one file of vectors."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._row = {word: row for row, word in enumerate(embeddings.words)}
        self._able = with_direction(embeddings)
        self._variants: dict[str, int] | None = None

    def find(self, asked: str) -> Found:
        """The word itself; else its most frequent case variant, where ``new york`` may be ``New_York``."""
        row = self._row.get(asked)
        note = None
        if row is None:
            row = self._folded().get(_fold(asked))
            if row is None:
                return Found(asked, note=f"{asked!r} is not in the vocabulary{self._did_you_mean(asked)}")
            note = f"{asked!r} is not in the vocabulary, {self._embeddings.words[row]!r} stands for it"
        word = self._embeddings.words[row]
        if not self._able[row]:
            return Found(asked, note=f"the vector of {word!r} is zero or holds NaN: it has no direction")
        return Found(asked, row, word, note)

    def _folded(self) -> dict[str, int]:
        if self._variants is None:
            self._variants = {}
            for row in self._embeddings.frequency_order.tolist():
                self._variants.setdefault(_fold(self._embeddings.words[row]), row)
        return self._variants

    def _did_you_mean(self, asked: str) -> str:
        wanted = _fold(asked)
        near: dict[str, str] = {}
        for folded, row in self._folded().items():  # the most frequent first
            if len(near) == _SEARCHED:
                break
            if abs(len(folded) - len(wanted)) <= 2:
                near[folded] = self._embeddings.words[row]
        said = suggestion(wanted, near, cutoff=0.7)
        return f"; {said}" if said else ""


def _fold(word: str) -> str:
    [folded] = fold_unicode([word.strip().replace(" ", "_")])
    return folded


def notes(found: list[Found]) -> str | None:
    """The notes of several words in one sentence, or None."""
    told = list(dict.fromkeys(one.note for one in found if one.note))
    return "; ".join(told) or None
