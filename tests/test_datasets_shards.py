"""Several files as one text: the same corpus as one file with their contents, whatever they are cut and packed into."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.datasets import fingerprint as fingerprint_module
from bench.datasets import first_pass, word_counts
from bench.datasets.catalogue import open_corpus
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.datasets.shards import find_text, natural

BOM = b"\xef\xbb\xbf"


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("text", data)
    return buffer.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zip": zipped,
}


def written(directory: Path, contents: Sequence[bytes], suffixes: Sequence[str] = ("",)) -> list[Path]:
    """Files part0, part1, …, packed by turns as the suffixes say."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, data in enumerate(contents):
        suffix = suffixes[number % len(suffixes)]
        paths.append(directory / f"part{number}.txt{suffix}")
        paths[-1].write_bytes(PACKERS[suffix](data))
    return paths


def joined(contents: Sequence[bytes]) -> bytes:
    """The text that shards make, as the documentation defines it."""
    text = b""
    for data in contents:
        own = data.removeprefix(BOM) if text else data
        if text and own and not text.endswith(b"\n"):
            text += b"\n"
        text += own
    return text


def assert_same(one: Corpus, other: Corpus) -> None:
    assert one.vocabulary == other.vocabulary
    assert np.array_equal(one.tokens, other.tokens)
    assert np.array_equal(one.offsets, other.offsets)
    assert (one.sha256, one.source_tokens, one.source_types) == (other.sha256, other.source_tokens, other.source_types)


def outcome(text: Path | Sequence[Path], min_count: int, block: int, cache: Path) -> Corpus | None:
    """The corpus, or None where there is too little to learn from."""
    try:
        return encode(text, min_count=min_count, cache=cache, block_size=block)
    except InputError:
        return None


PIECES = st.sampled_from(
    ["a", "b", "é", "漢字", "a" * 9, "b" * 17, "ab", " ", "  ", "\t", "\n", "\n\n", "\r\n", "\ufeff"]
)
CONTENTS = st.lists(st.lists(PIECES, max_size=12).map("".join).map(str.encode), min_size=1, max_size=6)


@settings(deadline=None, max_examples=80)
@given(
    contents=CONTENTS,
    suffixes=st.lists(st.sampled_from(list(PACKERS)), min_size=1, max_size=5),
    block=st.integers(1, 30),
    min_count=st.integers(1, 2),
    most=st.integers(1, 9),
)
@example(contents=[b"a b", b"a c"], suffixes=[""], block=1, min_count=1, most=9)
@example(contents=[BOM + b"a b", BOM, BOM + b"a b\n"], suffixes=["", ".gz"], block=1, min_count=1, most=1)
@example(contents=[b"a b\n", b"", b"\n", b"b a b a"], suffixes=[".xz", ""], block=5, min_count=2, most=2)
def test_shards_equal_their_joined_text(
    contents: list[bytes], suffixes: list[str], block: int, min_count: int, most: int
) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        directory = Path(name)
        whole = directory / "whole.txt"
        whole.write_bytes(joined(contents))
        expected = outcome(whole, min_count, 1 << 18, directory / "one")
        shards = written(directory / "shards", contents, suffixes)
        # Tables of few words are full at once: all their ways through the disk are gone.
        patch.setattr(word_counts, "MOST_WORDS", most)
        corpus = outcome(shards, min_count, block, directory / "many")
        if expected is None:
            assert corpus is None
            return
        assert corpus is not None
        assert_same(corpus, expected)
        assert corpus.sha256 == hashlib.sha256(joined(contents)).hexdigest()


@settings(deadline=None, max_examples=60)
@given(cuts=st.lists(st.integers(0, 40), max_size=5), suffixes=st.lists(st.sampled_from(list(PACKERS)), min_size=1))
def test_any_split_at_line_ends_gives_the_same_corpus(cuts: list[int], suffixes: list[str]) -> None:
    lines = [f"line {i % 7} of the text{' and more' * (i % 3)}\n".encode() for i in range(40)]
    bounds = [0, *sorted(cuts), 40]
    contents = [b"".join(lines[a:b]) for a, b in pairwise(bounds)]
    with tempfile.TemporaryDirectory() as name:
        whole = Path(name, "whole.txt")
        whole.write_bytes(b"".join(lines))
        one = encode(whole, min_count=2, cache=Path(name, "cache"))
        many = encode(written(Path(name, "shards"), contents, suffixes), min_count=2, cache=Path(name, "cache"))
        assert_same(one, many)
        assert one.sha256 == hashlib.sha256(b"".join(lines)).hexdigest()


