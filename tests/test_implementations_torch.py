"""The torch trainer's plain path against the NumPy reference and the shared generator."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

# ruff: noqa: E402
torch = pytest.importorskip("torch")

from bench.datasets.corpus import Corpus
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import counter_random, examples
from bench.implementations.gradients import cbow_step, skipgram_step
from bench.implementations.huffman import huffman_tree
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.noise import alias_table, noise_weights
from bench.implementations.numpy_trainer import NumpyTrainer
from bench.implementations.schedule import initial_vectors, learning_rate
from bench.implementations.subsampling import keep_thresholds
from bench.implementations.torch_kernels import counter, damping, device, plain, rows
from bench.implementations.torch_kernels.blocks import draw_block, draw_noise
from bench.implementations.torch_trainer import TorchTrainer
from bench.implementations.trainer import Trainer, TrainingError

MODELS, LOSSES = ("skipgram", "cbow"), ("ns", "hs")


def made_corpus(seed: int, sentences: int, words: int, longest: int) -> Corpus:
    """Sentences of 1..longest words drawn from Zipf's distribution."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, words + 1)
    lengths = rng.integers(1, longest + 1, sentences)
    drawn = rng.choice(words, lengths.sum(), p=share / share.sum())
    present, tokens = np.unique(drawn, return_inverse=True)
    order = np.argsort(-np.bincount(tokens), kind="stable")
    tokens = np.argsort(order)[tokens].astype(np.int32)
    counts = np.bincount(tokens).astype(np.int64)
    vocabulary = Vocabulary([str(i) for i in range(len(present))], counts)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Corpus("made", "", 1, vocabulary, tokens, offsets, len(tokens), len(counts))


def trained(trainer: Any, corpus: Corpus, h: Hyperparameters, seed: int = 7, device: str = "cpu") -> Any:
    trainer.prepare(corpus, h, threads=1, seed=seed, device=device)
    trainer.train(lambda done, total: None)
    return trainer


def assert_equal(mine: Any, reference: Any, atol: float = 5e-6) -> None:
    assert mine.trained_words == reference.trained_words > 0
    np.testing.assert_allclose(mine.output_rows(), reference.output_rows(), rtol=2e-5, atol=atol)
    np.testing.assert_allclose(mine.vectors(), reference.vectors(), rtol=2e-5, atol=atol)


# The generator


@pytest.mark.parametrize("seed", [0, 1, 2**63 + 12345, 2**64 - 1])
def test_draws_equal_the_shared_generator(seed: int) -> None:
    sentences = np.array([0, 1, 999, 2**31 + 7, 2**40 + 3])
    a, b = counter_random.sentence_keys(seed, 3, sentences)
    ta, tb = counter.sentence_keys(seed, 3, torch.from_numpy(sentences))
    assert (ta.numpy() == a).all()
    assert (tb.numpy() == b).all()
    positions, slots = np.arange(0, 1000, 37)[:, None], np.array([0, 1, 2, 20_000])
    counters = counter.counters(torch.from_numpy(positions), torch.from_numpy(slots))
    assert (counters.numpy() == counter_random.counters(positions, slots)).all()
    for i in range(len(sentences)):
        numbers = counter_random.draw(counter_random.counters(positions, slots), a[i], b[i])
        mine = counter.draw(counters, ta[i], tb[i])
        assert (mine.numpy() == numbers).all()
        assert (counter.below(mine, 1_000_003).numpy() == counter_random.below(numbers, 1_000_003)).all()


def test_noise_words_equal_the_shared_table() -> None:
    table = alias_table(noise_weights(np.arange(500, 0, -1) ** 2, 0.75))
    numbers = np.random.default_rng(1).integers(0, 1 << 32, 10_000, dtype=np.uint32)
    mine = counter.NoiseTable(
        torch.from_numpy(table.threshold.astype(np.int64)), torch.from_numpy(table.alias.astype(np.int64))
    )
    assert (mine.sample(torch.from_numpy(numbers.astype(np.int64))).numpy() == table.sample(numbers)).all()


