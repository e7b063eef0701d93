"""Which of several systems is better, which are equal within a margin, and what these files cannot tell."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from ..datasets.errors import InputError
from .comparison.contrast import MARGIN, MARGIN_CORRELATION, Margins, contrasts
from .comparison.files import File, Read, ask_all, common_words
from .comparison.result import Comparison
from .comparison.verdict import decide
from .embeddings import read_embeddings
from .statistics.difference import ALPHA
from .task import Task

MOST_FOR_ALL_PAIRS = 4
"""Systems up to which each is compared with each; more are compared with the first alone."""


def compare(
    systems: Mapping[str, Sequence[File]],
    tasks: Sequence[Task],
    *,
    margin: float = MARGIN,
    margin_correlation: float = MARGIN_CORRELATION,
    seed: int = 1,
    draws: int = 10_000,
    read: Read = read_embeddings,
) -> Comparison:
    """Compare systems, each given by the files of its training runs.

    Only words that all files have take part, in the first file's order of frequency: every system is asked the same
    questions. Files are read one after the other, and only their answers are kept.

    Analogies and similarities rest on the answers themselves: with several runs of both systems the verdict is about
    the implementations (runs and questions are both samples), with a single run of either it is about these files.
    Other tasks rest on the runs' scores and need three of each system. docs/statistics.md tells how.

    Args:
        systems: files by label, at least two systems; a system's files come from runs with different seeds.
        tasks: as ``find_tasks`` gives them.
        margin: of accuracies and other shares: smaller differences are taken as none. Choose it before looking.
        margin_correlation: of correlations.
        seed: of the bootstraps; no verdict depends on it.
        draws: of the bootstraps.
        read: how a file is read; it may, for one, combine input and output vectors.

    Raises:
        InputError: fewer than two systems, a system without files, a margin or number of draws that is not positive, a
            file that cannot be read or that holds another's run, or no word in common.
    """
    _check(systems, margin, margin_correlation, draws)
    words = common_words([path for paths in systems.values() for path in paths], read)
    margins = Margins(margin, margin_correlation)
    found, higher = [], []
    for collected in ask_all(systems, words, tasks, read, seed=seed):
        own = contrasts(collected, _numbered(systems), _pairs(list(systems)), margins, seed=seed, draws=draws)
        found += own
        higher += [collected.higher_is_better] * len(own)
    return Comparison(
        systems={label: tuple(map(str, paths)) for label, paths in systems.items()},
        words=len(words),
        alpha=ALPHA,
        seed=seed,
        draws=draws,
        contrasts=tuple(decide(found, higher_is_better=higher)),
        notes=tuple(_notes(systems)),
    )


def _check(systems: Mapping[str, Sequence[File]], margin: float, margin_correlation: float, draws: int) -> None:
    if len(systems) < 2:
        raise InputError("a comparison needs at least two systems; name the files of another")
    for label, paths in systems.items():
        if isinstance(paths, str) or not paths:
            raise InputError(f"{label} has no list of files; name at least one file of vectors")
    for value in (margin, margin_correlation):
        if not 0 < value < 1:
            raise InputError(f"a margin must lie between 0 and 1, not be {value:g}: .01 is one point of accuracy")
    if draws < 1:
        raise InputError(f"the number of draws must be at least 1, not {draws}")


def _numbered(systems: Mapping[str, Sequence[File]]) -> dict[str, range]:
    numbers, start = {}, 0
    for label, paths in systems.items():
        numbers[label] = range(start, start + len(paths))
        start += len(paths)
    return numbers


def _pairs(labels: Sequence[str]) -> list[tuple[str, str]]:
    if len(labels) <= MOST_FOR_ALL_PAIRS:
        return list(combinations(labels, 2))
    return [(labels[0], label) for label in labels[1:]]


def _notes(systems: Mapping[str, Sequence[File]]) -> Iterator[str]:
    single = [label for label, paths in systems.items() if len(paths) == 1]
    if single:
        yield (
            f"A single run of {', '.join(single)}: verdicts on {'it' if len(single) == 1 else 'them'} are about these "
            "files, not about the implementations, whose next run would score otherwise. Several runs with different "
            "seeds tell the two apart."
        )
    few = [label for label, paths in systems.items() if 1 < len(paths) < 5]
    if few:
        yield f"Fewer than five runs of {', '.join(few)}: only large differences show."
    yield (
        "Runs count as independent: files of one system must come from different seeds, not from one run saved twice."
    )
