"""The original C program: that it trains all it is asked to, and that its vectors are the corpus's words."""

import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.benchmarks.plan import make_plan
from bench.benchmarks.runner import run
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.vocabulary import Vocabulary
from bench.implementations import registry, word2vec_c_program, word2vec_c_settings
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.subsampling import keep_probabilities
from bench.implementations.trainer import Trainer, TrainingError
from bench.implementations.word2vec_c_trainer import Word2VecCTrainer

pytestmark = pytest.mark.skipif(
    Word2VecCTrainer.unavailable() is not None, reason=Word2VecCTrainer.unavailable() or "the program is here"
)

SMALL = Hyperparameters(vector_size=16, window=3, loss="hs", min_count=1, epochs=3, sample=0.01, alpha=0.05)
"""Without negative sampling, whose table of 10^8 noise words is most of a short run."""


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two topics that share no word: 3,000 lines of eight words."""
    random = np.random.default_rng(1)
    topics = [[f"{name}{i}é" for i in range(30)] for name in ("fish", "star")]
    lines = [" ".join(random.choice(topics[n % 2], 8)) for n in range(3000)]
    path = tmp_path_factory.mktemp("text") / "topics.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def corpus(text: Path) -> Corpus:
    return encode(text, min_count=1)


def corpus_of(tmp_path: Path, text: str) -> Corpus:
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    return encode(path, min_count=1)


def prepared(corpus: Corpus, h: Hyperparameters = SMALL, *, threads: int = 1, seed: int = 1) -> Trainer:
    trainer = Word2VecCTrainer()
    trainer.prepare(corpus, h, threads=threads, seed=seed, device="cpu")
    return trainer


def trained(corpus: Corpus, h: Hyperparameters = SMALL, *, threads: int = 1, seed: int = 1) -> Trainer:
    trainer = prepared(corpus, h, threads=threads, seed=seed)
    trainer.train(lambda done, total: None)
    return trainer


def topics_apart(corpus: Corpus, vectors: np.ndarray) -> float:
    """Mean cosine within a topic less that between topics."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    fish = np.array([word.startswith("fish") for word in corpus.vocabulary.words])
    cosines = unit @ unit.T
    same = fish[:, None] == fish
    return float(cosines[same].mean() - cosines[~same].mean())


@pytest.mark.parametrize(
    ("model", "loss", "threads"), [("skipgram", "ns", 2), ("cbow", "ns", 1), ("skipgram", "hs", 1), ("cbow", "hs", 2)]
)
def test_it_learns_and_its_rows_are_in_the_corpus_s_order(model: str, loss: str, threads: int, corpus: Corpus) -> None:
    h = SMALL.model_copy(update={"model": model, "loss": loss, "alpha": 0.1, "min_alpha": 0.001})
    trainer = trained(corpus, h, threads=threads)
    vectors = trainer.vectors()
    assert vectors.shape == (60, 16)
    assert vectors.dtype == np.float32
    assert topics_apart(corpus, vectors) > 0.3  # 0 for a wrong order of the rows
    assert trainer.vectors() is vectors
    assert trainer.output_vectors() is None


def test_one_thread_is_repeatable_and_the_seed_changes_nothing_as_it_says(corpus: Corpus) -> None:
    first, second = trained(corpus, seed=1), trained(corpus, seed=2)
    assert np.array_equal(first.vectors(), second.vectors())
    assert first.given(SMALL)["seed"].value is None
    assert "no seed" in (first.given(SMALL)["seed"].note or "")


@pytest.mark.parametrize("threads", [1, 2])
def test_all_epochs_are_trained(threads: int, corpus: Corpus) -> None:
    """By its own count: it tells after 10,000 words of a thread, here of 27,000 or 13,500 an epoch."""
    told: list[tuple[int, int]] = []
    trainer = prepared(corpus, SMALL.model_copy(update={"epochs": 4}), threads=threads)
    trainer.train(lambda done, total: told.append((done, total)))
    words = 4 * corpus.n_tokens
    assert told[-1] == (words, words)
    done = [each for each, total in told[:-1] if total == words]
    assert done == sorted(done)
    assert max(done) > 0.85 * words
    assert len(done) >= 2 * 4


def test_more_epochs_are_more_training(corpus: Corpus) -> None:
    """What stops early ends at the same vectors, however many epochs it is asked for."""
    start = trained(corpus, SMALL.model_copy(update={"alpha": 1e-20, "min_alpha": 0.0})).vectors()
    assert np.abs(start).max() <= 0.5 / 16
    moved = []
    for epochs in (1, 3, 9):
        slow = SMALL.model_copy(update={"alpha": 0.002, "min_alpha": 0.0, "epochs": epochs})
        moved.append(float(np.linalg.norm(trained(corpus, slow).vectors() - start, axis=1).mean()))
    assert 2 * moved[0] < moved[1]
    assert 2 * moved[1] < moved[2]


