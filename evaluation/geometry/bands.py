"""Bands of frequency: the most frequent 100 words, the next up to 1,000, up to 10,000, and the rest."""

from collections.abc import Iterator

EDGES = (100, 1_000, 10_000)


def bands(n_words: int, edges: tuple[int, ...] = EDGES) -> Iterator[tuple[str, range]]:
    """The name of each band that has words, and its ranks, from 0: ``("101-1000", range(100, 1000))``."""
    starts = (0, *edges)
    for start, stop in zip(starts, (*edges, n_words), strict=True):
        ranks = range(start, min(stop, n_words))
        if len(ranks):
            last = f"{start + 1}-" if start == starts[-1] else f"{start + 1}-{stop}"
            yield last, ranks
