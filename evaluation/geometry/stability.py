"""Are the neighbours of words as stable between implementations as between seeds of one?

Two runs of one implementation that differ by the seed only already disagree on many nearest neighbours, most of all of
rare words (Hellrich & Hahn 2016; Antoniak & Mimno 2018; Wendlandt, Kummerfeld & Mihalcea 2018, whose measure, the mean
overlap of the ten nearest neighbours, is used here). Two implementations of the same model should disagree no more
than that.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...datasets.errors import InputError
from ..embeddings import Embeddings, read_embeddings
from .energy import FEWEST_RUNS, Agreement, Floats, Group, agreement, average, permutation_p, within
from .overlap import pairwise, read_runs, sample_by_band
from .shared import by_frequency, common_words

K = 10
SAMPLE = 1000
"""Words drawn of each band of frequency."""
MARGIN = 0.02
"""A difference of mean overlap that does not matter: a fifth of one neighbour in ten."""
LEVEL = 0.05

Verdict = Literal["as high", "lower", "undecided"]


def stability(
    groups: Mapping[str, Sequence[Path | str]],
    *,
    k: int = K,
    sample: int = SAMPLE,
    margin: float = MARGIN,
    seed: int = 1,
    seeds: Mapping[str, Sequence[int]] | None = None,
    read: Callable[[Path | str], Embeddings] = read_embeddings,
) -> dict[str, Any]:
    """Mean overlap of nearest neighbours within and between groups of runs, by band of frequency.

    Neighbours are sought among the words that all files share, in the order of frequency of the first file.

    Args:
        groups: files of vectors by implementation: runs that differ by the seed only.
        k: neighbours of each word.
        sample: words of each band that are asked for.
        margin: how much lower than within an overlap between may be and still count as high: stated beforehand.
        seed: of the sample.
        seeds: the runs' own seeds. Runs that draw the same examples are alike for that reason; where seeds are given,
            pairs of runs of one seed are left out.
        read: reads a file; only one is in memory.

    Returns:
        Ready for JSON: ``{"k", "margin", "shared_words", "chance", "bands", "groups", "comparisons"}``. ``bands`` tells
        how many words of each were asked; ``groups`` for each the number of ``runs`` and the overlap ``within`` by
        band and, under ``all``, the mean of the bands; ``comparisons`` for every two groups the differences, the
        p-value, and the verdict in one word and in one sentence.

    Raises:
        InputError: no runs, seeds that do not fit, a file that cannot be read, or fewer than two shared words.
    """
    _check(groups, seeds)
    names = list(groups)
    paths = [path for name in names for path in groups[name]]
    vocabularies = [by_frequency(read(path)) for path in paths]
    shared = common_words(vocabularies)
    del vocabularies
    if len(shared) < 2:
        raise InputError(f"the files share {len(shared)} words with vectors; neighbours need two at least")
    k = min(k, len(shared) - 1)
    asked = sample_by_band(len(shared), sample, seed=seed)
    sources = [partial(read, path) for path in paths]
    runs = read_runs(sources, shared, np.concatenate(list(asked.values())), k)
    whole = _leave_out(pairwise(runs), [one for name in names for one in seeds[name]] if seeds else None)
    edges = np.cumsum([len(words) for words in asked.values()])[:-1]
    overlap = dict(zip(asked, np.split(whole, edges, axis=2), strict=True))
    member = _members(groups)
    return {
        "k": k,
        "margin": margin,
        "shared_words": len(shared),
        "chance": k / (len(shared) - 1),
        "bands": {name: len(words) for name, words in asked.items()},
        "groups": {name: {"runs": len(member[name]), "within": _within(overlap, member[name])} for name in names},
        "comparisons": [
            _comparison((first, second), member, overlap, margin, seed) for first, second in combinations(names, 2)
        ],
    }


def _check(groups: Mapping[str, Sequence[Path | str]], seeds: Mapping[str, Sequence[int]] | None) -> None:
    if not groups or not all(groups.values()):
        raise InputError("stability compares runs: give at least one file of vectors for each implementation")
    if seeds is not None and any(len(seeds.get(name, ())) != len(paths) for name, paths in groups.items()):
        raise InputError("give as many seeds as files for each implementation")


def _members(groups: Mapping[str, Sequence[Path | str]]) -> dict[str, Group]:
    stops = np.cumsum([len(paths) for paths in groups.values()])
    return {name: np.arange(stop - len(paths), stop) for (name, paths), stop in zip(groups.items(), stops, strict=True)}


def _leave_out(overlap: Floats, seeds: Sequence[int] | None) -> Floats:
    """NaN for pairs of different runs of one seed."""
    if seeds is not None:
        same = np.equal.outer(seeds, seeds) & ~np.eye(len(seeds), dtype=np.bool_)
        overlap[same] = np.nan
    return overlap


def _within(overlap: Mapping[str, Floats], group: Group) -> dict[str, float | None]:
    return {band: within([part], group) for band, part in overlap.items()} | {
        "all": within(list(overlap.values()), group)
    }


def _comparison(
    names: tuple[str, str], member: Mapping[str, Group], overlap: Mapping[str, Floats], margin: float, seed: int
) -> dict[str, Any]:
    first, second = (member[name] for name in names)
    by_band = {band: agreement([part], first, second) for band, part in overlap.items()}
    whole = agreement(list(overlap.values()), first, second)
    p, splits = permutation_p(average(list(overlap.values())), first, second, seed=seed)
    verdict, sentence = _verdict(names, whole, p, splits, margin, min(len(first), len(second)))
    return {
        "first": names[0],
        "second": names[1],
        **vars(whole),
        "bands": {band: vars(part) for band, part in by_band.items()},
        "p_value": p if np.isfinite(p) else None,
        "splits": splits,
        "verdict": verdict,
        "sentence": sentence,
    }


def _verdict(
    names: tuple[str, str], whole: Agreement, p: float, splits: int, margin: float, fewest: int
) -> tuple[Verdict, str]:
    both = f"{names[0]} and {names[1]}"
    if whole.difference is None:
        return "undecided", f"{both} cannot be compared: overlap within needs two runs of each"
    told = f"between {both} {whole.between:.3f}, within {whole.within_first:.3f} and {whole.within_second:.3f}"
    if whole.low is None or whole.high is None:
        return "undecided", f"Overlap {told}; a verdict needs {FEWEST_RUNS} runs of each, there are {fewest}"
    interval = f"difference {whole.difference:+.3f}, 95 % interval {whole.low:+.3f} to {whole.high:+.3f}, p = {p:.3f}"
    if whole.low > -margin:
        return "as high", f"Overlap {told}: as high as within, to the margin of {margin:g} ({interval})"
    # Three runs of each allow no small p; the interval, which then errs on the wide side, may still be clear.
    if whole.high < 0 or (p <= LEVEL and whole.difference < 0):
        return "lower", f"Overlap {told}: lower than within ({interval})"
    few = f"; {splits} ways to share out the runs allow no p under {LEVEL:g}" if splits * LEVEL < 2 else ""
    return "undecided", f"Overlap {told}: undecided ({interval}{few})"
