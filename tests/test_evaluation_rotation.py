"""Vectors mean something only up to a rotation: every score is the same for turned vectors, no coordinate is."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.catalogue import load, question_sets
from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings, write_embeddings
from bench.evaluation.evaluate import evaluate
from bench.evaluation.exploring.axes import axes
from bench.evaluation.exploring.differences import differences
from bench.evaluation.exploring.questions import analogy, neighbors
from bench.evaluation.geometry.alignment import alignment
from bench.evaluation.geometry.record import geometry
from bench.evaluation.geometry.stability import stability
from bench.evaluation.item_recall import NAME, ItemRecallTask
from bench.evaluation.tasks import Task, all_tasks

DIM = 32
ROUNDING = 0.004
"""A score may differ by this much: float32 rounds turned vectors otherwise, which moves near ties."""


def strings(thing: object) -> Iterator[str]:
    """Every string in a parsed question set."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from strings(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        yield from strings(list(thing.values()))
    elif isinstance(thing, Sequence):
        for part in thing:
            yield from strings(part)


def question_words() -> list[str]:
    """Words of every set that is on this machine, a few thousand of each of the long ones."""
    words: dict[str, None] = {}
    for entry in question_sets():
        try:
            found = load(entry.name, download=False)
        except InputError:
            continue
        own = dict.fromkeys(word.lower() for text in strings(found) for word in text.split())
        words.update(dict.fromkeys(list(own)[:3000]))
    return list(words)


def by_spelling(words: Sequence[str]) -> NDArray[np.float32]:
    """Vectors in which words of like spelling are alike, so that scores are not all at chance; of all lengths."""
    vectors = np.zeros((len(words), DIM))
    kept: dict[str, NDArray[np.float64]] = {}
    for i, word in enumerate(words):
        marked = f"<{word}>"
        for gram in {marked[j : j + 3] for j in range(len(marked) - 2)}:
            if gram not in kept:
                kept[gram] = np.random.default_rng(zlib.crc32(gram.encode())).normal(size=DIM)
            vectors[i] += kept[gram]
    rng = np.random.default_rng(0)
    vectors += rng.normal(size=vectors.shape) + 0.5
    return (vectors * rng.uniform(0.3, 3, size=(len(words), 1))).astype(np.float32)


@pytest.fixture(scope="module")
def plain() -> Embeddings:
    words = question_words()
    assert len(words) > 1500
    return Embeddings(words, by_spelling(words), np.arange(len(words))[::-1] + 1)


@pytest.fixture(scope="module")
def turned(plain: Embeddings) -> Embeddings:
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(DIM, DIM)))
    return Embeddings(plain.words, (plain.vectors @ rotation).astype(np.float32), plain.counts)


def assert_alike(first: Any, second: Any, tolerance: float, where: str = "") -> None:
    """The same plain data, numbers to a tolerance."""
    if isinstance(first, float) and isinstance(second, float):
        assert first == pytest.approx(second, abs=tolerance, rel=1e-3), where
    elif isinstance(first, Mapping):
        assert first.keys() == second.keys(), where
        for key in first:
            assert_alike(first[key], second[key], tolerance, f"{where}.{key}")
    elif isinstance(first, list):
        assert len(first) == len(second), where
        for i, (one, other) in enumerate(zip(first, second, strict=True)):
            assert_alike(one, other, tolerance, f"{where}[{i}]")
    else:
        assert first == second, where


def some_of_each_kind(n: int) -> list[Task]:
    """Of every kind of task the n with the fewest questions among those that can be scored here."""
    here = [task for task in all_tasks() if task.unavailable() is None and task.metadata.name != NAME]
    chosen: dict[str, list[Task]] = {}
    for task in sorted(here, key=lambda task: task.entry.rows):
        chosen.setdefault(task.metadata.kind, []).append(task)
    return [task for tasks in chosen.values() for task in tasks[:n]]


def test_every_kind_of_task_scores_turned_vectors_the_same(plain: Embeddings, turned: Embeddings) -> None:
    tasks = some_of_each_kind(2)
    assert len(tasks) >= 3
    scored = {task.metadata.name: task.metadata.kind for task in tasks}
    kinds = set()
    for first, second in zip(evaluate(plain, tasks), evaluate(turned, tasks), strict=True):
        assert (first.task, first.metric, first.n, first.total) == (second.task, second.metric, second.n, second.total)
        assert first.reason == second.reason
        if first.value is not None:
            kinds.add(scored[first.task])
            assert first.value == pytest.approx(second.value, abs=ROUNDING), (first.task, first.metric)
    assert kinds == set(scored.values()), "of every kind some task gave a number"


def test_neighbour_recall_of_turned_vectors_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    words = [f"item{i:04d}" for i in range(3000)]
    vectors = by_spelling(words)
    rotation, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(DIM, DIM)))
    task = ItemRecallTask()
    [first] = task.score(Embeddings(words, vectors))
    [second] = task.score(Embeddings(words, (vectors @ rotation).astype(np.float32)))
    assert first.value is not None
    assert first.value == pytest.approx(second.value, abs=ROUNDING)


def test_geometry_of_turned_vectors_is_the_same(plain: Embeddings, turned: Embeddings) -> None:
    first, second = geometry(plain, hub_words=1500), geometry(turned, hub_words=1500)
    hubs = first["hubness"].pop("largest"), second["hubness"].pop("largest")
    assert {hub["word"] for hub in hubs[0]} == {hub["word"] for hub in hubs[1]}
    assert_alike(first, second, 2e-3)


def test_turned_vectors_have_the_same_neighbours_and_align_to_the_hilt(
    plain: Embeddings, turned: Embeddings, tmp_path: Path
) -> None:
    assert differences(plain, turned)["mean_overlap"] > 0.999
    assert alignment(plain, turned, words=2000)["mean_cosine"] == pytest.approx(1, abs=1e-5)
    for name, one in (("plain", plain), ("turned", turned)):
        write_embeddings(tmp_path / f"{name}.bin", one, binary=True)
    found = stability({"both": [tmp_path / "plain.bin", tmp_path / "turned.bin"]}, sample=200)
    assert found["groups"]["both"]["within"]["all"] > 0.999


def test_what_exploring_tells_of_turned_vectors_is_the_same(plain: Embeddings, turned: Embeddings) -> None:
    words = list(plain.words[:20])
    for ask in (
        lambda vectors: neighbors(vectors, words, k=5),
        lambda vectors: analogy(vectors, *words[:3], k=5),
        lambda vectors: axes(vectors, words, (words[0], words[1]), (words[2], words[3])),
    ):
        assert_alike(ask(plain), ask(turned), 1e-5)


def test_coordinates_of_turned_vectors_are_not_the_same(plain: Embeddings, turned: Embeddings) -> None:
    assert abs(np.corrcoef(plain.vectors[:, 0], turned.vectors[:, 0])[0, 1]) < 0.7
    largest = [np.abs(vectors.vectors).argmax(axis=1) for vectors in (plain, turned)]
    assert np.mean(largest[0] == largest[1]) < 0.2
    axis = np.abs(plain.vectors).mean(axis=0) - np.abs(turned.vectors).mean(axis=0)
    assert np.abs(axis).max() > 0.1
