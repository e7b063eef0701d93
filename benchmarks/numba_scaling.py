"""What more threads bring: the Numba kernels with 1, 2, ... threads by turns, and what the machine would allow.

    python -m bench.benchmarks.numba_scaling [--corpus wiki17m] [--rounds 9] [--threads 1,2] [--vector-size 100]

Rounds alternate between the numbers of threads; the ratio to the first number is formed within a round, its median
printed. As many trainers of one thread, side by side with vectors of their own, share nothing but the machine: where
they fall short, the kernels cannot help it. Vectors go on from where the last round left them: speed does not depend on
them.
"""

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from ..datasets.catalogue import open_corpus
from ..datasets.corpus import Corpus
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.numba_trainer import NumbaTrainer
from .numba_roof import part_of


def measure(corpus: Corpus, h: Hyperparameters, threads: Sequence[int], rounds: int) -> Mapping[str, list[float]]:
    """Words a second by what ran, one figure a round; the first is the one to compare with."""
    systems = {"1 thread" if n == 1 else f"{n} threads": [_trainer(corpus, h, n)] for n in threads}
    systems |= {f"{n} trainers of 1 thread": [_trainer(corpus, h, 1) for _ in range(n)] for n in threads if n > 1}
    speeds: dict[str, list[float]] = {name: [] for name in systems}
    order = random.Random(1)
    with ThreadPoolExecutor(max(threads)) as pool:
        for _ in range(rounds):
            for name in order.sample(list(systems), len(systems)):
                start = time.perf_counter()
                list(pool.map(lambda trainer: trainer.train(lambda done, total: None), systems[name]))
                words = len(systems[name]) * h.epochs * corpus.n_tokens
                speeds[name].append(words / (time.perf_counter() - start))
    return speeds


def _trainer(corpus: Corpus, h: Hyperparameters, threads: int) -> NumbaTrainer:
    trainer = NumbaTrainer()
    trainer.prepare(corpus, h, threads=threads, seed=1, device="cpu")
    return trainer


def table(speeds: Mapping[str, Sequence[float]]) -> str:
    """Markdown: a row for each that ran, with medians, extremes and the ratio to the first."""
    first = next(iter(speeds.values()))
    rows = ["| | words/s, median (range) | ÷ first |", "|---|---:|---:|"]
    for name, found in speeds.items():
        ratios = [value / reference for value, reference in zip(found, first, strict=True)]
        low, middle, high = (value / 1e6 for value in (min(found), median(found), max(found)))
        rows.append(f"| {name} | {middle:.2f} M ({low:.2f}–{high:.2f}) | {median(ratios):.2f} |")
    return "\n".join(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="wiki17m")
    parser.add_argument("--tokens", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--model", default="skipgram", choices=["skipgram", "cbow"])
    parser.add_argument("--loss", default="ns", choices=["ns", "hs"])
    a = parser.parse_args()
    h = Hyperparameters(model=a.model, loss=a.loss, vector_size=a.vector_size, epochs=1)
    text = part_of(open_corpus(a.corpus, min_count=h.min_count), a.tokens)
    print(table(measure(text, h, [int(n) for n in a.threads.split(",")], a.rounds)))


if __name__ == "__main__":
    main()
