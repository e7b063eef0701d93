"""Categorisation: scikit-learn's metrics, averaged over fixed clusterings, on the words that can be scored."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, v_measure_score
from sklearn.metrics.cluster import contingency_matrix

from bench.datasets.catalogue import load
from bench.datasets.question_sets import CategorySet
from bench.evaluation import categorisation
from bench.evaluation.categorisation import SEEDS, SHUFFLED, STARTS, cluster, score_categories, single
from bench.evaluation.cluster_metrics import METRICS, contingency, leave_one_out
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.score import Score
from bench.evaluation.tasks import PURITY_BY_CHANCE

ORACLES = {
    "purity": lambda classes, clusters: contingency_matrix(classes, clusters).max(axis=0).sum() / len(classes),
    "adjusted-rand": adjusted_rand_score,
    "v-measure": v_measure_score,
}


def planted(seed: int, *, n_classes: int = 5, size: int = 12, noise: float = 0.1) -> tuple[Embeddings, CategorySet]:
    """Words around one centre a class; the noise is the length of what is added to a centre of length 1."""
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(20, n_classes)))[0].T
    labels = [f"class{i % n_classes}" for i in range(n_classes * size)]
    rows = np.array([centres[int(label[5:])] for label in labels])
    rows = rows + noise * rng.normal(size=rows.shape) / np.sqrt(20)
    words = [f"w{i}" for i in range(len(labels))]
    return Embeddings(words, rows.astype(np.float32)), CategorySet("planted", tuple(words), tuple(labels))


def scores(embeddings: Embeddings, questions: CategorySet) -> dict[str, Score]:
    return {score.metric: score for score in score_categories(embeddings, questions, "planted")}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer clusterings, where their number does not matter."""
    monkeypatch.setattr(categorisation, "STARTS", 2)


labelings = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=3, max_size=40)


@settings(deadline=None)
@given(labelings)
def test_metrics_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    classes, clusters = np.array(pairs).T
    [table] = contingency(classes, clusters[None])
    for name, measure in METRICS.items():
        assert measure(table) == pytest.approx(ORACLES[name](classes, clusters), abs=1e-12)


@settings(deadline=None, max_examples=10)
@given(labelings)
def test_leaving_out_a_word_is_scoring_the_others(pairs: list[tuple[int, int]]) -> None:
    classes, clusters = np.array(pairs).T
    clusterings = np.stack([clusters, clusters[::-1]])
    tables = contingency(classes, clusterings)
    for name, measure in METRICS.items():
        found = leave_one_out(measure, tables, classes, clusterings)
        for i in range(len(classes)):
            kept = np.arange(len(classes)) != i
            expected = [ORACLES[name](classes[kept], own[kept]) for own in clusterings]
            np.testing.assert_allclose(found[:, i], expected, atol=1e-12)


def test_clear_classes_are_found_and_nothing_varies() -> None:
    for score in scores(*planted(0)).values():
        assert (score.value, score.sd, score.n, score.total) == (pytest.approx(1), pytest.approx(0), 60, 60)
        assert score.high == 1
        assert (score.sections[SHUFFLED].value or 0) < 0.5


def test_the_score_is_the_mean_over_the_seeds_and_not_the_best_of_them() -> None:
    embeddings, questions = planted(1, noise=2)
    unit = embeddings.vectors / embeddings.norms[:, None]
    clusterings = cluster(unit, 5)
    assert len(clusterings) == len(SEEDS) == STARTS == 10
    for metric, score in scores(embeddings, questions).items():
        values = [ORACLES[metric](questions.labels, clusters) for clusters in clusterings]
        assert score.value == pytest.approx(np.mean(values))
        assert score.sd == pytest.approx(np.std(values, ddof=1))
        assert (score.sd or 0) > 0
        assert (score.low or 0) < (score.value or 0) < (score.high or 0)


def test_clusters_are_as_compact_as_scikit_learns() -> None:
    embeddings, _ = planted(2, noise=2)
    unit = embeddings.vectors / embeddings.norms[:, None]

    def spread(labels: np.ndarray) -> float:
        return float(sum(((unit[labels == c] - unit[labels == c].mean(axis=0)) ** 2).sum() for c in range(5)))

    ours = np.mean([spread(labels) for labels in cluster(unit, 5)])
    theirs = np.mean([KMeans(5, n_init=STARTS, random_state=seed).fit(unit).inertia_ for seed in SEEDS])
    assert ours == pytest.approx(theirs, rel=0.02)


def test_clusterings_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings, _ = planted(2, noise=3)
    unit = embeddings.vectors / embeddings.norms[:, None]
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(categorisation, "n_threads", lambda threads=threads: threads)
        found.append(cluster(unit, 5, range(4)))
    np.testing.assert_array_equal(*found)


@pytest.mark.usefixtures("few")
def test_unknown_words_several_words_and_several_classes_are_left_out_and_counted() -> None:
    embeddings, questions = planted(3)
    extra = [
        ("unheard", "class0"), ("two words", "class0"), ("two_words", "class1"),  # no single word with a vector
        ("w1", "class0"), ("W2", "class3"),  # in class1 and class2 too
        ("W3", "class3"), ("w3", "class3"),  # the same word again
    ]  # fmt: skip
    more = CategorySet(
        "more", (*questions.words, *(w for w, _ in extra)), (*questions.labels, *(label for _, label in extra))
    )
    known = Embeddings([*embeddings.words, "two_words"], np.vstack([embeddings.vectors, embeddings.vectors[:1]]))
    score = scores(known, more)["purity"]
    assert (score.n, score.total) == (58, 67)
    words, labels = single(more)
    assert "w1" not in words
    assert "w2" not in words
    assert words.count("w3") == 1
    assert len(words) == len(labels) == 59


