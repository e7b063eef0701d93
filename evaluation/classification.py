"""Classifying sentences by the mean of their word vectors: SentEval's bag of words (Conneau & Kiela 2018).

A sentence is the mean of its known words' vectors, zero where it has none; logistic regression tells its class. Sets
divided into training and test sentences are used as they are, others in ten folds, each with every class in its share,
which are the same for all vectors.

The features are moved to their mean over the training sentences and divided by one number, so that their variance is 1
on the average: so C = 1, scikit-learn's default, means the same for vectors of any length, and turning the space
changes nothing, which it would if each dimension were scaled by itself. C is not tuned.

Differences between word2vec implementations are mostly under a point here, which is about what the 500 test questions
of TREC can tell apart at best.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import LabelledTextSet
from ..datasets.threads import n_threads
from .embeddings import Embeddings
from .score import Score, Section
from .text_vectors import KNOWN, mean_vectors, share_known

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FOLDS = 10
C = 1.0
CONVERGED = 1e-5
MOST_ITERATIONS = 5000

SPLIT_SEED = 1
"""Of the division into folds; the seed of the intervals has no part in it."""

MAJORITY = "most frequent class"
"""Section with the accuracy of always answering what is most frequent in training: what chance gives."""


def score_classification(embeddings: Embeddings, questions: LabelledTextSet, task: str) -> list[Score]:
    """Accuracy on the sentences tested, each of them tested once.

    The interval is Wilson's for a share of independent sentences. It is about these sentences with the classifiers as
    trained: that other training sentences would give other classifiers is not in it.
    """
    vectors, n_known, n_words = mean_vectors(embeddings, questions.texts)
    names, labels = np.unique(np.array(questions.labels), return_inverse=True)
    total = len(questions) - (questions.n_train or 0)
    sections: dict[str, Section] = {KNOWN: share_known(n_known, n_words)}
    reason = None
    if not n_known.any():
        reason = f"none of the {len(questions):,} sentences has a word in the vocabulary"
    elif np.ptp(vectors, axis=0).max() == 0:
        reason = f"the mean vectors of all {len(questions):,} sentences are equal"
    elif len(names) < 2:
        reason = "there is but one class"
    if reason is not None:
        return [Score(task, "accuracy", None, 0, total, sections=sections, reason=reason)]

    right = np.zeros(len(questions), dtype=np.bool_)
    majority = np.zeros(len(questions), dtype=np.bool_)
    tested = np.zeros(len(questions), dtype=np.bool_)
    splits = _splits(labels, questions.n_train)
    for (train, test), predicted in zip(splits, _predictions(vectors, labels, splits), strict=True):
        right[test] = predicted == labels[test]
        majority[test] = np.bincount(labels[train]).argmax() == labels[test]
        tested[test] = True
    n, correct = int(tested.sum()), int(right.sum())
    sections[MAJORITY] = Section(value=float(majority.sum() / n), n=n, total=total, correct=int(majority.sum()))
    low, high = wilson(correct, n)
    return [Score(task, "accuracy", correct / n, n, total, low=low, high=high, correct=correct, sections=sections)]


def wilson(correct: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(correct, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _splits(labels: Labels, n_train: int | None) -> list[tuple[Labels, Labels]]:
    """Training and test sentences of each fold."""
    if n_train is not None:
        return [(np.arange(n_train), np.arange(n_train, len(labels)))]
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SPLIT_SEED)
    return [(train, test) for train, test in folds.split(np.zeros(len(labels)), labels)]


def _predictions(vectors: Floats, labels: Labels, splits: list[tuple[Labels, Labels]]) -> list[Labels]:
    """The classes predicted for the test sentences of each fold."""
    from threadpoolctl import threadpool_limits

    def one(split: tuple[Labels, Labels]) -> Labels:
        train, test = split
        return _predict(vectors[train], labels[train], vectors[test])

    # Matrices this small gain nothing from threads of their own; the folds share the cores.
    with threadpool_limits(limits=1), ThreadPoolExecutor(max_workers=n_threads()) as pool:
        return list(pool.map(one, splits))


def _predict(train: Floats, labels: Labels, test: Floats) -> Labels:
    from sklearn.linear_model import LogisticRegression

    middle = train.mean(axis=0)
    train = train - middle
    scale = np.sqrt(np.square(train).mean()) or 1.0
    # Newton's method is the faster one for two classes; its matrix grows with the square of their number.
    solver = "newton-cholesky" if len(np.unique(labels)) == 2 else "lbfgs"
    model = LogisticRegression(C=C, solver=solver, tol=CONVERGED, max_iter=MOST_ITERATIONS)
    predicted: Labels = model.fit(train / scale, labels).predict((test - middle) / scale)
    return predicted
