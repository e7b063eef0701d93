"""Files of word vectors: what is written is read back, by us and by gensim, and what is damaged is refused in words."""

import bz2
import gzip
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.datasets.errors import InputError
from bench.evaluation.embeddings import (
    Embeddings,
    EmbeddingsWarning,
    read_embeddings,
    write_array,
    write_embeddings,
)

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=" \t\r\n\x0b\x0c\x00"), min_size=1, max_size=6
)


@st.composite
def embeddings(draw: st.DrawFn) -> Embeddings:
    words = draw(st.lists(WORDS, min_size=1, max_size=8, unique=True))
    shape = (len(words), draw(st.integers(1, 6)))
    vectors = draw(arrays(np.float32, shape, elements=FLOATS))
    vectors[0, 0] = 1.5  # all zero is refused
    return Embeddings(words, vectors)


def small(words: str = "a b c", dim: int = 4) -> Embeddings:
    split = words.split(" ")
    return Embeddings(split, np.random.default_rng(0).normal(size=(len(split), dim)).astype(np.float32))


def assert_same(found: Embeddings, expected: Embeddings) -> None:
    assert list(found.words) == list(expected.words)
    assert found.vectors.dtype == np.float32
    np.testing.assert_array_equal(found.vectors, expected.vectors)


@pytest.mark.filterwarnings("ignore::bench.evaluation.embeddings.EmbeddingsWarning")
@settings(max_examples=150, deadline=None)
@given(embeddings(), st.sampled_from(["binary", "text", "array"]))
def test_what_is_written_is_read_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, written: Embeddings, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("round")
    path = folder / "vectors.npy"
    if kind == "array":
        write_array(path, written)
    else:
        write_embeddings(path, written, binary=kind == "binary")
    assert_same(read_embeddings(path), written)
    assert {file.name for file in folder.iterdir()} <= {"vectors.npy", "vectors.words"}


@pytest.mark.filterwarnings("ignore::bench.evaluation.embeddings.EmbeddingsWarning")
@settings(max_examples=60, deadline=None)
@given(embeddings(), st.booleans())
def test_gensim_reads_what_we_write_and_we_read_what_gensim_writes(
    tmp_path_factory: pytest.TempPathFactory, written: Embeddings, binary: bool
) -> None:
    from gensim.models import KeyedVectors

    if any(word != word.strip() for word in written.words):
        return  # gensim strips Unicode white space off the ends of lines
    folder = tmp_path_factory.mktemp("gensim")
    write_embeddings(folder / "ours", written, binary=binary)
    theirs = KeyedVectors.load_word2vec_format(str(folder / "ours"), binary=binary)
    assert theirs.index_to_key == list(written.words)
    np.testing.assert_array_equal(theirs.vectors, written.vectors)
    theirs.save_word2vec_format(str(folder / "theirs"), binary=binary)
    assert_same(read_embeddings(folder / "theirs"), written)


def test_counts_are_kept_in_the_word_list_of_an_array(tmp_path: Path) -> None:
    with_counts = Embeddings(["a", "b"], np.eye(2, dtype=np.float32), np.array([7, 3], dtype=np.int64))
    write_array(tmp_path / "v.npy", with_counts)
    found = read_embeddings(tmp_path / "v.npy").counts
    assert found is not None
    assert found.tolist() == [7, 3]


def test_a_word_list_may_be_called_txt_and_end_its_lines_with_crlf(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.eye(2))
    (tmp_path / "v.txt").write_bytes("é\r\nb\r\n".encode())
    assert list(read_embeddings(tmp_path / "v.npy").words) == ["é", "b"]


def test_equal_counts_are_ordered_by_word() -> None:
    shuffled = Embeddings(["b", "z", "a", "c"], np.eye(4, dtype=np.float32), np.array([2, 9, 2, 1]))
    assert [shuffled.words[row] for row in shuffled.frequency_order] == ["z", "a", "b", "c"]


def test_glove_text_without_a_header_even_where_words_hold_spaces(tmp_path: Path) -> None:
    (tmp_path / "glove.txt").write_text("the 0.5 -1e-3 2\n. . 1 2 3\nat name@domain.com 4 5 6\n")
    found = read_embeddings(tmp_path / "glove.txt")
    assert list(found.words) == ["the", ". .", "at name@domain.com"]
    np.testing.assert_array_equal(found.vectors[1:], np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32))


@pytest.mark.parametrize("end", ["\n", " \n", "\r\n"])
def test_text_rows_may_end_with_a_space_or_crlf_and_the_last_without_any(tmp_path: Path, end: str) -> None:
    (tmp_path / "v.txt").write_bytes(end.join(["2 2", "a 1 2", "b 3 4"]).encode())
    found = read_embeddings(tmp_path / "v.txt")
    np.testing.assert_array_equal(found.vectors, np.array([[1, 2], [3, 4]], dtype=np.float32))


