"""How many nearest neighbours two runs share, word by word."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..embeddings import Embeddings
from .bands import bands
from .directions import Rows
from .neighbours import nearest
from .shared import rows_of


def sample_by_band(n_words: int, size: int, *, seed: int) -> dict[str, Rows]:
    """Up to ``size`` ranks of each band of frequency, drawn without replacement, ascending."""
    rng = np.random.default_rng(seed)
    return {
        name: np.sort(rng.choice(np.arange(ranks.start, ranks.stop), min(size, len(ranks)), replace=False))
        for name, ranks in bands(n_words)
    }


def neighbour_ids(embeddings: Embeddings, shared: Sequence[str], asked: Rows, k: int) -> Rows:
    """int64 (len(asked), k): neighbours of shared words among the shared words, both as their positions in ``shared``.

    So files of different vocabularies and orders give numbers that can be compared.
    """
    rows = rows_of(embeddings, shared)
    place = np.full(len(embeddings), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    found = nearest(embeddings, rows[asked], k, candidates=rows).rows
    return np.where(found >= 0, place[found], -1)


def overlaps(first: Rows, second: Rows) -> NDArray[np.float64]:
    """float64 (n_words,): the share of neighbours that two lists of k have in common, whatever their order."""
    same = (first[:, :, None] == second[:, None, :]) & (first[:, :, None] >= 0)
    shared: NDArray[np.float64] = same.sum(axis=(1, 2)) / first.shape[1]
    return shared


def pairwise(runs: Sequence[Rows]) -> NDArray[np.float64]:
    """float64 (n_runs, n_runs, n_words): overlaps of every two runs; 1 on the diagonal."""
    n = len(runs)
    result = np.ones((n, n, len(runs[0])))
    for i in range(n):
        for j in range(i):
            result[i, j] = result[j, i] = overlaps(runs[i], runs[j])
    return result


def read_runs(sources: Iterable[Callable[[], Embeddings]], shared: Sequence[str], asked: Rows, k: int) -> list[Rows]:
    """Neighbours of the asked words in each run; only one run is in memory."""
    return [neighbour_ids(source(), shared, asked, k) for source in sources]
