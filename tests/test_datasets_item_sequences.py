"""Item sequences: the same everywhere, made as described, and scored by neighbours that counting alone can find."""

import hashlib
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets import item_sequences
from bench.datasets.catalogue import fetch, open_corpus
from bench.datasets.errors import InputError
from bench.datasets.item_sequences import (
    GENRE_SIZE,
    GENRES,
    ITEMS,
    NEIGHBOURS,
    TRUTH_SHA256,
    Item,
    distance,
    nearness,
    read_truth,
    sessions,
    shop,
    truth_file,
    write_items,
)
from bench.datasets.planted import Draws
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.item_recall import ALL_ITEMS, ItemRecallTask, score_items


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("items") / "items.txt"
    write_items(path)
    return path


@pytest.fixture(scope="module")
def lines(text: Path) -> list[list[str]]:
    return [line.split() for line in text.read_text("ascii").splitlines()]


@pytest.fixture(scope="module")
def items(text: Path) -> list[Item]:
    return read_truth(truth_file(text))


# The text


def test_the_same_seed_gives_the_same_bytes_on_every_machine(text: Path, tmp_path: Path) -> None:
    write_items(tmp_path / "again.txt", seed=1)
    write_items(tmp_path / "other.txt", seed=2)
    assert (tmp_path / "again.txt").read_bytes() == text.read_bytes()
    assert truth_file(tmp_path / "again.txt").read_bytes() == truth_file(text).read_bytes()
    assert (tmp_path / "other.txt").read_bytes() != text.read_bytes()
    assert hashlib.sha256(text.read_bytes()).hexdigest() == SHA256
    assert hashlib.sha256(truth_file(text).read_bytes()).hexdigest() == TRUTH_SHA256


SHA256 = "ad0f1106dc86680725b2992576117d263513786c237fa1871720cd1b1788675b"


def test_every_item_is_frequent_enough_for_the_default_min_count(lines: list[list[str]], items: list[Item]) -> None:
    counts = Counter(item for line in lines for item in line)
    assert set(counts) == {item.name for item in items}
    assert len(counts) == ITEMS == 3000
    assert min(counts.values()) >= 5
    assert {len(line) for line in lines} == set(range(item_sequences.SHORTEST, item_sequences.LONGEST + 1))


def test_popularity_is_a_power_law_and_as_dealt(lines: list[list[str]], items: list[Item]) -> None:
    counts = Counter(item for line in lines for item in line)
    ranks = [item.rank for item in items]
    assert sorted(ranks) == list(range(1, ITEMS + 1))
    found = np.array([counts[item.name] for item in sorted(items, key=lambda item: item.rank)])
    from scipy.stats import spearmanr

    assert spearmanr(found, -np.arange(ITEMS)).statistic > 0.8
    assert found[:30].mean() > 30 * found[-300:].mean()


def test_true_neighbours_are_of_one_genre_and_mutual(items: list[Item]) -> None:
    by_name = {item.name: item for item in items}
    assert Counter(item.genre for item in items) == Counter(dict.fromkeys(range(GENRES), GENRE_SIZE))
    for item in items:
        assert len(set(item.neighbours)) == NEIGHBOURS
        assert item.name not in item.neighbours
        for name in item.neighbours:
            assert by_name[name].genre == item.genre
            assert item.name in by_name[name].neighbours


def test_names_tell_nothing(items: list[Item]) -> None:
    from scipy.stats import spearmanr

    numbers = [int(item.name.removeprefix("item")) for item in items]
    assert sorted(numbers) == list(range(ITEMS))
    assert abs(spearmanr(numbers, [item.genre for item in items]).statistic) < 0.06
    assert abs(spearmanr(numbers, [item.rank for item in items]).statistic) < 0.06