def test_binary_rows_may_go_on_without_a_newline(tmp_path: Path) -> None:
    vectors = np.arange(10, 18, dtype="<f4").reshape(2, 4)  # 10 as a byte is a newline
    (tmp_path / "v.bin").write_bytes(b"2 4\na " + vectors[0].tobytes() + b"b " + vectors[1].tobytes())
    assert_same(read_embeddings(tmp_path / "v.bin"), Embeddings(["a", "b"], vectors))


@pytest.mark.parametrize("first_byte", range(256))
def test_binary_is_told_from_text_whatever_byte_comes_first(tmp_path: Path, first_byte: int) -> None:
    row = bytes([first_byte]) + b"\x8f\x20\x41" + b"\x00\x00\x80\x3f" * 3
    (tmp_path / "v").write_bytes(b"1 4\nword " + row + b"\n")
    np.testing.assert_array_equal(read_embeddings(tmp_path / "v").vectors[0], np.frombuffer(row, "<f4"))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
@pytest.mark.parametrize("binary", [True, False])
def test_packed_files_are_read(tmp_path: Path, pack: object, binary: bool) -> None:
    write_embeddings(tmp_path / "plain", small(), binary=binary)
    (tmp_path / "packed").write_bytes(pack((tmp_path / "plain").read_bytes()))  # type: ignore[operator]
    assert_same(read_embeddings(tmp_path / "packed"), small())


