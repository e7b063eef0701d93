"""The Triton kernels: subsampling, and skip-gram or CBOW with negative sampling.

``subsample_kernel`` leaves each sentence's kept words in place of the sentence, and their number. ``train_kernel`` runs
many programs at once; each takes a run of sentences and trains one window after another. Windows and noise words are
drawn inside it by the shared counter-based generator.

A program holds the input vectors of its window in registers: a cache of 2 * window + 1 or more slots, one distinct word
a slot. A row is read when its word enters the window and is not held yet; ``loaded`` keeps what was read and ``delta``
what training has added since, so that the row's current value is their sum. When the slot is needed again, the delta is
added to the matrix atomically: what other programs have added meanwhile is not lost. Output rows are read once a window
and their steps added atomically. One program alone therefore computes exactly the reference's updates.

Rows are read past the L1 cache (``.cg``): it does not see the additions of other processors, and a frequent word's row
could stay there for as long as the kernel runs. Additions are relaxed: nothing depends on their order.
"""

# A kernel's arguments have types of Triton's own, known when it is launched.
# mypy: disable-error-code="no-untyped-def, untyped-decorator"

import triton
import triton.language as tl


@triton.jit
def hash32(counter, a, b):
    """``counter_random.draw`` for uint32 values."""
    x = counter ^ a
    x ^= x >> 17
    x *= 0xED5AD4BB
    x ^= x >> 11
    x += b
    x *= 0xAC4C1B51
    x ^= x >> 15
    x *= 0x31848BAB
    return x ^ (x >> 14)


@triton.jit
def sentence_key(sentence, epoch_word):
    """One of the two key words of a sentence, uint32; see ``counter_random.sentence_keys``."""
    zero = tl.full((), 0, tl.uint32)
    low, high = sentence.to(tl.uint32), (sentence >> 32).to(tl.uint32)
    inner = hash32(low ^ epoch_word, zero, zero)
    return hash32(inner ^ high, zero, zero)


@triton.jit
def below(number, n):
    """Map a uniform uint32 to 0..n - 1."""
    return tl.umulhi(number, tl.full((), 0, tl.uint32) + n).to(tl.int32)


@triton.jit(do_not_specialize=["first", "n_sentences"], do_not_specialize_on_alignment=["tokens"])
def subsample_kernel(
    tokens, offsets, keep, epoch_key, words, positions, kept,
    first, n_sentences,
    CHUNK: tl.constexpr,
):  # fmt: skip
    """Subsample one sentence: one program each.

    Args:
        tokens: int32, the slice's tokens.
        offsets: int64 (n_sentences + 1,), of the slice's sentences within it.
        keep: int32 (n_words,), thresholds (bits of uint32).
        epoch_key: int32 (2,), the epoch's key words (bits of uint32).
        words: int32, as long as ``tokens``; the kept words are written from each sentence's start on.
        positions: int32, where they stood in the sentence.
        kept: int32 (n_sentences,), how many were written.
        first: number in the corpus of the slice's first sentence.
        n_sentences: how many sentences there are.
        CHUNK: words looked at together.
    """
    s = tl.program_id(0)
    if s < n_sentences:
        number = s.to(tl.int64) + first
        a = sentence_key(number, tl.load(epoch_key).to(tl.uint32, bitcast=True))
        b = sentence_key(number, tl.load(epoch_key + 1).to(tl.uint32, bitcast=True))
        start, end = tl.load(offsets + s), tl.load(offsets + s + 1)
        n = (end - start).to(tl.int32)
        written = 0
        for base in range(0, n, CHUNK):
            at = base + tl.arange(0, CHUNK)
            inside = at < n
            word = tl.load(tokens + start + at, mask=inside, other=0)
            threshold = tl.load(keep + word, mask=inside, other=0).to(tl.uint32, bitcast=True)
            wanted = inside & (hash32(at.to(tl.uint32) << 22, a, b) <= threshold)
            rank = tl.cumsum(wanted.to(tl.int32), 0) - 1
            tl.store(words + start + written + rank, word, mask=wanted)
            tl.store(positions + start + written + rank, at, mask=wanted)
            written += tl.sum(wanted.to(tl.int32), 0)
        tl.store(kept + s, written)


