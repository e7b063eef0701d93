"""What training costs, counted on paper: multiply-adds, and rows that an update unit reads and writes.

Counted are the words that subsampling leaves, on the average over sentences of one length, by position: a word that
stands twice in a unit counts twice, where trainers list it once. What is only overhead (drawing, layout, sigmoids,
padding) is left out. Which rows and products a unit has follows ``implementations/examples.py``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..implementations.examples import Sharing
from ..implementations.hyperparameters import Hyperparameters

Numbers = NDArray[np.float64]


class Work(NamedTuple):
    """For each word left after subsampling.

    Attributes:
        multiply_adds: one for each float that a product takes in; a sum of rows counts as one for each float, too.
        rows: rows that units read, and as many that they write back, added up.
        noise: noise words drawn.
    """

    multiply_adds: float
    rows: float
    noise: float


def work(h: Hyperparameters, sharing: Sharing, length: float, path: float = 0.0) -> Work:
    """Multiply-adds, rows and noise words of each word that is left.

    A unit of I input rows and O output rows makes three products, logits, gradient and step: 3 I O vector_size
    multiply-adds, and moves 2 (I + O) rows. CBOW makes them between hidden vectors, one for each centre, and outputs;
    its inputs are summed into each hidden vector, and take each error.

    Args:
        h: hyperparameters.
        sharing: how far one set of noise words is shared.
        length: words of a sentence after subsampling, the mean.
        path: inner nodes on the path of a word, the mean over words as they are left (loss hs).

    Raises:
        ValueError: that cannot be counted here: full softmax, or hierarchical softmax over several centres at once.
    """
    if h.loss == "softmax":
        raise ValueError("full softmax has no units of few rows")
    if h.loss == "hs" and sharing.centres > 1:
        raise ValueError("the paths of several centres share nodes")
    size = max(1, sharing.centres)
    shortest = max(1, round(length) - size // 2)
    multiply_adds = rows = noise = words = 0.0
    # Over as many lengths as a unit has centres, so that the last unit of a sentence is as short as it may be.
    for n in range(shortest, shortest + size):
        words += n
        if n == 1:
            continue  # alone in its sentence a word has no context and trains nothing
        inputs, centres = unit_inputs(n, size, h.window, shrink=h.shrink_windows)
        outputs = centres + h.negative if h.loss == "ns" else path * centres
        units = np.ones(len(centres))
        if h.model == "cbow":
            multiply_adds += float((3 * centres * outputs + 2 * inputs * centres).sum())
        else:
            multiply_adds += float((3 * inputs * outputs).sum())
            if sharing.centres == 0:  # each context word is a unit of its own
                units, inputs = inputs, np.ones(len(inputs))
        rows += float((units * (inputs + outputs)).sum())
        noise += float(h.negative * units.sum()) if h.loss == "ns" else 0.0
    return Work(h.vector_size * multiply_adds / words, 2 * rows / words, noise / words)


def unit_inputs(n: int, size: int, window: int, *, shrink: bool) -> tuple[Numbers, Numbers]:
    """Expected input words and centres of each unit of a sentence of ``n`` words, float64 (n_units,).

    Inputs of ``size`` adjacent centres are the union of their windows. Windows reach no further than the sentence.
    """
    first = np.arange(0, n, size)
    centres = np.minimum(size, n - first)
    inputs = np.where(centres > 1, centres, 0).astype(np.float64)  # each of them is its neighbours' context
    for members in {int(centres[0]), int(centres[-1])}:
        outside = np.concatenate([[0.0], np.cumsum(_reached(members, window, shrink=shrink))])
        own = centres == members
        for room in (first, n - first - centres):  # words before the unit, and after it
            inputs[own] += outside[np.minimum(room[own], window)]
    return inputs, centres.astype(np.float64)


def _reached(centres: int, window: int, *, shrink: bool) -> Numbers:
    """Probability that a word lies in the window of any of the centres, at distance 1..window from the nearest one."""
    distance = np.arange(1, window + 1)[:, None] + np.arange(centres)
    # A window's size is uniform on 1..window, or always the largest.
    reached = np.clip(window + 1 - distance, 0, window) / window if shrink else (distance <= window).astype(float)
    return np.asarray(1 - np.prod(1 - reached, axis=1))
