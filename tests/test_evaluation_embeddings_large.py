"""Large files stay on disk and give what small ones give; here everything over a few bytes counts as large."""

import bz2
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.datasets.errors import InputError
from bench.evaluation import kept, paged, source
from bench.evaluation.embeddings import (
    Embeddings,
    EmbeddingsWarning,
    read_embeddings,
    write_array,
    write_embeddings,
)
from bench.evaluation.evaluate import evaluate
from bench.evaluation.geometry.record import geometry
from bench.evaluation.paged import PagedMatrix
from bench.evaluation.tasks import find_tasks

Write = Callable[[Path, Embeddings], None]

WORDS = [f"w{i}é" for i in range(500)]
VECTORS = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "vectors"


@pytest.fixture
def large(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(source, "IN_MEMORY", 1000)
    monkeypatch.setattr(kept, "SETTLED", 0)
    for module in ("word2vec_binary", "word2vec_text"):
        monkeypatch.setattr(f"bench.datasets.{module}.BLOCK", 700)  # so that there are many blocks
    return cache


def _text(path: Path, embeddings: Embeddings) -> None:
    write_embeddings(path, embeddings, binary=False)


def _binary(path: Path, embeddings: Embeddings) -> None:
    write_embeddings(path, embeddings, binary=True)


def _glove(path: Path, embeddings: Embeddings) -> None:
    _text(path, embeddings)
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])


def _gzip(path: Path, embeddings: Embeddings) -> None:
    _binary(path, embeddings)
    path.write_bytes(gzip.compress(path.read_bytes()))


def _bzip2(path: Path, embeddings: Embeddings) -> None:
    _text(path, embeddings)
    path.write_bytes(bz2.compress(path.read_bytes()))


def _wide(path: Path, embeddings: Embeddings) -> None:
    np.save(path, embeddings.vectors.astype(np.float64))
    path.with_suffix(".words").write_text("\n".join(embeddings.words) + "\n")


def _columns_first(path: Path, embeddings: Embeddings) -> None:
    np.save(path, np.asfortranarray(embeddings.vectors))
    path.with_suffix(".words").write_text("\n".join(embeddings.words) + "\n")


FORMATS: list[Write] = [_binary, _text, _glove, _gzip, _bzip2, write_array, _wide, _columns_first]


@pytest.mark.parametrize("write", FORMATS)
def test_a_large_file_of_any_format_is_mapped_and_read_to_the_bit(tmp_path: Path, large: Path, write: Write) -> None:
    write(tmp_path / "v.npy", Embeddings(WORDS, VECTORS))
    if write is write_array:  # mapped as it is
        found = read_embeddings(tmp_path / "v.npy")
        assert not large.exists()
    else:
        with pytest.warns(EmbeddingsWarning, match="put into the cache once"):
            found = read_embeddings(tmp_path / "v.npy")
    assert isinstance(found.vectors, PagedMatrix)
    assert list(found.words) == WORDS
    np.testing.assert_array_equal(found.vectors[:], VECTORS)
    np.testing.assert_allclose(found.norms, np.linalg.norm(VECTORS.astype(np.float64), axis=1))


def test_the_second_time_the_file_itself_is_not_read(
    tmp_path: Path, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _binary(tmp_path / "v.bin", Embeddings(WORDS, VECTORS))
    with pytest.warns(EmbeddingsWarning, match="put into the cache"):
        first = read_embeddings(tmp_path / "v.bin")
    with monkeypatch.context() as patch:
        patch.setattr(source, "open_source", None)
        second = read_embeddings(tmp_path / "v.bin")
    assert list(second.words) == list(first.words)
    np.testing.assert_array_equal(second.vectors[:], VECTORS)
    _binary(tmp_path / "v.bin", Embeddings(WORDS, 2 * VECTORS))
    with pytest.warns(EmbeddingsWarning, match="put into the cache"):
        changed = read_embeddings(tmp_path / "v.bin")
    np.testing.assert_array_equal(changed.vectors[:], 2 * VECTORS)


@pytest.mark.parametrize("suffix", [".f32", ".words", ".norms", ".json"])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, large: Path, suffix: str) -> None:
    _binary(tmp_path / "v.bin", Embeddings(WORDS, VECTORS))
    with pytest.warns(EmbeddingsWarning):
        read_embeddings(tmp_path / "v.bin")
    [damaged] = large.glob(f"*{suffix}")
    damaged.write_bytes(damaged.read_bytes()[:-9])
    with pytest.warns(EmbeddingsWarning, match="put into the cache"):
        found = read_embeddings(tmp_path / "v.bin")
    np.testing.assert_array_equal(found.vectors[:], VECTORS)


