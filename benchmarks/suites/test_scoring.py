"""Scoring word vectors: Google's analogies and a similarity set, intervals included, as a run pays for them."""

from functools import cache
from typing import Any

import numpy as np

from bench.benchmarks.suites.setting import note, planted
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.tasks import find_tasks

SIZE = 100


def pytest_generate_tests(metafunc: Any) -> None:
    """The tasks whose files come with gensim."""
    metafunc.parametrize("task", ["google-30k", "google-gensim-300k", "wordsim-353"])


def test_scoring(benchmark: Any, task: str) -> None:
    """One task on vectors of the planted corpus's words."""
    (one,) = find_tasks([task])
    embeddings = _embeddings()
    benchmark.group = "scoring"
    (score, *_) = benchmark(one.score, embeddings)
    note(benchmark, items=score.n, vocabulary=len(embeddings))
    assert score.n > 0


@cache
def _embeddings() -> Embeddings:
    vocabulary = planted().vocabulary
    vectors = np.random.default_rng(1).normal(size=(len(vocabulary), SIZE)).astype(np.float32)
    return Embeddings(vocabulary.words, vectors, vocabulary.counts)
