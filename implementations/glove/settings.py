"""What GloVe has for each hyperparameter, and what it settles by itself."""

from collections.abc import Mapping

from ..given import (
    HOGWILD,
    INITIAL_VECTORS,
    OBJECTIVE,
    OPTIMIZER,
    PROTOCOL,
    SENTENCES,
    UPDATES,
    VECTORS,
    VOCABULARY,
    Given,
    as_asked,
    by_protocol,
)
from ..hyperparameters import Hyperparameters


def glove_settings(
    hyperparameters: Hyperparameters,
    *,
    iterations: int,
    eta: float,
    x_max: float,
    symmetric: bool,
    summed: bool,
    threads: int | None,
) -> Mapping[str, Given]:
    """As ``Trainer.given`` returns it; ``threads`` None stands for several."""
    counted = "fits counts of pairs: there is neither skip-gram nor CBOW, nor a loss to choose"
    noise = "there are no noise words"
    rate = f"AdaGrad from eta = {eta:g}, lowered for each value by its own gradients"
    asked = as_asked(hyperparameters)
    absent = {
        "model": counted,
        "loss": counted,
        "cbow_mean": counted,
        "negative": noise,
        "ns_exponent": noise,
        "sample": f"drops no word; counts above x_max = {x_max:g} weigh no more than that",
        "epochs": f"counts the text once, then passes over the counts {iterations} times",
        "alpha": rate,
        "min_alpha": rate,
        "shrink_windows": "a pair at distance d counts 1/d",
    }
    own = {
        **by_protocol(SENTENCES, VOCABULARY),
        OBJECTIVE: Given(value="log counts", note="fits w · c + b + b' to the logarithm of a pair's weighted count"),
        OPTIMIZER: Given(value="AdaGrad", note=None),
        "iterations": Given(value=iterations, note=None),
        INITIAL_VECTORS: Given(
            value=PROTOCOL[INITIAL_VECTORS], note="context vectors and biases start there too, not at zero"
        ),
        UPDATES: Given(value="shuffled", note="pairs come in random order, not in the text's")
        if threads == 1
        else HOGWILD,
        VECTORS: Given(
            value="input + output", note="each word's vector is the sum of its vectors as word and as context"
        )
        if summed
        else by_protocol(VECTORS)[VECTORS],
    }
    if not symmetric:
        own["context"] = Given(value="behind the word", note="words before a word are no context of it")
    return {**asked, **{name: Given(value=None, note=note) for name, note in absent.items() if name in asked}, **own}
