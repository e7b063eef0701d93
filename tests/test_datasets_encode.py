"""Encoding: the same corpus as five lines of Python would give, for any text, packing and block size."""

import bz2
import gzip
import hashlib
import lzma
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.datasets import encode as module
from bench.datasets import first_pass
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.errors import InputError

BOM = b"\xef\xbb\xbf"


def oracle(text: bytes, min_count: int, longest: int) -> tuple[list[str], list[int], list[list[int]]]:
    """Words, counts and sentences, as the documentation defines them."""
    lines = [re.findall(r"[^ \t\r\v\f]+", line) for line in text.removeprefix(BOM).decode().split("\n")]
    counts = Counter(word for line in lines for word in line)
    words = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
    kept = [[words.index(w) for w in line if w in words] for line in lines]
    sentences = [line[i : i + longest] for line in kept for i in range(0, len(line), longest)]
    return words, [counts[w] for w in words], sentences


def sentences_of(corpus: Corpus) -> list[list[int]]:
    return [s.tolist() for s in np.split(corpus.tokens, corpus.offsets[1:-1])]


def assert_same(one: Corpus, other: Corpus) -> None:
    assert one.vocabulary == other.vocabulary
    assert np.array_equal(one.tokens, other.tokens)
    assert np.array_equal(one.offsets, other.offsets)
    assert (one.source_tokens, one.source_types, one.sha256) == (
        other.source_tokens,
        other.source_types,
        other.sha256,
    )


# Words around eight bytes matter: the scanner reads eight at a time. U+00A0, U+0085, U+3000 are no ASCII white space.
WORDS = ["a", "b", "é", "漢字", "😀", "\u00a0", "\u0085", "x\u3000y", "\x1c", "\ufeff", "\x7f", "\u0109\u200a"]
WORDS += [letter * n for n in (6, 7, 8, 9, 15, 16, 17, 40) for letter in "ab"] + ["aaaaaaab", "aaaaaaaab", "baaaaaaaa"]
PIECES = st.sampled_from([*WORDS, *" \t\r\v\f\n", "\r\n", " ", "\n\n", " a ", "b a"])
TEXTS = st.lists(PIECES | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12))


@settings(deadline=None, max_examples=150)
@given(
    text=TEXTS.map("".join), min_count=st.integers(1, 3), longest=st.integers(1, 4), block=st.integers(1, 40), bom=...
)
@example(text="a b\r\na b", min_count=1, longest=4, block=1, bom=True)
@example(text="b a\na b", min_count=2, longest=4, block=3, bom=False)
def test_encoding_equals_the_definition(text: str, min_count: int, longest: int, block: int, bom: bool) -> None:
    data = BOM * bom + text.encode()
    words, counts, sentences = oracle(data, min_count, longest)
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_SENTENCE", longest)
        path = Path(directory, "text.txt")
        path.write_bytes(data)

        def encoded() -> Corpus:
            return encode(path, min_count=min_count, cache=Path(directory), block_size=block)

        if len(words) < 2 or all(len(s) == 1 for s in sentences):
            with pytest.raises(InputError):
                encoded()
            return
        corpus = encoded()
        assert list(corpus.vocabulary.words) == words
        assert corpus.vocabulary.counts.tolist() == counts
        assert sentences_of(corpus) == sentences
        assert corpus.source_tokens == len(re.findall(r"[^ \t\r\v\f\n]+", data.removeprefix(BOM).decode()))
        assert corpus.sha256 == hashlib.sha256(data).hexdigest()
        assert corpus.tokens.dtype == np.int32
        assert corpus.offsets.dtype == np.int64


def test_many_words_fill_and_grow_the_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    words = [f"{'long' * (i % 5)}{i}" for i in range(30_000)]
    text = "\n".join(" ".join(words[i] for i in rng.integers(0, len(words), 50)) for _ in range(3000))
    path = tmp_path / "many.txt"
    path.write_text(text)
    corpus = encode(path, min_count=1, cache=tmp_path, block_size=1 << 12)
    counts = Counter(text.split())
    order = sorted(counts, key=lambda w: (-counts[w], w))
    assert list(corpus.vocabulary.words) == order
    assert [order[t] for t in corpus.tokens] == text.split()


