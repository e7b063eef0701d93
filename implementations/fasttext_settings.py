"""What fastText is given, and where it departs from the protocol: read from its sources, version 0.9.3."""

from collections.abc import Mapping
from typing import NamedTuple

from .given import (
    HOGWILD,
    INITIAL_VECTORS,
    LEARNING_RATE,
    NEGATIVE_SAMPLES,
    OPTIMIZER,
    OWN_DRAWS,
    RANDOM_DRAWS,
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

EOS = "</s>"
"""The word that fastText reads at the end of each line."""

DIRECTION = "direction"
"""Whose input vector skip-gram trains for a pair of words."""

BUCKETS = 2_000_000
"""fastText's default."""

LR_UPDATE_RATE = 100
"""Words after which a thread looks at the learning rate again; fastText's default."""

FRESH_BYTES = 33 << 20
"""Memory that glibc takes from the system, cleared, however it has moved its threshold: that ends at 32 MiB."""

UNLIMITED_SAMPLE = 1.0
"""Keeps every word. A threshold of 0 would drop every one."""


class Ngrams(NamedTuple):
    """Which n-grams of characters have vectors.

    Attributes:
        shortest, longest: their lengths; ``longest`` is 0 for none.
        bucket: rows that they are hashed to.
    """

    shortest: int
    longest: int
    bucket: int

    @classmethod
    def checked(cls, minn: object, maxn: object, bucket: object) -> "Ngrams":
        """Of an option's values.

        Raises:
            ValueError: they are no whole numbers, or do not fit together.
        """
        for name, value in (("minn", minn), ("maxn", maxn), ("bucket", bucket)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise ValueError(f"{name} must be a whole number, 0 or more, got {value!r}")
        shortest, longest = int(str(minn)), int(str(maxn))
        if longest == 0 and (shortest or bucket):
            raise ValueError("minn and bucket need maxn: without n-grams they play no part")
        if longest and not 1 <= shortest <= longest:
            raise ValueError(f"minn must lie between 1 and maxn ({longest}), got {shortest}")
        if bucket == 0:
            raise ValueError("bucket must be 1 or more")
        return cls(shortest, longest, 0 if longest == 0 else BUCKETS if bucket is None else int(str(bucket)))


def rows_to_initialise(words: int, vector_size: int, threads: int) -> int:
    """Rows that a matrix needs so that fastText initialises the first ``words`` of them.

    It cuts the matrix into tenths and lets each thread initialise one; with less than ten threads the rest stays what
    the memory held before (its issue 1061). Rows that are never touched take no memory.
    """
    reached = min(threads, 10)
    rows = words * 10 // reached
    while reached * (rows * vector_size // 10) < words * vector_size:
        rows += 1
    return rows


def settings(h: Hyperparameters, ngrams: Ngrams, *, eos: bool, threads: int | None) -> Mapping[str, Given]:
    """Every setting as fastText has it, for ``Trainer.given``."""
    own = by_protocol(LEARNING_RATE, OPTIMIZER)
    own["min_alpha"] = Given(value=None, note="its learning rate falls to 0, whatever min_alpha is")
    if h.sample:
        own["sample"] = Given(value=h.sample, note="counts line ends among the words of which a word is a share")
    else:
        own["sample"] = Given(value="-t 1", note=None)
    own[INITIAL_VECTORS] = Given(value="±1/vector_size", note="starts from input vectors twice as wide")
    own[RANDOM_DRAWS] = OWN_DRAWS
    own |= by_protocol(UPDATES) if threads == 1 else {UPDATES: HOGWILD}
    own |= _end_of_sentence() if eos else by_protocol(SENTENCES, VOCABULARY)
    own |= _subwords(ngrams, threads) if ngrams.longest else by_protocol(VECTORS)
    if h.model == "skipgram":
        own[DIRECTION] = Given(
            value="centre to context",
            note="trains the centre's input vector against each context word as the target, where word2vec.c trains "
            "the context word's against the centre",
        )
    if h.loss == "ns":
        own["ns_exponent"] = Given(value=None, note="draws noise words in proportion to count^0.5, fixed")
        own[NEGATIVE_SAMPLES] = Given(
            value="each example", note="draws again for a noise word that is the target, instead of skipping it"
        )
    if h.loss != "softmax":
        own[SIGMOID] = Given(value="cut at ±8", note="looks the sigmoid up in a table of 513 values, 0 or 1 beyond ±8")
    return as_asked(h, **own)


def _end_of_sentence() -> dict[str, Given]:
    note = f"{EOS} is a word at the end of each sentence: trained, drawn as noise, and not scored"
    return {SENTENCES: Given(value=f"1,000 words and {EOS}", note=note), VOCABULARY: Given(value=f"+ {EOS}", note=note)}


def _subwords(ngrams: Ngrams, threads: int | None) -> dict[str, Given]:
    note = (
        f"a word's vector is the mean of its own and those of its n-grams of {ngrams.shortest} to {ngrams.longest} "
        f"characters, hashed to {ngrams.bucket:,} rows"
    )
    own = {VECTORS: Given(value="words and n-grams", note=note)}
    if threads is None or threads < 10:
        own[INITIAL_VECTORS] = Given(
            value="±1/vector_size or 0",
            note="starts from input vectors twice as wide, but for most n-grams at zero: a thread initialises a tenth",
        )
    return own
