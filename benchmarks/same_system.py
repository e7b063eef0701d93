"""Is a system ever called different from itself? Splits its runs in every way and compares the parts.

    python -m bench.benchmarks.same_system gensim-1.bin … gensim-5.bin --tasks google-30k,men

Whatever is called different here is a false alarm. The splits share runs, so that their rates scatter more than as many
independent comparisons would.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from ..evaluation.comparison.collected import Collected
from ..evaluation.comparison.contrast import Margins, contrasts
from ..evaluation.comparison.files import ask_all, common_words
from ..evaluation.comparison.result import Contrast
from ..evaluation.comparison.verdict import decide
from ..evaluation.embeddings import read_embeddings
from ..evaluation.tasks import find_tasks

Split = tuple[Sequence[int], Sequence[int]]


def splits(n: int, first: int, second: int) -> Iterator[Split]:
    """Every way to choose two parts of so many of ``n`` runs; parts of one size are not told apart."""
    for a in combinations(range(n), first):
        for b in combinations([run for run in range(n) if run not in a], second):
            if first != second or a < b:
                yield a, b


def compare_parts(collected: Sequence[Collected], split: Split, margins: Margins) -> list[Contrast]:
    """The contrasts of one split, task by task, decided together as those of a comparison are."""
    runs = dict(zip("ab", split, strict=True))
    found = [one for each in collected for one in contrasts(each, runs, [("a", "b")], margins, seed=1, draws=1)]
    return decide(found, higher_is_better=[True] * len(found))


def main() -> None:
    parser = argparse.ArgumentParser(description="Table: how often parts of one system's runs are called different")
    parser.add_argument("files", nargs="+", metavar="FILE", help="vectors of runs with different seeds, at least two")
    parser.add_argument("--tasks", default="google-30k,wordsim-353,simlex-999", help="commas between")
    asked = parser.parse_args()
    n = len(asked.files)
    if n < 2:
        parser.error("name at least two files")
    words = common_words(asked.files, read_embeddings)
    tasks = find_tasks(asked.tasks.split(","))
    collected = ask_all({"one": asked.files}, words, tasks, read_embeddings, seed=1)
    sizes = [(a, b) for a in range(1, n) for b in range(a, min(a + 2, n - a + 1))]
    print("| runs | splits | comparisons | p < .05 | different after Holm | splits with any | equal within margin |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for a, b in sizes:
        found = [compare_parts(collected, split, Margins()) for split in splits(n, a, b)]
        tested = [one for contrasts_ in found for one in contrasts_ if one.p is not None]
        verdicts = Counter(one.verdict for one in tested)
        low = sum(one.p < 0.05 for one in tested if one.p is not None)
        wrong = sum(any(one.verdict in ("better", "worse") for one in each) for each in found)
        cells = (len(found), len(tested), low, verdicts["better"] + verdicts["worse"], wrong)
        print(f"| {a} against {b} | {' | '.join(map(str, cells))} | {verdicts['equal within margin']} |", flush=True)


if __name__ == "__main__":
    main()
