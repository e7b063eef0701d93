"""fastText behind the trainer's contract: the same vectors as from its own layer, in the vocabulary's order."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.benchmarks.plan import make_plan
from bench.benchmarks.runner import run
from bench.datasets.corpus import Corpus
from bench.datasets.export import text_file
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.fasttext_settings import DIRECTION, rows_to_initialise
from bench.implementations.fasttext_trainer import FastTextTrainer
from bench.implementations.file_passes import FilePasses
from bench.implementations.given import SENTENCES, VECTORS
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import TrainingError

REASON = FastTextTrainer.unavailable()
needs_fasttext = pytest.mark.skipif(REASON is not None, reason=REASON or "")
BUCKET = 730_000
"""The least that is taken with the vectors here."""
SMALL: dict[str, Any] = {"vector_size": 12, "min_count": 1, "epochs": 5, "window": 3}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def corpus_of(sentences: list[list[str]]) -> Corpus:
    words, tokens, counts = np.unique(
        [word for sentence in sentences for word in sentence], return_inverse=True, return_counts=True
    )
    order = sorted(range(len(words)), key=lambda i: (-counts[i], words[i]))
    vocabulary = Vocabulary([str(words[i]) for i in order], counts[order].astype(np.int64))
    offsets = np.cumsum([0, *(len(sentence) for sentence in sentences)]).astype(np.int64)
    return Corpus(
        "made", "", 1, vocabulary, np.argsort(order)[tokens].astype(np.int32), offsets, len(tokens), len(words)
    )


def two_topics(sentences: int = 600) -> Corpus:
    """Sentences of ten words, all of one topic or all of the other; words a0 … a9 and b0 … b9 of unequal counts."""
    rng = np.random.default_rng(3)
    share = 1 / np.arange(1, 11)
    drawn = rng.choice(10, (sentences, 10), p=share / share.sum())
    return corpus_of([["ab"[i % 2] + str(word) for word in row] for i, row in enumerate(drawn)])


def trained(corpus: Corpus, trainer: FastTextTrainer, *, threads: int = 1, seed: int = 0, **h: Any) -> FastTextTrainer:
    hyperparameters = Hyperparameters(**{**SMALL, **h})
    assert trainer.unsupported(hyperparameters) is None
    trainer.prepare(corpus, hyperparameters, threads=threads, seed=seed, device="cpu")
    trainer.train(lambda done, total: None)
    return trainer


def contrast(vectors: NDArray[np.float32], corpus: Corpus) -> float:
    """Mean cosine of two words of a topic, less that of two words of different topics."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    topic = np.array([word[0] == "a" for word in corpus.vocabulary.words])
    same, cosines = topic[:, None] == topic, unit @ unit.T
    return float(cosines[same].mean() - cosines[~same].mean())


@needs_fasttext
@pytest.mark.parametrize(
    ("model", "loss", "sample", "options"),
    [
        ("skipgram", "ns", 1e-2, {}),
        ("cbow", "hs", 0, {"eos": True}),
        ("skipgram", "ns", 1e-2, {"minn": 1, "maxn": 2, "bucket": BUCKET}),
        ("cbow", "softmax", 0, {}),
    ],
    ids=lambda value: str(value),
)
def test_equals_what_fasttext_s_own_layer_trains(model: str, loss: str, sample: float, options: dict[str, Any]) -> None:
    """In one thread to the bit.

    Its layer cannot set a seed: it has 0, which to its generator is 1. ``wordNgrams``, which plays no part here, makes
    it accept a ``bucket`` without n-grams, and with that many rows all words are initialised.
    """
    import fasttext

    corpus = two_topics(100)
    ours = trained(corpus, FastTextTrainer(**options), seed=0, model=model, loss=loss, sample=sample, alpha=0.1)
    # A threshold above any share of a word keeps all; fastText's 0 would keep none.
    words = len(corpus.vocabulary) + options.get("eos", False)
    theirs = fasttext.train_unsupervised(
        str(text_file(corpus)), model=model, loss=loss, lr=0.1, dim=12, ws=3, epoch=5, neg=5, thread=1, minCount=1,
        t=sample or 5.0, minn=options.get("minn", 0), maxn=options.get("maxn", 0), wordNgrams=2,
        bucket=options.get("bucket", 9 * words),
        label="__label__" if options.get("eos") else "</s>", verbose=0,
    )  # fmt: skip
    named = corpus.vocabulary.words
    np.testing.assert_array_equal(ours.vectors(), [theirs.get_word_vector(word) for word in named])
    outputs = ours.output_vectors()
    if loss == "hs":
        assert outputs is None
    else:
        expected = theirs.get_output_matrix()[[theirs.get_word_id(word) for word in named]]
        np.testing.assert_array_equal(outputs, expected)


