"""Training examples of a sentence, as a pure function of (seed, epoch, sentence).

An *update unit* is what is computed from one state of the vectors and applied at once. Which words it holds is set by
the option ``negatives``:

- ``pair``: one context word against its centre and noise words of its own (word2vec.c);
- ``window``: a centre's whole window, which shares one set of noise words (HogBatch: Ji et al. 2016, pWord2Vec);
- ``window:S``: S adjacent centres and the union of their windows, sharing one set of noise words.

In every unit a noise word that equals one of its centres is skipped. The loss is summed over the unit, so an input or
output word that occurs in it several times counts as often as it occurs; here it is listed once, with its weight.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .counter_random import KEEP_SLOT, NOISE_SLOT, WINDOW_SLOT, Words, below, counters, draw
from .huffman import HuffmanTree
from .noise import AliasTable

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Sharing:
    """How far one set of noise words is shared: over a pair, or over the windows of ``centres`` adjacent centres."""

    centres: int
    """0 stands for ``pair``."""

    @classmethod
    def parse(cls, text: str) -> "Sharing":
        """Read ``pair``, ``window`` or ``window:S``.

        Raises:
            ValueError: it is none of them.
        """
        if text == "pair":
            return cls(0)
        match = re.fullmatch(r"window(?::(\d+))?", text)
        if not match or not 1 <= (centres := int(match[1] or 1)) <= 16:
            raise ValueError(f"negatives must be pair, window or window:S with S from 1 to 16, got {text!r}")
        return cls(centres)

    def __str__(self) -> str:
        return "pair" if self.centres == 0 else "window" if self.centres == 1 else f"window:{self.centres}"


class Windows(NamedTuple):
    """Centres and contexts of a sentence after subsampling.

    Attributes:
        words: int64 (n_kept,), the words that were kept.
        positions: int64 (n_kept,), where they stood in the sentence before subsampling.
        centre, context: int64 (n_pairs,), positions in ``words``, ordered by centre, then from left to right.
        place: int64 (n_pairs,), number of the context's place in the largest window, 0..2 * window - 1.
    """

    words: Ids
    positions: Ids
    centre: Ids
    context: Ids
    place: Ids


def windows(sentence: NDArray[np.int32], keys: tuple[Words, Words], keep: Words, window: int, shrink: bool) -> Windows:
    """Subsample a sentence and lay the windows. ``keep`` holds each word's threshold (see ``subsampling``)."""
    a, b = keys
    positions = np.arange(len(sentence))
    kept = draw(counters(positions, KEEP_SLOT), a, b) <= keep[sentence]
    words, positions = sentence[kept].astype(np.int64), positions[kept]
    n = len(words)
    reach = 1 + below(draw(counters(positions, WINDOW_SLOT), a, b), window) if shrink else np.full(n, window)
    offsets = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    context = np.arange(n)[:, None] + offsets
    inside = (np.abs(offsets) <= reach[:, None]) & (context >= 0) & (context < n)
    centre, place = np.nonzero(inside)
    return Windows(words, positions, centre, context[inside], place)


class Units(NamedTuple):
    """Update units of a sentence: which rows each touches, and how often each pair of rows counts.

    A unit has one row group a centre. With ``input_weight`` N (inputs × centres: how often the input word stands in
    the centre's window), ``output_weight`` A (centres × outputs: how often the output is a target of the centre) and
    ``label`` Y (1 where it is a positive one), N @ A counts the pairs of the unit.

    Attributes:
        inputs, input_bounds: int64; unit u reads input rows ``inputs[input_bounds[u]:input_bounds[u + 1]]``.
        outputs, output_bounds: the same for output rows.
        input_weight: float32 (len(inputs), centres); for ``pair`` and ``window`` there is one centre.
        output_weight, label: float32 (len(outputs), centres), transposed so that they can be cut at the bounds.
    """

    inputs: Ids
    input_bounds: Ids
    outputs: Ids
    output_bounds: Ids
    input_weight: NDArray[np.float32]
    output_weight: NDArray[np.float32]
    label: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.input_bounds) - 1

    def pair_weights(self) -> "PairWeights":
        """P = N Y and Q = N A of every unit."""
        n_outputs = np.diff(self.output_bounds)
        unit_of_input = np.repeat(np.arange(len(self)), np.diff(self.input_bounds))
        width = n_outputs[unit_of_input]
        output = _ranges(self.output_bounds[unit_of_input], width)
        weight = np.repeat(self.input_weight, width, axis=0)
        return PairWeights(
            (weight * self.label[output]).sum(axis=1),
            (weight * self.output_weight[output]).sum(axis=1),
            np.concatenate([[0], np.cumsum(n_outputs * np.diff(self.input_bounds))]),
        )