@pytest.mark.usefixtures("few")
def test_capitals_make_no_other_word() -> None:
    embeddings, questions = planted(4)
    cased = Embeddings([word.upper() for word in embeddings.words], embeddings.vectors)
    assert scores(cased, questions)["purity"].value == scores(embeddings, questions)["purity"].value


@pytest.mark.usefixtures("few")
def test_vectors_without_direction_count_as_unknown() -> None:
    embeddings, questions = planted(5)
    embeddings.vectors[0] = 0
    embeddings.vectors[1, 3] = np.nan
    score = scores(Embeddings(embeddings.words, embeddings.vectors), questions)["purity"]
    assert (score.n, score.value) == (58, pytest.approx(1))


def test_vectors_that_are_all_equal_are_not_scorable() -> None:
    embeddings, questions = planted(6)
    same = Embeddings(embeddings.words, np.repeat(np.arange(1, 61, dtype=np.float32)[:, None], 20, axis=1))
    for score in scores(same, questions).values():
        assert (score.value, score.low) == (None, None)
        assert str(score.reason) == "the 60 words have fewer than 5 different vectors"


@pytest.mark.parametrize("known", [0, 1, 2, 5])
def test_too_few_words_are_not_scorable(known: int) -> None:
    embeddings, questions = planted(7)
    part = Embeddings(embeddings.words[:known] or ["other"], embeddings.vectors[: known or 1])
    for score in scores(part, questions).values():
        assert (score.value, score.n, score.total) == (None, known, 60)
        assert f"only {known} of 60 entries" in str(score.reason)


def test_a_rotation_and_lengths_change_nothing() -> None:
    embeddings, questions = planted(8, noise=1.5)
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.normal(size=(20, 20)))
    turned = (embeddings.vectors @ rotation * rng.uniform(0.1, 9, size=(60, 1))).astype(np.float32)
    first, second = scores(embeddings, questions), scores(Embeddings(embeddings.words, turned), questions)
    for metric in METRICS:
        assert first[metric].value == pytest.approx(second[metric].value, abs=0.02)


@pytest.mark.usefixtures("few")
def test_vectors_drawn_at_random_score_as_shuffled_classes_do() -> None:
    rng = np.random.default_rng(0)
    _, questions = planted(9, n_classes=6, size=30)
    drawn = [
        scores(Embeddings(questions.words, rng.normal(size=(180, 20)).astype(np.float32)), questions) for _ in range(3)
    ]
    for metric in METRICS:
        value = np.mean([one[metric].value for one in drawn])  # type: ignore[arg-type]
        chance = np.mean([one[metric].sections[SHUFFLED].value for one in drawn])  # type: ignore[arg-type]
        assert value == pytest.approx(chance, abs=0.02)


@pytest.mark.usefixtures("few")
def test_intervals_cover_what_other_words_of_the_classes_would_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(categorisation, "SEEDS", tuple(range(4)))
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(6, 10))
    labels = [f"class{i % 6}" for i in range(90)]
    words = tuple(f"w{i}" for i in range(90))
    questions = CategorySet("sample", words, tuple(labels))
    found: dict[str, list[Score]] = {metric: [] for metric in METRICS}
    for _ in range(60):
        rows = centres[np.arange(90) % 6] + 1.5 * rng.normal(size=(90, 10))
        for metric, score in scores(Embeddings(words, rows.astype(np.float32)), questions).items():
            found[metric].append(score)
    for own in found.values():
        truth = np.mean([score.value for score in own])  # type: ignore[arg-type]
        covered = np.mean([(score.low or 0) <= truth <= (score.high or 0) for score in own])
        assert covered >= 0.88  # 0.95 less 2.5 standard errors


@pytest.mark.data
@pytest.mark.parametrize(("name", "n", "classes"), [("ap", 402, 21), ("bless", 200, 17), ("battig", 3278, 56)])
def test_the_published_sets_have_these_words(name: str, n: int, classes: int) -> None:
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("BENCH_DATA is not set")
    words, labels = single(load(name, download=False))  # type: ignore[arg-type]
    assert (len(words), len(set(labels))) == (n, classes)


@pytest.mark.data
@pytest.mark.parametrize("name", ["ap", "bless", "battig", "esslli-2008-2c"])
def test_purity_by_chance_is_what_the_tasks_say(name: str) -> None:
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("BENCH_DATA is not set")
    words, labels = single(load(name, download=False))  # type: ignore[arg-type]
    classes = np.unique(labels, return_inverse=True)[1]
    rows = np.random.default_rng(0).normal(size=(len(words), 100))
    found = contingency(
        classes, cluster(rows / np.linalg.norm(rows, axis=1, keepdims=True), len(set(labels)), range(2))
    )
    assert METRICS["purity"](found).mean() == pytest.approx(PURITY_BY_CHANCE[name], abs=0.02)
