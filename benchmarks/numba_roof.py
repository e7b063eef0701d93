"""How near the Numba kernels come to the roof of a core: multiply-adds a second against what the core can do.

    python -m bench.benchmarks.numba_roof [--corpus wiki17m] [--rounds 5] [--vector-size 100,300]

One thread trains part of a text twice: as it is, and folded onto so few words that every row stays in the cache. The
first tells the speed, the second what the arithmetic allows; between them lies what memory costs. The roof is measured
by a loop of independent multiply-adds on vectors of the same width. Counted are the multiply-adds of the three
products of an update unit, one for each float, padding left out; drawing, layout and sigmoids are not counted, so even
a perfect kernel stays below 1. A kernel that lost its vector instructions would show at once: its share of the roof
would fall several times over, and "packed" counts them in the machine code.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from ..datasets.catalogue import open_corpus
from ..datasets.corpus import Corpus
from ..datasets.vocabulary import Vocabulary
from ..implementations.counter_random import sentence_keys
from ..implementations.examples import NoiseTargets, Sharing, skipgram_units, windows
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.noise import alias_table, noise_weights
from ..implementations.numba_kernels.kernel import Kernel
from ..implementations.numba_kernels.simd import native_lanes
from ..implementations.subsampling import keep_thresholds

FOLDED = 1000
"""Words of the folded text: their vectors of 300 floats take 2.4 MB."""
SAMPLED = 200
"""Sentences from which the multiply-adds a word are counted."""
CHAINS = 12
"""Sums that the loop of the roof carries side by side, enough to hide a multiply-add's latency."""
LOOPS = 20_000_000
"""Times that it goes round when it is timed: some hundredths of a second."""


class Row(NamedTuple):
    """One configuration: words a second on the text and on the folded text, and what share of the roof they are."""

    negatives: str
    vector_size: int
    words: float
    share: float
    folded_words: float
    folded_share: float
    packed: str


def measure(corpus: Corpus, *, rounds: int, sizes: list[int], sharings: list[str]) -> tuple[float, list[Row]]:
    """Multiply-adds a second of one core, and a row for each vector size and way of sharing noise words.

    Rounds alternate between all configurations; every figure is a median.
    """
    lanes = native_lanes()
    loop, texts = multiply_add_loop(lanes), (corpus, folded(corpus, FOLDED))
    kernels: dict[tuple[int, str], list[Kernel]] = {}
    for size in sizes:
        for negatives in sharings:
            h = Hyperparameters(epochs=1, vector_size=size)
            kernels[size, negatives] = [Kernel(text, h, Sharing.parse(negatives), 1, 1, lanes) for text in texts]
    speeds: dict[tuple[int, str, int], list[float]] = {}
    roofs = []
    for _ in range(rounds):
        start = time.perf_counter()
        done = loop(LOOPS)
        roofs.append(done / (time.perf_counter() - start))
        for (size, negatives), pair in kernels.items():
            for which, kernel in enumerate(pair):
                start = time.perf_counter()
                kernel.run(lambda done, total: None)
                speed = corpus.n_tokens / (time.perf_counter() - start)
                speeds.setdefault((size, negatives, which), []).append(speed)
    top = median(roofs)
    rows = []
    for (size, negatives), pair in kernels.items():
        words = [median(speeds[size, negatives, which]) for which in (0, 1)]
        h = Hyperparameters(epochs=1, vector_size=size)
        shares = [
            speed * multiply_adds(text, h, Sharing.parse(negatives)) / top
            for speed, text in zip(words, texts, strict=True)
        ]
        rows.append(Row(negatives, size, words[0], shares[0], words[1], shares[1], packed(pair[0])))
    return top, rows


def part_of(corpus: Corpus, tokens: int) -> Corpus:
    """The first sentences, about so many tokens, with the vocabulary of the whole."""
    sentences = int(np.searchsorted(corpus.offsets, tokens))
    return replace(
        corpus,
        tokens=np.array(corpus.tokens[: corpus.offsets[sentences]]),
        offsets=np.array(corpus.offsets[: sentences + 1]),
    )


