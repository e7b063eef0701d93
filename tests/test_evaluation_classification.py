"""Classification: scikit-learn's predictions, each sentence tested once, chance where there is nothing to learn."""

import os
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bench.datasets.catalogue import load
from bench.datasets.errors import InputError
from bench.datasets.question_sets import LabelledTextSet
from bench.datasets.text_sets import parse_labelled
from bench.evaluation.classification import MAJORITY, score_classification, wilson
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.score import Score
from bench.evaluation.tasks import ACCURACY_BY_CHANCE
from bench.evaluation.text_vectors import KNOWN, mean_vectors


def drawn(
    seed: int, *, n: int = 200, lean: float = 0.5, n_classes: int = 2, n_train: int | None = None, dim: int = 20
) -> tuple[Embeddings, LabelledTextSet]:
    """Sentences of which each class prefers some words by ``lean``."""
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(60)]
    labels = [f"class{i % n_classes}" for i in range(n)]
    texts = []
    for i in range(n):
        own = [w for k, w in enumerate(words) if k % n_classes == i % n_classes]
        texts.append(tuple(str(rng.choice(own if rng.random() < lean else words)) for _ in range(8)))
    order = rng.permutation(n)
    embeddings = Embeddings(words, rng.normal(size=(60, dim)).astype(np.float32))
    chosen = tuple(texts[i] for i in order), tuple(labels[i] for i in order)
    return embeddings, LabelledTextSet("drawn", chosen[0], labels=chosen[1], n_train=n_train)


def score(embeddings: Embeddings, questions: LabelledTextSet) -> Score:
    [only] = score_classification(embeddings, questions, "drawn")
    return only


@pytest.mark.parametrize("n_classes", [2, 4])
def test_a_divided_set_is_scored_as_scikit_learn_predicts_it(n_classes: int) -> None:
    embeddings, questions = drawn(0, n_classes=n_classes, n_train=150)
    means, _, _ = mean_vectors(embeddings, questions.texts)
    train, test = means[:150] - means[:150].mean(axis=0), means[150:] - means[:150].mean(axis=0)
    scale = np.sqrt((train**2).mean())
    model = LogisticRegression(tol=1e-8, max_iter=10_000).fit(train / scale, questions.labels[:150])
    expected = sum(model.predict(test / scale) == np.array(questions.labels[150:]))
    found = score(embeddings, questions)
    assert (found.correct, found.n, found.total) == (expected, 50, 50)
    assert 1 / n_classes + 0.1 < (found.value or 0) < 1
    most = Counter(questions.labels[:150]).most_common(1)[0][0]
    assert found.sections[MAJORITY].correct == questions.labels[150:].count(most)


def test_in_folds_every_sentence_is_tested_once() -> None:
    embeddings, questions = drawn(1)
    found = score(embeddings, questions)
    assert found.n == found.total == 200
    assert found.value == (found.correct or 0) / 200
    assert 0.6 < (found.value or 0) < 1
    assert found.sections[MAJORITY].value == 0.5


def test_where_nothing_can_be_learnt_accuracy_is_that_of_chance() -> None:
    embeddings, questions = drawn(2, n=600, lean=0)
    assert score(embeddings, questions).value == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 600))


def test_clear_classes_are_found() -> None:
    assert score(*drawn(3, lean=1, dim=80)).value == 1


