"""How many words a second a machine allows: what training must compute and move, against what it can.

The counts are those of ``work.py``. Of the rows, those that are asked for most are taken to be in a cache, as many as
it holds: no policy of replacement does better. A context word's row is fetched once, as the window glides over it.
docs/scaling.md has the formulae.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, ValidationError

from ..implementations.examples import Sharing
from ..implementations.given import OBJECTIVE
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.noise import noise_weights
from ..implementations.subsampling import keep_probabilities
from .records import CorpusRecord, RunRecord
from .word_coverage import Counts, counts_of
from .work import work

FLOAT = 4
"""Bytes."""

Rates = NDArray[np.float64]


class Ceilings(BaseModel):
    """What a machine can do with a number of threads (``ceilings.py`` measures it). Bytes are read plus written."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    threads: PositiveInt
    lanes: PositiveInt
    """Floats in a vector register."""
    multiply_adds_per_second: PositiveFloat
    memory_read_bytes_per_second: PositiveFloat
    memory_update_bytes_per_second: PositiveFloat
    """Of an array that is read and written back, as rows are."""
    cache_update_bytes_per_second: PositiveFloat | None = None
    """The same in the last-level cache; None where it is not larger than the caches of the cores."""
    first_cache_update_bytes_per_second: PositiveFloat | None = None
    """The same in the first-level caches of the cores."""
    cache_bytes: PositiveInt | None = None
    """The last-level cache that a core reaches; None where the system does not tell."""
    core_cache_bytes: PositiveInt | None = None
    """The largest cache of one core's own."""


@dataclass(frozen=True)
class Prediction:
    """For each word of the text, before subsampling.

    Attributes:
        flops: floating-point operations of the products, two for a multiply-add.
        row_bytes: read and written back by update units, from wherever the rows are.
        cache_bytes: of these what comes from and goes to the last-level cache.
        memory_bytes: and what comes from memory.
        arithmetic: words/s that the multiply-adds alone allow.
        bandwidth: words/s that last-level cache and memory alone allow; None where sizes of caches are not known.
        first_cache: words/s that reading and writing all rows in the first-level caches allows; None where not known.
    """

    flops: float
    row_bytes: float
    cache_bytes: float
    memory_bytes: float
    arithmetic: float
    bandwidth: float | None
    first_cache: float | None = None

    @property
    def limit(self) -> float:
        """Words/s that cannot be passed: computing and moving rows at once, each at its ceiling."""
        return min(one for one in (self.arithmetic, self.bandwidth, self.first_cache) if one is not None)

    @property
    def in_turn(self) -> float:
        """Words/s where rows are moved and then computed with, never both at once."""
        return self.arithmetic if self.bandwidth is None else 1 / (1 / self.arithmetic + 1 / self.bandwidth)

    @property
    def intensity(self) -> float:
        """Operations for each byte that units read or write."""
        return self.flops / self.row_bytes


def predict(
    h: Hyperparameters, sharing: Sharing, counts: Counts, sentence_length: float, ceilings: Ceilings
) -> Prediction:
    """What training costs and what the machine allows.

    Args:
        h: hyperparameters.
        sharing: how far one set of noise words is shared.
        counts: occurrences of each word, float64 (n_words,), in the order of rank.
        sentence_length: words of a sentence, the mean, before subsampling.
        ceilings: of the machine, for as many threads as train.

    Raises:
        ValueError: full softmax, or hierarchical softmax over several centres at once.
    """
    kept = counts * keep_probabilities(counts, h.sample)
    share = float(kept.sum() / counts.sum())
    kept = kept / kept.sum()
    path = float(kept @ np.log2(counts.sum() / counts)) if h.loss == "hs" else 0.0
    cost = work(h, sharing, share * sentence_length, path)
    rates = np.concatenate([kept, _output_rates(h, counts, kept, cost.noise)])
    row = FLOAT * h.vector_size
    # Once into the nearest cache that is too small for all rows, and once back.
    memory = 2 * row * cold(rates, (ceilings.cache_bytes or 0) / row)
    cache = 2 * row * cold(rates, (ceilings.core_cache_bytes or 0) / row) - memory
    seconds = memory / ceilings.memory_update_bytes_per_second
    if ceilings.cache_update_bytes_per_second is not None:
        seconds += cache / ceilings.cache_update_bytes_per_second
    known = ceilings.cache_bytes is not None and seconds > 0
    first = ceilings.first_cache_update_bytes_per_second
    row_bytes = share * row * cost.rows
    return Prediction(
        flops=2 * share * cost.multiply_adds,
        row_bytes=row_bytes,
        cache_bytes=share * cache,
        memory_bytes=share * memory,
        arithmetic=ceilings.multiply_adds_per_second / (share * cost.multiply_adds),
        bandwidth=1 / (share * seconds) if known else None,
        first_cache=None if first is None else first / row_bytes,
    )


