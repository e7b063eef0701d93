"""What one system's vectors answered: the plain data that the pictures are drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .names import shown

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Answers:
    """The answers of one file of vectors, as the functions of bench.evaluation.exploring return them.

    Attributes:
        system: whose vectors they are.
        words, dim: size of the vectors.
        run, runs: which of how many files of the system was asked; pictures show one.
        neighbors: of ``questions.neighbors``.
        analogy: of ``components.components``.
        axes: of ``axes.axes``.
        word_map: of ``word_map.word_map``.
    """

    system: str
    words: int
    dim: int
    run: int = 1
    runs: int = 1
    neighbors: Sequence[Record] = ()
    analogy: Record | None = None
    axes: Record | None = None
    word_map: Record | None = None

    @property
    def source(self) -> str:
        """The vectors, as a caption names them."""
        which = f", run {self.run} of {self.runs}" if self.runs > 1 else ""
        return f"Vectors: {self.system}{which}, {self.words:,} words, {self.dim} dimensions."


def found_points(result: Record) -> list[Record]:
    """The points of a map or of axes that have coordinates, each word once, however often it was asked for."""
    found: dict[str, Record] = {}
    for point in result["points"]:
        if point["x"] is not None:
            found.setdefault(point["found"], point)
    return list(found.values())


def missing(asked: Sequence[Record]) -> tuple[str, ...]:
    """Words that were asked for and have no vector."""
    return tuple(dict.fromkeys(shown(one["word"]) for one in asked if one["found"] is None))


def without(words: Sequence[str]) -> str:
    """The end of a caption where words are not in the picture."""
    return f" Without a vector, not shown: {', '.join(words)}." if words else ""