@pytest.mark.parametrize(("correct", "n"), [(0, 10), (3, 10), (10, 10), (401, 500)])
def test_the_interval_is_wilsons(correct: int, n: int) -> None:
    z, p = 1.959963984540054, correct / n
    middle, half = p + z * z / 2 / n, z * np.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    assert wilson(correct, n) == pytest.approx(((middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_rotation_and_a_scale_change_nothing(n_classes: int) -> None:
    embeddings, questions = drawn(4, n_classes=n_classes, n_train=100)
    rotation, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(20, 20)))
    found = score(embeddings, questions)
    for factor in (1e-6, 1, 1e6):
        turned = Embeddings(embeddings.words, (embeddings.vectors @ rotation * factor).astype(np.float32))
        assert score(turned, questions).correct == found.correct


def test_unknown_words_are_left_out_and_counted() -> None:
    embeddings, questions = drawn(5)
    odd = LabelledTextSet(
        "odd",
        (*((*text, "unheard", ",") for text in questions.texts[:-1]), ("unheard",)),
        labels=questions.labels,
    )
    found = score(embeddings, odd)
    assert (found.n, found.total) == (200, 200)
    assert (found.sections[KNOWN].n, found.sections[KNOWN].total) == (199 * 8, 199 * 10 + 1)


def test_what_cannot_be_scored_says_why() -> None:
    embeddings, questions = drawn(6)
    nothing = score(Embeddings(["other"], np.ones((1, 3), dtype=np.float32)), questions)
    assert (nothing.value, nothing.n) == (None, 0)
    assert nothing.reason == "none of the 200 sentences has a word in the vocabulary"
    same = score(Embeddings(embeddings.words, np.full((60, 4), 0.5, dtype=np.float32)), questions)
    assert same.reason == "the mean vectors of all 200 sentences are equal"
    one = score(embeddings, LabelledTextSet("one", questions.texts, labels=("only",) * 200))
    assert one.reason == "there is but one class"


def test_vectors_with_nan_count_as_unknown() -> None:
    embeddings, questions = drawn(7)
    embeddings.vectors[0, 0] = np.nan
    found = score(Embeddings(embeddings.words, embeddings.vectors), questions)
    assert found.value is not None
    assert found.sections[KNOWN].n < found.sections[KNOWN].total


# The files.


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def test_one_file_a_class_is_read_in_order(tmp_path: Path) -> None:
    path = archive(tmp_path / "s.zip", {"s/pos": "good , so\x85good\r\nfine\n\n".encode(), "s/neg": b"bad\n"})
    read = parse_labelled(path, classes={"s/pos": "positive", "s/neg": "negative"})
    assert read.texts == (("good", ",", "so", "good"), ("fine",), ("bad",))
    assert (read.labels, read.classes, read.n_train) == (
        ("positive", "positive", "negative"), ("positive", "negative"), None,
    )  # fmt: skip


def test_a_divided_archive_is_read_with_the_coarse_class(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "q.zip",
        {"a": "LOC:city Which caf\xe9 ?\nHUM:ind Who ?\n".encode("latin-1"), "b": b"LOC:state Where\n"},
    )
    read = parse_labelled(path, train="a", test="b", encoding="latin-1")
    assert read.texts == (("Which", "café", "?"), ("Who", "?"), ("Where",))
    assert (read.labels, read.n_train, len(read)) == (("LOC", "HUM", "LOC"), 2, 3)


@pytest.mark.parametrize("line", ["Which city ?", "LOC:city", ":city Which", "LOC city: Which"])
def test_a_line_without_class_or_words_is_refused(line: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "q.zip", {"a": b"LOC:city Which ?\n", "b": f"\nHUM:ind Who ?\n{line}\n".encode()})
    with pytest.raises(InputError, match="b, line 3: no class and question"):
        parse_labelled(path, train="a", test="b")


def test_archives_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "s.zip", {"a": b"good\n" * 500, "empty": b"\n", "latin": b"\nna\xefve\n"})
    with pytest.raises(InputError, match=r"has no file b: delete it"):
        parse_labelled(path, classes={"b": "x"})
    with pytest.raises(InputError, match=r"empty holds no sentences"):
        parse_labelled(path, classes={"empty": "x"})
    with pytest.raises(InputError, match=r"latin, line 2: not utf-8"):
        parse_labelled(path, classes={"latin": "x"})
    with pytest.raises(InputError, match="Cannot read"):
        parse_labelled(tmp_path / "none.zip", classes={"a": "x"})
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="truncated or damaged"):
        parse_labelled(path, classes={"a": "x"})


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "n_train", "words", "counts"),
    [
        ("subj", None, 240_575, {"subjective": 5000, "objective": 5000}),
        ("mr", None, 224_073, {"positive": 5331, "negative": 5331}),
        ("trec", 5452, 59_393, {"ENTY": 1344, "DESC": 1300, "HUM": 1288, "NUM": 1009, "LOC": 916, "ABBR": 95}),
    ],
)
def test_the_published_sets_are_whole(name: str, n_train: int | None, words: int, counts: dict[str, int]) -> None:
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("BENCH_DATA is not set")
    questions = load(name, download=False)
    assert isinstance(questions, LabelledTextSet)
    assert (questions.n_train, sum(map(len, questions.texts)), Counter(questions.labels)) == (n_train, words, counts)
    train, test = questions.labels[: n_train or None], questions.labels[n_train or 0 :]
    most = Counter(train).most_common(1)[0][0]
    assert ACCURACY_BY_CHANCE[name] == test.count(most) / len(test)