@triton.jit(do_not_specialize=["first", "n_words"])
def train_kernel(
    words, positions, kept, offsets, alphas, bounds, epoch_key,
    inputs, outputs, noise, damp_in, damp_out,
    first, n_words,
    STRIDE: tl.constexpr, WINDOW: tl.constexpr, SHRINK: tl.constexpr, NEGATIVE: tl.constexpr,
    CBOW: tl.constexpr, MEAN: tl.constexpr, DAMPED: tl.constexpr, PRODUCTS: tl.constexpr,
    SLOTS: tl.constexpr, TARGETS: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Train a run of sentences, one window after another: one program each.

    Args:
        words: from ``subsample_kernel``, as are the next three and ``epoch_key``.
        positions: see there.
        kept: see there.
        offsets: see there.
        alphas: float32 (n_sentences,), learning rates.
        bounds: int32 (n_programs + 1,): the program's sentences are ``bounds[p]..bounds[p + 1] - 1``.
        epoch_key: see there.
        inputs: float32 (n_words, STRIDE).
        outputs: float32 (n_words, STRIDE).
        noise: int32 (n_words, 2), thresholds (bits of uint32) and aliases of the noise table.
        damp_in: float32 (n_words,), factors of the steps of input rows; read where DAMPED.
        damp_out: the same for output rows.
        first: number in the corpus of the slice's first sentence.
        n_words: rows of the matrices.
        STRIDE: floats in a row; a multiple of 4 lets a row be added by 16-byte atomics.
        WINDOW: hyperparameter ``window``.
        SHRINK: ``shrink_windows``.
        NEGATIVE: ``negative``.
        CBOW: whether the model is cbow.
        MEAN: ``cbow_mean``.
        DAMPED: whether the factors are used.
        PRODUCTS: how skip-gram multiplies. ``fma``: one target after another in float32 arithmetic; ieee, tf32 or
            tf32x3: all at once as ``tl.dot`` of that precision.
        SLOTS: power of two, at least 2 * WINDOW + 1 and 16.
        TARGETS: power of two, at least NEGATIVE + 1 and 8.
        BLOCK: power of two, at least STRIDE and 16.
    """
    program = tl.program_id(0)
    epoch_a = tl.load(epoch_key).to(tl.uint32, bitcast=True)
    epoch_b = tl.load(epoch_key + 1).to(tl.uint32, bitcast=True)
    slot, place = tl.arange(0, SLOTS), tl.arange(0, SLOTS)
    target = tl.arange(0, TARGETS)
    flat = tl.arange(0, BLOCK)
    column = flat[None, :]
    real = column < STRIDE

    for s in range(tl.load(bounds + program), tl.load(bounds + program + 1)):
        n = tl.load(kept + s)
        if n > 1:
            start = tl.load(offsets + s)
            alpha = tl.load(alphas + s)
            number = tl.full((), 0, tl.int64) + s + first
            a, b = sentence_key(number, epoch_a), sentence_key(number, epoch_b)
            # The word each slot holds (-1: none), and the last position of the sentence at which it stands.
            held = tl.full((SLOTS,), -1, tl.int32)
            last = tl.full((SLOTS,), -1, tl.int32)
            loaded = tl.zeros((SLOTS, BLOCK), tl.float32)
            delta = tl.zeros((SLOTS, BLOCK), tl.float32)

            for entering in range(0, n + WINDOW):
                if entering < n:
                    word = tl.load(words + start + entering)
                    found = tl.max((held == word).to(tl.int32), 0)
                    if found == 0:
                        # Of 2 * WINDOW + 1 positions in reach at most as many slots are needed; the oldest is free.
                        here = slot == tl.argmin(last, 0)
                        rows = inputs + held.to(tl.int64)[:, None] * STRIDE + column
                        step = delta
                        if DAMPED:
                            step *= tl.load(damp_in + held, mask=held >= 0, other=0.0)[:, None]
                        tl.atomic_add(rows, step, mask=(here & (held >= 0))[:, None] & real, sem="relaxed")
                        held = tl.where(here, word, held)
                        rows = inputs + held.to(tl.int64)[:, None] * STRIDE + column
                        loaded = tl.load(rows, mask=here[:, None] & real, other=loaded, cache_modifier=".cg")
                        delta = tl.where(here[:, None], 0.0, delta)
                    last = tl.where(held == word, entering, last)

                centre = entering - WINDOW
                if centre >= 0:
                    centre_word = tl.load(words + start + centre)
                    counter = tl.load(positions + start + centre).to(tl.uint32) << 22
                    reach = WINDOW
                    if SHRINK:
                        reach = 1 + below(hash32(counter | 1, a, b), WINDOW)
                    # How often each slot's word stands in the window.
                    at = centre - WINDOW + place
                    near = (at >= centre - reach) & (at <= centre + reach) & (at != centre) & (at >= 0) & (at < n)
                    context = tl.load(words + start + at, mask=near, other=-2)
                    times = tl.sum((held[:, None] == context[None, :]).to(tl.float32), 1)
                    # Target 0 is the centre, the others noise.
                    drawn = hash32(counter | (1 + target).to(tl.uint32), a, b)
                    picked = below(drawn, n_words)
                    rest = drawn * (tl.full((), 0, tl.uint32) + n_words)
                    threshold = tl.load(noise + 2 * picked).to(tl.uint32, bitcast=True)
                    picked = tl.where(rest < threshold, picked, tl.load(noise + 2 * picked + 1))
                    picked = tl.where(target == 0, centre_word, picked)
                    wanted = (target == 0) | ((target <= NEGATIVE) & (picked != centre_word))
                    label = (target == 0).to(tl.float32)
                    X = loaded + delta
                    if CBOW or PRODUCTS != "fma":
                        rows = outputs + picked.to(tl.int64)[:, None] * STRIDE + column
                        there = wanted[:, None] & real
                        T = tl.load(rows, mask=there, other=0.0, cache_modifier=".cg")
                        rate = tl.where(wanted, alpha, 0.0)
                        if CBOW:
                            h = tl.sum(times[:, None] * X, 0)
                            if MEAN:
                                h /= tl.sum(times, 0)
                            g = rate * (label - tl.sigmoid(tl.sum(T * h[None, :], 1)))
                            delta += times[:, None] * tl.sum(g[:, None] * T, 0)[None, :]
                            dT = g[:, None] * h[None, :]
                        else:
                            Z = tl.dot(X, tl.trans(T), input_precision=PRODUCTS)
                            G = times[:, None] * (rate[None, :] * (label[None, :] - tl.sigmoid(Z)))
                            delta = tl.dot(G, T, acc=delta, input_precision=PRODUCTS)
                            dT = tl.dot(tl.trans(G), X, input_precision=PRODUCTS)
                        if DAMPED:
                            dT *= tl.load(damp_out + picked, mask=wanted, other=0.0)[:, None]
                        tl.atomic_add(rows, dT, mask=there, sem="relaxed")
                    else:
                        # Equal noise words are trained once, as often as they were drawn: each row is then read before
                        # it is added to.
                        same = (picked[:, None] == picked[None, :]) & wanted[:, None] & wanted[None, :]
                        earlier = tl.sum((same & (target[None, :] < target[:, None])).to(tl.int32), 1)
                        weight = tl.where(earlier == 0, tl.sum(same.to(tl.float32), 1), 0.0) * alpha
                        for k in tl.static_range(NEGATIVE + 1):
                            word = tl.sum(tl.where(target == k, picked, 0), 0)
                            rate = tl.sum(tl.where(target == k, weight, 0.0), 0)
                            row = outputs + word.to(tl.int64) * STRIDE + flat
                            there = flat < STRIDE
                            t = tl.load(row, mask=there, other=0.0, cache_modifier=".cg")
                            z = tl.sum(X * t[None, :], 1)
                            g = times * (rate * ((1.0 if k == 0 else 0.0) - tl.sigmoid(z)))
                            delta += g[:, None] * t[None, :]
                            dt = tl.sum(g[:, None] * X, 0)
                            if DAMPED:
                                dt *= tl.load(damp_out + word)
                            tl.atomic_add(row, dt, mask=there, sem="relaxed")

            rows = inputs + held.to(tl.int64)[:, None] * STRIDE + column
            if DAMPED:
                delta *= tl.load(damp_in + held, mask=held >= 0, other=0.0)[:, None]
            tl.atomic_add(rows, delta, mask=(held >= 0)[:, None] & real, sem="relaxed")
