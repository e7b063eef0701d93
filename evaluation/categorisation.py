"""Categorisation: whether words of one class fall into one cluster.

k-means with as many clusters as there are classes, on vectors of length 1, ten starts a clustering; clusterings are
made from ten fixed seeds, and a score is the mean over them with their standard deviation. (Some tools report the
best of several clusterings, chosen by the answers.) Scored are words of a single token in a single class: an entry of
several words has no vector, and a word of two classes has no right cluster.

Purity grows with the number of clusters and V-measure does too; the adjusted Rand index is 0 by chance. What chance
gives is therefore measured on the clusterings at hand, with the classes dealt out anew (section ``classes
shuffled``).
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import CategorySet
from ..datasets.threads import n_threads
from .cluster_metrics import METRICS, contingency, leave_one_out
from .embeddings import Embeddings
from .known import known_rows, unit_vectors
from .lookup import fold_unicode
from .score import Score, Section

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEEDS = tuple(range(10))
"""Seeds of the clusterings."""

STARTS = 10
"""Starts of each clustering, of which k-means keeps the one with the least sum of squares."""

SHUFFLES = 20
SHUFFLED = "classes shuffled"
"""Section with the mean score where the words' classes are dealt out anew: what chance gives."""


def score_categories(embeddings: Embeddings, questions: CategorySet, task: str) -> list[Score]:
    """Purity, adjusted Rand index and V-measure: mean and standard deviation over the clusterings.

    The interval is mean ± 1.96 standard errors, from two sources: other words (the jackknife over words, clusters as
    they are) and other clusterings (the variance between seeds, whole and not divided by their number, since all of
    them saw the same words; simulation shows that without it the interval is too short). Nothing is drawn for it.
    """
    words, labels = single(questions)
    rows = known_rows(embeddings, words)
    known = rows >= 0
    names, classes = np.unique(np.array(labels)[known], return_inverse=True)
    n, k = len(classes), len(names)

    reason = None
    if k < 2 or n <= k:
        reason = f"only {n} of {len(questions)} entries, of {k} classes, are single words in the vocabulary"
    else:
        unit = unit_vectors(embeddings, rows[known])
        if len(np.unique(unit.round(6), axis=0)) < k:
            reason = f"the {n} words have fewer than {k} different vectors"
    if reason is not None:
        return [Score(task, metric, None, n, len(questions), reason=reason) for metric in METRICS]

    clusterings = cluster(unit, k)
    shuffled = [np.random.default_rng(i).permutation(classes) for i in range(SHUFFLES)]
    tables = contingency(classes, clusterings)
    by_chance = np.concatenate([contingency(dealt, clusterings) for dealt in shuffled])
    scores = []
    for metric, measure in METRICS.items():
        values = measure(tables)
        value, sd = float(values.mean()), float(values.std(ddof=1))
        without = leave_one_out(measure, tables, classes, clusterings).mean(axis=0)
        variance = (n - 1) / n * ((without - without.mean()) ** 2).sum()
        error = float(1.96 * np.sqrt(variance + sd**2))
        chance = float(measure(by_chance).mean())
        scores.append(
            Score(
                task=task,
                metric=metric,
                value=value,
                n=n,
                total=len(questions),
                low=max(value - error, LEAST[metric]),
                high=min(value + error, 1.0),
                sd=sd,
                sections={SHUFFLED: Section(value=chance, n=n, total=len(questions))},
            )
        )
    return scores


LEAST = {"purity": 0.0, "adjusted-rand": -0.5, "v-measure": 0.0}
"""The least value a metric can have."""


def single(questions: CategorySet) -> tuple[list[str], list[str]]:
    """Words of one token and one class, each once, and their classes; case variants are one word."""
    classes: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    for word, key, label in zip(questions.words, fold_unicode(questions.words), questions.labels, strict=True):
        classes.setdefault(key, set()).add(label)
        first.setdefault(key, word)
    kept = [key for key, own in classes.items() if len(own) == 1 and not re.search(r"[\s_]", key)]
    return [first[key] for key in kept], [next(iter(classes[key])) for key in kept]


def cluster(unit: Floats, k: int, seeds: Sequence[int] = SEEDS) -> Labels:
    """k-means clusterings of unit vectors, int64 (n_seeds, n_words)."""
    from sklearn.cluster import KMeans, kmeans_plusplus
    from threadpoolctl import threadpool_limits

    def start(points: Floats, n: int, random_state: np.random.RandomState) -> Floats:
        # k-means++ as published (Arthur & Vassilvitskii 2007), one candidate a centre: scikit-learn's several take as
        # long as the iterations that follow.
        centres: Floats = kmeans_plusplus(points, n, random_state=random_state, n_local_trials=1)[0]
        return centres

    def one(seed: int) -> Labels:
        model = KMeans(k, init=start, n_init=STARTS, random_state=seed)
        labels: Labels = model.fit_predict(unit).astype(np.int64)
        return labels

    # A clustering is made in one thread, so that sums are added in one order and the result is the same on any machine
    # with whatever number of cores; the seeds share the cores.
    with threadpool_limits(limits=1), ThreadPoolExecutor(max_workers=n_threads()) as pool:
        return np.stack(list(pool.map(one, seeds)))
