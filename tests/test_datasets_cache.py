"""The cache of encoded corpora: found again without reading the text, whole or rebuilt, nothing half-written."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import fingerprint as fingerprint_module
from bench.datasets.cache import atomic_file, cache_dir
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.entry import load
from bench.datasets.errors import InputError
from bench.datasets.export import text_file

TEXT = "the cat sat on the mat\nthe dog sat on the cat\n" * 20


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The paths this process opens."""
    paths: list[str] = []
    active = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and active[0]:
            paths.append(str(arguments[0]))

    sys.addaudithook(hook)  # It cannot be taken away again.
    yield paths
    active[0] = False


def entry_of(corpus: Corpus) -> Path:
    assert corpus.directory is not None
    return corpus.directory


def test_cache_dir_is_the_variable_else_the_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "here"))
    assert cache_dir() == tmp_path / "here"
    monkeypatch.setenv("BENCH_CACHE", "relative")
    assert cache_dir().is_absolute()
    monkeypatch.delenv("BENCH_CACHE")
    assert "word2vec-bench" in cache_dir().parts


def test_an_unchanged_text_is_not_opened_again(
    text: Path, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint_module, "SETTLED", -60.0)
    first = encode(text, min_count=1, cache=tmp_path)
    assert str(text) in opened
    opened.clear()
    second = encode(text, min_count=1, cache=tmp_path)
    assert str(entry_of(first) / "meta.json") in opened
    assert str(text) not in opened
    assert np.array_equal(first.tokens, second.tokens)
    assert first.directory == second.directory


def test_a_changed_text_is_noticed_even_with_its_old_times(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint_module, "SETTLED", -60.0)
    before = text.stat()
    encode(text, min_count=1, cache=tmp_path)
    with text.open("r+b") as file:
        file.write(b"She")
    os.utime(text, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert text.stat().st_size == before.st_size
    assert "She" in encode(text, min_count=1, cache=tmp_path).vocabulary.words


def test_a_text_changed_a_moment_ago_is_hashed_every_time(text: Path, tmp_path: Path) -> None:
    encode(text, min_count=1, cache=tmp_path)
    assert not (tmp_path / "hashes").exists()


def test_content_and_min_count_make_the_key(text: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.txt").write_text(TEXT)
    first = entry_of(encode(text, min_count=1, cache=tmp_path))
    assert entry_of(encode(tmp_path / "copy.txt", min_count=1, cache=tmp_path)) == first
    assert entry_of(encode(text, min_count=21, cache=tmp_path)) != first


def test_encoding_twice_gives_the_same_bytes(text: Path, tmp_path: Path) -> None:
    one = entry_of(encode(text, min_count=2, cache=tmp_path / "one"))
    two = entry_of(encode(text, min_count=2, cache=tmp_path / "two"))
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}


def test_tokens_are_mapped_read_only(text: Path, tmp_path: Path) -> None:
    corpus = encode(text, min_count=1, cache=tmp_path)
    assert isinstance(corpus.tokens, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        corpus.tokens[0] = 1


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def lie(path: Path) -> None:
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "source_tokens": 7}))


DAMAGE = {
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
    "one bit": flip,
    "missing": Path.unlink,
}


@pytest.mark.parametrize("damage", [*DAMAGE, "another fact", "not a directory"])
@pytest.mark.parametrize("name", ["tokens", "offsets", "counts", "words", "meta.json"])
def test_a_damaged_entry_is_noticed_and_rebuilt(text: Path, tmp_path: Path, name: str, damage: str) -> None:
    corpus = encode(text, min_count=1, cache=tmp_path)
    directory = entry_of(corpus)
    tokens, offsets, vocabulary = corpus.tokens.copy(), corpus.offsets.copy(), corpus.vocabulary
    if damage == "not a directory":
        shutil.rmtree(directory)
        directory.mkdir()
    elif damage == "another fact":
        lie(directory / "meta.json")
    else:
        DAMAGE[damage](directory / name)
    assert load(directory) is None
    rebuilt = encode(text, min_count=1, cache=tmp_path)
    assert np.array_equal(rebuilt.tokens, tokens)
    assert np.array_equal(rebuilt.offsets, offsets)
    assert rebuilt.vocabulary == vocabulary
    assert [p.name for p in (tmp_path / "corpora").iterdir()] == [directory.name]


def test_processes_encoding_at_once_agree(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    text = tmp_path / "text.txt"
    text.write_text("\n".join(" ".join(map(str, rng.integers(0, 5000, 20))) for _ in range(20_000)))
    script = textwrap.dedent("""
        import sys, zlib
        from pathlib import Path
        from bench.datasets import scanner
        from bench.datasets.encode import encode
        print("ready", flush=True)
        sys.stdin.readline()
        corpus = encode(Path(sys.argv[1]), min_count=1, cache=Path(sys.argv[2]))
        print(corpus.n_tokens, zlib.crc32(corpus.tokens), corpus.directory)
    """)
    command = [sys.executable, "-c", script, str(text), str(tmp_path / "cache")]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(outputs)) == 1
    assert len(list((tmp_path / "cache" / "corpora").iterdir())) == 1