@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize("unit", [1, 2, 5])
def test_a_block_holds_the_examples_of_its_sentences(shrink: bool, unit: int) -> None:
    corpus, window, negative = made_corpus(1, 30, 60, 50), 4, 3
    counts = corpus.vocabulary.counts
    keep, table = keep_thresholds(counts, 0.05), alias_table(noise_weights(counts, 0.75))
    first, last = 3, 25
    tokens = corpus.tokens[corpus.offsets[first] : corpus.offsets[last]]
    lengths = np.diff(corpus.offsets[first : last + 1])
    block = draw_block(
        torch.from_numpy(tokens.astype(np.int64)), torch.from_numpy(lengths), first, torch.zeros(last - first),
        torch.from_numpy(keep.astype(np.int64)), seed=9, epoch=2, window=window, shrink=shrink, unit=unit,
    )  # fmt: skip
    noise_table = counter.NoiseTable(
        torch.from_numpy(table.threshold.astype(np.int64)), torch.from_numpy(table.alias.astype(np.int64))
    )
    noise = draw_noise(block, noise_table, negative, unit)
    start = units = 0
    for s in range(first, last):
        keys = counter_random.sentence_keys(9, 2, np.array([s]))
        sentence = corpus.tokens[corpus.offsets[s] : corpus.offsets[s + 1]]
        laid = examples.windows(sentence, keys, keep, window, shrink)
        n = len(laid.words)
        here = slice(start, start + n)
        assert (block.words[here].numpy() == laid.words).all()
        assert block.real[here].all()
        members = np.bincount(laid.centre, minlength=n)
        assert ((block.left + block.right)[here].numpy() == members).all()
        n_units = -(-n // unit)
        if n > 1:
            made = examples.skipgram_units(laid, examples.NoiseTargets(table, negative), examples.Sharing(unit), keys)
            for u in range(n_units):
                expected: dict[int, int] = {}
                of = slice(made.output_bounds[u], made.output_bounds[u + 1])
                weight = (made.output_weight - made.label)[of].max(axis=1)
                for word, times in zip(made.outputs[of], weight, strict=True):
                    if times:
                        expected[int(word)] = int(times)
                kept = noise.words[units + u][noise.wanted[units + u]].tolist()
                assert {word: kept.count(word) for word in kept} == expected
        start += n_units * unit
        units += n_units
    assert start == len(block.words)
    assert block.kept == int(block.real.sum())


# One unit at a time: the reference


@pytest.mark.parametrize("negatives", ["window", "window:2", "window:3"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_batches_of_one_unit_equal_the_reference(model: str, loss: str, negatives: str) -> None:
    corpus = made_corpus(1, 25, 120, 30)
    h = Hyperparameters(
        model=model, loss=loss, vector_size=12, window=4, negative=5, sample=0.05, min_count=1, epochs=2, alpha=0.05
    )
    assert_equal(
        trained(TorchTrainer(negatives=negatives, batch=1), corpus, h), trained(NumpyTrainer(negatives), corpus, h)
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"shrink_windows": False},
        {"cbow_mean": False, "model": "cbow"},
        {"ns_exponent": -0.5},
        {"sample": 0},
        {"vector_size": 1},
        {"window": 30},
        {"negative": 12},
        {"alpha": 0.1, "min_alpha": 0.1},
    ],
    ids=str,
)
def test_honours_each_hyperparameter(settings: dict[str, Any]) -> None:
    corpus = made_corpus(2, 12, 15, 20)
    h = Hyperparameters(**{"vector_size": 5, "min_count": 1, "epochs": 1, "sample": 0.1, "alpha": 0.05} | settings)
    assert_equal(trained(TorchTrainer(batch=1), corpus, h), trained(NumpyTrainer(), corpus, h))


@pytest.mark.parametrize("lengths", [[2], [1, 1, 3], [300, 1, 1]], ids=str)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_tiny_corpora_equal_the_reference(lengths: list[int], model: str, loss: str) -> None:
    tokens = (np.arange(sum(lengths)) % 2).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    counts = np.bincount(tokens).astype(np.int64)
    corpus = Corpus("tiny", "", 1, Vocabulary(["a", "b"], counts), tokens, offsets, len(tokens), 2)
    h = Hyperparameters(
        model=model, loss=loss, min_count=1, vector_size=3, window=10, negative=20, sample=0, epochs=1, alpha=0.01
    )
    assert_equal(trained(TorchTrainer(batch=1), corpus, h), trained(NumpyTrainer(), corpus, h))


# Batches


@pytest.mark.parametrize("tile", [1, 3, 8])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_a_batch_is_the_sum_over_its_units(model: str, loss: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch over the whole corpus: every unit's step from the vectors as they were at the start."""
    monkeypatch.setattr(plain, "TILE", tile)
    corpus = made_corpus(3, 15, 40, 20)
    h = Hyperparameters(
        model=model, loss=loss, vector_size=8, window=3, negative=4, sample=0.1, min_count=1, epochs=1, alpha=0.05
    )
    counts = corpus.vocabulary.counts
    X = initial_vectors(len(counts), h.vector_size, 7)
    # Output vectors of zero would give no gradient to the input vectors: one ordinary epoch comes first.
    reference = trained(NumpyTrainer(), corpus, h)
    trainer = TorchTrainer(batch=tile * 1000, damping=1e9)
    trainer.prepare(corpus, h, threads=1, seed=7, device="cpu")
    trainer._problem.outputs += torch.from_numpy(reference.output_rows())
    U = reference.output_rows().copy()
    trainer.train(lambda done, total: None)

    targets: Any = examples.PathTargets(huffman_tree(counts))
    if loss == "ns":
        targets = examples.NoiseTargets(alias_table(noise_weights(counts, h.ns_exponent)), h.negative)
    dX, dU = np.zeros(X.shape), np.zeros(U.shape)
    for s in range(corpus.n_sentences):
        keys = counter_random.sentence_keys(7, 0, np.array([s]))
        sentence = corpus.tokens[corpus.offsets[s] : corpus.offsets[s + 1]]
        laid = examples.windows(sentence, keys, keep_thresholds(counts, h.sample), h.window, True)
        make = examples.skipgram_units if model == "skipgram" else examples.cbow_units
        units = make(laid, targets, examples.Sharing(1), keys)
        alpha = learning_rate(h, int(corpus.offsets[s]), corpus.n_tokens)
        for u in range(len(units)):
            i = slice(units.input_bounds[u], units.input_bounds[u + 1])
            o = slice(units.output_bounds[u], units.output_bounds[u + 1])
            x, t = X[units.inputs[i]].astype(float), U[units.outputs[o]].astype(float)
            N, Y, A = (w.astype(float) for w in (units.input_weight[i], units.label[o].T, units.output_weight[o].T))
            if model == "skipgram":
                step = skipgram_step(x, t, N @ Y, N @ A, loss)
            else:
                step = cbow_step(x, t, N, Y.copy(), A, loss, True)
            dX[units.inputs[i]] += alpha * step.inputs
            dU[units.outputs[o]] += alpha * step.outputs
    np.testing.assert_allclose(trainer.vectors(), X + dX, atol=1e-5)
    np.testing.assert_allclose(trainer.output_rows(), U + dU, atol=1e-5)


def topics(seed: int) -> tuple[Corpus, np.ndarray]:
    """Sentences about one of eight topics each, with common words between, and each word's topic (-1: none)."""
    rng = np.random.default_rng(seed)
    n_topics, words, common, sentences, length = 8, 30, 40, 2500, 16
    topic = rng.integers(0, n_topics, sentences)[:, None]
    tokens = common + topic * words + rng.integers(0, words, (sentences, length))
    frequent = rng.choice(common, (sentences, length), p=(p := 1 / np.arange(1, common + 1)) / p.sum())
    tokens = np.where(rng.random(tokens.shape) < 0.5, frequent, tokens).ravel()
    order = np.argsort(-np.bincount(tokens), kind="stable")
    label = np.concatenate([np.full(common, -1), np.repeat(np.arange(n_topics), words)])[order]
    tokens = np.argsort(order)[tokens].astype(np.int32)
    counts = np.bincount(tokens).astype(np.int64)
    offsets = np.arange(0, len(tokens) + 1, length)
    return Corpus("topics", "", 1, Vocabulary([str(i) for i in range(len(counts))], counts), tokens, offsets,
                  len(tokens), len(counts)), label  # fmt: skip


def neighbours_of_one_topic(vectors: np.ndarray, label: np.ndarray) -> float:
    """Share of the 10 nearest neighbours that have a word's own topic."""
    unit = vectors[label >= 0] / np.linalg.norm(vectors[label >= 0], axis=1, keepdims=True)
    own = label[label >= 0]
    similar = unit @ unit.T
    np.fill_diagonal(similar, -2)
    return float((own[np.argsort(-similar, axis=1)[:, :10]] == own[:, None]).mean())


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("model", MODELS)
def test_large_batches_learn_a_small_vocabulary(model: str, loss: str) -> None:
    """280 words in batches of 512 windows: every row is hot, which undamped sums would blow up."""
    corpus, label = topics(1)
    h = Hyperparameters(model=model, loss=loss, vector_size=16, epochs=4, sample=0.01, min_count=1, alpha=0.05)
    found = trained(TorchTrainer(), corpus, h)
    assert neighbours_of_one_topic(found.vectors(), label) > 0.9
    assert np.abs(found.vectors()).max() < 10


def test_no_unit_alone_is_damped() -> None:
    frequency = np.array([5.0, 1.0, 1e-3])
    assert damping.factors(frequency, 1, 1.0) is None
    found = damping.factors(frequency, 513, 16.0)
    assert found is not None
    np.testing.assert_allclose(found, [16 / (5 * 512), 16 / 512, 1])


def test_rows_that_many_windows_share_are_damped() -> None:
    matrix = torch.zeros(3, 2)
    mine = rows.make_rows("sgd", matrix, 4.0)
    for _ in range(2):  # counts are of the batch at hand
        mine.step(torch.tensor([0, 1, 0]), torch.ones(3, 2), torch.tensor([6.0, 3.0, 2.0]), 0.0)
    assert matrix.tolist() == [[2.0, 2.0], [2.0, 2.0], [0.0, 0.0]]


def test_frequencies_count_how_often_a_row_is_touched() -> None:
    counts = np.array([50, 30, 15, 5])
    share = damping.kept_share(counts, np.ones(4))
    tree = huffman_tree(counts)
    through = damping.path_output_frequency(share, tree)
    assert through[-1] == pytest.approx(1)  # the root is on every path
    assert through.sum() == pytest.approx((share * np.diff(tree.offsets)).sum())


# Optimisers


@pytest.mark.parametrize("name", ["adagrad", "adam"])
def test_optimisers_equal_torchs_own(name: str) -> None:
    torch.manual_seed(1)
    matrix = torch.randn(20, 6)
    weight = torch.nn.Parameter(matrix.clone())
    if name == "adam":
        theirs: Any = torch.optim.SparseAdam([weight], lr=0.01)
    else:
        theirs = torch.optim.Adagrad([weight], lr=0.01)
    mine = rows.make_rows(name, matrix, None)
    for _ in range(5):
        touched, gradients = torch.randint(0, 20, (15,)), torch.randn(15, 6)
        # Theirs descend, ours ascend.
        weight.grad = torch.sparse_coo_tensor(touched[None], -gradients, weight.shape, check_invariants=True).coalesce()
        theirs.step()
        mine.step(touched, gradients.clone(), torch.ones(15), 0.01)
    torch.testing.assert_close(matrix, weight.data, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("optimizer", "alpha"), [("adagrad", 0.2), ("adam", 0.02)])
def test_optimisers_learn(optimizer: str, alpha: float) -> None:
    corpus, label = topics(2)
    h = Hyperparameters(vector_size=16, epochs=2, sample=0.01, min_count=1, alpha=alpha)
    found = trained(TorchTrainer(optimizer=optimizer), corpus, h)
    assert neighbours_of_one_topic(found.vectors(), label) > 0.8


# The contract


def test_same_seed_same_vectors_other_seed_others() -> None:
    corpus = made_corpus(3, 40, 50, 25)
    h = Hyperparameters(vector_size=8, min_count=1, epochs=1)
    one, two = (trained(TorchTrainer(batch=8), corpus, h, seed=1).vectors() for _ in range(2))
    assert (one == two).all()
    assert (one != trained(TorchTrainer(batch=8), corpus, h, seed=2).vectors()).mean() > 0.9


def test_prepare_leaves_the_start_and_train_moves_it() -> None:
    corpus = made_corpus(4, 30, 40, 25)
    trainer = TorchTrainer()
    trainer.prepare(corpus, Hyperparameters(vector_size=8, min_count=1), threads=1, seed=5, device="auto")
    n = len(corpus.vocabulary)
    assert (trainer.vectors() == initial_vectors(n, 8, 5)).all()
    assert not trainer.output_rows().any()
    trainer.train(lambda done, total: None)
    assert trainer.vectors().shape == (n, 8)
    assert trainer.vectors().dtype == np.float32
    assert (trainer.vectors() != initial_vectors(n, 8, 5)).any()
    output_vectors = trainer.output_vectors()
    assert output_vectors is not None
    assert output_vectors.shape == (n, 8)
    assert trained(TorchTrainer(), corpus, Hyperparameters(loss="hs", min_count=1)).output_vectors() is None


def test_threads_share_the_work_and_leave_torch_as_it_was() -> None:
    before, corpus = torch.get_num_threads(), made_corpus(6, 4000, 300, 40)
    h = Hyperparameters(vector_size=8, min_count=1, epochs=2)
    one, two = TorchTrainer(), TorchTrainer()
    seen: list[int] = []
    two.prepare(corpus, h, threads=2, seed=7, device="cpu")
    two.train(lambda done, total: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 2 * corpus.n_tokens
    assert torch.get_num_threads() == before
    # The same examples in another order: near, not equal.
    trained(one, corpus, h)
    assert one.trained_words == two.trained_words
    a, b = one.vectors().ravel(), two.vectors().ravel()
    assert np.corrcoef(a, b)[0, 1] > 0.9


def test_progress_rises_to_the_total() -> None:
    corpus, seen = made_corpus(5, 200, 50, 400), []
    trainer = TorchTrainer()
    trainer.prepare(corpus, Hyperparameters(vector_size=2, min_count=1, epochs=1), threads=1, seed=1, device="cpu")
    trainer.train(lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1] == (corpus.n_tokens, corpus.n_tokens)


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({"model": "cbow", "cbow_mean": False, "alpha": 1e6}, {"damping": 1e15}),
        # Undamped sums over a large batch: the vectors stay finite, and mean nothing.
        ({"alpha": 0.5, "epochs": 8}, {"damping": 1e9}),
    ],
    ids=str,
)
def test_divergence_is_an_error(settings: dict[str, Any], options: dict[str, Any]) -> None:
    h = Hyperparameters(**{"vector_size": 5, "min_count": 1, "sample": 0, **settings})
    trainer = TorchTrainer(**options)
    trainer.prepare(made_corpus(5, 200, 20, 40), h, threads=1, seed=1, device="cpu")
    with pytest.raises(TrainingError, match="diverged"):
        trainer.train(lambda done, total: None)


def test_refuses_what_it_cannot_do() -> None:
    corpus = made_corpus(5, 5, 20, 10)
    with pytest.raises(TrainingError, match="full softmax"):
        TorchTrainer().prepare(corpus, Hyperparameters(loss="softmax"), threads=1, seed=1, device="cpu")
    assert TorchTrainer().unsupported(Hyperparameters(loss="softmax")) is not None
    assert TorchTrainer().unsupported(Hyperparameters(loss="hs")) is None


@pytest.mark.parametrize(
    "options",
    [
        {"negatives": "pair"}, {"path": "fast"}, {"batch": 0}, {"damping": 0.5}, {"optimizer": "lion"},
        {"damping": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_refuses_unknown_options(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        TorchTrainer(**options)


def test_takes_options_as_text() -> None:
    assert TorchTrainer(batch="64", damping="8").options["batch"] == 64  # type: ignore[arg-type]


# Devices


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:7"])
def test_says_that_there_is_no_gpu(name: str) -> None:
    reason = TorchTrainer.unavailable(name)
    assert reason is not None
    assert name in reason
    with pytest.raises(TrainingError, match=name):
        TorchTrainer().prepare(made_corpus(1, 3, 9, 5), Hyperparameters(min_count=1), threads=1, seed=1, device=name)


def test_says_that_there_is_no_such_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert TorchTrainer.unavailable("cuda:1") is None
    assert "cuda:0 to cuda:1" in str(TorchTrainer.unavailable("cuda:2"))
    assert "must be" in str(TorchTrainer.unavailable("gpu"))


def test_is_unavailable_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pip install" in str(TorchTrainer.unavailable())


def test_faults_of_memory_and_device_are_reasons() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60)
    assert "out of memory" in str(device.in_words(caught.value, "cpu"))
    reason = device.in_words(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"), "cuda:0")
    assert "out of memory on cuda:0" in str(reason)
    lost = device.in_words(RuntimeError("CUDA error: an illegal memory access was encountered\nmore"), "cuda:0")
    assert "illegal memory access" in str(lost)
    assert "more" not in str(lost)
    assert device.in_words(RuntimeError("shape mismatch"), "cpu") is None


def test_a_fault_while_training_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> int:
        raise torch.OutOfMemoryError("CUDA out of memory")

    trainer = TorchTrainer()
    trainer.prepare(made_corpus(1, 3, 9, 5), Hyperparameters(min_count=1), threads=1, seed=1, device="cpu")
    monkeypatch.setattr(trainer._run, "train", fail)
    with pytest.raises(TrainingError, match="out of memory"):
        trainer.train(lambda done, total: None)


def test_naming_it_does_not_import_torch() -> None:
    code = (
        "import sys\n"
        "from bench.implementations.torch_trainer import TorchTrainer\n"
        "assert TorchTrainer.unavailable() is None and TorchTrainer.unavailable('cpu') is None\n"
        "TorchTrainer.version(), TorchTrainer().options\n"
        "assert not {'torch', 'triton'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_is_a_trainer() -> None:
    assert issubclass(TorchTrainer, Trainer)
    assert set(TorchTrainer().options) == set(TorchTrainer.option_choices)


def test_options_tell_which_path_was_taken() -> None:
    trainer = TorchTrainer()
    assert trainer.options["path"] == "auto"
    trainer.prepare(made_corpus(1, 3, 9, 5), Hyperparameters(min_count=1), threads=1, seed=1, device="cpu")
    assert trainer.options["path"] == "plain"
    assert trainer.device == "cpu"
    assert trainer.transfer_seconds is None  # nothing is copied on a CPU
