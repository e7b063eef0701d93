"""WEAT: the paper's effect size, an exact test that is exact, and no number where too many words are missing."""

import numpy as np
import pytest
from scipy.stats import permutation_test

from bench.datasets.question_sets import WordListSet
from bench.evaluation import association
from bench.evaluation.association import (
    TESTS,
    Association,
    associations,
    effect_size,
    p_value,
    resample_effect,
    score_association,
)
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.score import Score

TASK = "weat-6"
X, Y, A, B = TESTS[TASK]


def drawn(
    seed: int, *, bias: float = 0.0, sizes: tuple[int, int, int, int] = (8, 8, 7, 6)
) -> tuple[Embeddings, WordListSet]:
    """Four lists of words; X leans towards A, and Y towards B, by ``bias``."""
    rng = np.random.default_rng(seed)
    lists = {name: tuple(f"{name}{i}" for i in range(n)) for name, n in zip((X, Y, A, B), sizes, strict=True)}
    direction = np.eye(15)[0] * 3
    rows = []
    for name, own in lists.items():
        lean = {X: bias, Y: -bias, A: 1, B: -1}[name]
        rows += [rng.normal(size=15) + lean * direction for _ in own]
    words = [word for own in lists.values() for word in own]
    return Embeddings(words, np.array(rows, dtype=np.float32)), WordListSet("drawn", lists)


def scores(embeddings: Embeddings, lists: WordListSet, seed: int = 1) -> tuple[Score, Score]:
    effect, p = score_association(embeddings, lists, TASK, seed=seed)
    return effect, p


def by_definition(embeddings: Embeddings, lists: WordListSet) -> tuple[list[float], list[float]]:
    """s(w, A, B) of the words of X and of Y."""

    def cosine(first: str, second: str) -> float:
        u, v = (embeddings.vectors[list(embeddings.words).index(word)].astype(float) for word in (first, second))
        return float(u @ v / np.sqrt(u @ u) / np.sqrt(v @ v))

    def s(word: str) -> float:
        a, b = ([cosine(word, attribute) for attribute in lists.lists[name]] for name in (A, B))
        return float(np.mean(a) - np.mean(b))

    return [s(word) for word in lists.lists[X]], [s(word) for word in lists.lists[Y]]


@pytest.mark.parametrize("seed", range(3))
def test_effect_size_and_p_value_are_the_papers(seed: int) -> None:
    embeddings, lists = drawn(seed, bias=0.1)
    effect, p = scores(embeddings, lists)
    x, y = by_definition(embeddings, lists)
    assert effect.value == pytest.approx((np.mean(x) - np.mean(y)) / np.std(x + y), abs=1e-6)
    exact = permutation_test(
        (x, y), lambda x, y: np.mean(x) - np.mean(y), alternative="greater", n_resamples=np.inf, vectorized=False
    )
    assert p.value == pytest.approx(exact.pvalue, abs=1e-9)
    assert (effect.metric, p.metric) == ("effect-size", "p-value")
    assert effect.n == effect.total == 29


def test_exchanging_the_targets_turns_the_sign() -> None:
    embeddings, lists = drawn(1, bias=0.1)
    turned = WordListSet("turned", {**lists.lists, X: lists.lists[Y], Y: lists.lists[X]})
    assert scores(embeddings, turned)[0].value == pytest.approx(-(scores(embeddings, lists)[0].value or 0))


def test_a_clear_association_is_found_and_is_at_most_two() -> None:
    effect, p = scores(*drawn(0, bias=2))
    assert 1.8 < (effect.value or 0) <= 2
    assert p.value == pytest.approx(1 / 12870), "of all partitions of 16 words the given one is the most extreme"
    assert (effect.low or 0) > 1
    assert (effect.high or 0) <= 2


def test_monte_carlo_comes_near_the_exact_value_and_is_never_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    s = np.random.default_rng(0).normal(size=14)
    exact = p_value(s, rng=np.random.default_rng(1))
    monkeypatch.setattr(association, "MOST_PARTITIONS", 0)
    sampled = p_value(s, rng=np.random.default_rng(1))
    assert sampled == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / association.MONTE_CARLO))
    assert sampled != exact
    extreme = np.concatenate([np.ones(20), -np.ones(20)]) + np.arange(40) / 1000
    assert p_value(extreme, rng=np.random.default_rng(1)) == 1 / (1 + association.MONTE_CARLO)


def test_without_an_association_small_p_values_are_as_rare_as_they_say() -> None:
    rng = np.random.default_rng(2)
    p = np.array([p_value(rng.normal(size=10), rng=rng) for _ in range(2000)])
    for level in (0.05, 0.2, 0.5):
        # p takes the values 1/252 … 252/252, each as often as the next.
        expected = np.floor(level * 252) / 252
        assert (p <= level + 1e-12).mean() == pytest.approx(expected, abs=4 * np.sqrt(level * (1 - level) / 2000))


def test_equal_associations_count_as_at_least_as_large() -> None:
    assert p_value(np.zeros(8), rng=np.random.default_rng(0)) == 1


