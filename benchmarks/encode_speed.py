"""How fast a text is encoded, side by side with gensim's ``build_vocab(corpus_file=…)``.

    python -m bench.benchmarks.encode_speed TEXT [--rounds 5] [--min-count 5]

The two alternate inside each round, in this process, after a warm-up that compiles our kernels. Ours reads the text,
hashes it, encodes it and writes the encoding to an empty cache; gensim's only counts the words (``vector_size=1``, so
that allocating vectors does not count). Seconds are wall-clock; CPU seconds of all threads stand beside them.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from ..datasets.corpus import Corpus
from ..datasets.encode import encode
from ..datasets.export import text_file


def measure(text: Path, *, rounds: int, min_count: int) -> list[tuple[str, float, float, float, float]]:
    """Time gensim's vocabulary, our encoding, our cache hit and our export.

    Returns:
        For each: what it is, median wall seconds, median CPU seconds, and the medians over rounds of gensim's wall
        and CPU seconds divided by its own.

    Raises:
        InputError: the text cannot be encoded.
    """
    from gensim.models import Word2Vec

    times: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        with tempfile.TemporaryDirectory() as directory:
            cache = Path(directory)
            model = Word2Vec(min_count=min_count, vector_size=1)
            encoded = partial(encode, text, min_count=min_count, cache=cache)
            steps: dict[str, Callable[[], object]] = {
                "gensim build_vocab(corpus_file)": partial(model.build_vocab, corpus_file=str(text)),
                "encode, empty cache": encoded,
                "encode, cached": encoded,
                "encode, cached, and text_file": partial(_exported, encoded),
            }
            for name, step in steps.items():
                wall, cpu = time.perf_counter(), time.process_time()
                step()
                # Round 0 compiles the kernels and warms the page cache.
                if number:
                    times.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
    base = times["gensim build_vocab(corpus_file)"]
    return [
        (
            name,
            median(wall for wall, _ in measured),
            median(cpu for _, cpu in measured),
            median(theirs / ours for (theirs, _), (ours, _) in zip(base, measured, strict=True)),
            median(theirs / ours for (_, theirs), (_, ours) in zip(base, measured, strict=True)),
        )
        for name, measured in times.items()
    ]


def _exported(encoded: Callable[[], Corpus]) -> Path:
    return text_file(encoded())


def main() -> None:
    """Print the table for a text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--min-count", type=int, default=5)
    arguments = parser.parse_args()
    print("| step | s | CPU s | gensim's s / its own | gensim's CPU s / its own |\n|---|---:|---:|---:|---:|")
    for name, wall, cpu, wall_ratio, cpu_ratio in measure(
        arguments.text, rounds=arguments.rounds, min_count=arguments.min_count
    ):
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {wall_ratio:.1f} | {cpu_ratio:.1f} |")


if __name__ == "__main__":
    main()
