"""The corpus that a trainer is lent, and whether it comes back as it was."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...datasets.corpus import Corpus
from ...datasets.encode import encode
from ...datasets.vocabulary import Vocabulary
from .texts import ONE_WORD
from .trial import Step, Trial


def lend(trial: Trial, step: Step) -> tuple[Corpus, Corpus]:
    """The corpus for the trainer, and the same once more to compare with.

    The trainer gets arrays of its own that can be written, so that one that does so is caught, and caught at nothing
    else; with ``mapped`` it gets what a run gives: arrays mapped from a file, read-only.
    """
    if step.corpus == ONE_WORD:
        return _one_word(), _one_word()
    path, min_count = trial.texts[step.corpus]
    original = encode(path, min_count=min_count, name=step.corpus, cache=trial.cache)
    if step.mapped:
        return encode(path, min_count=min_count, name=step.corpus, cache=trial.cache), original
    vocabulary = Vocabulary(list(original.vocabulary.words), np.array(original.vocabulary.counts))
    tokens, offsets = np.array(original.tokens), np.array(original.offsets)
    return replace(original, vocabulary=vocabulary, tokens=tokens, offsets=offsets), original


def what_became_of(lent: Corpus, original: Corpus) -> list[str]:
    """What of a corpus is not as it was, by name."""
    parts: list[tuple[str, NDArray[Any], NDArray[Any]]] = [
        ("corpus.tokens", lent.tokens, original.tokens),
        ("corpus.offsets", lent.offsets, original.offsets),
        ("corpus.vocabulary.counts", lent.vocabulary.counts, original.vocabulary.counts),
    ]
    faults = [name for name, now, before in parts if not np.array_equal(now, before)]
    return faults + (
        ["corpus.vocabulary.words"] if list(lent.vocabulary.words) != list(original.vocabulary.words) else []
    )


def _one_word() -> Corpus:
    """Fifty times the same word, in five sentences."""
    return Corpus(
        name=ONE_WORD,
        sha256="0" * 64,
        min_count=1,
        vocabulary=Vocabulary(["word"], np.array([50], np.int64)),
        tokens=np.zeros(50, np.int32),
        offsets=np.arange(0, 51, 10, dtype=np.int64),
        source_tokens=50,
        source_types=1,
    )