def folded(corpus: Corpus, words: int) -> Corpus:
    """The same sentences over so few words: token ids modulo ``words``, then ordered by count again."""
    tokens = np.asarray(corpus.tokens) % words
    counts = np.bincount(tokens, minlength=words)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(words, np.int32)
    rank[order] = np.arange(words)
    vocabulary = Vocabulary([str(word) for word in range(words)], np.maximum(counts[order], 1).astype(np.int64))
    return replace(corpus, vocabulary=vocabulary, tokens=rank[tokens])


def multiply_adds(corpus: Corpus, h: Hyperparameters, sharing: Sharing) -> float:
    """Multiply-adds of the three products for each word of the text, skip-gram with negative sampling.

    Counted on the first ``SAMPLED`` sentences, as the reference lays them out.
    """
    keep = keep_thresholds(corpus.vocabulary.counts, h.sample)
    targets = NoiseTargets(alias_table(noise_weights(corpus.vocabulary.counts, h.ns_exponent)), h.negative)
    pairs = read = 0
    sampled = np.arange(min(SAMPLED, corpus.n_sentences))
    for s, a, b in zip(sampled, *sentence_keys(1, 0, sampled), strict=True):
        sentence, keys = corpus.tokens[corpus.offsets[s] : corpus.offsets[s + 1]], (a, b)
        units = skipgram_units(windows(sentence, keys, keep, h.window, h.shrink_windows), targets, sharing, keys)
        pairs += int((np.diff(units.input_bounds) * np.diff(units.output_bounds)).sum())
        read += len(sentence)
    return 3 * h.vector_size * pairs / read


def packed(kernel: Kernel) -> str:
    """Packed and scalar multiply instructions in a kernel's machine code, as "packed/scalar"."""
    text = kernel.assembly()
    both = [len(re.findall(rf"\sv?(?:f?n?madd\w*|mul){suffix}\s", text)) for suffix in ("ps", "ss")]
    return f"{both[0]}/{both[1]}"


def multiply_add_loop(lanes: int) -> Callable[[int], int]:
    """A compiled loop of independent multiply-adds on vectors of so many floats, without the interpreter's lock.

    Given how often to go round, it returns how many multiply-adds that took, one for each float.
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    from ..implementations.numba_kernels.simd import Simd

    @intrinsic
    def chains(typingctx, count, numbers):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, args):  # type: ignore[no-untyped-def]
            simd = Simd(builder, lanes)
            factor, start = simd.broadcast(args[1]), simd.broadcast(builder.add(args[1], ir.Constant(args[1].type, 4)))

            def body(i: Any, *sums: Any) -> list[Any]:
                return [simd.fma(total, factor, start) for total in sums]

            starts = [builder.fadd(start, simd.splat(i)) for i in range(CHAINS)]
            total, *others = simd.loop(args[0], starts, body)
            for other in others:
                total = builder.fadd(total, other)
            return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

        return types.float32(types.int64, types.int64), generate

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator]
    def run(count: int, numbers: NDArray[np.float32]) -> float:
        return chains(count, numbers.ctypes.data)  # type: ignore[no-any-return]

    numbers = np.array([0.5, 0.25], np.float32)
    run(10, numbers)

    def loop(count: int) -> int:
        run(count, numbers)
        return count * CHAINS * lanes

    return loop


def main() -> None:
    """Print the roof and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="wiki17m")
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--vector-size", default="100,300")
    parser.add_argument("--negatives", default="pair,window,window:2,window:3,window:4")
    a = parser.parse_args()
    text = part_of(open_corpus(a.corpus, min_count=5), a.tokens)
    sizes, sharings = [int(size) for size in a.vector_size.split(",")], a.negatives.split(",")
    with tempfile.TemporaryDirectory() as directory:
        numba.config.CACHE_DIR = directory  # a kernel from the cache has no machine code to show
        roof, rows = measure(text, rounds=a.rounds, sizes=sizes, sharings=sharings)
    print(f"roof of one core: {roof / 1e9:.1f} G multiply-adds/s on vectors of {native_lanes()} floats\n")
    print("| negatives | size | words/s | share of the roof | cached: words/s | share | packed/scalar |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        print(
            f"| {row.negatives} | {row.vector_size} | {row.words / 1e6:.2f} M | {row.share:.2f} "
            f"| {row.folded_words / 1e6:.2f} M | {row.folded_share:.2f} | {row.packed} |"
        )


if __name__ == "__main__":
    main()