@needs_fasttext
def test_one_thread_is_deterministic_and_seeds_differ() -> None:
    corpus = two_topics(50)
    vectors = [trained(corpus, FastTextTrainer(), seed=seed).vectors() for seed in (0, 1, 1, 2**32 - 1)]
    np.testing.assert_array_equal(vectors[1], vectors[2])
    assert all(np.abs(vectors[1] - vectors[i]).max() > 1e-3 for i in (0, 3))


@needs_fasttext
@pytest.mark.parametrize(
    ("model", "loss", "alpha"), [("skipgram", "ns", 0.05), ("skipgram", "hs", 0.05), ("cbow", "ns", 0.1)]
)
@pytest.mark.parametrize("threads", [1, 2])
def test_learns_and_keeps_the_vocabulary_s_order(model: str, loss: str, alpha: float, threads: int) -> None:
    corpus = two_topics()
    trainer = trained(corpus, FastTextTrainer(), threads=threads, model=model, loss=loss, alpha=alpha, sample=0)
    assert trainer.vectors().shape == (20, 12)
    assert trainer.vectors().dtype == np.float32
    assert contrast(trainer.vectors(), corpus) > 0.5
    if loss == "ns":
        outputs = trainer.output_vectors()
        assert outputs is not None
        assert contrast(outputs, corpus) > 0.5


@needs_fasttext
@pytest.mark.parametrize("threads", [1, 2, 3, 11])
def test_all_words_are_initialised(threads: int) -> None:
    """Left to itself fastText initialises a tenth of its matrix a thread."""
    corpus, trainer = corpus_of([[f"w{i}" for i in range(700)]]), FastTextTrainer()
    trainer.prepare(corpus, Hyperparameters(**{**SMALL, "vector_size": 7}), threads=threads, seed=1, device="cpu")
    start = trainer.vectors()
    assert np.abs(start).max() <= 1 / 7, "told as an initial width of 1/vector_size"
    assert np.abs(start).mean() == pytest.approx(0.5 / 7, rel=0.05)
    assert len(np.unique(start)) > 0.99 * start.size


