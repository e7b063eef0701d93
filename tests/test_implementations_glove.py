"""GloVe: steps down the gradient of Pennington et al.'s equation, as a plain NumPy loop makes them."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import registry
from bench.implementations.cooccurrence.counting import count_cooccurrences
from bench.implementations.cooccurrence.weights import inverse_distance
from bench.implementations.glove import entries as entries_module
from bench.implementations.glove.entries import ENTRY, ShuffledEntries, weigh
from bench.implementations.glove.parameters import Parameters, initial_parameters
from bench.implementations.glove.trainer import GloveTrainer
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import TrainingError

pytest.importorskip("numba")
from bench.implementations.glove.kernels import train_entries
from bench.implementations.glove.step import LANES

Floats = NDArray[np.float64]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))


def zipf_corpus(lengths: list[int], words: int = 200, seed: int = 1) -> Corpus:
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    drawn = rng.choice(words, sum(lengths), p=share / share.sum())
    present, tokens, counts = np.unique(drawn, return_inverse=True, return_counts=True)
    order = np.lexsort((present, -counts))
    place = np.argsort(order)
    vocabulary = Vocabulary([f"w{present[i]:04}" for i in order], counts[order].astype(np.int64))
    offsets = np.cumsum([0, *lengths]).astype(np.int64)
    return Corpus("made", "", 1, vocabulary, place[tokens].astype(np.int32), offsets, len(tokens), len(order))


CORPUS = zipf_corpus([1, 2, 400, 1, 3, 40, 2, 77, 5] * 3)


def hyperparameters(**settings: Any) -> Hyperparameters:
    return Hyperparameters(**{"vector_size": 10, "min_count": 1, "window": 3, **settings})


def trained(
    corpus: Corpus = CORPUS, *, threads: int = 1, seed: int = 5, size: int = 10, **options: Any
) -> GloveTrainer:
    trainer = GloveTrainer(**options)
    trainer.prepare(corpus, hyperparameters(vector_size=size), threads=threads, seed=seed, device="cpu")
    trainer.train(lambda done, total: None)
    return trainer


def made_entries(n: int, n_words: int, seed: int = 1) -> NDArray[np.void]:
    rng = np.random.default_rng(seed)
    x = rng.lognormal(1, 2, n)
    made = np.empty(n, ENTRY)
    made["row"], made["column"] = rng.integers(n_words, size=(2, n))
    made["log"], made["weight"] = np.log(x), weigh(x, 3, 0.75)
    return made


class Plain:
    """The equations, one value after the other, in float64."""

    def __init__(self, parameters: Parameters, size: int) -> None:
        self.w = parameters.words[:, :size].astype(np.float64)
        self.c = parameters.contexts[:, :size].astype(np.float64)
        self.b = parameters.words[:, size].astype(np.float64)
        self.d = parameters.contexts[:, size + 1].astype(np.float64)
        self.sums = [np.ones_like(values) for values in (self.w, self.c, self.b, self.d)]

    def loss(self, i: int, j: int, log: float, weight: float) -> float:
        """Weight · (w · c + b + b' - log x)², equation 8 of the paper, for one entry."""
        return float(weight * (self.w[i] @ self.c[j] + self.b[i] + self.d[j] - log) ** 2)

    def step(self, i: int, j: int, log: float, weight: float, eta: float) -> float:
        e = self.w[i] @ self.c[j] + self.b[i] + self.d[j] - log
        gradients = [weight * e * self.c[j], weight * e * self.w[i], weight * e, weight * e]
        for values, sums, at, gradient in zip(
            (self.w, self.c, self.b, self.d), self.sums, (i, j, i, j), gradients, strict=True
        ):
            values[at] -= eta * gradient / np.sqrt(sums[at])
            sums[at] += (eta * gradient) ** 2
        return float(weight * e * e)

    def train(self, entries: NDArray[np.void], eta: float, mirrored: bool) -> float:
        total = 0.0
        for i, j, log, weight in entries.tolist():
            total += self.step(i, j, log, weight, eta)
            if mirrored and i != j:
                total += self.step(j, i, log, weight, eta)
        return total


@pytest.mark.parametrize("size", [1, 6, 7, 14, 15, 30, 100])
@pytest.mark.parametrize("mirrored", [True, False])
def test_kernel_makes_the_steps_of_the_plain_loop(size: int, mirrored: bool) -> None:
    """After thousands of steps, biases included; sizes around the widths of SIMD registers."""
    parameters = initial_parameters(40, size, LANES, 3)
    plain, start = (Plain(parameters, size) for _ in range(2))
    entries = made_entries(3000, 40)
    loss = train_entries(entries, parameters.words, parameters.contexts, np.float32(0.2), mirrored)
    assert loss == pytest.approx(plain.train(entries, 0.2, mirrored), rel=1e-4)
    for ours, theirs, before in (
        (parameters.words[:, :size], plain.w, start.w),
        (parameters.contexts[:, :size], plain.c, start.c),
        (parameters.words[:, size], plain.b, start.b),
        (parameters.contexts[:, size + 1], plain.d, start.d),
    ):
        assert np.abs(theirs - before).max() > 0.05
        np.testing.assert_allclose(ours, theirs, atol=2e-4)
    # The constants that carry the biases stand where they stood, and so does what fills up the rows.
    assert (parameters.words[:, size + 1] == 1).all()
    assert (parameters.contexts[:, size] == 1).all()
    padded = parameters.words.shape[1] // 2
    assert (parameters.words[:, size + 2 : padded] == 0).all()


def test_a_first_step_goes_down_the_gradient_of_the_equation() -> None:
    """Finite differences of weight · e² / 2, by every value of both rows and both biases."""
    size, eta, h = 7, 1e-3, 1e-6
    parameters = initial_parameters(2, size, LANES, 1)
    rng = np.random.default_rng(2)
    for rows, bias in ((parameters.words, size), (parameters.contexts, size + 1)):
        rows[:, :size], rows[:, bias] = rng.normal(size=(2, size)), rng.normal(size=2)
    plain = Plain(parameters, size)
    before = [values.copy() for values in (plain.w, plain.c, plain.b, plain.d)]
    entry = np.array([(0, 1, 1.7, 0.6)], ENTRY)
    train_entries(entry, parameters.words, parameters.contexts, np.float32(eta), False)
    after = Plain(parameters, size)
    for values, old, new in zip(
        (plain.w, plain.c, plain.b, plain.d), before, (after.w, after.c, after.b, after.d), strict=True
    ):
        for at in np.ndindex(values.shape):
            losses = []
            for change in (h, -h):
                values[at] += change
                losses.append(plain.loss(0, 1, 1.7, 0.6) / 2)
                values[at] -= change
            slope = (losses[0] - losses[1]) / (2 * h)
            assert (new[at] - old[at]) == pytest.approx(-eta * slope, rel=2e-3, abs=2e-7)


def test_weights_are_those_of_the_paper() -> None:
    assert weigh(np.array([1e-3, 1.0, 100.0, 1e6]), 100, 0.75) == pytest.approx([1e-5**0.75, 100**-0.75, 1, 1])
    assert weigh(np.array([0.5, 7.0]), 1, 0) == pytest.approx([1, 1])


@pytest.fixture
def counts():  # type: ignore[no-untyped-def]
    with count_cooccurrences(CORPUS, inverse_distance(3)) as counted:
        yield counted


def shuffled(counts: Any, memory: int = 1 << 20, seed: int = 1) -> NDArray[np.void]:
    entries = ShuffledEntries(counts, x_max=10, power=0.75, memory=memory, seed=seed, progress=lambda fraction: None)
    blocks = [entries.block(number) for number in range(entries.blocks)]
    assert len(entries) == sum(map(len, blocks)) == len(counts)
    entries.close()
    return np.concatenate(blocks)


@pytest.mark.parametrize("memory", [1, 1 << 20])
def test_shuffling_keeps_every_entry(counts: Any, memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several chunks, several blocks: each entry once, with its logarithm and weight."""
    monkeypatch.setattr(entries_module, "BLOCK", 100)
    found = shuffled(counts, memory)
    order = np.lexsort((found["column"], found["row"]))
    parts = list(counts.chunks())
    values = np.concatenate([part.values for part in parts])
    np.testing.assert_array_equal(found["row"][order], np.concatenate([part.rows for part in parts]))
    np.testing.assert_array_equal(found["column"][order], np.concatenate([part.columns for part in parts]))
    np.testing.assert_allclose(found["log"][order], np.log(values), rtol=1e-6)
    np.testing.assert_allclose(found["weight"][order], np.minimum(1, values / 10) ** 0.75, rtol=1e-6)


@pytest.mark.parametrize("memory", [1, 1 << 20])
def test_shuffling_leaves_no_order(counts: Any, memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries_module, "BLOCK", 100)
    found = shuffled(counts, memory)
    n = len(found)
    place = np.empty(n)
    place[np.lexsort((found["column"], found["row"]))] = np.arange(n)
    assert abs(np.corrcoef(place, np.arange(n))[0, 1]) < 5 / math.sqrt(n)
    assert abs(np.corrcoef(place[1:], place[:-1])[0, 1]) < 5 / math.sqrt(n)
    assert (shuffled(counts, memory) == found).all()
    assert (shuffled(counts, memory, seed=2) != found).mean() > 0.9


def test_one_thread_gives_the_same_bits_and_seeds_differ() -> None:
    one, again, other = trained(iterations=3), trained(iterations=3), trained(iterations=3, seed=6)
    assert (one.vectors() == again.vectors()).all()
    assert (one.output_vectors() == again.output_vectors()).all()
    assert (one.vectors() != other.vectors()).mean() > 0.9


def test_a_megabyte_is_enough_for_a_small_text() -> None:
    one, little = trained(iterations=2), trained(iterations=2, memory=1)
    assert (one.vectors() == little.vectors()).all()


def test_loss_falls_and_threads_learn_as_much() -> None:
    one, two = trained(iterations=8), trained(iterations=8, threads=2)
    for trainer in (one, two):
        assert trainer.losses == sorted(trainer.losses, reverse=True)
        assert trainer.losses[-1] < 0.7 * trainer.losses[0]
    assert two.losses[-1] == pytest.approx(one.losses[-1], rel=0.05)


def test_it_recovers_counts_that_have_a_factorisation() -> None:
    """Logs made up as w · c + b + b': the loss goes to nothing and the products are found again."""
    rng = np.random.default_rng(4)
    n, size = 30, 4
    log = rng.normal(size=(n, size)) @ rng.normal(size=(n, size)).T + rng.normal(size=(n, 1)) + rng.normal(size=n)
    made = np.empty(n * n, ENTRY)
    made["row"], made["column"] = np.divmod(np.arange(n * n), n)
    made["log"], made["weight"] = log.ravel(), 1
    parameters = initial_parameters(n, size, LANES, 1)
    for _ in range(400):
        train_entries(rng.permutation(made), parameters.words, parameters.contexts, np.float32(0.2), False)
    w, c = parameters.words, parameters.contexts
    padded = w.shape[1] // 2
    np.testing.assert_allclose(w[:, :padded] @ c[:, :padded].T, log, atol=0.05)


def test_vectors_are_sums_or_words_alone() -> None:
    summed, alone = trained(iterations=2), trained(iterations=2, vectors="w")
    assert summed.vectors().dtype == alone.vectors().dtype == np.float32
    assert summed.vectors().shape == (len(CORPUS.vocabulary), 10)
    np.testing.assert_array_equal(summed.vectors(), alone.vectors() + alone.output_vectors())


def test_first_vectors_are_small_and_uniform() -> None:
    parameters = initial_parameters(5000, 20, LANES, 1)
    for values in (parameters.vectors(20), parameters.context_vectors(20), parameters.words[:, 20]):
        assert -0.025 <= values.min() < -0.0249 < 0.0249 < values.max() < 0.025
    assert not (parameters.vectors(20) == parameters.context_vectors(20)).all(axis=1).any()


@pytest.mark.parametrize(
    ("lengths", "words", "message"),
    [([50], 1, "a vocabulary of 1 words"), ([1] * 300, 100, "no two words stand in one sentence")],
)
def test_text_without_pairs_is_refused(lengths: list[int], words: int, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        trained(zipf_corpus(lengths, words))


def test_one_sentence_of_two_words_trains() -> None:
    assert np.isfinite(trained(zipf_corpus([40], 2)).vectors()).all()


def test_divergence_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"training diverged.*eta \(1e\+30\)"):
        trained(eta=1e30)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_words_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    trainer = GloveTrainer(iterations=4)
    trainer.prepare(CORPUS, hyperparameters(epochs=2), threads=1, seed=1, device="cpu")
    trainer.train(lambda done, total: told.append((done, total)))
    done = [step for step, _ in told]
    assert {total for _, total in told} == {2 * CORPUS.n_tokens}
    assert done == sorted(done)
    assert done[-1] == 2 * CORPUS.n_tokens
    assert len(set(done)) > 5


def test_what_it_was_given_changes_what_it_learns_or_is_none() -> None:
    """A hyperparameter without a value changes nothing; window and vector_size have one."""
    base, trainer = hyperparameters(), GloveTrainer(iterations=2)
    vectors = trained(iterations=2).vectors()
    given = trainer.given(base)
    assert all(given[name].note for name in given if given[name].value is None)
    other = {
        "model": "cbow", "negative": 9, "sample": 0.5, "epochs": 2, "alpha": 0.5, "min_alpha": 0.2, "ns_exponent": 0.1,
        "shrink_windows": False, "cbow_mean": False, "loss": "hs",
    }  # fmt: skip
    assert set(other) - {"cbow_mean"} == {name for name, one in given.items() if one.value is None}
    changed = hyperparameters(**other)
    trainer.prepare(CORPUS, changed, threads=1, seed=5, device="cpu")
    trainer.train(lambda done, total: None)
    assert (trainer.vectors() == vectors).all()
    assert given["window"].value == 3
    assert trainer.unpausable()


@pytest.mark.parametrize(
    "options",
    [{"iterations": 0}, {"eta": 0}, {"x_max": -1}, {"power": "x"}, {"vectors": "c"}, {"symmetric": 1}, {"memory": 0}],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        GloveTrainer(**options)


def test_it_is_registered_with_all_its_options() -> None:
    trainer = registry.create("glove", {})
    assert set(trainer.option_choices) == set(trainer.options)
    assert trainer.unavailable("cuda") == "glove trains on the CPU only, not on cuda"


def test_words_behind_only() -> None:
    """Not symmetric: the words of each pair keep their parts, so the context vectors are others."""
    both: Callable[..., GloveTrainer] = trained
    assert (both(iterations=2).vectors() != both(iterations=2, symmetric=False).vectors()).mean() > 0.9
