"""Co-occurrence counts are those of a dictionary of fractions, however little memory and however many threads."""

import errno
import math
import os
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.corpus import MAX_SENTENCE, Corpus
from bench.datasets.errors import InputError
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.cooccurrence import options as check
from bench.implementations.cooccurrence import runs, spill
from bench.implementations.cooccurrence.counting import Draws, count_cooccurrences
from bench.implementations.cooccurrence.counts import Cooccurrences
from bench.implementations.cooccurrence.phases import phases
from bench.implementations.cooccurrence.weights import (
    DistanceWeights,
    dynamic_window,
    flat_window,
    inverse_distance,
)
from bench.implementations.counter_random import sentence_keys
from bench.implementations.examples import windows
from bench.implementations.subsampling import keep_thresholds

Pairs = dict[tuple[int, int], float]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def corpus_of(sentences: list[list[int]], n_words: int) -> Corpus:
    tokens = np.array([word for sentence in sentences for word in sentence], np.int32)
    counts = np.bincount(tokens, minlength=n_words).astype(np.int64)
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    vocabulary = Vocabulary([f"w{i}" for i in range(n_words)], counts)
    return Corpus("made", "", 1, vocabulary, tokens, offsets, len(tokens), n_words)


def zipf_sentences(lengths: list[int], n_words: int = 50, seed: int = 1) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_words + 1)
    return [rng.choice(n_words, n, p=share / share.sum()).tolist() for n in lengths]


def dictionary(sentences: list[list[int]], weight: dict[int, Fraction], symmetric: bool) -> Pairs:
    """The definition: every pair within the window, each weight a fraction."""
    counted: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for j in range(i + 1, len(sentence)):
                if j - i in weight:
                    counted[word, sentence[j]] += weight[j - i]
                    if symmetric:
                        counted[sentence[j], word] += weight[j - i]
    return {pair: float(value) for pair, value in counted.items() if not symmetric or pair[0] <= pair[1]}


def entries(counts: Cooccurrences, most: int = 1000) -> Pairs:
    """All entries; they must come in order, each once."""
    found = [
        ((int(i), int(j)), float(value)) for part in counts.chunks(most) for i, j, value in zip(*part, strict=True)
    ]
    places = [place for place, _ in found]
    assert places == sorted(set(places))
    assert len(found) == len(counts)
    return dict(found)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


SENTENCES = [
    *zipf_sentences([1, 2, 3, 90, 1, 40, 7]),
    [0] * 30,
    [49],
    *zipf_sentences([5] * 60, seed=2),
]
CORPUS = corpus_of(SENTENCES, 50)


def weight_of(weights: DistanceWeights) -> dict[int, Fraction]:
    return {d: Fraction(int(weights.units[d]), weights.scale) for d in range(1, weights.window + 1)}


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("window", [1, 5, 22, 1000])
@pytest.mark.parametrize("kind", [inverse_distance, dynamic_window, flat_window])
def test_counts_are_the_dictionarys(kind, window: int, symmetric: bool) -> None:  # type: ignore[no-untyped-def]
    weights = kind(window)
    expected = dictionary(SENTENCES, weight_of(weights), symmetric)
    with count_cooccurrences(CORPUS, weights, symmetric=symmetric, threads=2) as counts:
        assert entries(counts) == expected
        assert counts.kept == CORPUS.n_tokens


@pytest.mark.parametrize("window", [1, 2, 5, 10, 15, 22])
def test_weights_are_exact_fractions(window: int) -> None:
    assert weight_of(inverse_distance(window)) == {d: Fraction(1, d) for d in range(1, window + 1)}
    assert weight_of(dynamic_window(window)) == {d: Fraction(window - d + 1, window) for d in range(1, window + 1)}
    assert weight_of(flat_window(window)) == dict.fromkeys(range(1, window + 1), 1)


def test_inverse_distances_of_wide_windows_are_near() -> None:
    for d, weight in weight_of(inverse_distance(1000)).items():
        assert abs(float(weight) * d - 1) < 1e-6


def test_dynamic_weights_are_the_share_of_drawn_windows() -> None:
    """Of word2vec's windows, drawn uniformly, so many reach each distance."""
    window, n = 5, 400_000
    drawn = np.random.default_rng(1).integers(1, window + 1, n)
    for d, weight in weight_of(dynamic_window(window)).items():
        assert np.mean(drawn >= d) == pytest.approx(float(weight), abs=5 * math.sqrt(0.25 / n))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("memory", [1, 300_000, 4 << 20])
def test_memory_and_threads_change_nothing(memory: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Almost no memory: pieces of some sentences, runs merged three at a time, windows of thirty pairs."""
    monkeypatch.setattr(runs, "LEAST_WINDOW", 30)
    monkeypatch.setattr(runs, "MOST_RUNS", 3)
    weights = inverse_distance(5)
    corpus = corpus_of(zipf_sentences([30] * 500, n_words=400, seed=3), 400)
    with count_cooccurrences(corpus, weights, threads=1, memory=64 << 20) as counts:
        expected = entries(counts)
    with count_cooccurrences(corpus, weights, threads=threads, memory=memory) as counts:
        assert entries(counts, most=17) == expected


def test_little_memory_makes_many_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above rests on."""
    groups: list[int] = []

    def merge(file: Any, group: Any, *others: Any, real: Any = runs._merge) -> Any:
        groups.append(len(group))
        return real(file, group, *others)

    monkeypatch.setattr(runs, "_merge", merge)
    corpus = corpus_of(zipf_sentences([30] * 500, n_words=400, seed=3), 400)
    count_cooccurrences(corpus, inverse_distance(5), memory=1).close()
    assert len(groups) > 10


def test_the_longest_sentence_fits_however_little_memory() -> None:
    sentence = zipf_sentences([MAX_SENTENCE])
    with count_cooccurrences(corpus_of(sentence, 50), flat_window(1000), memory=1) as counts:
        found = entries(counts)
    occurrences = np.bincount(sentence[0], minlength=50)
    pairs = np.outer(occurrences, occurrences) - np.diag(occurrences)  # all of them, as the window holds everything
    assert found == {(i, j): pairs[i, j] for i in range(50) for j in range(i, 50) if pairs[i, j]}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=12), min_size=1, max_size=8),
    st.integers(1, 6),
    st.booleans(),
)
def test_counts_are_the_dictionarys_for_any_text(sentences: list[list[int]], window: int, symmetric: bool) -> None:
    weights = inverse_distance(window)
    with count_cooccurrences(corpus_of(sentences, 5), weights, symmetric=symmetric, memory=1) as counts:
        assert entries(counts) == dictionary(sentences, weight_of(weights), symmetric)