def test_rows_to_initialise_are_no_more_than_needed() -> None:
    for words in (1, 7, 100):
        for size in (1, 9, 100):
            for threads in (1, 3, 10, 16):
                rows, reached = rows_to_initialise(words, size, threads), min(threads, 10)
                assert reached * (rows * size // 10) >= words * size
                assert rows == words or reached * ((rows - 1) * size // 10) < words * size


@needs_fasttext
def test_before_training_the_vectors_are_those_it_starts_from() -> None:
    trainer = FastTextTrainer()
    trainer.prepare(two_topics(50), Hyperparameters(**SMALL), threads=1, seed=1, device="cpu")
    start = trainer.vectors()
    trainer.train(lambda done, total: None)
    assert (trainer.vectors() != start).any(axis=1).all()


@needs_fasttext
def test_line_ends_are_words_only_where_asked_for() -> None:
    corpus = two_topics(50)
    plain, with_ends = trained(corpus, FastTextTrainer()), trained(corpus, FastTextTrainer(eos=True))
    assert np.abs(plain.vectors() - with_ends.vectors()).max() > 1e-3
    h = Hyperparameters()
    assert plain.given(h)[SENTENCES].note is None
    assert "</s>" in str(with_ends.given(h)[SENTENCES].note)


@needs_fasttext
def test_fewer_sentences_than_min_count_do_not_join_lines() -> None:
    """Without ``</s>`` in its dictionary fastText reads on over line ends: topics of short lines would mix."""
    corpus = corpus_of([["a0", "a1"] * 200, ["b0", "b1"] * 200, ["a0", "a1"] * 200])
    trainer = trained(corpus, FastTextTrainer(), min_count=5, sample=0, alpha=0.1, window=1)
    assert corpus.n_sentences < 5
    outputs, (inputs, index) = trainer.output_vectors(), (trainer.vectors(), corpus.vocabulary.index)
    assert outputs is not None
    assert inputs[index["a0"]] @ outputs[index["a1"]] > 1
    assert inputs[index["a0"]] @ outputs[index["b1"]] < 0


@needs_fasttext
def test_progress_rises_to_all_words() -> None:
    trainer, corpus = FastTextTrainer(), two_topics(4000)
    trainer.prepare(corpus, Hyperparameters(**{**SMALL, "epochs": 20}), threads=1, seed=1, device="cpu")
    told: list[tuple[int, int]] = []
    trainer.train(lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (20 * corpus.n_tokens, 20 * corpus.n_tokens)
    assert {total for _, total in told} == {20 * corpus.n_tokens}


@pytest.mark.skipif(not Path("/proc/self/fdinfo").exists(), reason="reads /proc")
def test_passes_over_a_file_are_seen_from_its_descriptors(tmp_path: Path) -> None:
    path, other = tmp_path / "text", tmp_path / "other"
    path.write_bytes(bytes(1000))
    other.write_bytes(bytes(1000))
    passes = FilePasses(path)
    assert passes.done() == 0
    with path.open("rb", buffering=0) as counting, other.open("rb", buffering=0) as unrelated:
        unrelated.read(700)
        counting.read(250)
        assert passes.done() == 0.25
        counting.seek(0, 2)
        assert passes.done() == 1
        counting.seek(100)
        assert passes.done() == pytest.approx(1.1)
    assert passes.done() == pytest.approx(1.1)


@pytest.mark.skipif(not Path("/proc/self/fdinfo").exists(), reason="reads /proc")
def test_passes_of_several_readers_add_up(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(bytes(1000))
    passes = FilePasses(path)
    with path.open("rb", buffering=0) as first:
        first.seek(900)
        passes.done()
    with path.open("rb", buffering=0) as first, path.open("rb", buffering=0) as second:
        second.seek(500)
        assert passes.done() == 1, "two readers: the words are counted"
        first.seek(200)
        second.seek(600)
        assert passes.done() == pytest.approx(1.3)
        second.seek(100)
        assert passes.done() == pytest.approx(1.8)


@needs_fasttext
@pytest.mark.parametrize("threads", [1, 2])
def test_divergence_is_an_error(threads: int) -> None:
    with pytest.raises(TrainingError, match=r"diverged.*lower alpha \(1e\+30\)"):
        trained(two_topics(50), FastTextTrainer(), threads=threads, alpha=1e30, model="cbow")


@needs_fasttext
def test_rows_that_no_word_has_are_not_looked_at() -> None:
    """They hold what the memory held before, a NaN too; dictionaries and models of before leave enough behind."""
    for vector_size in (4, 12, 40):
        trained(two_topics(50), FastTextTrainer(), vector_size=vector_size, alpha=1e-9, min_alpha=0.0, sample=0)


@needs_fasttext
def test_a_word_that_fasttext_reads_otherwise_is_an_error() -> None:
    with pytest.raises(TrainingError, match=r"finds 'a\\x0bb' 0 times, not 3"):
        trained(corpus_of([["a\x0bb", "c", "d"]] * 3), FastTextTrainer())
    with pytest.raises(TrainingError, match="finds '</s>' 0 times, not 2"):
        trained(corpus_of([["</s>", "c", "d"]] * 2), FastTextTrainer())
    with pytest.raises(TrainingError, match="at least two words"):
        trained(corpus_of([["a"] * 50]), FastTextTrainer())  # fastText would look for another noise word for ever
    with pytest.raises(TrainingError, match="bucket of 720,8"):
        trained(two_topics(50), FastTextTrainer(minn=1, maxn=2, bucket=50))


@needs_fasttext
def test_training_nothing_is_an_error() -> None:
    with pytest.raises(TrainingError, match="trained nothing"):
        trained(corpus_of([["a"], ["b"]] * 100), FastTextTrainer(), sample=0)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"shrink_windows": False}, "shrink_windows true"),
        ({"model": "cbow", "cbow_mean": False}, "cbow_mean true"),
        ({"ns_exponent": 1.0}, "ns_exponent at 0.75"),
        ({"min_alpha": 0.025}, "min_alpha to a tenth"),
    ],
)
def test_says_what_it_cannot_do(settings: dict[str, Any], told: str) -> None:
    assert told in str(FastTextTrainer().unsupported(Hyperparameters(**settings)))
    with pytest.raises(TrainingError, match=re.escape(told)):
        FastTextTrainer().prepare(two_topics(1), Hyperparameters(**settings), threads=1, seed=1, device="cpu")
    assert FastTextTrainer().unsupported(Hyperparameters()) is None
    assert "CPU only" in str(FastTextTrainer.unavailable("cuda")) or REASON is not None


