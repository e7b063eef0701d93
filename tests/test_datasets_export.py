"""The text written for programs that read files says the same as the corpus."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets import export as module
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.export import text_file
from bench.datasets.vocabulary import Vocabulary


def corpus_of(sentences: list[list[str]], directory: Path | None) -> Corpus:
    """An encoded corpus made by hand."""
    flat = [word for sentence in sentences for word in sentence]
    words = sorted(set(flat), key=lambda w: (-flat.count(w), w))
    return Corpus(
        name="hand-made",
        sha256="",
        min_count=1,
        vocabulary=Vocabulary(words, np.array([flat.count(w) for w in words], np.int64)),
        tokens=np.array([words.index(w) for w in flat], np.int32),
        offsets=np.cumsum([0, *map(len, sentences)]),
        source_tokens=len(flat),
        source_types=len(words),
        directory=directory,
    )


SENTENCE = st.lists(
    st.sampled_from(["a", "the", "naïve", "漢字", "x\u00a0y", "extraordinarily"]), min_size=1, max_size=9
)


@settings(deadline=None, max_examples=100)
@given(sentences=st.lists(SENTENCE, min_size=1, max_size=12), block=st.integers(1, 20))
def test_one_sentence_a_line_words_between_single_spaces(sentences: list[list[str]], block: int) -> None:
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK_TOKENS", block)
        path = text_file(corpus_of(sentences, Path(directory)))
        assert path.parent == Path(directory)
        assert path.read_bytes().decode() == "".join(" ".join(s) + "\n" for s in sentences)


def test_exported_text_encodes_to_the_same_corpus(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    text = tmp_path / "text.txt"
    lines = (" ".join(f"w{int(w)}" for w in rng.zipf(1.3, size=rng.integers(0, 2500)) if w < 10**6) for _ in range(200))
    text.write_text("\n".join(lines))
    corpus = encode(text, min_count=3, cache=tmp_path)
    assert len(corpus.vocabulary) < corpus.source_types
    path = text_file(corpus)
    assert path.parent == corpus.directory
    again = encode(path, min_count=1, cache=tmp_path)
    assert again.vocabulary == corpus.vocabulary
    assert np.array_equal(again.tokens, corpus.tokens)
    assert np.array_equal(again.offsets, corpus.offsets)


def test_written_once_and_again_when_cut_short(tmp_path: Path) -> None:
    corpus = corpus_of([["a", "b"], ["b"]], tmp_path)
    path = text_file(corpus)
    whole = path.read_bytes()
    inode = path.stat().st_ino
    assert text_file(corpus).stat().st_ino == inode
    path.write_bytes(whole[:3])
    assert text_file(corpus).read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir()] == ["text.txt"]


def test_corpora_without_a_directory_get_one_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    one = text_file(corpus_of([["a", "b"], ["b"]], None))
    other = text_file(corpus_of([["a", "b", "b"]], None))
    assert one != other
    assert tmp_path in one.parents
    assert one.read_text() == "a b\nb\n"
    assert other.read_text() == "a b b\n"