def test_a_line_is_cut_every_thousand_kept_words(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    # "rare" words inside do not count: they are dropped before the cut.
    path.write_text(" ".join(f"a b rare{i}" for i in range(1000)) + "\na b\n")
    corpus = encode(path, min_count=2, cache=tmp_path)
    assert np.diff(corpus.offsets).tolist() == [1000, 1000, 2]


TEXT = "the cat sat on the mat\r\n\nthe dog sat on the cat\n" * 50 + "naïve 漢字 the end"


def packed(directory: Path, form: str) -> Path:
    data = TEXT.encode()
    path = directory / {"zip": "text.zip", "zip from a Mac": "text.zip", "plain": "text.txt"}.get(form, f"text.{form}")
    if form.startswith("zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("folder/", "")
            archive.writestr("folder/text", data)
            if "Mac" in form:
                archive.writestr("__MACOSX/folder/._text", b"\0\0")
    elif form == "two gz members":
        path = directory / "unusual.name"
        path.write_bytes(gzip.compress(data[:1000]) + gzip.compress(data[1000:]))
    else:
        pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "plain": bytes}[form]
        path.write_bytes(pack(data))
    return path


@pytest.mark.parametrize("form", ["gz", "bz2", "xz", "zip", "zip from a Mac", "two gz members"])
@pytest.mark.parametrize("block_size", [7, 1 << 18])
def test_packed_and_plain_files_give_the_same_corpus(tmp_path: Path, form: str, block_size: int) -> None:
    plain = encode(packed(tmp_path, "plain"), min_count=2, cache=tmp_path)
    other = encode(packed(tmp_path, form), min_count=2, cache=tmp_path, block_size=block_size)
    assert_same(plain, other)
    assert plain.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_name_is_the_files_unless_given(tmp_path: Path) -> None:
    path = packed(tmp_path, "plain")
    (tmp_path / "wiki.txt.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert encode(path, min_count=1, cache=tmp_path).name == "text"
    assert encode(tmp_path / "wiki.txt.gz", min_count=1, cache=tmp_path).name == "wiki"
    corpus = encode(path, min_count=1, cache=tmp_path, name="mine", generated="made up")
    assert (corpus.name, corpus.generated) == ("mine", "made up")


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
BAD_INPUT = {
    "empty": (b"", 1, "is empty"),
    "white space only": (b" \n\t\r\n", 1, "no words"),
    "byte order mark only": (BOM, 1, "no words"),
    "one word": (b"again again\nagain", 1, "only one distinct word"),
    "all rare": (b"a b c d\na b c", 5, r"less than 5 times \(the most frequent 2\): lower min_count"),
    "all but one rare": (b"a a a b c", 2, "only one word of .* occurs 2 times or more"),
    "a word list": (b"one\ntwo\nthree\n", 1, "side by side"),
    "min_count 0": (b"a b", 0, "at least 1"),
    "picture": (PNG, 1, r"looks like a binary file \(NUL at byte 8, line 3\)"),
    "NUL far inside": (b"a b\n" * 300_000 + b"a \0b", 1, "binary file .NUL at byte 1200002, line 300001"),
    "Latin-1": ("a b\nun café noir".encode("latin-1"), 1, r"not valid UTF-8 \(byte 10, line 2\).*iconv"),
    "Latin-1 after a mark": (BOM + b"a caf\xe9", 1, r"not valid UTF-8 \(byte 8, line 1\)"),
    "surrogate": (b"a b \xed\xa0\x80", 1, "not valid UTF-8"),
    "overlong": (b"a b \xc0\xaf c", 1, "not valid UTF-8"),
    "character cut off at the end": (b"a b\nc \xe6\xbc", 1, r"not valid UTF-8 \(byte 6, line 2\)"),
    "UTF-16": ("a b c".encode("utf-16"), 1, "is UTF-16"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
@pytest.mark.parametrize("block_size", [11, 1 << 18])
def test_unusable_text_is_refused_in_one_sentence(tmp_path: Path, case: str, block_size: int) -> None:
    data, min_count, message = BAD_INPUT[case]
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    if len(data) > 1 << 20:
        block_size = max(block_size, 1 << 12)
    with pytest.raises(InputError, match=message) as caught:
        encode(path, min_count=min_count, cache=tmp_path / "cache", block_size=block_size)
    assert "\n" not in str(caught.value)
    assert "bad.txt" in str(caught.value) or case == "min_count 0"
    assert_nothing_left(tmp_path / "cache")


def assert_nothing_left(cache: Path) -> None:
    assert not list((cache / "corpora").glob("*")) + list((cache / "corpora").glob(".*"))


def test_endless_word_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "base64.txt"
    path.write_bytes(b"a b\n" + b"A" * (first_pass.MAX_WORD_BYTES + (1 << 19)) + b" a b")
    with pytest.raises(InputError, match=r"line 2 of .* 16 MiB without white space"):
        encode(path, min_count=1, cache=tmp_path / "cache")
    assert_nothing_left(tmp_path / "cache")


def test_text_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path, "plain")

    def growing(source: Path, block_size: int):  # type: ignore[no-untyped-def]
        yield path.read_bytes()
        with path.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(first_pass, "read_blocks", growing)
    with pytest.raises(InputError, match="changed while it was being read"):
        encode(path, min_count=1, cache=tmp_path / "cache")
    assert_nothing_left(tmp_path / "cache")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    line = " ".join(f"word{i % 997}" for i in range(10_000))
    # Large enough to fill the buffers.
    (tmp_path / "small.txt").write_text((line + " ") * 20)
    with (tmp_path / "large.txt").open("w") as file:
        for _ in range(800):
            file.write(line + " ")
    assert (tmp_path / "large.txt").stat().st_size > 60e6
    script = textwrap.dedent("""
        import re, sys
        from pathlib import Path
        from bench.datasets.encode import encode
        from bench.datasets.export import text_file
        text_file(encode(Path(sys.argv[1]), min_count=1, cache=Path(sys.argv[2])))
        print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    """)
    peak = {}
    for name in ("small", "large"):
        command = [sys.executable, "-c", script, str(tmp_path / f"{name}.txt"), str(tmp_path / "cache")]
        peak[name] = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    # The large one's text is 60 MB and its tokens are 32 MB.
    assert peak["large"] - peak["small"] < 8_000


@pytest.mark.data
@pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA is not set")
def test_wiki1m_has_the_documented_size(tmp_path: Path) -> None:
    path = Path(os.environ["BENCH_DATA"], "corpora", "wiki1m.txt.xz")
    if not path.exists():
        pytest.skip(f"{path} is not there")
    corpus = encode(path, min_count=5, cache=tmp_path)
    assert corpus.source_tokens == 1_000_051
    assert corpus.sha256 == "3bac617f13d6912e4874b553eb1b768484bd5ffe553b7667f718a2bc85846ab1"
    assert np.array_equal(np.bincount(corpus.tokens), corpus.vocabulary.counts)
