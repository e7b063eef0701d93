"""A block of sentences after subsampling, drawn at once: what the plain path cuts its batches from."""

from typing import NamedTuple

import torch
from torch import Tensor

from ..counter_random import KEEP_SLOT, NOISE_SLOT, WINDOW_SLOT
from .counter import Keys, NoiseTable, below, counters, draw, sentence_keys


class Block(NamedTuple):
    """The kept words of some sentences end to end.

    Each sentence is padded to a whole number of units, so that a unit never spans two sentences; padding has word 0,
    ``real`` False and no contexts.

    Attributes:
        words: int64 (n,).
        real: bool (n,).
        left, right: int64 (n,), how many words to either side lie in the centre's window.
        alpha: float32 (n,), the learning rate of the word's sentence.
        position: int64 (n,), where the word stood in its sentence before subsampling.
        key: the two key words of its sentence, int64 (n,) each.
        kept: words kept, padding not counted.
    """

    words: Tensor
    real: Tensor
    left: Tensor
    right: Tensor
    alpha: Tensor
    position: Tensor
    key: Keys
    kept: int


def draw_block(
    tokens: Tensor,
    lengths: Tensor,
    first_sentence: int,
    alphas: Tensor,
    keep: Tensor,
    *,
    seed: int,
    epoch: int,
    window: int,
    shrink: bool,
    unit: int,
) -> Block:
    """Subsample sentences and draw their windows.

    Args:
        tokens: int64 (n_tokens,), the sentences end to end.
        lengths: int64 (n_sentences,).
        first_sentence: number of the first one in the corpus.
        alphas: float32 (n_sentences,), learning rates.
        keep: int64 (n_words,), thresholds of ``subsampling.keep_thresholds``.
        seed: of the run.
        epoch: number of the epoch.
        window: the largest window.
        shrink: draw each window's size from 1..window.
        unit: centres in an update unit.
    """
    device = tokens.device
    n_sentences = len(lengths)
    a, b = sentence_keys(seed, epoch, torch.arange(first_sentence, first_sentence + n_sentences, device=device))
    sentence = torch.repeat_interleave(torch.arange(n_sentences, device=device), lengths)
    position = torch.arange(len(tokens), device=device) - (lengths.cumsum(0) - lengths)[sentence]
    kept = draw(counters(position, KEEP_SLOT), a[sentence], b[sentence]) <= keep[tokens]
    at = kept.nonzero().squeeze(1)
    words, sentence, position = tokens[at], sentence[at], position[at]
    a, b = a[sentence], b[sentence]

    n_kept = torch.bincount(sentence, minlength=n_sentences)
    rank = torch.arange(len(words), device=device) - (n_kept.cumsum(0) - n_kept)[sentence]
    after = n_kept[sentence] - 1 - rank
    reach = 1 + below(draw(counters(position, WINDOW_SLOT), a, b), window) if shrink else torch.full_like(rank, window)
    left, right = torch.minimum(reach, rank), torch.minimum(reach, after)
    alpha, real = alphas[sentence], torch.ones_like(kept[at])
    if unit > 1:
        padded = (n_kept + unit - 1) // unit * unit
        place = (padded.cumsum(0) - padded)[sentence] + rank
        total = int(padded.sum())
        words, real, left, right, alpha, position, a, b = (
            torch.zeros(total, dtype=column.dtype, device=device).index_copy_(0, place, column)
            for column in (words, real, left, right, alpha, position, a, b)
        )
    return Block(words, real, left, right, alpha, position, (a, b), len(at))


class Noise(NamedTuple):
    """The noise words of each unit, int64 (n_units, negative), and which of them are not skipped, bool."""

    words: Tensor
    wanted: Tensor


def draw_noise(block: Block, table: NoiseTable, negative: int, unit: int) -> Noise:
    """Draw noise words for every unit; one that equals a centre of its unit is skipped."""
    slots = NOISE_SLOT + torch.arange(negative, device=block.words.device)
    first = slice(None, None, unit)
    a, b = block.key
    numbers = draw(counters(block.position[first, None], slots), a[first, None], b[first, None])
    noise = table.sample(numbers)
    centres = torch.where(block.real, block.words, -1).view(-1, 1, unit)
    return Noise(noise, (noise[:, :, None] != centres).all(dim=2))