def _later_version(folder: Path) -> Path:
    """word2vec.c with the end of the file noted in a variable that is not reset, as in its later versions."""
    source = next(
        (Path(str(file.locate())) for file in _files() if str(file).endswith("includes/word2vec.c")), Path("missing")
    )
    if shutil.which("cc") is None or not source.is_file():
        pytest.skip("needs a C compiler and the package's source")
    text = source.read_text()
    head, thread = text.split("void *TrainModelThread", 1)
    body, rest = thread.split("void TrainModel()", 1)
    body = body.replace("feof(fi)", "(eof = eof || feof(fi))").replace("real f, g;", "real f, g; int eof = 0;", 1)
    (folder / "later.c").write_text(head + "void *TrainModelThread" + body + "void TrainModel()" + rest)
    program = folder / "word2vec"
    command = ["cc", "-w", "-O1", "-o", str(program), str(folder / "later.c"), "-lm", "-lpthread"]
    subprocess.run(command, check=True)
    return program


def _files() -> list[object]:
    from importlib.metadata import files

    return list(files("word2vec") or [])


def test_a_build_that_skips_epochs_is_refused(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _later_version(tmp_path)
    monkeypatch.setattr(word2vec_c_program, "find", lambda: program)
    with pytest.raises(TrainingError, match=r"trained 2\d% of three epochs with one thread and skipped the rest"):
        prepared(corpus)
    # And were that look not taken, its own progress would give it away.
    monkeypatch.setattr(word2vec_c_program, "check_epochs", lambda program: None)
    large = SMALL.model_copy(update={"epochs": 20})
    with pytest.raises(TrainingError, match=r"it told of \d\.\d% of the words when it ended"):
        trained(corpus, large)


def test_another_program_of_that_name_is_refused(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "word2vec"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    monkeypatch.setattr(word2vec_c_program, "find", lambda: program)
    with pytest.raises(TrainingError, match="tells of no progress"):
        prepared(corpus)
    program.write_text("#!/bin/sh\necho Illegal >&2\nkill -ILL $$\n")
    with pytest.raises(TrainingError, match="was killed by SIGILL"):
        prepared(corpus)


def test_its_rate_falls_as_asked_and_subsampling_is_the_protocol_s(corpus: Corpus) -> None:
    """What its source says, held against ours: counts of ends of lines only shift the threshold."""
    counts, ends = corpus.vocabulary.counts, corpus.n_sentences
    total = counts.sum() + ends
    theirs = (np.sqrt(counts / (0.01 * total)) + 1) * (0.01 * total) / counts
    ours = keep_probabilities(np.append(counts, ends), 0.01)[:-1]
    np.testing.assert_allclose(np.minimum(theirs, 1), ours, rtol=1e-6)
    note = trained(corpus).given(SMALL)["vocabulary"].note or ""
    assert f"{ends / total:.1%} of its words" in note
    assert "11.1%" in note  # eight words a line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a b </s> c\n" * 50, "has the word </s>"),
        (f"a {'x' * 98}y {'x' * 98}z\n" * 50, "keeps 98 bytes of a word"),
    ],
)
def test_what_it_cannot_train_is_said_before(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=message):
        prepared(corpus_of(tmp_path, text))


def test_one_word_is_nothing_to_learn_from(corpus: Corpus) -> None:
    one = replace(corpus, vocabulary=Vocabulary(["a"], np.array([corpus.n_tokens])))
    with pytest.raises(TrainingError, match="at least two words"):
        prepared(one)


def test_odd_words_keep_their_rows(tmp_path: Path) -> None:
    """Cut in the middle of a character, or looking like a number, a path or an option."""
    odd = ["é" * 60, "\u00a0", "\u3000x", "-train", "%s", "0", "</S>", "a\u0301", "\x7f", "\xadx"]
    corpus = corpus_of(
        tmp_path, "".join(f"{' '.join([word, 'a', 'b', 'a'])}\n" * (20 + n) for n, word in enumerate(odd))
    )
    assert set(odd) < set(corpus.vocabulary.words)
    vectors = trained(corpus).vectors()
    assert vectors.shape == (12, 16)
    assert len(np.unique(vectors, axis=0)) == 12


def test_a_text_too_short_to_be_held_is_trained_all_the_same(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, "a b\nb c\n")
    h = SMALL.model_copy(update={"epochs": 1, "vector_size": 4})
    for _ in range(3):
        trainer = prepared(corpus, h)
        with pytest.raises(TrainingError, match="has not trained yet"):
            trainer.vectors()
        trainer.train(lambda done, total: None)
        assert trainer.vectors().shape == (3, 4)


