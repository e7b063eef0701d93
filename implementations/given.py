"""What an implementation was really given: its own names and values, and where it departs from what was asked for.

Beside the hyperparameters an implementation settles things by itself. Those that several implementations settle have
names here, so that a table of many implementations has one row for each; what only one of them has gets any other name.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from .hyperparameters import Hyperparameters

THREADS = "threads"
"""How many it really used, where that is not what was asked for."""

INITIAL_VECTORS = "initial vectors"
"""From where the input vectors start; output vectors start at zero."""

SENTENCES = "sentences"
"""How the text is cut: no window reaches over a cut."""

VOCABULARY = "vocabulary"
"""Which words are trained, where that is not the corpus's vocabulary in its order."""

RANDOM_DRAWS = "random draws"
"""Where windows, subsampling and noise words come from: equal seeds give equal ones only within one generator."""

NEGATIVE_SAMPLES = "negative samples"
"""For how much one set of noise words is drawn; an example is a pair of words, CBOW's a window. Loss ns only."""

SIGMOID = "sigmoid"
"""The logistic function: exact, or from a table and cut."""

LEARNING_RATE = "learning rate"
"""How it moves from alpha to min_alpha."""

UPDATES = "updates"
"""In what order, and from which state of the vectors, updates are computed."""

OPTIMIZER = "optimizer"
"""The rule of a step."""

OBJECTIVE = "objective"
"""What is fitted, where that is not the model and loss that were asked for."""

VECTORS = "vectors"
"""Which vectors of its model are scored."""

SEED = "seed"
"""Value None where it takes none, with a note: runs with other seeds are then repetitions of one."""

REPEATABLE = "repeatable"
"""Value False where equal trainings in one thread give different vectors, with a note that says why."""

PROTOCOL: Mapping[str, str] = {
    INITIAL_VECTORS: "±0.5/vector_size",
    SENTENCES: "1,000 words",
    VOCABULARY: "the corpus's",
    RANDOM_DRAWS: "shared",
    NEGATIVE_SAMPLES: "each example",
    SIGMOID: "exact",
    LEARNING_RATE: "linear",
    UPDATES: "in turn",
    OPTIMIZER: "SGD",
    VECTORS: "input",
}
"""What those have that follow the protocol to the letter. Short: they stand in a column of a table."""

_ONLY = {"negative": ("loss", "ns"), "ns_exponent": ("loss", "ns"), "cbow_mean": ("model", "cbow")}
"""Hyperparameters that play a part under one model or loss only."""


class Given(BaseModel):
    """One setting as the implementation has it.

    ``value`` is what it got, in its own words where those differ (``-alpha 0.025``), None where it has no such setting.
    ``note`` says in words how that departs from the protocol, to be read after the implementation's name and a colon;
    a setting it does not have always has one. Equal notes are printed once.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: bool | int | float | str | None
    note: str | None = Field(None, description="how it departs from what was asked for; None where it does not")


HOGWILD = Given(
    value="Hogwild",
    note="threads write the same vectors without waiting for one another, so no run can be repeated to the digit",
)
"""Updates of several threads, as word2vec.c makes them."""

OWN_DRAWS = Given(
    value="its own",
    note="draws windows and noise words by a generator of its own: the same seed gives it other examples",
)
"""Random draws of whoever does not use those of this project."""


def as_asked(hyperparameters: Hyperparameters, **own: Given) -> Mapping[str, Given]:
    """Every hyperparameter that plays a part as it was asked for, but those in ``own``, which may add others.

    Names with blanks are given as ``**{INITIAL_VECTORS: Given(...)}``.
    """
    asked = {
        name: Given(value=value, note=None)
        for name, value in hyperparameters.model_dump().items()
        if name not in _ONLY or getattr(hyperparameters, _ONLY[name][0]) == _ONLY[name][1]
    }
    return asked | own


def by_protocol(*names: str) -> dict[str, Given]:
    """Of these names of ``PROTOCOL`` what the protocol has, to be passed on to ``as_asked``."""
    return {name: Given(value=PROTOCOL[name], note=None) for name in names}
