"""A mapped corpus gives its memory back and stays what it was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode


@pytest.fixture
def mapped(tmp_path: Path) -> Corpus:
    text = tmp_path / "text.txt"
    words = np.random.default_rng(1).integers(0, 500, 120_000)
    text.write_text("\n".join(" ".join(f"w{word}" for word in line) for line in words.reshape(-1, 40)), "utf-8")
    return encode(text, min_count=1, cache=tmp_path / "cache")


def resident(corpus: Corpus) -> int:
    """Kilobytes of the mapped tokens that are in memory."""
    found, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            inside = line.endswith(f"{corpus.directory}/tokens")
        elif inside and line.startswith("Rss:"):
            found += int(line.split()[1])
    return found


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="reads /proc")
def test_released_sentences_leave_memory_and_can_be_read_again(mapped: Corpus) -> None:
    before = mapped.tokens.copy()
    full = resident(mapped)
    assert full >= mapped.tokens.nbytes // 1024 - 4
    mapped.release(0, mapped.n_sentences)
    assert resident(mapped) <= 8
    assert (mapped.tokens == before).all()
    assert resident(mapped) == full


def test_a_part_may_be_released_and_nothing_happens_to_a_corpus_in_memory(mapped: Corpus) -> None:
    held = replace(mapped, tokens=np.array(mapped.tokens), offsets=np.array(mapped.offsets))
    for corpus in (mapped, held):
        corpus.release(3, 4)
        corpus.release(10, 2000)
        corpus.release(5, 5)
    assert (mapped.tokens == held.tokens).all()
    assert (mapped.offsets == held.offsets).all()


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="reads /proc")
def test_what_is_read_late_goes_with_what_is_released_next(mapped: Corpus, tmp_path: Path) -> None:
    np.ones(4_000_000, np.int32).tofile(tmp_path / "tokens")
    tokens = np.memmap(tmp_path / "tokens", np.int32, mode="r")
    corpus = replace(mapped, tokens=tokens, offsets=np.arange(0, 4_000_001, 40), directory=tmp_path)
    for last in range(2000, corpus.n_sentences, 2000):
        corpus.release(last - 2000, last)
        assert corpus.tokens[corpus.offsets[last - 2000] : corpus.offsets[last]].all()
    # The last stretch is there again, with the pages around it that a page fault maps.
    assert resident(corpus) < 2000