def test_steps_go_as_often_to_an_item_as_its_popularity_and_nearness_say() -> None:
    draw = Draws(5)
    made = shop(draw)
    index = {item.name: i for i, item in enumerate(made)}
    most_popular = min(range(ITEMS), key=lambda i: made[i].rank)
    genre = most_popular // GENRE_SIZE
    steps: Counter[int] = Counter()
    for session in sessions(made, draw, tokens=600_000):
        places = [index[name] for name in session]
        for here, there in pairwise(places):
            if here == most_popular and there // GENRE_SIZE == genre and there != here:
                steps[there] += 1
    weights = {
        i: nearness(distance(i % GENRE_SIZE, most_popular % GENRE_SIZE)) / (made[i].rank + item_sequences.OFFSET)
        for i in range(genre * GENRE_SIZE, (genre + 1) * GENRE_SIZE)
        if i != most_popular
    }
    total, whole = sum(steps.values()), sum(weights.values())
    assert total > 2000
    # Noise adds a little to every item of the genre; it has no place in the expectation, hence the allowance.
    for i in sorted(weights, key=lambda i: -weights[i])[:8]:
        expected = weights[i] / whole
        assert steps[i] / total == pytest.approx(expected, abs=4 * np.sqrt(expected / total) + 0.02)


def test_counting_alone_finds_the_neighbours(lines: list[list[str]], items: list[Item]) -> None:
    """An oracle without training: the ten items that most often stand next to one, over their own frequency."""
    assert recall_of_lift(lines, items) > 0.5
    shuffled = np.random.default_rng(0).permutation(np.concatenate([np.array(line) for line in lines]))
    cut = np.split(shuffled, np.cumsum([len(line) for line in lines])[:-1])
    assert recall_of_lift([list(line) for line in cut], items) < 0.02


def recall_of_lift(lines: list[list[str]], items: list[Item]) -> float:
    index = {item.name: i for i, item in enumerate(items)}
    together = np.zeros((ITEMS, ITEMS), dtype=np.float32)
    counts = np.zeros(ITEMS)
    for line in lines:
        places = np.array([index[name] for name in line])
        np.add.at(counts, places, 1)
        np.add.at(together, (places[:-1], places[1:]), 1)
    lift = (together + together.T) / (counts + 20)
    np.fill_diagonal(lift, -1)
    near = np.argpartition(-lift, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    hits = [len({index[n] for n in item.neighbours} & set(near[i].tolist())) for i, item in enumerate(items)]
    return float(np.mean(hits)) / NEIGHBOURS


# The catalogue


def test_it_is_a_corpus_that_is_made_once_with_its_truth_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    first = fetch("items")
    written = first.stat().st_mtime_ns
    assert len(read_truth(truth_file(first))) == ITEMS
    corpus = open_corpus("items", min_count=5)
    assert (corpus.name, corpus.generated) == ("items", item_sequences.NOTICE)
    assert fetch("items") == first
    assert first.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("a\t1\t1\n", "line 1 is not an item"),
        ("a\t1\t1\tb c\nb\tx\t2\ta\n", "line 2 is not an item"),
        ("a\t1\t1\t \n", "line 1 is not an item"),
        ("a\t1\t1\tb\na\t1\t2\tb\n", "has an item twice"),
    ],
)
def test_a_damaged_truth_is_refused(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "truth").write_text(content)
    with pytest.raises(InputError, match=says):
        read_truth(tmp_path / "truth")
    with pytest.raises(InputError, match="cannot be read"):
        read_truth(tmp_path / "none")


# The score


def on_rings(items: list[Item], noise: float = 0, seed: int = 0) -> Embeddings:
    """Vectors from which the neighbours can be read: each genre a circle in a plane of its own."""
    angle = 2 * np.pi * np.arange(GENRE_SIZE) / GENRE_SIZE
    vectors = np.zeros((ITEMS, 3 * GENRES), dtype=np.float32)
    for genre in range(GENRES):
        own = slice(genre * GENRE_SIZE, (genre + 1) * GENRE_SIZE)
        vectors[own, 3 * genre : 3 * genre + 3] = np.stack([np.cos(angle), np.sin(angle), 0 * angle + 1], axis=1)
    vectors += (noise * np.random.default_rng(seed).normal(size=vectors.shape)).astype(np.float32)
    return Embeddings([item.name for item in items], vectors)


def test_vectors_that_hold_the_neighbours_have_recall_1(items: list[Item]) -> None:
    score = score_items(on_rings(items), items, seed=1)
    assert (score.value, score.n, score.total) == (1, ITEMS, ITEMS)
    assert (score.low, score.high) == (1, 1)
    assert score.sections[ALL_ITEMS].value == 1