def test_counts_and_their_order_survive(tmp_path: Path, large: Path) -> None:
    np.save(tmp_path / "v.npy", VECTORS.astype(np.float64))
    counts = np.random.default_rng(1).permutation(500) + 1
    (tmp_path / "v.words").write_text("".join(f"{w}\t{c}\n" for w, c in zip(WORDS, counts, strict=True)))
    with pytest.warns(EmbeddingsWarning):
        found = read_embeddings(tmp_path / "v.npy")
    assert found.counts is not None
    np.testing.assert_array_equal(found.counts, counts)
    assert found.counts[found.frequency_order[0]] == 500


@pytest.mark.parametrize("write", [_binary, _glove, write_array])
def test_repeated_words_are_refused_or_left_out(tmp_path: Path, large: Path, write: Write) -> None:
    write(tmp_path / "v.npy", Embeddings([*WORDS[:-2], WORDS[3], WORDS[7]], VECTORS))
    with (
        pytest.warns(EmbeddingsWarning, match="put into the cache"),
        pytest.raises(InputError, match=r"'w3é' in rows 4 and 499, and 1 more rows repeat"),
    ):
        read_embeddings(tmp_path / "v.npy")
    with pytest.warns(EmbeddingsWarning, match="2 rows repeat a word"):
        found = read_embeddings(tmp_path / "v.npy", duplicates="first")
    assert list(found.words) == WORDS[:-2]
    np.testing.assert_array_equal(found.vectors[:], VECTORS[:-2])


@pytest.mark.filterwarnings("ignore:.*put into the cache")
@pytest.mark.parametrize("write", FORMATS)
def test_nan_is_refused_and_leaves_nothing_behind(tmp_path: Path, large: Path, write: Write) -> None:
    broken = VECTORS.copy()
    broken[321, 2] = np.nan
    write(tmp_path / "v.npy", Embeddings(WORDS, broken))
    with pytest.raises(InputError, match=r"NaN or infinite values \(the first: row 322, 'w321é'\)"):
        read_embeddings(tmp_path / "v.npy")
    assert not large.exists() or list(large.iterdir()) == []


def test_a_file_cut_short_leaves_nothing_behind(tmp_path: Path, large: Path) -> None:
    _text(tmp_path / "v.txt", Embeddings(WORDS, VECTORS))
    (tmp_path / "v.txt").write_bytes((tmp_path / "v.txt").read_bytes()[:-300])
    with pytest.warns(EmbeddingsWarning), pytest.raises(InputError):
        read_embeddings(tmp_path / "v.txt")
    assert list(large.iterdir()) == []


@pytest.mark.filterwarnings("ignore:.*put into the cache")
@pytest.mark.parametrize("write", [_binary, _gzip])
def test_a_cache_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, large: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    write(tmp_path / "v", Embeddings(WORDS, VECTORS))
    with pytest.raises(InputError, match="set BENCH_CACHE"):
        read_embeddings(tmp_path / "v")