def test_full_tables_count_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    words = [f"{'long' * (i % 5)}{i}" for i in range(20_000)]
    lines = [" ".join(words[i] for i in (20_000 * rng.random(50) ** 3).astype(int)) for _ in range(2000)]
    path = tmp_path / "many.txt"
    path.write_text("\n".join(lines))
    counts = Counter(word for line in lines for word in line.split())
    expected = sorted((w for w in counts if counts[w] >= 3), key=lambda w: (-counts[w], w))
    monkeypatch.setattr(word_counts, "MOST_WORDS", 3000)
    put_aside = []
    real = word_counts.WordCounts._put_aside
    monkeypatch.setattr(word_counts.WordCounts, "_put_aside", lambda self: put_aside.append(real(self)))
    corpus = encode(path, min_count=3, cache=tmp_path, block_size=1 << 12)
    assert len(put_aside) > 5
    assert list(corpus.vocabulary.words) == expected
    assert corpus.vocabulary.counts.tolist() == [counts[w] for w in expected]
    assert (corpus.source_types, corpus.source_tokens) == (len(counts), 100_000)
    index = corpus.vocabulary.index
    assert corpus.tokens.tolist() == [index[w] for line in lines for w in line.split() if w in index]
    assert corpus.directory is not None
    assert sorted(p.name for p in corpus.directory.iterdir()) == ["counts", "meta.json", "offsets", "tokens", "words"]
    # Long words fill a table as many do.
    monkeypatch.setattr(word_counts, "MOST_BYTES", 9000)
    monkeypatch.setattr(word_counts, "MOST_WORDS", 1 << 30)
    put_aside.clear()
    assert_same(encode(path, min_count=3, cache=tmp_path / "other", block_size=1 << 12), corpus)
    assert len(put_aside) > 5


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_does_not_grow_with_the_distinct_words(tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    with path.open("w") as file:
        for block in range(20):
            ids = range(block * 75_000, (block + 1) * 75_000)
            file.writelines(f"again and again rare{i:x}word\n" for i in ids)
    script = textwrap.dedent("""
        import re, sys
        from pathlib import Path
        from bench.datasets import word_counts
        from bench.datasets.encode import encode
        word_counts.MOST_WORDS = int(sys.argv[2])
        corpus = encode(Path(sys.argv[1]), min_count=2, cache=Path(sys.argv[3]))
        print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1], corpus.source_types)
    """)
    peak = {}
    for most in (100_000, 1 << 30):
        command = [sys.executable, "-c", script, str(path), str(most), str(tmp_path / str(most))]
        done = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        peak[most] = int(done[0])
        assert done[1] == "1500002"
    # One table of all words takes 64 MiB of slots, and 32 more while they grow; those of the small ones 8.
    assert peak[1 << 30] - peak[100_000] > 60_000


# Which files are meant.


def test_a_folder_a_pattern_and_a_sum_are_one_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [f"{i} a b c\n".encode() for i in range(12)]
    paths = written(tmp_path / "news", contents, ("", ".gz"))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    whole = tmp_path / "whole.txt"
    whole.write_bytes(b"".join(contents))
    expected = encode(whole, min_count=1, cache=tmp_path / "cache")
    folder = str(tmp_path / "news")
    names = {
        folder: "news",
        f"{folder}/": "news",
        f"{folder}/*": "news",
        f"{folder}/part*.txt*": "news-part",
        f"{tmp_path}/**/part[0-9]*": "news-part",
        "+".join(map(str, paths[:2])) + f"+{folder}/part[2-9]*+{folder}/part1[01]*": "part0+3-more",
    }
    names[f"{tmp_path}/**/part[0-9]*"] = f"{tmp_path.name}-part"
    for where, name in names.items():
        corpus = open_corpus(where, min_count=1)
        assert_same(corpus, expected)
        assert corpus.name == name
    monkeypatch.chdir(tmp_path / "news")
    assert open_corpus("*.txt*", min_count=1).name == "news"
    assert open_corpus(".", min_count=1).name == "news"
    assert open_corpus("part0.txt+part1.txt.gz", min_count=1).name == "part0+part1"


def test_numbers_in_names_count_as_numbers() -> None:
    ordered = ["a/9", "a/10", "a-b/1", "part1", "part1.gz", "part02", "part2", "part10", "part10b2", "part10b11", "x"]
    assert [str(p) for p in sorted(map(Path, reversed(ordered)), key=natural)] == ordered


def test_a_folders_files_are_found_in_its_folders_and_hidden_ones_left_out(tmp_path: Path) -> None:
    for name in ("b/1.txt", "a/10.txt", "a/2.txt", ".hidden", ".git/config", "a/.part0.crc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a b\n")
    text = find_text(str(tmp_path))
    assert text is not None
    assert [str(p.relative_to(tmp_path)) for p in text.shards] == ["a/2.txt", "a/10.txt", "b/1.txt"]


def test_what_exists_is_taken_by_its_name_whatever_is_in_it(tmp_path: Path) -> None:
    for name in ("a*.txt", "abc.txt", "c+d.txt", "c", "d.txt"):
        (tmp_path / name).write_text("a b\n")
    (tmp_path / "c++").mkdir()
    (tmp_path / "c++" / "e.txt").write_text("a b\n")
    for where, found in {"a*.txt": ["a*.txt"], "c+d.txt": ["c+d.txt"], "c++/*.txt": ["c++/e.txt"]}.items():
        text = find_text(str(tmp_path / where))
        assert text is not None
        assert [str(p.relative_to(tmp_path)) for p in text.shards] == found
    assert find_text(str(tmp_path / "c++/absent.txt")) is None
    assert find_text("") is None


def test_wrong_places_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("empty", "folders/below", "hidden"):
        Path(name).mkdir(parents=True)
    Path("hidden/.part").write_text("a b")
    Path("a.txt").write_text("a b")
    Path("picture.txt").write_bytes(b"\x89PNG\r\n\0")
    for where, message in {
        "news/*.txt.gz": r"no file matches 'news/\*.txt.gz'",
        "folders/*": r"no file matches 'folders/\*': check the pattern \(of folders only the files",
        "empty": "no text in the folder empty",
        "hidden": "no text in the folder hidden",
        "a.txt+b.txt": r"no file 'b.txt', one of the 2 of 'a.txt\+b.txt'",
        "a.txt+a.*": r"a.txt is named twice in 'a.txt\+a.\*'",
        "absent.txt": "no corpus and no file 'absent.txt'",
        "a.txt+empty": "no text in the folder empty",
    }.items():
        with pytest.raises(InputError, match=message) as caught:
            open_corpus(where, min_count=1, cache=tmp_path / "cache")
        assert "\n" not in str(caught.value)


# What is in them.


def test_the_wrong_shard_is_named(tmp_path: Path) -> None:
    good = b"a b c\n" * 50
    cut = gzip.compress(os.urandom(5000).hex().encode())[:-200]
    cases: dict[str, tuple[str, bytes, str]] = {
        "binary": (
            "part5.txt",
            good + b"\x89PNG\0",
            r"part5.txt looks like a binary file \(NUL at byte 304, line 51\)",
        ),
        "Latin-1": ("part5.txt", good + b"caf\xe9", r"part5.txt is not valid UTF-8 \(byte 303, line 51\)"),
        "UTF-16": ("part5.txt", "a b".encode("utf-16"), "part5.txt is UTF-16 text"),
        "truncated": ("part5.txt.gz", cut, "part5.txt.gz is truncated or damaged"),
        "not packed": ("part5.txt.gz", good, "part5.txt.gz is named like a gzip file but is not one"),
        "packed and empty": ("part5.txt.gz", b"", "part5.txt.gz is empty"),
        "a character cut by the end": ("part5.txt", b"a b \xc3", "part5.txt is not valid UTF-8"),
    }
    for case, (name, data, message) in cases.items():
        shards = written(tmp_path / case, [good] * 3)
        (tmp_path / case / name).write_bytes(data)
        with pytest.raises(InputError, match=message):
            encode([*shards, tmp_path / case / name, shards[0]], min_count=1, cache=tmp_path / "cache", block_size=64)
        assert not list((tmp_path / "cache").glob("corpora/*")) + list((tmp_path / "cache").glob("corpora/.*"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="pipe is not a regular file"):
        encode([*shards, pipe], min_count=1, cache=tmp_path / "cache")


def test_too_little_is_told_of_all_shards(tmp_path: Path) -> None:
    shards = written(tmp_path, [b"a a\n", b"", b" \n"])
    with pytest.raises(InputError, match=r"the text of .*part0.txt and 1 other file holds only one distinct word"):
        encode(shards, min_count=1, cache=tmp_path / "cache")
    with pytest.raises(InputError, match=r"the text of .*part0.txt and 1 other file is empty"):
        encode(written(tmp_path / "empty", [b"", b""]), min_count=1, cache=tmp_path / "cache")


# What changes.


def test_a_shard_that_changes_while_it_is_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = first_pass.read_blocks

    def grow(path: Path) -> None:
        with path.open("ab") as file:
            file.write(b"more\n")

    def replace(path: Path) -> None:
        """By another file of the same size and times."""
        status = path.stat()
        (path.parent / "new").write_bytes(path.read_bytes().replace(b"a", b"z"))
        (path.parent / "new").replace(path)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    for number, change in enumerate((grow, replace, Path.unlink)):
        shards = written(tmp_path / str(number), [b"a b c\n" * 9] * 3, ("", ".gz"))

        def changing(path: Path, block_size: int, shards: list[Path] = shards, change=change):  # type: ignore[no-untyped-def]
            yield from real(path, block_size)
            if path == shards[2]:
                change(shards[1])

        monkeypatch.setattr(first_pass, "read_blocks", changing)
        with pytest.raises(InputError, match=r"part1.txt.gz changed while it was being read"):
            encode(shards, min_count=1, cache=tmp_path / "cache")
        assert not list((tmp_path / "cache").glob("corpora/*"))


def test_what_is_read_must_be_what_was_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = written(tmp_path, [b"a b c\n"] * 2)
    monkeypatch.setattr(first_pass, "read_blocks", lambda path, size: iter([b"a b d\n"]))
    with pytest.raises(InputError, match=r"part0.txt changed while it was being read"):
        encode(shards, min_count=1, cache=tmp_path / "cache")


def test_unchanged_shards_are_not_read_again_and_changed_ones_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint_module, "SETTLED", -60.0)
    shards = written(tmp_path / "news", [b"a b c\n", b"d e f\n", b"g h i\n"], ("", ".gz"))
    pattern = str(tmp_path / "news" / "*")
    first = open_corpus(pattern, min_count=1, cache=tmp_path / "cache")

    def unread(*arguments: object) -> None:
        raise AssertionError("a shard was read")

    with monkeypatch.context() as patch:
        patch.setattr(first_pass, "read_blocks", unread)
        patch.setattr(fingerprint_module.hashlib, "file_digest", unread)
        again = open_corpus(pattern, min_count=1, cache=tmp_path / "cache")
    assert again.directory == first.directory
    assert_same(again, first)
    # The order is part of the text.
    other = encode(shards[::-1], min_count=1, cache=tmp_path / "cache")
    assert (other.directory != first.directory, other.sha256 != first.sha256) == (True, True)
    shards[1].write_bytes(gzip.compress(b"d e z\n"))
    changed = open_corpus(pattern, min_count=1, cache=tmp_path / "cache")
    assert changed.sha256 not in (first.sha256, other.sha256)
    assert "z" in changed.vocabulary.words
    (tmp_path / "news" / "part3.txt").write_bytes(b"x y\n")
    assert open_corpus(pattern, min_count=1, cache=tmp_path / "cache").n_tokens == 11


def test_one_shard_is_the_file(tmp_path: Path) -> None:
    (path,) = written(tmp_path / "news", [b"a b c\na b"])
    alone = encode(path, min_count=1, cache=tmp_path / "cache")
    (tmp_path / "news" / "_SUCCESS").touch()
    folder = open_corpus(str(tmp_path / "news"), min_count=1, cache=tmp_path / "cache")
    assert folder.directory == alone.directory
    assert (alone.name, folder.name) == ("part0", "news")


# Where a corpus is passed on.


def test_results_are_put_into_a_folder_named_after_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.benchmarks.study import corpus_name

    written(tmp_path / "news", [b"a b\n"] * 2)
    monkeypatch.chdir(tmp_path)
    for corpus, name in {
        "wiki17m": "wiki17m",
        "some/wiki.txt.gz": "wiki",
        "news": "news",
        "news/": "news",
        "news/*.txt.gz": "news",
        "news/en-*.txt": "news-en",
        "news/part0.txt+news/part1.txt": "part0+part1",
        "a.txt+b.txt+c.txt+d.txt": "a+3-more",
        ".": "corpus",
    }.items():
        assert corpus_name(corpus) == name


def test_a_plans_corpus_is_looked_for_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.benchmarks.plan_file import read_plan

    written(tmp_path / "plans" / "news", [b"a b\n"] * 2)
    written(tmp_path / "plans" / "planted", [b"a b\n"])
    written(tmp_path / "here", [b"a b\n"])
    monkeypatch.chdir(tmp_path)
    beside = tmp_path / "plans"
    for corpus, found in {
        "news/": f"{beside}/news",
        "news/*.txt": f"{beside}/news/*.txt",
        "news/part0.txt+news/part1.txt": f"{beside}/news/part0.txt+{beside}/news/part1.txt",
        "news/part0.txt": f"{beside}/news/part0.txt",
        "planted": "planted",
        "./planted": f"{beside}/planted",
        "here/*.txt": "here/*.txt",
        "nowhere/*.txt": "nowhere/*.txt",
        str(tmp_path / "here/*"): str(tmp_path / "here/*"),
    }.items():
        (beside / "plan.toml").write_text(f'corpus = "{corpus}"\n')
        assert read_plan(beside / "plan.toml")["corpus"] == found