def test_leavings_of_killed_processes_go_after_a_day(text: Path, tmp_path: Path) -> None:
    corpora = tmp_path / "corpora"
    for name, age in ((".old.part", 25), (".young.part", 23)):
        (corpora / name).mkdir(parents=True)
        then = (corpora / name).stat().st_mtime - age * 3600
        os.utime(corpora / name, (then, then))
    encode(text, min_count=1, cache=tmp_path)
    assert not (corpora / ".old.part").exists()
    assert (corpora / ".young.part").exists()


def test_interrupted_encoding_leaves_nothing(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.datasets.encode.write_meta", interrupted)
    with pytest.raises(KeyboardInterrupt):
        encode(text, min_count=1, cache=tmp_path / "cache")
    assert not list((tmp_path / "cache" / "corpora").iterdir())


def test_an_entry_is_found_in_a_cache_that_cannot_be_written(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = encode(text, min_count=1, cache=tmp_path / "cache")

    def refused(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(fingerprint_module, "SETTLED", -60.0)
    monkeypatch.setattr(Path, "mkdir", refused)
    assert encode(text, min_count=1, cache=tmp_path / "cache").directory == first.directory


def test_a_cache_that_is_a_file_is_refused(text: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("mine")
    with pytest.raises(InputError, match=r"cannot write to .*cache.*set BENCH_CACHE"):
        encode(text, min_count=1, cache=tmp_path / "cache")
    assert (tmp_path / "cache").read_text() == "mine"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a small tmpfs")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_full_disk_is_one_sentence_and_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    text = tmp_path / "large.txt"
    text.write_text(TEXT * 1500)
    with pytest.raises(InputError, match=rf"no space left in {small_disk}.*BENCH_CACHE"):
        encode(text, min_count=1, cache=small_disk)
    assert not list((small_disk / "corpora").iterdir())
    # With the text smaller, the corpus fits but its export does not.
    text.write_text(TEXT * 600)
    corpus = encode(text, min_count=1, cache=small_disk)
    with pytest.raises(InputError, match="no space left"):
        text_file(corpus)
    assert sorted(p.name for p in entry_of(corpus).iterdir()) == ["counts", "meta.json", "offsets", "tokens", "words"]


def test_file_size_limit_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    text = tmp_path / "large.txt"
    text.write_text(TEXT * 1500)
    script = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from bench.datasets.encode import encode
        from bench.datasets.errors import InputError
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
        try:
            encode(Path(sys.argv[1]), min_count=1, cache=Path(sys.argv[2]))
        except InputError as error:
            print(error)
    """)
    command = [sys.executable, "-c", script, str(text), str(tmp_path / "cache")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert output.startswith("no space left in")
    assert not list((tmp_path / "cache" / "corpora").iterdir())


def test_atomic_file_replaces_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail() -> None:
        with atomic_file(path) as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    with atomic_file(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


KERNEL = """
import numpy as np
from bench.datasets.scanner import renumber
one = np.zeros(1, np.int32)
renumber(one, one, 1, 0, 0, one.copy(), np.zeros(1, np.int64))
print(sum(renumber.stats.cache_hits.values()))
"""


def kernel_hits(folder: Path) -> int:
    """How often a process finds a kernel in this folder."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    command = [sys.executable, "-c", KERNEL]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def test_kernels_are_kept_for_the_next_process(tmp_path: Path) -> None:
    assert [kernel_hits(tmp_path) for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_damaged_kernel_is_compiled_and_kept_anew(suffix: str, tmp_path: Path) -> None:
    kernel_hits(tmp_path)
    (damaged,) = (path for path in tmp_path.rglob(f"*renumber*{suffix}"))
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    assert [kernel_hits(tmp_path) for _ in range(2)] == [0, 1]


def test_kernels_work_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core import caching

    from bench.datasets.jit import compiled

    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])

    def double(x: int) -> int:
        return 2 * x

    with pytest.raises(RuntimeError, match="cannot cache"):
        caching.FunctionCache(double)
    assert compiled(double)(21) == 42


def test_kernels_run_as_python_where_compiling_is_switched_off(text: Path, tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from bench.datasets.encode import encode
        print(encode(Path(sys.argv[1]), min_count=1, cache=Path(sys.argv[2])).vocabulary.counts.tolist())
    """)
    printed = []
    for value in "0", "1":
        command = [sys.executable, "-c", script, str(text), str(tmp_path / value)]
        environment = {**os.environ, "NUMBA_DISABLE_JIT": value}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        printed.append(done.stdout)
    assert printed[0] == printed[1]


def test_opening_a_cached_corpus_does_not_import_numba(text: Path, tmp_path: Path) -> None:
    encode(text, min_count=1, cache=tmp_path)
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from bench.datasets.encode import encode
        encode(Path(sys.argv[1]), min_count=1, cache=Path(sys.argv[2]))
        print(sorted({"numba", "gensim", "scipy", "pooch"} & set(sys.modules)))
    """)
    command = [sys.executable, "-c", script, str(text), str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[]\n"


def test_temporary_names_are_hidden_and_unique() -> None:
    from bench.datasets.cache import beside

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "file")
        names = {beside(path, ".part") for _ in range(100)}
    assert len(names) == 100
    assert all(name.parent == path.parent and name.name.startswith(".file.") for name in names)
