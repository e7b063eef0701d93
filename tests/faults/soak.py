"""Benchmarks one after the other in one process, for hours, and looks whether anything grows.

        python tests/faults/soak.py --hours 2 --log soak.csv

Runs of several trainers, grids, learning curves, failures, kept vectors, scores and reports take turns, in two result
directories that are begun anew. After each the process's memory, open files, threads and children are noted, and the
files in the results, the cache and the folder for temporary files. In the end growth is the slope of a line through
the second half, by Theil and Sen.
"""

import argparse
import csv
import gc
import itertools
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from sandbox import TEXT, TRAINERS

COLUMNS = ("seconds", "round", "rss_mb", "files_open", "threads", "children", "files", "kilobytes", "temporary_files")


def main() -> int:
    """0 where nothing grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--log", type=Path, help="CSV of every round")
    asked = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="soak-"))
    (root / "tmp").mkdir()
    os.environ.update(BENCH_CACHE=str(root / "cache"), TMPDIR=str(root / "tmp"))
    tempfile.tempdir = None
    text = root / "text.txt"
    text.write_text(TEXT)
    rows = []
    try:
        begun, turns = time.monotonic(), itertools.cycle(_turns(root, text))
        for number in itertools.count(1):
            next(turns)()
            gc.collect()
            rows.append(_noted(root, time.monotonic() - begun, number))
            if number % 50 == 0:
                print(dict(zip(COLUMNS, rows[-1], strict=True)), flush=True)
            if time.monotonic() - begun > asked.hours * 3600:
                break
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if asked.log:
        with asked.log.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    return _judged(rows)


def _turns(root: Path, text: Path) -> list[Callable[[], object]]:
    from bench.benchmarks.plan import make_plan
    from bench.benchmarks.runner import run
    from bench.reports.several import report_on

    def turn(out: str, impl: str, **settings: object) -> Callable[[], object]:
        base = {"plugin": TRAINERS, "corpus": str(text), "tasks": "wordsim-353", "repeats": 2, "threads": 1}
        plan = make_plan({**base, "vector_size": 8, "impl": impl, **settings})

        def make() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run(plan, root / out, fresh=True)
                report_on([root / out])

        return make

    return [
        turn("one", "quick,numpy"),
        turn("two", "quick,segfault,raises,not-finite"),
        turn("one", "numba,gensim", save_vectors=True, epochs=2),
        turn("two", "quick,daemon,leaves[note=/dev/null],hangs", timeout=2, repeats=1),
        turn("one", "quick[scale=[1,2,3]]", repeats=1),
        turn("two", "numba", learning_curve=True, epochs=3),
    ]


def _noted(root: Path, seconds: float, number: int) -> tuple[float, ...]:
    import psutil

    own = psutil.Process()
    files = [path for path in root.rglob("*") if path.is_file()]
    return (
        round(seconds), number, round(own.memory_info().rss / 1e6, 1), own.num_fds(), own.num_threads(),
        len(own.children(recursive=True)), len(files), round(sum(path.stat().st_size for path in files) / 1024),
        len(list((root / "tmp").iterdir())),
    )  # fmt: skip


def _judged(rows: list[tuple[float, ...]]) -> int:
    from scipy.stats import theilslopes

    # Rounds of one kind differ from those of another; six of them are one period.
    half = rows[len(rows) // 2 :]
    print(f"{len(rows)} rounds in {rows[-1][0] / 3600:.2f} hours")
    print("| | at the middle | at the end | growth in 100 rounds |")
    print("|---|---:|---:|---:|")
    grows = []
    for at, name in list(enumerate(COLUMNS))[2:]:
        values = [row[at] for row in half]
        slope = theilslopes(values, [row[1] for row in half])
        print(f"| {name} | {values[0]:g} | {values[-1]:g} | {100 * slope.slope:+.3g} |")
        if slope.low_slope > 0 and 100 * slope.slope > 0.01 * max(values):
            grows.append(name)
    print(f"growing: {', '.join(grows)}" if grows else "nothing grows")
    sys.stdout.flush()
    return 1 if grows else 0


if __name__ == "__main__":
    raise SystemExit(main())