def test_recall_is_that_of_brute_force_with_an_interval_around_it(items: list[Item]) -> None:
    embeddings = on_rings(items, noise=0.02)
    score = score_items(embeddings, items, seed=1)
    unit = embeddings.vectors / np.linalg.norm(embeddings.vectors, axis=1, keepdims=True)
    cosines: NDArray[np.float32] = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    hits = []
    for i, item in enumerate(items):
        near = np.argsort(-cosines[i])[:NEIGHBOURS]
        hits.append(len({embeddings.words[j] for j in near} & set(item.neighbours)))
    assert score.value == pytest.approx(np.mean(hits) / NEIGHBOURS, abs=1e-4)
    assert score.low is not None
    assert score.high is not None
    assert 0.1 < score.low < score.value < score.high < 0.99
    assert [name for name in score.sections if name != ALL_ITEMS] == [
        "most popular 10 %",
        "between",
        "least popular 50 %",
    ]
    assert sum(score.sections[name].n for name in score.sections if name != ALL_ITEMS) == ITEMS
    assert score_items(embeddings, items, seed=1) == score


def test_random_vectors_are_at_the_chance_level(items: list[Item]) -> None:
    rng = np.random.default_rng(0)
    score = score_items(
        Embeddings([i.name for i in items], rng.normal(size=(ITEMS, 20)).astype(np.float32)), items, seed=1
    )
    chance = ItemRecallTask().metadata.chance
    assert chance == pytest.approx(10 / 2999)
    # Neighbours are mutual: a pair that is found by chance counts twice.
    assert score.value == pytest.approx(chance, abs=4 * np.sqrt(2 * chance / NEIGHBOURS / ITEMS))
    assert score.low is not None
    assert score.high is not None
    assert score.low < 1.3 * chance < score.high


def test_missing_items_are_counted_and_are_nobodys_miss_in_the_headline(items: list[Item]) -> None:
    whole = on_rings(items)
    kept = np.flatnonzero(np.arange(ITEMS) % 2 == 0)
    half = Embeddings([whole.words[i] for i in kept], whole.vectors[kept])
    score = score_items(half, items, seed=1)
    assert (score.n, score.total) == (ITEMS // 2, ITEMS)
    assert score.value == 1  # all that are left of the neighbours are found
    every = score.sections[ALL_ITEMS]
    assert (every.n, every.total) == (ITEMS, ITEMS)
    # An item of even place keeps four of its ten neighbours: those at distances 2 and 4.
    assert every.value == pytest.approx(0.5 * 0.4)


def test_other_words_and_rows_without_direction_take_no_part(items: list[Item]) -> None:
    whole = on_rings(items)
    more = Embeddings([*whole.words, "</s>"], np.vstack([whole.vectors, whole.vectors[:1]]))
    assert score_items(more, items, seed=1).value == 1
    whole.vectors[5] = 0
    whole.vectors[6] = np.nan
    score = score_items(Embeddings(whole.words, whole.vectors), items, seed=1)
    assert (score.value, score.n) == (1, ITEMS - 2)


def test_vectors_of_something_else_are_not_scorable(items: list[Item]) -> None:
    score = score_items(Embeddings(["the", "of"], np.eye(2, dtype=np.float32)), items, seed=1)
    assert (score.value, score.n, score.low) == (None, 0, None)
    assert "none of the 3,000 items has a vector" in str(score.reason)
    lonely = score_items(Embeddings([items[0].name], np.ones((1, 2), np.float32)), items, seed=1)
    assert lonely.value is None


def test_training_finds_neighbours_and_a_task_scores_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gensim.models import Word2Vec

    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    model = Word2Vec(
        corpus_file=str(fetch("items")), sg=1, vector_size=30, epochs=2, window=3, min_count=5, workers=1, seed=1
    )
    task = ItemRecallTask()
    assert task.unavailable() is None
    [score] = task.score(Embeddings(model.wv.index_to_key, model.wv.vectors))
    assert score.value is not None
    assert score.value > 100 * task.metadata.chance


def test_listing_needs_no_numpy() -> None:
    code = "import bench.evaluation.item_recall, sys; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
