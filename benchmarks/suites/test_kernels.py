"""The Numba kernels, one thread: on text as it is, and on text folded onto so few words that rows stay in the cache.

The second tells what dot products and updates cost, the first what memory adds.
"""

from typing import Any

from bench.benchmarks.numba_roof import FOLDED, folded
from bench.benchmarks.suites.setting import idle, note, part
from bench.implementations.examples import Sharing
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.numba_kernels.kernel import Kernel

TOKENS = 60_000
MODELS = (
    ("skipgram", "ns", "pair"),
    ("skipgram", "ns", "window:3"),
    ("skipgram", "hs", "window"),
    ("cbow", "ns", "window"),
    ("cbow", "hs", "window"),
)


def pytest_generate_tests(metafunc: Any) -> None:
    """Every model and loss, on both texts."""
    cases = [(*model, text) for model in MODELS for text in ("text", "folded")]
    metafunc.parametrize(("model", "loss", "negatives", "text"), cases, ids=["-".join(case) for case in cases])


def test_kernel(benchmark: Any, model: Any, loss: Any, negatives: str, text: str) -> None:
    """One epoch: windows, noise, dot products, updates."""
    corpus = folded(part(TOKENS), FOLDED) if text == "folded" else part(TOKENS)
    h = Hyperparameters(epochs=1, model=model, loss=loss)
    kernel = Kernel(corpus, h, Sharing.parse(negatives), 1, 1)
    benchmark.group = "kernels"
    benchmark.pedantic(kernel.run, args=(idle,), rounds=5, warmup_rounds=1)
    note(benchmark, words=corpus.n_tokens, compile_seconds=kernel.compile_seconds)
    assert abs(kernel.inputs).max() > 0