@pytest.mark.parametrize(
    ("loss", "alpha", "words"),
    [
        ("hs", 1e5, "it diverged: vectors have elements above 1,000,000; try a smaller alpha"),
        ("hs", 1e20, "it diverged at once, and trained no vector"),
        ("ns", 1e38, "was killed by SIGSEGV .* so it ends where it diverges|it diverged"),
    ],
)
def test_divergence_is_an_error(loss: str, alpha: float, words: str, corpus: Corpus) -> None:
    """Hierarchical softmax leaves out what is saturated, so its vectors stay finite, or where they began."""
    with pytest.raises(TrainingError, match=words):
        trained(corpus, SMALL.model_copy(update={"alpha": alpha, "loss": loss})).vectors()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"loss": "softmax"}, "full softmax"),
        ({"ns_exponent": 0.5}, "0.75"),
        ({"model": "cbow", "cbow_mean": False}, "averages"),
        ({"shrink_windows": False}, "window"),
        ({"min_alpha": 0.02}, "alpha / 10,000"),
    ],
)
def test_what_it_cannot_do_is_said(change: dict[str, object], reason: str) -> None:
    assert reason in (Word2VecCTrainer().unsupported(SMALL.model_copy(update={"loss": "ns", **change})) or "")


@pytest.mark.parametrize("change", [{}, {"model": "cbow"}, {"loss": "hs", "ns_exponent": 0.5}, {"cbow_mean": False}])
def test_what_plays_no_part_is_no_obstacle(change: dict[str, object]) -> None:
    assert Word2VecCTrainer().unsupported(Hyperparameters(**change)) is None


def test_what_it_is_given_is_what_it_is_told() -> None:
    h = Hyperparameters(vector_size=30, window=7, negative=4, sample=1e-5, min_count=2, epochs=6, alpha=0.03)
    told = word2vec_c_settings.arguments(h, 2)
    told_of = dict(zip(told[::2], told[1::2], strict=True))
    given = Word2VecCTrainer().given(h)
    names = {"vector_size": "-size", "epochs": "-iter", "min_count": "-min-count"}
    for name in ("vector_size", "window", "negative", "sample", "min_count", "epochs", "alpha"):
        assert told_of[names.get(name, f"-{name}")] == str(given[name].value)
        assert given[name].note is None
    assert given["min_alpha"].value == pytest.approx(3e-6)
    assert "negative" not in Word2VecCTrainer().given(h.model_copy(update={"loss": "hs"}))


def test_a_prepared_program_waits_and_is_ended_when_it_is_forgotten(corpus: Corpus) -> None:
    trainer = prepared(corpus, SMALL.model_copy(update={"epochs": 1000}))
    held = [child for child in psutil.Process().children() if child.name() == "word2vec"]
    assert [child.status() for child in held] == [psutil.STATUS_STOPPED]
    folder = Path(held[0].cwd())
    assert folder.exists()
    del trainer
    gc.collect()
    psutil.wait_procs(held, timeout=5)
    assert not held[0].is_running()
    assert not folder.exists()


def test_an_interrupt_in_training_leaves_no_process(corpus: Corpus) -> None:
    trainer = prepared(corpus, SMALL.model_copy(update={"epochs": 1000}))

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train(interrupt)
    assert not [child for child in psutil.Process().children() if child.name() == "word2vec"]


def test_a_run_measures_the_program(text: Path, tmp_path: Path) -> None:
    settings = {"corpus": str(text), "min_count": 1, "repeats": 1, "threads": 1, "tasks": ["wordsim-353"]}
    settings |= {"epochs": 20, "vector_size": 16}
    (record,) = run(make_plan({"impl": "word2vec-c", **settings}), tmp_path / "out").runs
    assert record.status == "ok", record.reason
    assert record.version == registry.trainer_class("word2vec-c").version()
    assert record.train_seconds is not None
    assert record.cpu_seconds is not None
    assert record.peak_memory_bytes is not None
    # One thread: the worker only waits. Preparing it, half a second for a table of noise words, is not counted.
    assert 0.02 < record.cpu_seconds < 1.2 * record.train_seconds + 0.2
    assert record.peak_memory_bytes > 400e6  # that table
    assert "reads the text anew" in (record.timing_note or "")
    log = (tmp_path / "out" / "runs" / record.id / "log.txt").read_text()
    assert "Words in train file: 27000" in log
    assert log.count("Progress:") == 1


def test_a_timeout_kills_the_program(text: Path, tmp_path: Path) -> None:
    settings = {
        "corpus": str(text),
        "min_count": 1,
        "repeats": 1,
        "threads": 1,
        "epochs": 100_000,
        "timeout": 6,
        "loss": "hs",
    }
    begun = time.time()
    (record,) = run(make_plan({"impl": "word2vec-c", **settings}), tmp_path / "out").runs
    assert record.status == "timeout"
    left = [
        process.pid
        for process in psutil.process_iter(["name", "create_time", "username"])
        if process.info["name"] == "word2vec" and process.info["create_time"] > begun and _below(process)
    ]
    assert not left


def _below(process: psutil.Process) -> bool:
    """Whether it could be one of this test's: others may train at the same time."""
    try:
        return os.environ["BENCH_CACHE"] in process.environ().get("BENCH_CACHE", "")
    except psutil.Error:
        return False


def test_the_program_of_this_environment_is_found_first() -> None:
    found = word2vec_c_program.find()
    assert found is not None
    assert found.parent == Path(sys.executable).parent.resolve() or found.parent == Path(sys.prefix, "bin").resolve()