def test_words_that_are_not_utf8_survive(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(b"1 2\ncut\xc3 " + np.ones(2, "<f4").tobytes())
    found = read_embeddings(tmp_path / "v.bin")
    write_embeddings(tmp_path / "again.bin", found, binary=True)
    assert b"cut\xc3 " in (tmp_path / "again.bin").read_bytes()


ROW = np.arange(1, 5, dtype="<f4").tobytes()
NAN_ROW = np.array([1, np.nan, 3, 4], "<f4").tobytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "line 1 is not a word followed by numbers"),
        (b"hello\n", "line 1 is not a word followed by numbers"),
        (b"some words here\n", "line 1 holds 'words' where a number should be"),
        (b"0 4\n", "says 0 vectors of 4"),
        (b"-3 4\na 1 2 3 4\n", "says -3 vectors of 4"),
        (b"2 0\na\nb\n", "says 2 vectors of 0"),
        (b"2 4\nlong_word " + ROW + b"\nlong_word_too " + ROW[:9], "is cut short.* row 2 of 2"),
        (b"2 4\na " + ROW + b"\n", "is cut short"),
        (b"9000000000000 4\na " + ROW, "is cut short: its header says 9000000000000"),
        (b"1 4\na " + ROW + b"\nb " + ROW + b"\n", "20 bytes follow the last of the 1 vectors"),
        (b"2 3\na " + ROW + b"\nb " + ROW + b"\n", "follow the last|no word|cut short"),
        (b"2 5\na " + ROW + b"\nb " + ROW + b"\n", "follow the last|no word|cut short"),
        (b"2 4\na " + ROW + b"\n " + ROW + b"\n", "row 2 has no word"),
        (b"2 4\na " + ROW + b"\nb " + NAN_ROW + b"\n", "1 of 2 vectors hold NaN.* row 2, 'b'"),
        (b"2 2\na 1 2\nb 3\n", "line 3 holds 1 numbers after its word, not 2"),
        (b"2 2\na 1 2 3\nb 3 4 5\n", "line 2 holds 3 numbers after its word, not 2"),
        (b"2 2\na 1 2\nb 3 four\n", "line 3 holds 'four' where a number should be"),
        (b"2 2\na 1 2\nb 3 4x\n", "line 3 holds '4x' where a number should be"),
        (b"3 2\na 1 2\nb 3 4\n", "says 3 vectors but the file holds only 2"),
        (b"1 2\na 1 2\nb 3 4\n", "says 1 vectors but the file holds more"),
        (b"2 2\na 1 2\n\nb 3 4\n", "line 3 holds 0 numbers"),
        (b"2 2\na 1 inf\nb 3 4\n", "1 of 2 vectors hold NaN or infinite values .*row 1, 'a'"),
        (b"2 2\na 1 1e39\nb 3 4\n", "1 of 2 vectors hold NaN or infinite"),
        (b"2 2\na 1 2\na 3 4\n", "two vectors for one word .'a' in rows 1 and 2"),
        (b"2 2\na 0 0\nb 0 0\n", "every vector is zero"),
        (b"a 1 2\nb 3 4 5\n", "line 2 holds 3 numbers after its word, not 2"),
        (b"a 1 2\nb 3\n", "line 2 holds 1 numbers after its word, not 2"),
        (b"\x93NUMPY\x01\x00", "not a usable NumPy file"),
        (pickle.dumps({"a": [1.0]}), r"pickle.*KeyedVectors.load\('.*'\).save_word2vec_format"),
        (b"\xba\x16\x4f\x2f" + bytes(50), "fastText model; evaluate the .vec file"),
        (gzip.compress(b"1 2\na 1 2\n" * 50, mtime=0)[:-20], "truncated or damaged"),
        (gzip.compress(b"", mtime=0), "holds an empty file"),
    ],
)
def test_damaged_files_are_refused_in_one_sentence_with_their_name(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.vectors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        read_embeddings(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_no_cut_of_a_binary_file_is_taken_for_a_whole_one(tmp_path: Path, cut: int) -> None:
    write_embeddings(tmp_path / "v", small("one two three", 5), binary=True)
    content = (tmp_path / "v").read_bytes()
    (tmp_path / "v").write_bytes(content[: len(content) - 2 - cut])
    with pytest.raises(InputError):
        read_embeddings(tmp_path / "v")


def test_missing_files_and_directories_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_embeddings(tmp_path / "none.bin")
    with pytest.raises(InputError, match="is a directory"):
        read_embeddings(tmp_path)


def test_gensims_own_file_is_refused_with_a_way_out(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.eye(2, dtype=np.float32))
    vectors.save(str(tmp_path / "v.kv"))
    with pytest.raises(InputError, match="save_word2vec_format"):
        read_embeddings(tmp_path / "v.kv")


@pytest.mark.parametrize(
    ("array", "words", "says"),
    [
        (np.eye(2), None, "no word list beside it"),
        (np.eye(2), "a\n", "has 1 words but v.npy has 2 rows"),
        (np.eye(2), "a\n\nb\n", "line 2 is empty"),
        (np.eye(2), "a\na\n", "two vectors for one word"),
        (np.ones(4), "a\n", "not a matrix of floats"),
        (np.eye(2, dtype=np.int64), "a\nb\n", "not a matrix of floats"),
        (np.array([["a", {}]], dtype=object), "a\n", "not a usable NumPy file"),
        (np.full((1, 2), 1e300), "a\n", "NaN or infinite"),
        (np.empty((0, 3)), "", "nothing to read"),
    ],
)
def test_damaged_arrays_are_refused(tmp_path: Path, array: np.ndarray, words: str | None, says: str) -> None:
    np.save(tmp_path / "v.npy", array, allow_pickle=True)
    if words is not None:
        (tmp_path / "v.words").write_text(words)
    with pytest.raises(InputError, match=says):
        read_embeddings(tmp_path / "v.npy")


def test_a_truncated_array_is_refused(tmp_path: Path) -> None:
    write_array(tmp_path / "v.npy", small())
    content = (tmp_path / "v.npy").read_bytes()
    (tmp_path / "v.npy").write_bytes(content[:-5])
    with pytest.raises(InputError, match="cut short"):
        read_embeddings(tmp_path / "v.npy")


def test_duplicates_are_dropped_when_asked_and_said(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("3 1\na 1\nb 2\na 3\n")
    with pytest.warns(EmbeddingsWarning, match=r"1 rows repeat a word \('a' in rows 1 and 3"):
        found = read_embeddings(tmp_path / "v", duplicates="first")
    assert list(found.words) == ["a", "b"]
    assert found.vectors[:, 0].tolist() == [1, 2]


def test_zero_rows_are_read_and_counted(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("3 1\na 1\nb 0\nc 3\n")
    with pytest.warns(EmbeddingsWarning, match="1 of 3 vectors are zero"):
        assert read_embeddings(tmp_path / "v").zero_rows == 1


@pytest.mark.parametrize("word", ["", "two words", "tab\t", "line\n", "\ud800"])
def test_words_a_format_cannot_hold_are_refused_and_nothing_is_left(tmp_path: Path, word: str) -> None:
    bad = Embeddings(["a", word], np.eye(2, dtype=np.float32))
    for write in (
        lambda: write_embeddings(tmp_path / "v", bad, binary=True),
        lambda: write_embeddings(tmp_path / "v", bad, binary=False),
        lambda: write_array(tmp_path / "v.npy", bad),
    ):
        with pytest.raises(InputError, match="cannot keep it"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    class Broken(list[str]):
        def __getitem__(self, key: object) -> list[str]:  # type: ignore[override]
            raise KeyboardInterrupt

    path = tmp_path / "v"
    write_embeddings(path, small(), binary=True)
    with pytest.raises(KeyboardInterrupt):
        write_embeddings(path, Embeddings(Broken(["a"]), np.ones((1, 2), np.float32)), binary=True)
    assert_same(read_embeddings(path), small())
    assert [file.name for file in tmp_path.iterdir()] == ["v"]


def test_writing_into_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape("cannot be written")):
        write_embeddings(tmp_path / "none" / "v", small(), binary=True)
