"""AdaGrad over the shuffled entries, in threads without locks."""

from collections.abc import Callable

import numpy as np

from ..cooccurrence.parallel import in_threads
from .entries import ENTRY, ShuffledEntries
from .parameters import Parameters


def train_iteration(
    parameters: Parameters,
    entries: ShuffledEntries,
    *,
    eta: float,
    mirrored: bool,
    threads: int,
    order: np.random.Generator,
    progress: Callable[[float], None],
) -> float:
    """Train every entry once, block by block in a new order.

    Threads take blocks in turn and write to the same rows without locks (Hogwild: Niu et al. 2011); with one thread the
    order of all updates follows from ``order``.

    Returns:
        Mean over the entries of weight · e², each e from before its step: the loss of Pennington et al. (2014),
        equation 8, while it falls.
    """
    from .kernels import train_entries

    def train(block: int) -> float:
        return float(
            train_entries(entries.block(block), parameters.words, parameters.contexts, np.float32(eta), mirrored)
        )

    loss = 0.0
    numbers = order.permutation(entries.blocks).tolist()
    for done, of_block in enumerate(in_threads(train, numbers, threads), 1):
        loss += of_block
        progress(done / len(numbers))
    return loss / len(entries)


def compile_training(parameters: Parameters) -> None:
    """Compile the kernel by training nothing."""
    from .kernels import train_entries

    nothing = np.empty(0, ENTRY)
    for mirrored in (True, False):
        train_entries(nothing, parameters.words, parameters.contexts, np.float32(0), mirrored)
