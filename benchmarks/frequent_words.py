"""Norms and neighbours of the most frequent words against a reference run.

    python -m bench.benchmarks.frequent_words REFERENCE.bin OTHER.bin ... [--words 100] [--neighbors 10]

Threads that overwrite each other's updates, and noise words shared too far, show first on the rows that every unit
touches: their norms leave those of a run of one thread, or their neighbours change more than another seed changes
them. Give a one-thread run as the reference, another seed of it as the first of the others (what chance alone does),
then the runs in question.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError
from ..evaluation.embeddings import Embeddings, read_embeddings


class Agreement(NamedTuple):
    """Of one file with the reference: quantiles 5, 50 and 95 % of the norms' ratios, and the mean overlap."""

    norms: tuple[float, float, float]
    overlap: float


def agreement(reference: Embeddings, other: Embeddings, *, words: int, neighbors: int) -> Agreement:
    """Compare the most frequent words of the reference.

    Args:
        reference: vectors to compare with.
        other: vectors of the same words, in any order.
        words: how many words, the reference's most frequent.
        neighbors: how many nearest words by cosine.

    Raises:
        InputError: the two do not have the same words.
    """
    if set(reference.words) != set(other.words):
        raise InputError("the two files do not have the same words; train them on one corpus with one min_count")
    # One numbering for both: neighbours are compared as numbers.
    other = other.restricted(reference.words)
    rows = reference.frequency_order[:words]
    ratios = other.norms[rows] / reference.norms[rows]
    nearest = [_nearest(one, rows, neighbors) for one in (reference, other)]
    shared = [len(set(a) & set(b)) for a, b in zip(*(each.tolist() for each in nearest), strict=True)]
    low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95))
    return Agreement((float(low), float(middle), float(high)), float(np.mean(shared)) / neighbors)


def _nearest(embeddings: Embeddings, rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Rows nearest by cosine to each of ``rows``, itself left out, int64 (len(rows), count), in no order."""
    unit = embeddings.vectors / np.where(embeddings.norms > 0, embeddings.norms, 1)[:, None].astype(np.float32)
    cosines = unit[rows] @ unit.T
    cosines[np.arange(len(rows)), rows] = -np.inf
    return np.argpartition(-cosines, count, axis=1)[:, :count]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument("others", type=Path, nargs="+")
    parser.add_argument("--words", type=int, default=100)
    parser.add_argument("--neighbors", type=int, default=10)
    a = parser.parse_args()
    reference = read_embeddings(a.reference)
    print(f"| vectors | norm ÷ reference's, median (5 to 95 %) | overlap@{a.neighbors} |\n|---|---:|---:|")
    for path in a.others:
        found = agreement(reference, read_embeddings(path), words=a.words, neighbors=a.neighbors)
        low, middle, high = found.norms
        print(f"| {path} | {middle:.3f} ({low:.3f} to {high:.3f}) | {found.overlap:.3f} |")


if __name__ == "__main__":
    main()
