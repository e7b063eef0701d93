"""What the original word2vec program can be given, and what it settles itself; read off its source."""

from collections.abc import Mapping

import numpy as np

from ..datasets.corpus import Corpus
from .given import (
    HOGWILD,
    INITIAL_VECTORS,
    LEARNING_RATE,
    NEGATIVE_SAMPLES,
    OPTIMIZER,
    OWN_DRAWS,
    RANDOM_DRAWS,
    SEED,
    SENTENCES,
    SIGMOID,
    UPDATES,
    VECTORS,
    VOCABULARY,
    Given,
    as_asked,
    by_protocol,
)
from .hyperparameters import Hyperparameters

LINE_END = "</s>"
"""What the program calls the end of a line."""

LARGEST_MIN_ALPHA = 0.05
"""Of alpha; it ends at alpha / 10,000, and with more than this asked for it would train noticeably differently."""


def unsupported(h: Hyperparameters) -> str | None:
    """What of these hyperparameters it cannot do, in words, or None."""
    if h.loss == "softmax":
        return "word2vec-c has no full softmax"
    if h.loss == "ns" and h.ns_exponent != 0.75:
        return f"word2vec-c draws noise words by counts to the power of 0.75, not {h.ns_exponent:g}"
    if h.model == "cbow" and not h.cbow_mean:
        return "word2vec-c averages the context vectors of CBOW; it cannot sum them"
    if not h.shrink_windows:
        return "word2vec-c draws each window's size; it has no fixed windows"
    if h.min_alpha > LARGEST_MIN_ALPHA * h.alpha:
        return f"word2vec-c ends at alpha / 10,000, not at min_alpha {h.min_alpha:g} from alpha {h.alpha:g}"
    return None


def arguments(h: Hyperparameters, threads: int) -> list[str]:
    """The part of its command line that says how to train."""
    settings = {
        "cbow": int(h.model == "cbow"),
        "hs": int(h.loss == "hs"),
        "negative": h.negative if h.loss == "ns" else 0,
        "size": h.vector_size,
        "window": h.window,
        "sample": h.sample,
        "min-count": h.min_count,
        "iter": h.epochs,
        "alpha": h.alpha,
        "threads": threads,
    }
    return [part for name, value in settings.items() for part in (f"-{name}", str(value))]


def given(h: Hyperparameters, corpus: Corpus | None, threads: int | None) -> Mapping[str, Given]:
    """What it has for each hyperparameter and beside them; of corpus and threads once they are known."""
    own = by_protocol(INITIAL_VECTORS, OPTIMIZER, VECTORS)
    if h.loss == "ns":
        own |= by_protocol(NEGATIVE_SAMPLES)
    own["min_alpha"] = Given(value=h.alpha * 1e-4, note="ends at alpha / 10,000, whatever is asked for")
    own[SEED] = Given(
        value=None,
        note="has no seed: it always starts from the same vectors and generators, so that runs differ only by how "
        "threads race",
    )
    own[SENTENCES] = Given(
        value="1,000 words", note="a thread starts in the middle of a line, at its share of the file's bytes"
    )
    own[VOCABULARY] = Given(value=f"the corpus's and {LINE_END}", note=_line_ends(h, corpus))
    own[RANDOM_DRAWS] = OWN_DRAWS
    beyond = "skips an example" if h.loss == "hs" else "takes 0 or 1 for the logistic function of an example"
    own[SIGMOID] = Given(
        value="cut at ±6", note=f"{beyond} whose logit lies beyond ±6, and else looks up a table of 1,000 values"
    )
    own[LEARNING_RATE] = Given(
        value="every 10,000 words",
        note="lowers the learning rate after every 10,000 words of a thread, never where an epoch has fewer for it",
    )
    own |= by_protocol(UPDATES) if threads == 1 else {UPDATES: HOGWILD}
    return as_asked(h, **own)


def _line_ends(h: Hyperparameters, corpus: Corpus | None) -> str:
    """What the word for ends of lines does."""
    share = noise = ""
    if corpus is not None:
        ends, counts = corpus.n_sentences, corpus.vocabulary.counts.astype(np.float64)
        share = f", {ends / (ends + counts.sum()):.1%} of its words,"
        noise = f" ({ends**0.75 / (ends**0.75 + (counts**0.75).sum()):.1%} of them)"
    what = f"counts ends of lines{share} as words for subsampling and the learning rate, but does not train them"
    if h.loss == "ns":
        what += f"; where noise words{noise} fall on them, it takes any word instead"
    return what
