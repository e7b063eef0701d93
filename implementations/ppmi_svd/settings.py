"""What PPMI-SVD has for each hyperparameter, and what it settles by itself."""

from collections.abc import Mapping

from ..given import OBJECTIVE, PROTOCOL, RANDOM_DRAWS, SENTENCES, VECTORS, VOCABULARY, Given, as_asked, by_protocol
from ..hyperparameters import Hyperparameters


def ppmi_settings(
    hyperparameters: Hyperparameters, *, eig: float, shift: float, both: bool, drawn: bool
) -> Mapping[str, Given]:
    """As ``Trainer.given`` returns it.

    Args:
        hyperparameters: as asked for.
        eig: exponent of the singular values.
        shift: of the PMI.
        both: context vectors are added.
        drawn: words are dropped at random, else counts are lowered.
    """
    h = hyperparameters
    counted = "counts pairs: there is neither skip-gram nor CBOW, nor a loss to choose"
    rate = "decomposes a matrix: nothing is learned step by step"
    asked = as_asked(h)
    absent = {
        "model": counted,
        "loss": counted,
        "cbow_mean": counted,
        "negative": f"there are no noise words; the option shift = {shift:g} stands where their number would",
        "alpha": rate,
        "min_alpha": rate,
    }
    redrawn = drawn and h.sample > 0
    if not redrawn:
        absent["epochs"] = "counts the text once: every epoch would count the same"
    own = {
        **by_protocol(SENTENCES, VOCABULARY),
        OBJECTIVE: Given(
            value="PPMI", note="the best approximation of a matrix of positive PMI by vectors of this size"
        ),
        "ns_exponent": Given(value=h.ns_exponent, note="smooths the counts of contexts; there are no noise words"),
        VECTORS: Given(
            value=f"{'input + output' if both else PROTOCOL[VECTORS]}, eig {eig:g}",
            note="singular vectors times singular values to the power eig"
            + ("; word and context vectors at length 1, added" if both else ""),
        ),
    }
    if redrawn:
        own[RANDOM_DRAWS] = Given(value=PROTOCOL[RANDOM_DRAWS], note=None)
    elif h.sample:
        own["sample"] = Given(value=h.sample, note="lowers counts instead of dropping words, so windows do not widen")
    if h.shrink_windows:
        note = "not drawn: a pair at distance d counts (window - d + 1)/window, the mean over windows"
        own["shrink_windows"] = Given(value=True, note=note)
    return {**asked, **{name: Given(value=None, note=note) for name, note in absent.items() if name in asked}, **own}