class PairWeights(NamedTuple):
    """How often each input of a unit meets each output, all units' matrices (inputs × outputs) end to end.

    Attributes:
        positive: float32, meetings as a positive example.
        pairs: float32, meetings in all.
        bounds: int64 (n_units + 1,), where each unit's matrix begins.
    """

    positive: NDArray[np.float32]
    pairs: NDArray[np.float32]
    bounds: Ids


class Targets(Protocol):
    """The output rows that the units of a sentence train, before equal ones are merged."""

    def __call__(self, words: Ids, positions: Ids, plan: "_Plan", keys: tuple[Words, Words]) -> "_Targets":
        """One entry a target, for a plan over the given kept words and their positions."""
        ...


class _Plan(NamedTuple):
    """Which centres form which unit.

    Attributes:
        n_units: how many units there are.
        size: centres in a unit; the last may have fewer.
        centre: int64, positions in ``Windows.words``, one entry for each centre of each unit.
        unit, member: int64, the entry's unit and its number in it.
        place: for units of one pair, the context's place in the window (it selects the noise words); else None.
    """

    n_units: int
    size: int
    centre: Ids
    unit: Ids
    member: Ids
    place: Ids | None


class _Targets(NamedTuple):
    """One entry a target: its unit, its output row, the number in the unit of the centre it belongs to, its label."""

    unit: Ids
    output: Ids
    member: Ids
    label: NDArray[np.float32]


class NoiseTargets:
    """Negative sampling: the centre itself, and ``negative`` draws from the noise distribution."""

    def __init__(self, table: AliasTable, negative: int) -> None:
        self.table = table
        self.negative = negative

    def __call__(self, words: Ids, positions: Ids, plan: _Plan, keys: tuple[Words, Words]) -> _Targets:
        first = plan.centre[plan.member == 0]
        slots = NOISE_SLOT + np.arange(self.negative)
        if plan.place is not None:
            slots = slots + plan.place[:, None] * self.negative
        noise = self.table.sample(draw(counters(positions[first][:, None], slots), *keys)).astype(np.int64)
        centre_word = words[plan.centre]
        # A draw that equals any centre of its unit is skipped; the others count once for every centre of the unit.
        wanted = np.ones(noise.shape, bool)
        for member in range(plan.size):
            mine = plan.member == member
            wanted[plan.unit[mine]] &= noise[plan.unit[mine]] != centre_word[mine][:, None]
        entry, draw_number = np.nonzero(wanted[plan.unit])
        unit = plan.unit[entry]
        return _Targets(
            np.concatenate([plan.unit, unit]),
            np.concatenate([centre_word, noise[unit, draw_number]]),
            np.concatenate([plan.member, plan.member[entry]]),
            np.concatenate([np.ones(len(plan.unit), np.float32), np.zeros(len(unit), np.float32)]),
        )


