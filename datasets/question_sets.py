"""What a parsed question set holds. Words, pairs and questions keep the file's order and case; repeats are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Question = tuple[str, str, str, str]
"""Words a, b, c, d: a is to b as c is to d."""


@dataclass(frozen=True)
class AnalogySection:
    """Questions of one relation."""

    name: str
    questions: tuple[Question, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The distinct word pairs the questions are built from, in order of first appearance."""
        return tuple(dict.fromkeys(pair for a, b, c, d in self.questions for pair in ((a, b), (c, d))))


@dataclass(frozen=True)
class AnalogySet:
    """An analogy set.

    Attributes:
        name: the file's stem, or the catalogue's name.
        sections: in the file's order; a file without ``: section`` headers has one, called ``all``.
        notes: what the reader of a score should know of how the file was read.
    """

    name: str
    sections: tuple[AnalogySection, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(section.questions) for section in self.sections)

    @property
    def words(self) -> tuple[str, ...]:
        """Distinct words, case kept, in order of first appearance."""
        return tuple(dict.fromkeys(w for section in self.sections for q in section.questions for w in q))


@dataclass(frozen=True)
class SimilaritySet:
    """Word pairs and the score people gave each: pair i has score i.

    Attributes:
        name: the file's stem, or the catalogue's name.
        pairs: the two words of each row.
        scores: finite; the scale differs from set to set.
        notes: what the reader of a score should know of how the file was read.
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    scores: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.pairs) != len(self.scores):
            raise ValueError(f"{len(self.pairs)} pairs but {len(self.scores)} scores")

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def words(self) -> tuple[str, ...]:
        """Distinct words, case kept, in order of first appearance."""
        return tuple(dict.fromkeys(word for pair in self.pairs for word in pair))


@dataclass(frozen=True)
class CategorySet:
    """Words and the class each belongs to; a word may stand in several classes.

    Attributes:
        name: the file's stem, or the catalogue's name.
        words: the word of each row; some are of several words.
        labels: its class.
        dropped: rows of the file that name a class but no word.
        notes: what the reader of a score should know of how the file was read.
    """

    name: str
    words: tuple[str, ...]
    labels: tuple[str, ...]
    dropped: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.words)

    @property
    def classes(self) -> tuple[str, ...]:
        """Distinct classes, in order of first appearance."""
        return tuple(dict.fromkeys(self.labels))


@dataclass(frozen=True)
class OutlierGroup:
    """Words that belong together and outliers that do not: each outlier makes one question."""

    name: str
    words: tuple[str, ...]
    outliers: tuple[str, ...]


@dataclass(frozen=True)
class OutlierSet:
    """Outlier detection: in each group and for each outlier, find it among the group's words and itself."""

    name: str
    groups: tuple[OutlierGroup, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(group.outliers) for group in self.groups)


@dataclass(frozen=True)
class WordListSet:
    """Named word lists, from which association tests such as WEAT choose targets and attributes."""

    name: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lists)


@dataclass(frozen=True)
class TextSet:
    """Short texts, each a tuple of its words.

    Attributes:
        name: the file's stem, or the catalogue's name.
        texts: in the file's order, case kept.
        notes: what the reader of a score should know of how the file was read.
    """

    name: str
    texts: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class LabelledTextSet(TextSet):
    """Texts to be classified: text i has label i.

    Attributes:
        labels: the class of each text.
        n_train: the first so many are for training and the rest for testing; None where the set is not divided.
    """

    labels: tuple[str, ...] = ()
    n_train: int | None = None

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.labels):
            raise ValueError(f"{len(self.texts)} texts but {len(self.labels)} labels")

    @property
    def classes(self) -> tuple[str, ...]:
        """Distinct labels, in order of first appearance."""
        return tuple(dict.fromkeys(self.labels))


@dataclass(frozen=True)
class DocumentPairSet:
    """How alike people judged documents to be: each pair (i, j), i < j, of documents numbered from 0 has a score.

    Attributes:
        name: the file's stem, or the catalogue's name.
        n_documents: how many documents there are.
        pairs: row by row of the matrix above its diagonal.
        scores: finite.
        notes: what the reader of a score should know of how the file was read.
    """

    name: str
    n_documents: int
    pairs: tuple[tuple[int, int], ...]
    scores: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)


QuestionSet = (
    AnalogySet | SimilaritySet | CategorySet | OutlierSet | WordListSet | TextSet | LabelledTextSet | DocumentPairSet
)
