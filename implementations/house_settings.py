"""What the trainers of this project settle alike: the examples, the start and the schedule of the reference."""

from .examples import Sharing
from .given import (
    INITIAL_VECTORS,
    LEARNING_RATE,
    NEGATIVE_SAMPLES,
    OPTIMIZER,
    RANDOM_DRAWS,
    SENTENCES,
    SIGMOID,
    UPDATES,
    VECTORS,
    VOCABULARY,
    Given,
    by_protocol,
)
from .hyperparameters import Hyperparameters

_SHARED = (INITIAL_VECTORS, SENTENCES, VOCABULARY, RANDOM_DRAWS, LEARNING_RATE, UPDATES, OPTIMIZER, VECTORS)


def house_settings(hyperparameters: Hyperparameters, sharing: Sharing) -> dict[str, Given]:
    """What such a trainer has beside the hyperparameters, for ``as_asked``; it replaces what it does otherwise."""
    settings = by_protocol(*_SHARED)
    if hyperparameters.loss != "softmax":
        settings |= by_protocol(SIGMOID)
    if hyperparameters.loss == "ns":
        settings[NEGATIVE_SAMPLES] = _negative_samples(sharing, cbow=hyperparameters.model == "cbow")
    return settings


def _negative_samples(sharing: Sharing, *, cbow: bool) -> Given:
    if sharing.centres > 1:
        note = f"noise words are drawn once for {sharing.centres} adjacent windows"
        return Given(value=f"{sharing.centres} windows", note=note)
    if sharing.centres == 1 and not cbow:
        note = "noise words are drawn once for a window, not for each of its context words"
        return Given(value="each window", note=note)
    return by_protocol(NEGATIVE_SAMPLES)[NEGATIVE_SAMPLES]
