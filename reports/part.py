"""Results that a report tells of together: all of it, or a section where several that do not compare are merged."""

from collections.abc import Sequence
from dataclasses import dataclass

from .figures import Drawing
from .listing import listed
from .summary import Summary


@dataclass(frozen=True)
class Part:
    """What a report needs of one set of results.

    Attributes:
        summary: what they say.
        drawings: their figures.
        title: the section's heading where there are several; the corpus by default.
    """

    summary: Summary
    drawings: Sequence[Drawing] = ()
    title: str = ""

    @property
    def heading(self) -> str:
        """What the section is called."""
        return self.title or self.summary.corpus.name


def parts_of(results: Summary | Sequence[Part], drawings: Sequence[Drawing]) -> list[Part]:
    """A single summary with its figures as the only part, or the parts as they are."""
    return [Part(results, drawings)] if isinstance(results, Summary) else list(results)


def title(parts: Sequence[Part]) -> str:
    """Of the whole report: the corpora it is about."""
    corpora = list(dict.fromkeys(part.summary.corpus.name for part in parts))
    return f"word2vec on {listed(corpora)}" if corpora else "word2vec"