def _output_rates(h: Hyperparameters, counts: Counts, kept: Rates, noise: float) -> Rates:
    """How often each output row is fetched for a word that is left: as its centre's, as noise, or as a node."""
    if h.loss == "ns":
        return np.asarray(kept + noise * noise_weights(counts, h.ns_exponent))
    # Words of equal rank share nodes: pairs of neighbours the lowest ones, pairs of pairs the next, up to the root. The
    # true tree is deeper for rare words and flatter for frequent ones; its upper nodes are in the caches either way.
    levels, level = [], kept
    while len(level) > 1:
        level = np.concatenate([level, np.zeros(len(level) % 2)]).reshape(-1, 2).sum(axis=1)
        levels.append(level)
    return np.concatenate(levels) if levels else np.zeros(0)


def cold(rates: Rates, rows: float) -> float:
    """How often a row is asked for that is not among the ``rows`` that are asked for most."""
    n = int(rows)
    if n >= len(rates):
        return 0.0
    return float(np.partition(rates, len(rates) - n - 1)[: len(rates) - n].sum())


def predicted(run: RunRecord, corpus: CorpusRecord, ceilings: Mapping[int, Ceilings]) -> Prediction | None:
    """The prediction for a run; None where this machine's ceilings for its threads, or its units, are not known."""
    own = ceilings.get(run.threads)
    sharing = sharing_of(run)
    if own is None or sharing is None or corpus.sentences < 1:
        return None
    text = (tuple(corpus.coverage or ()), corpus.vocabulary_size, corpus.tokens, corpus.sentences)
    return _predicted(run.hyperparameters, sharing, text, own)


@lru_cache(maxsize=4096)
def _predicted(
    h: Hyperparameters, sharing: Sharing, text: tuple[tuple[float, ...], int, int, int], ceilings: Ceilings
) -> Prediction | None:
    """Kept, since a report asks for the same several times, of each configuration of a study."""
    shares, n_words, tokens, sentences = text
    try:
        return predict(h, sharing, counts_of(shares, n_words, tokens), tokens / sentences, ceilings)
    except ValueError:
        return None


def sharing_of(run: RunRecord) -> Sharing | None:
    """How a run shared noise words: as its options say, else not at all, as word2vec.c.

    None where no pairs of words are trained, or not on the processor.
    """
    if run.device not in ("cpu", "auto") or OBJECTIVE in run.given:
        return None
    try:
        return Sharing.parse(str(run.options.get("negatives", "pair")))
    except ValueError:
        return None


def ceilings_of(environment: Mapping[str, Any]) -> dict[int, Ceilings]:
    """The ceilings that results hold, by number of threads; empty where none were measured."""
    found = {}
    recorded = environment.get("ceilings")
    for entry in recorded if isinstance(recorded, list) else []:
        try:
            one = Ceilings.model_validate(entry)
        except ValidationError:
            continue
        found[one.threads] = one
    return found


def highest(environments: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of several measurements of one machine the highest of each figure, as an environment holds them."""
    found: dict[int, dict[str, Any]] = {}
    for environment in environments:
        for threads, one in ceilings_of(environment).items():
            own = found.setdefault(threads, {})
            for name, value in one.model_dump().items():
                known = [each for each in (own.get(name), value) if each is not None]
                own[name] = max(known, default=None)
    return [found[threads] for threads in sorted(found)]