class PathTargets:
    """Hierarchical softmax: the inner nodes on the centre's path, labelled 1 - code."""

    def __init__(self, tree: HuffmanTree) -> None:
        self.tree = tree

    def __call__(self, words: Ids, positions: Ids, plan: _Plan, keys: tuple[Words, Words]) -> _Targets:
        centre_word = words[plan.centre]
        lengths = np.diff(self.tree.offsets)[centre_word]
        entry = _ranges(self.tree.offsets[centre_word], lengths)
        return _Targets(
            np.repeat(plan.unit, lengths),
            self.tree.nodes[entry].astype(np.int64),
            np.repeat(plan.member, lengths),
            1 - self.tree.codes[entry].astype(np.float32),
        )


class AllTargets:
    """Full softmax: every word of the vocabulary, labelled 1 where it is the centre."""

    def __init__(self, n_words: int) -> None:
        self.n_words = n_words

    def __call__(self, words: Ids, positions: Ids, plan: _Plan, keys: tuple[Words, Words]) -> _Targets:
        outputs = np.tile(np.arange(self.n_words), len(plan.centre))
        return _Targets(
            np.repeat(plan.unit, self.n_words),
            outputs,
            np.repeat(plan.member, self.n_words),
            (outputs == np.repeat(words[plan.centre], self.n_words)).astype(np.float32),
        )


def skipgram_units(laid: Windows, targets: Targets, sharing: Sharing, keys: tuple[Words, Words]) -> Units:
    """Units whose inputs are the context words."""
    if sharing.centres:
        return _window_units(laid, targets, sharing.centres, keys)
    n = len(laid.centre)
    each, first = np.arange(n), np.zeros(n, np.int64)
    plan = _Plan(n, 1, laid.centre, each, first, laid.place)
    return _merge(plan, each, first, laid, targets, keys)


def cbow_units(laid: Windows, targets: Targets, sharing: Sharing, keys: tuple[Words, Words]) -> Units:
    """Units whose inputs are summed or averaged centre by centre; ``pair`` means the same as ``window`` here."""
    return _window_units(laid, targets, max(1, sharing.centres), keys)


def _window_units(laid: Windows, targets: Targets, size: int, keys: tuple[Words, Words]) -> Units:
    # A word alone in its sentence has no context and trains nothing.
    centre = np.arange(len(laid.words) if len(laid.words) > 1 else 0)
    plan = _Plan(-(-len(centre) // size), size, centre, centre // size, centre % size, None)
    return _merge(plan, laid.centre // size, laid.centre % size, laid, targets, keys)


def _merge(plan: _Plan, unit: Ids, member: Ids, laid: Windows, targets: Targets, keys: tuple[Words, Words]) -> Units:
    """List each row of a unit once. ``unit`` and ``member`` tell where each context word of ``laid`` belongs."""
    wanted = targets(laid.words, laid.positions, plan, keys)
    input_rows, input_bounds, input_at = _unique_rows(unit, laid.words[laid.context], plan.n_units)
    output_rows, output_bounds, output_at = _unique_rows(wanted.unit, wanted.output, plan.n_units)

    def spread(at: Ids, n: int, members: Ids, weights: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        flat = np.bincount(at * plan.size + members, weights, n * plan.size)
        return flat.reshape(n, plan.size).astype(np.float32)

    n_out = len(output_rows)
    return Units(
        input_rows,
        input_bounds,
        output_rows,
        output_bounds,
        spread(input_at, len(input_rows), member),
        spread(output_at, n_out, wanted.member),
        spread(output_at, n_out, wanted.member, wanted.label),
    )


def _unique_rows(unit: Ids, rows: Ids, n_units: int) -> tuple[Ids, Ids, Ids]:
    """Distinct rows of each unit in ascending order, the units' bounds among them, and where each entry went."""
    keys, at = np.unique(unit << 32 | rows, return_inverse=True)
    return keys & 0xFFFFFFFF, np.searchsorted(keys >> 32, np.arange(n_units + 1)), at


def _ranges(starts: Ids, lengths: Ids) -> Ids:
    """The ranges start, start + 1, … of the given lengths, end to end."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - lengths), lengths))
