"""What the suites share: a small corpus that is there on any machine, and how words/s get beside a timing."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from bench.benchmarks.isolation import core_count
from bench.benchmarks.numba_roof import part_of
from bench.datasets.catalogue import open_corpus
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.planted import write_planted

THREADS = core_count()
MIN_COUNT = 5


@cache
def planted() -> Corpus:
    """The planted corpus, 300,000 tokens."""
    return open_corpus("planted", min_count=MIN_COUNT)


@cache
def part(tokens: int) -> Corpus:
    """The first sentences of the planted corpus, with its whole vocabulary."""
    return part_of(planted(), tokens)


@cache
def _texts() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="bench-suites-")


@cache
def planted_text() -> Path:
    """The planted corpus as a text file; it goes when the process ends."""
    path = Path(_texts().name, "planted.txt")
    write_planted(path)
    return path


def encoded_anew(text: Path) -> Corpus:
    """Encode a text into a cache that is empty."""
    with tempfile.TemporaryDirectory(dir=_texts().name) as cache_directory:
        return encode(text, min_count=MIN_COUNT, cache=Path(cache_directory))


def note(benchmark: Any, *, words: int | None = None, **facts: Any) -> None:
    """Put facts into the benchmark's ``extra_info``, and words/s: words of one round over the median of the rounds."""
    benchmark.extra_info.update(facts)
    if words is not None and benchmark.stats is not None:  # None under --benchmark-disable
        benchmark.extra_info["words_per_second"] = words / benchmark.stats.stats.median


def idle(done: int, total: int) -> None:
    """A progress that is not shown."""