def test_scores_of_mapped_and_held_vectors_are_equal(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.datasets.catalogue import load

    monkeypatch.delenv("BENCH_DATA", raising=False)
    words = list(dict.fromkeys(w for name in ("google", "wordsim-353", "simlex-999") for w in _words(load(name))))
    rng = np.random.default_rng(0)
    write_embeddings(
        tmp_path / "v.bin", Embeddings(words, rng.normal(size=(len(words), 8)).astype(np.float32)), binary=True
    )
    tasks = find_tasks(["google-full", "google-gensim-300k", "google-full-3cosmul", "wordsim-353", "simlex-999"])
    held = read_embeddings(tmp_path / "v.bin")
    expected = evaluate(held, tasks), geometry(held)
    monkeypatch.setattr(source, "IN_MEMORY", 1000)
    monkeypatch.setattr(kept, "SETTLED", 0)
    with pytest.warns(EmbeddingsWarning):
        mapped = read_embeddings(tmp_path / "v.bin")
    assert isinstance(mapped.vectors, PagedMatrix)
    assert (evaluate(mapped, tasks), geometry(mapped)) == expected


def _words(questions: object) -> list[str]:
    pairs = getattr(questions, "pairs", None)
    return list(questions.words) if pairs is None else [word for pair in pairs for word in pair]  # type: ignore[attr-defined]


# A part of a file


@pytest.mark.filterwarnings("ignore:.*put into the cache")
@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize("memory", [1000, 1 << 30])
def test_a_limit_takes_the_first_words(
    tmp_path: Path, cache: Path, write: Write, memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "IN_MEMORY", memory)
    monkeypatch.setattr(kept, "SETTLED", 0)
    write(tmp_path / "v.npy", Embeddings(WORDS, VECTORS))
    found = read_embeddings(tmp_path / "v.npy", limit=30)
    assert list(found.words) == WORDS[:30]
    np.testing.assert_array_equal(found.vectors, VECTORS[:30])
    assert not isinstance(found.vectors, PagedMatrix)


def test_a_limit_takes_the_most_frequent_words_where_counts_are_known(tmp_path: Path) -> None:
    counts = np.arange(500)
    write_array(tmp_path / "v.npy", Embeddings(WORDS, VECTORS, counts))
    found = read_embeddings(tmp_path / "v.npy", limit=2)
    assert list(found.words) == WORDS[:-3:-1]
    assert found.counts is not None
    assert found.counts.tolist() == [499, 498]


def test_a_limit_beyond_the_file_is_the_whole_file_and_zero_words_are_none(tmp_path: Path) -> None:
    _binary(tmp_path / "v.bin", Embeddings(WORDS, VECTORS))
    assert len(read_embeddings(tmp_path / "v.bin", limit=10**9)) == 500
    with pytest.raises(InputError, match="at least 1"):
        read_embeddings(tmp_path / "v.bin", limit=0)


def test_a_limit_that_is_large_itself_is_taken_from_the_whole_in_the_cache(tmp_path: Path, large: Path) -> None:
    _binary(tmp_path / "v.bin", Embeddings(WORDS, VECTORS))
    with pytest.warns(EmbeddingsWarning, match="put into the cache"):
        assert len(read_embeddings(tmp_path / "v.bin", limit=400)) == 400
    [meta] = large.glob("*.json")
    assert json.loads(meta.read_text())["words"] == 500


# The matrix


def test_a_paged_matrix_is_indexed_as_an_array_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "_PIECE", 7)
    (tmp_path / "m").write_bytes(b"head" + VECTORS.tobytes())
    matrix = PagedMatrix(tmp_path / "m", VECTORS.shape, offset=4)
    rows = np.random.default_rng(0).integers(-500, 500, size=60)
    for index in (rows, rows[:0], slice(10, 90, 7), 3, -1, (rows, 2), (3, 4), VECTORS[:, 0] > 0, [5, 1], ..., None):
        np.testing.assert_array_equal(matrix[index], VECTORS[index])
        assert type(matrix[index]) in (np.ndarray, np.float32)
    np.testing.assert_array_equal(matrix @ VECTORS.T, VECTORS @ VECTORS.T)
    assert (matrix.dtype, matrix.shape, len(matrix)) == (np.float32, (500, 6), 500)
    taken = matrix[rows]
    taken[:] = 0  # a copy of one's own
    with pytest.raises(ValueError, match="read-only"):
        matrix[0] = 0
    with pytest.raises(IndexError):
        matrix[np.array([500])]