class Fixed(np.random.Generator):
    """Draws that are known beforehand."""

    def __init__(self, seed: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.picked: list[np.ndarray] = []

    def integers(self, *args: object, **kwargs: object) -> np.ndarray:  # type: ignore[override]
        found = super().integers(*args, **kwargs)  # type: ignore[call-overload]
        self.picked += list(found.copy())
        return found


def test_each_draw_is_the_effect_size_of_the_words_drawn() -> None:
    rng = np.random.default_rng(3)
    both = Association(rng.normal(size=(6, 9)), rng.normal(size=(6, 9)), 5)
    source = Fixed(0)
    found = resample_effect(both, rng=source, draws=30)
    x, y, a, b = (source.picked[i * 30 : (i + 1) * 30] for i in range(4))
    for t in range(30):
        columns = np.concatenate([a[t], 5 + b[t]])
        again = Association(both.x[np.ix_(x[t], columns)], both.y[np.ix_(y[t], columns)], 5)
        assert found[t] == pytest.approx(effect_size(again), abs=1e-9)
    assert len(associations(both)) == 12


def test_the_longer_list_of_targets_loses_its_rarest_words() -> None:
    embeddings, lists = drawn(4, bias=0.2, sizes=(10, 10, 6, 6))
    gone = [f"{Y}2", f"{Y}5"]
    kept = [i for i, word in enumerate(embeddings.words) if word not in gone]
    words = [embeddings.words[i] for i in kept]
    counts = np.array([7 if word in (f"{X}0", f"{X}3") else 100 - i for i, word in enumerate(words)])
    effect, _ = scores(Embeddings(words, embeddings.vectors[kept], counts), lists)
    cut = {
        X: tuple(w for w in lists.lists[X] if w not in (f"{X}0", f"{X}3")),
        Y: tuple(w for w in lists.lists[Y] if w not in gone),
    }
    expected, _ = scores(embeddings, WordListSet("cut", {**lists.lists, **cut}))
    assert effect.value == pytest.approx(expected.value)
    assert (effect.n, effect.total) == (8 + 8 + 6 + 6, 32)
    assert (effect.sections[Y].n, effect.sections[Y].total, effect.sections[X].n) == (8, 10, 10)


@pytest.mark.parametrize("name", [X, Y, A, B])
def test_a_list_that_lost_more_than_a_fifth_is_not_scored(name: str) -> None:
    embeddings, lists = drawn(5, sizes=(10, 10, 10, 10))
    for lost in (2, 3):
        gone = [f"{name}{i}" for i in range(lost)]
        kept = [i for i, word in enumerate(embeddings.words) if word not in gone]
        found = scores(Embeddings([embeddings.words[i] for i in kept], embeddings.vectors[kept]), lists)
        for score in found:
            assert (score.value is None) == (lost == 3)
            assert score.sections[name].n == 10 - lost
        if lost == 3:
            assert f"only 7 of the 10 words of {name}" in str(found[0].reason)


@pytest.mark.parametrize("row", [[0] * 15, [np.nan] * 15])
def test_a_vector_without_direction_counts_as_unknown(row: list[float]) -> None:
    embeddings, lists = drawn(6, sizes=(10, 10, 10, 10))
    embeddings.vectors[0] = row
    effect, _ = scores(Embeddings(embeddings.words, embeddings.vectors), lists)
    assert effect.sections[X].n == 9
    assert effect.value is not None


def test_vectors_that_are_all_equal_are_not_scorable() -> None:
    embeddings, lists = drawn(7)
    for score in scores(Embeddings(embeddings.words, np.full_like(embeddings.vectors, 0.3)), lists):
        assert score.value is None
        assert score.reason == "all targets are associated alike with the attributes"


def test_nothing_known_is_not_scorable() -> None:
    _, lists = drawn(7)
    effect, _ = scores(Embeddings(["other"], np.ones((1, 2), dtype=np.float32)), lists)
    assert (effect.value, effect.n) == (None, 0)


def test_a_rotation_and_lengths_change_nothing_and_capitals_neither() -> None:
    embeddings, lists = drawn(8, bias=0.1)
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.normal(size=(15, 15)))
    turned = (embeddings.vectors @ rotation * rng.uniform(0.1, 9, size=(29, 1))).astype(np.float32)
    cased = Embeddings([word.upper() for word in embeddings.words], turned)
    for first, second in zip(scores(embeddings, lists), scores(cased, lists), strict=True):
        assert first.value == pytest.approx(second.value, abs=1e-5)


def test_intervals_alone_follow_the_seed() -> None:
    embeddings, lists = drawn(9, bias=0.2)
    first, again, other = (scores(embeddings, lists, seed) for seed in (1, 1, 2))
    assert first == again
    assert [score.value for score in first] == [score.value for score in other]
    assert first[0].low != other[0].low


def test_the_ten_tests_name_lists_that_the_file_has() -> None:
    from bench.datasets.catalogue import NotAvailable, load

    try:
        weat = load("weat", download=False)
    except NotAvailable as reason:
        pytest.skip(str(reason))
    for names in TESTS.values():
        x, y, _, _ = (weat.lists[name] for name in names)  # type: ignore[union-attr]
        assert len(x) == len(y)
    assert len(TESTS) == 10