@pytest.mark.parametrize(
    ("model", "loss"), [("skipgram", "ns"), ("cbow", "ns"), ("skipgram", "hs"), ("cbow", "softmax")]
)
def test_tells_what_it_was_given(model: str, loss: str) -> None:
    h = Hyperparameters(model=model, loss=loss)
    given = FastTextTrainer().given(h)
    assert given["alpha"].value == h.alpha
    assert given["min_alpha"].value is None
    assert ("ns_exponent" in given) == ("negative" in given) == (loss == "ns")
    assert (DIRECTION in given) == (model == "skipgram")
    assert all(setting.note for setting in given.values() if setting.value is None)
    assert given[VECTORS].note is None
    assert "3 to 6" in str(FastTextTrainer(minn=3, maxn=6).given(h)[VECTORS].note)
    assert FastTextTrainer().given(Hyperparameters(sample=0))["sample"].value == "-t 1"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"minn": 2}, "need maxn"),
        ({"bucket": 5}, "need maxn"),
        ({"minn": 4, "maxn": 3}, "between 1 and maxn"),
        ({"maxn": 3}, "between 1 and maxn"),
        ({"maxn": "three"}, "maxn must be a whole number"),
        ({"minn": 1, "maxn": 3, "bucket": 0}, "bucket must be 1"),
        ({"eos": "yes"}, "true or false"),
    ],
)
def test_refuses_wrong_options(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        FastTextTrainer(**options)


def test_defaults_are_written_out() -> None:
    assert FastTextTrainer().options == {"minn": 0, "maxn": 0, "eos": False}
    assert FastTextTrainer(minn=3, maxn=6).options == {"minn": 3, "maxn": 6, "eos": False, "bucket": 2_000_000}
    assert set(FastTextTrainer(minn=3, maxn=6).options) == set(FastTextTrainer.option_choices)


@needs_fasttext
def test_is_a_row_beside_others(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    plan = make_plan(
        {"impl": "fasttext,fasttext[minn=2,maxn=3,bucket=1090000]", "corpus": str(text), "tasks": ["wordsim-353"],
         "repeats": 1, "vector_size": 8, "threads": 1}
    )  # fmt: skip
    for record in run(plan, tmp_path / "out").runs:
        assert (record.status, record.reason) == ("ok", None)
        assert record.given["ns_exponent"].value is None
        assert record.timing_note is not None
        assert record.words_per_second is not None
        assert math.isfinite(record.words_per_second)
