"""What Spark's Word2Vec is given, and where it departs from the protocol: read from its sources, version 4."""

from collections.abc import Mapping

from .given import (
    INITIAL_VECTORS,
    LEARNING_RATE,
    OPTIMIZER,
    OWN_DRAWS,
    RANDOM_DRAWS,
    SENTENCES,
    SIGMOID,
    THREADS,
    UPDATES,
    VECTORS,
    VOCABULARY,
    Given,
    as_asked,
    by_protocol,
)
from .hyperparameters import Hyperparameters


def obstacle(h: Hyperparameters) -> str | None:
    """What of these hyperparameters Spark cannot do, in words and with what to ask for, or None."""
    asked = {"model": h.model == "skipgram", "loss": h.loss == "hs", "sample": h.sample == 0}
    if not all(asked.values()):
        has = {"model": "model=skipgram", "loss": "loss=hs", "sample": "sample=0"}
        changes = ",".join(has[name] for name, fits in asked.items() if not fits)
        return (
            "Spark has skip-gram with hierarchical softmax, without subsampling, and nothing else; "
            f"ask for 'spark[{changes}]', or set that for all"
        )
    if not h.shrink_windows:
        return "Spark always draws a window's size; leave shrink_windows true"
    if h.min_alpha > h.alpha / 10:
        return "Spark's learning rate always falls to alpha / 10,000; set min_alpha to a tenth of alpha or less"
    return None


def settings(h: Hyperparameters, *, partitions: int | None, threads: int | None) -> Mapping[str, Given]:
    """Every setting as Spark has it, for ``Trainer.given``; None where it is not known before ``prepare``."""
    own = by_protocol(INITIAL_VECTORS, SENTENCES, VOCABULARY, OPTIMIZER, VECTORS)
    own["min_alpha"] = Given(value=None, note="its learning rate falls to alpha / 10,000, whatever min_alpha is")
    own[LEARNING_RATE] = Given(
        value="by partition",
        note="trains the first 10,000 words of each partition and epoch at alpha, and only then follows the schedule, "
        "in steps of 10,000 words",
    )
    own[RANDOM_DRAWS] = OWN_DRAWS
    own[SIGMOID] = Given(
        value="cut at ±6", note="skips an example whose logit lies beyond ±6, and else looks up a table of 1,000 values"
    )
    if partitions == 1:
        own |= by_protocol(UPDATES)
    else:
        own[UPDATES] = Given(
            value="by partition",
            note="partitions in one process write the same vectors without waiting for one another, those in "
            "different processes copies that are averaged when an epoch ends",
        )
    if partitions is not None and threads is not None and partitions < threads:
        own[THREADS] = Given(value=partitions, note="trains in no more threads than there are partitions")
    return as_asked(h, **own)