def test_drawn_words_are_those_of_the_reference() -> None:
    """Each epoch drops the words that the NumPy reference drops, and windows close over the gaps."""
    keep, seed, epochs = keep_thresholds(np.maximum(CORPUS.vocabulary.counts, 1), 0.01), 7, 3
    kept = []
    for epoch in range(epochs):
        a, b = sentence_keys(seed, epoch, np.arange(len(SENTENCES)))
        kept += [
            windows(np.array(sentence, np.int32), (a[s], b[s]), keep, 4, False).words.tolist()
            for s, sentence in enumerate(SENTENCES)
        ]
    weights = dynamic_window(4)
    with count_cooccurrences(CORPUS, weights, draws=Draws(keep, seed, epochs), threads=2, memory=1) as counts:
        assert entries(counts) == dictionary(kept, weight_of(weights), True)
        assert counts.kept == sum(map(len, kept)) < epochs * CORPUS.n_tokens


def test_nothing_but_lone_words_has_no_entries() -> None:
    with count_cooccurrences(corpus_of([[0], [1], [0]], 2), flat_window(5)) as counts:
        assert len(counts) == 0
        assert list(counts.chunks()) == []


def test_progress_reaches_its_end_in_steps() -> None:
    told: list[float] = []
    corpus = corpus_of(zipf_sentences([30] * 300, n_words=400, seed=3), 400)
    count_cooccurrences(corpus, flat_window(5), memory=1, progress=told.append).close()
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 5


def test_phases_follow_one_another() -> None:
    told: list[tuple[int, int]] = []
    first, second = phases(lambda done, total: told.append((done, total)), 1000, [0.25, 0.75])
    for phase in (first, second):
        for fraction in (0.0, 0.5, 1.0):
            phase(fraction)
    assert told == [(done, 1000) for done in (0, 125, 250, 250, 625, 1000)]


def test_no_file_is_left(tmp_path: Path) -> None:
    before = open_files()
    counts = count_cooccurrences(CORPUS, flat_window(5), memory=1)
    assert list((tmp_path / "cache").iterdir()) == []  # it never has a name
    counts.close()
    assert open_files() == before


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A disk with room for so many bytes more, a list that tests change."""
    room = [0]

    def pwrite(descriptor: int, data: memoryview, offset: int, real=os.pwrite) -> int:  # type: ignore[no-untyped-def]
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = int(real(descriptor, data[: room[0]], offset))
        room[0] -= written
        return written

    monkeypatch.setattr(spill.os, "pwrite", pwrite)
    return room


@pytest.mark.parametrize("room", [0, 1001, 15_000])
def test_a_full_disk_is_told_and_leaves_nothing(room: int, full_disk: list[int], tmp_path: Path) -> None:
    """While runs are written, and while they are merged."""
    before = open_files()
    full_disk[0] = room
    with pytest.raises(InputError, match=r"no space left in .*BENCH_CACHE"):
        count_cooccurrences(CORPUS, flat_window(5), memory=1, threads=2)
    assert list((tmp_path / "cache").iterdir()) == []
    assert open_files() == before


def test_short_writes_and_reads_are_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = inverse_distance(3)
    with count_cooccurrences(CORPUS, weights) as counts:
        expected = entries(counts)
    monkeypatch.setattr(spill.os, "pwrite", lambda fd, data, at, real=os.pwrite: real(fd, data[:1000], at))
    monkeypatch.setattr(spill.os, "preadv", lambda fd, out, at, real=os.preadv: real(fd, [out[0][:1000]], at))
    with count_cooccurrences(CORPUS, weights, memory=1) as counts:
        assert entries(counts) == expected


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="BENCH_CACHE"):
        count_cooccurrences(CORPUS, flat_window(5))


def test_options_out_of_range_are_refused() -> None:
    for wrong in (0, 1.5, True, "many"):
        with pytest.raises(ValueError, match="memory must be a whole number from 1 on"):
            check.whole("memory", wrong, 1)
    for wrong in (-1, float("inf"), float("nan"), False, "x"):
        with pytest.raises(ValueError, match="eig must be a number from 0"):
            check.number("eig", wrong, 0)
    with pytest.raises(ValueError, match="eta must be a number above 0"):
        check.number("eta", 0, 0, above=True)
    with pytest.raises(ValueError, match="vectors must be sum or w, got 'c'"):
        check.one_of("vectors", "c", ("sum", "w"))
    with pytest.raises(ValueError, match="symmetric must be true or false, got 1"):
        check.switch("symmetric", 1)
    assert (check.whole("a", 3, 1), check.number("b", 2, 0), check.switch("c", False)) == (3, 2.0, False)
