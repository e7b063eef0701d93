"""The trainings that the checks look at, grouped by the process they share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .settings import Base, learnt, settings
from .texts import ONE_WORD, RARE
from .trial import Step

ENDLESS = 200_000
"""Epochs of a training that is interrupted: minutes of it, however fast the trainer."""
FEW_EPOCHS, MANY_EPOCHS = 1, 17
VARIATIONS: Mapping[str, object] = {
    "vector_size": 24,
    "window": 1,
    "negative": 9,
    "sample": 1e-3,
    "epochs": 3,
    "alpha": 0.03,
    "min_alpha": 0.02,
    "ns_exponent": 0.0,
}
"""Other values than those of ``settings``, for hyperparameters that are numbers."""


@dataclass(frozen=True)
class Plan:
    """A trial to be made.

    Attributes:
        steps: given what the trainer can do and a number of threads.
        several_threads: pin it to more than one core.
        interrupt: stop it in the middle.
    """

    steps: Callable[[Base, int], list[Step]]
    several_threads: bool = False
    interrupt: bool = False


def _first(base: Base, threads: int) -> list[Step]:
    return [
        Step(name="topics", corpus="small", hyperparameters=learnt(base, 5)),
        Step(name="mapped", corpus="tiny", hyperparameters=settings(base), mapped=True),
        Step(name="paused", corpus="tiny", hyperparameters=settings(base), paused=True),
    ]


def _second(base: Base, threads: int) -> list[Step]:
    return [
        Step(name="again", corpus="tiny", hyperparameters=settings(base)),
        Step(name="other seed", corpus="tiny", hyperparameters=settings(base), seed=2),
    ]


def variations(base: Base) -> dict[str, tuple[str, dict[str, object]]]:
    """For each hyperparameter that plays a part: the step it is compared with, and what is changed of it.

    ``min_count`` is no entry: it makes the corpus.
    """
    found: dict[str, tuple[str, dict[str, object]]] = {
        "model": ("base", {"model": "cbow" if base["model"] == "skipgram" else "skipgram"}),
        "loss": ("base", {"loss": "hs" if base["loss"] == "ns" else "ns"}),
        "softmax": ("base", {"loss": "softmax" if base["loss"] != "softmax" else "hs"}),
    }
    for name, value in VARIATIONS.items():
        if base["loss"] == "ns" or name not in ("negative", "ns_exponent"):
            found[name] = ("base", {name: 0.0 if base.get(name) == value else value})
    found["shrink_windows"] = ("base", {"shrink_windows": not base["shrink_windows"]})
    cbow = "base" if base["model"] == "cbow" else "model"
    found["cbow_mean"] = (cbow, {"model": "cbow", "cbow_mean": False})
    return found


def _settings(base: Base, threads: int) -> list[Step]:
    steps = [Step(name="base", corpus="tiny", hyperparameters=settings(base))]
    for name, (_, changes) in variations(base).items():
        steps.append(Step(name=name, corpus="tiny", hyperparameters=settings(base, **changes)))
    rare = settings(base, min_count=RARE)
    steps.append(Step(name="min_count", corpus="tiny without rare words", hyperparameters=rare))
    return [*steps, Step(name="again", corpus="tiny", hyperparameters=settings(base))]


def _epochs(base: Base, threads: int) -> list[Step]:
    rate = 0.0025  # so low that vectors are still growing fast
    asked = {
        "start": {"epochs": 1, "alpha": 1e-9, "min_alpha": 0.0},
        "one": {"epochs": 1, "alpha": rate},
        "one, twice the rate": {"epochs": 1, "alpha": 2 * rate},
        "three": {"epochs": 3, "alpha": rate},
        "one, constant rate": {"epochs": 1, "alpha": rate, "min_alpha": rate},
        "three, constant rate": {"epochs": 3, "alpha": rate, "min_alpha": rate},
    }
    return [
        Step(name=name, corpus="parade", hyperparameters=settings(base, **changes)) for name, changes in asked.items()
    ]


def _planted(base: Base, threads: int) -> list[Step]:
    return [Step(name="planted", corpus="planted", hyperparameters=learnt(base, 8, min_count=5, vector_size=50))]


def _few_epochs(base: Base, threads: int) -> list[Step]:
    return [_of_memory(base, FEW_EPOCHS)]


def _many_epochs(base: Base, threads: int) -> list[Step]:
    return [_of_memory(base, MANY_EPOCHS)]


def _of_memory(base: Base, epochs: int) -> Step:
    """A training that is alone in its process: what an earlier one has left could be taken again."""
    hyperparameters = settings(base, vector_size=400, window=1, epochs=epochs)
    return Step(name="wide", corpus="wide", hyperparameters=hyperparameters)


def _odd(base: Base, threads: int) -> list[Step]:
    plain, wide = settings(base), settings(base, window=50)
    return [
        Step(name="one word", corpus=ONE_WORD, hyperparameters=plain),
        Step(name="sentences shorter than the window", corpus="pairs", hyperparameters=wide),
        Step(name="one sentence", corpus="one sentence", hyperparameters=plain),
        Step(name="odd words", corpus="odd words", hyperparameters=plain),
        Step(name="nothing left by subsampling", corpus="small", hyperparameters=settings(base, sample=1e-12)),
    ]


def _threads(base: Base, threads: int) -> list[Step]:
    return [
        Step(name="topics", corpus="small", hyperparameters=learnt(base, 5), threads=threads),
        Step(name="one sentence", corpus="one sentence", hyperparameters=settings(base), threads=threads),
    ]


def _endless(base: Base, threads: int) -> list[Step]:
    return [Step(name="endless", corpus="small", hyperparameters=settings(base, epochs=ENDLESS))]


FIRST = "first"
"""The trial that tells whether there is anything else to check."""

TRIALS: Mapping[str, Plan] = {
    FIRST: Plan(_first),
    "planted": Plan(_planted),
    "settings": Plan(_settings),
    "few epochs": Plan(_few_epochs),
    "many epochs": Plan(_many_epochs),
    "epochs": Plan(_epochs),
    "threads": Plan(_threads, several_threads=True),
    "odd input": Plan(_odd),
    "second": Plan(_second),
    "interrupt": Plan(_endless, interrupt=True),
}
"""The longest first: two are made at the same time."""
