"""The hyperparameters that trainers are checked with."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from ...implementations.hyperparameters import Hyperparameters

COMMON: Mapping[str, Any] = {"vector_size": 16, "window": 4, "negative": 5, "min_count": 1, "epochs": 2, "alpha": 0.05}
_EPOCHS: Mapping[str, int] = {"skipgram": 1, "cbow": 3}
"""CBOW makes one update where skip-gram makes one a pair."""

Base = Mapping[str, Any]
"""What of the hyperparameters not every trainer can do: the first of ``bases`` that this one does not refuse."""


def bases() -> Iterator[dict[str, Any]]:
    """What may be asked of a trainer, the usual first."""
    kinds = (("skipgram", "ns"), ("skipgram", "hs"), ("cbow", "ns"), ("cbow", "hs"), ("skipgram", "softmax"))
    for (model, loss), sample, shrink in product(kinds, (0.0, 1e-3), (True, False)):
        yield {"model": model, "loss": loss, "sample": sample, "shrink_windows": shrink}


def settings(base: Base, **changes: Any) -> Hyperparameters:
    """Hyperparameters of a short training."""
    return Hyperparameters(**{**COMMON, **base, **changes})


def learnt(base: Base, epochs: int, **changes: Any) -> Hyperparameters:
    """Hyperparameters with which a text is learnt that skip-gram learns in so many epochs."""
    return settings(base, epochs=epochs * _EPOCHS[base["model"]], **changes)
