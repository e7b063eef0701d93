"""Tasks by name, scores of files, and the whole way compared with the tools on trained vectors."""

import hashlib
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
from bench.evaluation.tasks import DEFAULT, TOO_SMALL, all_tasks, find_tasks, groups

AGREED = [
    "google-30k", "google-full", "google-strict", "google-gensim-300k", "wordsim-353", "simlex-999", "men", "rw",
    "simverb-3500", "mturk-287", "mturk-771", "ws353-sim", "ws353-rel", "rg-65", "mc-30", "yp-130", "verb-143", "msr",
    "google-30k-only-b", "google-30k-ignore-a", "google-30k-honest", "google-full-only-b", "google-full-ignore-a",
    "google-full-honest", "google-30k-3cosmul", "msr-3cosmul", "men-lemma", "ap", "bless", "battig", "esslli-2008-2c",
    "outliers-8-8-8", "outliers-50-8-8", "lee", "subj", "mr", "trec", *(f"weat-{i}" for i in range(1, 11)),
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
        described_only = metadata.kind == "association" or metadata.name.endswith(("-only-b", "-ignore-a", "-honest"))
        assert metadata.ranked == (metadata.name not in TOO_SMALL and not described_only)
        assert 0 <= metadata.chance < 0.6
        assert metadata.sha256 or metadata.name == "mturk-771"


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


def test_some_names_stand_for_several_tasks() -> None:
    kinds = {task.metadata.name: task.metadata.kind for task in all_tasks()}
    for name, members in groups().items():
        assert [task.metadata.name for task in find_tasks([name])] == members
        if name in kinds.values():
            assert members == [task for task, kind in kinds.items() if kind == name]
    standard = groups()["standard"]
    assert {"google-30k", "msr", "rw", "battig", "outliers-50-8-8"} <= set(standard)
    assert not {"google-30k-only-b", "google-30k-3cosmul", "weat-1", "subj"} & set(standard)
    assert find_tasks(["WEAT"]) == find_tasks(["association"])
    both = [task.metadata.name for task in find_tasks(["weat-3", "weat", "lee"])]
    assert both[0] == "weat-3"
    assert both[-1] == "lee"
    assert len(both) == 11


def test_an_unknown_name_is_answered_with_a_close_one() -> None:
    with pytest.raises(InputError, match="did you mean google-30k"):
        find_tasks(["gogle-30k"])
    with pytest.raises(InputError, match="did you mean esslli-2008-2c"):
        find_tasks(["essli2008c"])
    with pytest.raises(InputError, match="the tasks are google-30k"):
        find_tasks(["qqq"])


ANALOGIES = ": one\na b c d\n: two\nb a d c\n"
PAIRS = "# a comment\nold\tnew\t1.5\ncar\tjourney\t7\ntiger\tcat\t9\n"


@pytest.mark.parametrize(
    ("text", "kind", "total"),
    [
        (ANALOGIES, "analogy", 2),
        ("a b c d\nb a d c\na b d c\n", "analogy", 3),
        (PAIRS, "similarity", 3),
        ("word1,word2,score\nold,new,1.5\ncar,journey,7\n", "similarity", 2),
        ("old new 1.5\n", "similarity", 1),
        ("word1\tword2\tPOS\tSimLex999\nold\tnew\tA\t1.5\n", "similarity", 1),
        ("word1 word2 POS score\nold new A 1.5\n", "similarity", 1),
    ],
)
def test_a_file_is_a_task_of_the_kind_its_content_tells(text: str, kind: str, total: int, tmp_path: Path) -> None:
    path = tmp_path / "my own.set.txt"
    path.write_text(text)
    [task] = find_tasks([str(path)])
    about = task.metadata
    assert (about.name, about.kind, about.source) == ("my own.set", kind, str(path))
    assert about.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert task.unavailable() is None
    words = ["old", "new", "car", "journey", "tiger", "cat", *"abcd"]
    rows = np.random.default_rng(0).normal(size=(10, 5)).astype(np.float32)
    [score] = evaluate(Embeddings(words, rows), [task])
    assert (score.task, score.total) == ("my own.set", total)
    assert score.n == (2 if text == ANALOGIES else total)


@pytest.mark.parametrize("name", ["google", "wordsim-353", "simlex-999"])
def test_a_published_file_by_path_scores_as_its_task_does(name: str, vectors: Path, tmp_path: Path) -> None:
    shutil.copy(find_file(name), tmp_path / "copy.tsv")
    embeddings = read_embeddings(vectors)
    [own] = evaluate(embeddings, find_tasks([str(tmp_path / "copy.tsv")]))
    [published] = evaluate(embeddings, find_tasks(["google-full" if name == "google" else name]))
    assert (own.value, own.n, own.total) == (published.value, published.n, published.total)


def test_files_are_found_beside_names_and_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.tsv").write_text(PAIRS)
    monkeypatch.chdir(tmp_path)
    found = find_tasks(["mine.tsv", "simlex", "./mine.tsv"])
    assert [task.metadata.name for task in found] == ["mine", "simlex-999"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty; it should hold analogy questions"),
        (b"# nothing\n\n", "is empty"),
        (b"only two\n", r"line 1: .*; the file should hold analogy questions, four words a line .* or word pairs"),
        (b"one two three\n", "line 1: the score 'three' is not a number"),
        (b"a b c d e\n", "line 1: 5 fields"),
        (b": x\na b c d\na b c\n", "line 3: 3 words, expected the four"),
        (b"\x00\x01\x02", "line 1: a zero byte"),
        (b"caf\xe9 a b c\n", "line 1: not UTF-8"),
    ],
)
def test_a_file_in_no_known_format_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes(content)
    with pytest.raises(InputError, match=problem) as raised:
        find_tasks([str(tmp_path / "odd.txt")])
    assert str(tmp_path / "odd.txt") in str(raised.value)


def test_a_path_to_nothing_or_to_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no question file"):
        find_tasks([str(tmp_path / "none.txt")])
    with pytest.raises(InputError, match="is a directory"):
        find_tasks([str(tmp_path)])


@pytest.mark.parametrize("stem", ["simlex-999", "WordSim353", "google-30k", "standard"])
def test_a_file_is_not_scored_under_the_name_of_another_task(stem: str, tmp_path: Path) -> None:
    (tmp_path / f"{stem}.tsv").write_text(PAIRS)
    with pytest.raises(InputError, match=f"under the name of another task, '{stem}'; rename the file"):
        find_tasks([str(tmp_path / f"{stem}.tsv")])


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.tsv").write_text(PAIRS)
    with pytest.raises(InputError, match="under the name of another task, 'mine'"):
        find_tasks([str(tmp_path / folder / "mine.tsv") for folder in ("one", "two")])


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
