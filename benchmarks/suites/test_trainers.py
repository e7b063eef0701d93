"""Every trainer that can run here, on a small corpus: training alone is timed, as in a run."""

from typing import Any

from bench.benchmarks.suites.setting import THREADS, idle, note, part, planted
from bench.implementations import registry
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import Trainer

SLOW = {"numpy": 6_000}
"""Trainers that get only so many tokens."""

ROUNDS = 3


def pytest_generate_tests(metafunc: Any) -> None:
    """The implementations of a first run that are at hand."""
    names = [name for name in registry.DEFAULTS if registry.trainer_class(name).unavailable() is None]
    metafunc.parametrize("implementation", names)


def test_trainer(benchmark: Any, implementation: str) -> None:
    """One epoch of skip-gram with negative sampling, 100 dimensions; prepared anew for each round."""
    corpus = part(SLOW[implementation]) if implementation in SLOW else planted()
    h = Hyperparameters(epochs=1)
    made: list[Trainer] = []

    def setup() -> tuple[tuple[Trainer], dict[str, Any]]:
        trainer = registry.create(implementation, {})
        trainer.prepare(corpus, h, threads=THREADS, seed=len(made) + 1, device="auto")
        made.append(trainer)
        return (trainer,), {}

    benchmark.group = "trainers"
    benchmark.pedantic(_train, setup=setup, rounds=ROUNDS)
    last = made[-1]
    note(
        benchmark, words=corpus.n_tokens, implementation=implementation, version=last.version(), threads=THREADS,
        device=last.device, options=dict(last.options),
    )  # fmt: skip
    assert last.vectors().shape == (len(corpus.vocabulary), h.vector_size)


def _train(trainer: Trainer) -> None:
    trainer.train(idle)
