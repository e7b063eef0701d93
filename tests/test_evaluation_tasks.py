"""Tasks by name, scores of files, and the whole way compared with the tools on trained vectors."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.datasets.catalogue import find_file
from bench.datasets.errors import InputError
from bench.datasets.questions import parse_analogies
from bench.evaluation.analogy_score import score_analogies
from bench.evaluation.embeddings import Embeddings, read_embeddings, write_embeddings
from bench.evaluation.evaluate import evaluate, evaluate_files
from bench.evaluation.protocols import Protocol
from bench.evaluation.similarity import ALL_PAIRS
from bench.evaluation.tasks import DEFAULT, TOO_SMALL, all_tasks, find_tasks

AGREED = [
    "google-30k", "google-full", "google-strict", "google-gensim-300k", "wordsim-353", "simlex-999", "men", "rw",
    "simverb-3500", "mturk-287", "mturk-771", "ws353-sim", "ws353-rel", "rg-65", "mc-30", "yp-130", "verb-143", "msr",
]  # fmt: skip


def google_words(n: int = 400) -> list[str]:
    from bench.datasets.catalogue import load

    return list(load("google").words)[:n]  # type: ignore[union-attr]


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    words = [*google_words(), "car", "journey", "tiger", "cat", "coast", "shore", "old", "new", "smart", "intelligent"]
    rows = np.random.default_rng(0).normal(size=(len(words), 10)).astype(np.float32)
    write_embeddings(tmp_path / "v.bin", Embeddings(words, rows), binary=True)
    return tmp_path / "v.bin"


def test_every_agreed_task_is_there_and_can_be_cited() -> None:
    tasks = {task.metadata.name: task.metadata for task in all_tasks()}
    assert set(AGREED) <= set(tasks)
    assert len(tasks) == len(all_tasks())
    for metadata in tasks.values():
        assert metadata.source
        assert metadata.licence
        assert metadata.citation
        assert metadata.description
        assert metadata.ranked == (metadata.name not in TOO_SMALL)


def test_the_default_tasks_need_no_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    tasks = find_tasks(None)
    assert tuple(task.metadata.name for task in tasks) == DEFAULT
    assert [task.unavailable() for task in tasks] == [None] * len(tasks)


def test_names_keep_their_order_may_be_aliases_and_are_taken_once() -> None:
    tasks = find_tasks(["simlex-999", "WordSim353", "google-30k", "simlex"])
    assert [task.metadata.name for task in tasks] == ["simlex-999", "wordsim-353", "google-30k"]
    assert find_tasks(["all"]) == list(all_tasks())


def test_an_unknown_name_is_answered_with_a_close_one() -> None:
    with pytest.raises(InputError, match="did you mean google-30k"):
        find_tasks(["gogle-30k"])
    with pytest.raises(InputError, match="the tasks are google-30k"):
        find_tasks(["qqq"])


def test_a_task_whose_file_cannot_be_had_says_so_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, vectors: Path
) -> None:
    from bench.datasets import download
    from bench.datasets.errors import NotAvailable

    def offline(*_: object, **__: object) -> Path:
        raise NotAvailable("no connection: put the file by hand")

    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "fetch_file", offline)
    first, second = evaluate(read_embeddings(vectors), find_tasks(["men", "google-30k"]))
    assert (first.task, first.value, first.n, first.total) == ("men", None, 0, 3000)
    assert "by hand" in str(first.reason)
    assert second.value is not None


def test_files_are_scored_into_plain_data(vectors: Path) -> None:
    [result] = evaluate_files([vectors], find_tasks(None))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert (result["vectors"], result["words"], result["dim"], result["zero_rows"]) == (str(vectors), 410, 10, 0)
    assert [score["task"] for score in result["scores"]] == list(DEFAULT)
    google = result["scores"][0]
    assert google["total"] == 19544
    assert sum(google["sections"][name]["total"] for name in ("semantic", "syntactic")) == 19544
    assert google["sections"]["semantic"]["total"] == 8869
    assert google["value"] == google["correct"] / google["n"]


def test_full_and_strict_count_the_same_right_answers(vectors: Path) -> None:
    full, strict = evaluate(read_embeddings(vectors), find_tasks(["google-full", "google-strict"]))
    assert full.correct == strict.correct
    assert strict.n == 19544
    assert full.n < 19544


def test_scores_have_no_chance_in_them_and_intervals_follow_the_seed(vectors: Path) -> None:
    embeddings = read_embeddings(vectors)
    first, again, other = (evaluate(embeddings, find_tasks(None), seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert [score.value for score in first] == [score.value for score in other]
    assert [score.low for score in first] != [score.low for score in other]


def test_a_task_scores_the_same_whatever_runs_beside_it(vectors: Path) -> None:
    embeddings = read_embeddings(vectors)
    alone = evaluate(embeddings, find_tasks(["google-30k"]))
    among = evaluate(read_embeddings(vectors), find_tasks(["google-strict", "wordsim-353", "google-30k"]))
    assert alone[0] == among[2]


def test_a_bad_file_is_found_before_the_first_is_scored(vectors: Path, tmp_path: Path) -> None:
    class Never:
        def score(self, *_: object, **__: object) -> None:
            raise AssertionError

    with pytest.raises(InputError, match=r"none\.bin does not exist"):
        evaluate_files([vectors, tmp_path / "none.bin"], [Never()])  # type: ignore[list-item]


def test_a_common_vocabulary_asks_all_files_the_same(tmp_path: Path, vectors: Path) -> None:
    whole = read_embeddings(vectors)
    part = Embeddings(whole.words[100:300][::-1], whole.vectors[100:300][::-1])
    write_embeddings(tmp_path / "part.txt", part, binary=False)
    results = evaluate_files([vectors, tmp_path / "part.txt"], find_tasks(["google-full"]), common_vocabulary=True)
    assert [result["words"] for result in results] == [200, 200]
    assert results[0]["scores"] == results[1]["scores"]
    apart = Embeddings(["unshared"], np.ones((1, 10), dtype=np.float32))
    write_embeddings(tmp_path / "apart.txt", apart, binary=False)
    with pytest.raises(InputError, match="no word in common"):
        evaluate_files([vectors, tmp_path / "apart.txt"], find_tasks(None), common_vocabulary=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from gensim.models import Word2Vec

    from bench.datasets.catalogue import corpora
    from bench.datasets.sources import read_blocks

    if not os.environ.get("BENCH_DATA"):
        pytest.skip("BENCH_DATA is not set")
    found = next((entry.found for entry in corpora() if entry.name == "wiki1m"), None)
    if found is None:
        pytest.skip("BENCH_DATA holds no wiki1m")
    folder = tmp_path_factory.mktemp("trained")
    (folder / "text").write_bytes(b"".join(read_blocks(found)))
    model = Word2Vec(corpus_file=str(folder / "text"), sg=1, vector_size=50, epochs=2, alpha=0.05, workers=2)
    model.wv.save_word2vec_format(str(folder / "v.bin"), binary=True)
    return folder / "v.bin"


@pytest.mark.data
@pytest.mark.parametrize("limit", [5_000, 300_000])
def test_trained_vectors_answer_as_gensim_lets_them(trained: Path, limit: int, tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    lines = find_file("google").read_text().splitlines()
    some = [line for i, line in enumerate(lines) if line.startswith(":") or i % 12 == 0]
    (tmp_path / "questions").write_text("\n".join(some) + "\n")
    theirs = KeyedVectors.load_word2vec_format(str(trained), binary=True)
    _, sections = theirs.evaluate_word_analogies(str(tmp_path / "questions"), restrict_vocab=limit)
    protocol = Protocol("test", first_words=limit, tool="gensim")
    score = score_analogies(read_embeddings(trained), parse_analogies(tmp_path / "questions"), protocol, seed=1)
    for section in sections[:-1]:
        found = score.sections[section["section"]]
        right = len(section["correct"])
        assert (found.correct, found.n) == (right, right + len(section["incorrect"]))
    assert score.correct == len(sections[-1]["correct"]) > 0


@pytest.mark.data
@pytest.mark.parametrize("name", ["wordsim-353", "simlex-999"])
def test_trained_vectors_correlate_as_gensim_says(trained: Path, name: str) -> None:
    from gensim.models import KeyedVectors

    theirs = KeyedVectors.load_word2vec_format(str(trained), binary=True)
    [score] = evaluate(read_embeddings(trained), find_tasks([name]))
    _, spearman, unknown = theirs.evaluate_word_pairs(str(find_file(name)))
    assert score.value == pytest.approx(spearman[0], abs=1e-6)
    assert 100 * (1 - score.n / score.total) == pytest.approx(unknown)
    _, zero, _ = theirs.evaluate_word_pairs(str(find_file(name)), dummy4unknown=True)
    assert score.sections[ALL_PAIRS].value == pytest.approx(zero[0], abs=1e-6)


@pytest.mark.data
def test_trained_vectors_score_as_compute_accuracy_scores_them(trained: Path) -> None:
    binary = shutil.which(
        "word2vec-compute-accuracy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if binary is None:
        pytest.skip("needs the word2vec package (extra peers)")
    with find_file("google").open("rb") as questions:
        done = subprocess.run([binary, str(trained), "30000"], stdin=questions, capture_output=True, check=False)
    [score] = evaluate(read_embeddings(trained), find_tasks(["google-30k"]))
    names = [name.decode() for name in re.findall(rb"(?m)^(\S+):\n", done.stdout)]
    shown = re.findall(rb"ACCURACY TOP1: .*\((\d+) / (\d+)\)", done.stdout)
    assert len(names) == len(shown) == 14
    for name, (right, n) in zip(names, shown, strict=True):
        # The program shows a section without questions seen as 0 of 1.
        assert (score.sections[name].correct, score.sections[name].n or 1) == (int(right), int(n))
    seen, total = map(int, re.findall(rb"Questions seen / total: (\d+) (\d+)", done.stdout)[0])
    assert (score.n, score.total) == (seen, total)
