"""Large corpora made from small ones: deterministic, exact in their numbers, and written without being held."""

import json
import re
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.benchmarks import big_text
from bench.benchmarks.big_corpus import main
from bench.benchmarks.big_corpus_tables import tables
from bench.benchmarks.big_text import BigText, Recipe, write_shards
from bench.benchmarks.made_up_words import made_up, unused_beginning
from bench.benchmarks.memory_curve import CurveGuardian, MemoryCurve, resident
from bench.datasets.catalogue import open_corpus
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.reports.big_corpus import main as draw
from bench.reports.figures import memory_over_time

on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """2,000 lines of 10 words by Zipf's law, 20,000 words in all."""
    rng = np.random.default_rng(1)
    ranks = (500 ** rng.random((2000, 10))).astype(int)
    path = tmp_path_factory.mktemp("source") / "source.txt"
    path.write_text("".join(" ".join(f"word{rank}" for rank in line) + "\n" for line in ranks))
    return encode(path, min_count=1, cache=path.parent)


def text_of(source: Corpus, recipe: Recipe) -> bytes:
    return b"".join(block.tobytes() for block, _ in BigText(source, recipe).blocks())


def test_the_first_copy_is_the_text_and_the_rest_its_lines_changed(
    source: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(big_text, "BLOCK", 3000)
    recipe = Recipe(sha256=source.sha256, tokens=90_007, replaced=0.2)
    lines = text_of(source, recipe).decode().splitlines()
    words = [word for line in lines for word in line.split()]
    assert len(words) == 90_007
    own = [[source.vocabulary.words[t] for t in s] for s in np.split(source.tokens, source.offsets[1:-1])]
    assert [line.split() for line in lines[:2000]] == own
    # Each line of the second copy comes from one of the text, with a fifth of its words replaced.
    second = [line.split() for line in lines[2000:4000]]
    position = {tuple(line): i for i, line in enumerate(own)}
    untouched = [position[tuple(line)] for line in second if tuple(line) in position]
    assert 0.8**10 / 2 < len(untouched) / 2000 < 2 * 0.8**10
    assert untouched != sorted(untouched)
    # Old words go on occurring as often as they did.
    counts, before = Counter(words), Counter(word for line in own for word in line)
    for word, count in before.most_common(10):
        assert counts[word] / 90_007 == pytest.approx(count / 20_000 * (1 - 0.05), rel=0.1)


def test_the_vocabulary_grows_by_heaps_law(source: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_text, "BLOCK", 3000)
    recipe = Recipe(sha256=source.sha256, tokens=400_000, exponent=0.5)
    words = text_of(source, recipe).decode().split()
    v0 = len(source.vocabulary)
    assert len(set(words[:20_000])) == v0
    for tokens in (80_000, 180_000, 400_000):
        assert len(set(words[:tokens])) == pytest.approx(v0 * (tokens / 20_000) ** 0.5, rel=0.02)
    new = Counter(word for word in words if not word.startswith("word"))
    assert len(new) == BigText(source, recipe).new_words(400_000)
    assert sum(new.values()) == pytest.approx((1 + big_text.AGAIN) * len(new), rel=0.1)


def test_a_recipe_is_its_text(source: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_text, "BLOCK", 3000)
    recipe = Recipe(sha256=source.sha256, tokens=50_000, shard_tokens=7000)
    text = text_of(source, recipe)
    assert text == text_of(source, recipe)
    assert text != text_of(source, replace(recipe, seed=2))
    # A longer text begins with a shorter one.
    assert text_of(source, replace(recipe, tokens=60_000)).startswith(text[: len(text) // 2])
    shards = write_shards(source, recipe, tmp_path / "plain")
    assert len(shards) == 6
    assert b"".join(path.read_bytes() for path in shards) == text
    assert all(path.read_bytes().endswith(b"\n") for path in shards)
    packed = write_shards(source, replace(recipe, packed=True), tmp_path / "packed")
    assert [path.name for path in packed] == [f"part-{i:05}.txt.gz" for i in range(6)]
    plain, unpacked = (open_corpus(str(tmp_path / n), min_count=1, cache=tmp_path) for n in ("plain", "packed"))
    assert plain.sha256 == unpacked.sha256
    assert (plain.n_tokens, plain.name) == (50_000, "plain")
    # What is there is not written again, and what is something else is left alone.
    times = [path.stat().st_mtime_ns for path in shards]
    assert [path.stat().st_mtime_ns for path in write_shards(source, recipe, tmp_path / "plain")] == times
    with pytest.raises(InputError, match="plain holds something else"):
        write_shards(source, replace(recipe, seed=2), tmp_path / "plain")
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="mine holds something else"):
        write_shards(source, recipe, tmp_path / "mine")


def test_too_many_new_words_are_refused(source: Corpus) -> None:
    with pytest.raises(InputError, match="raise --replaced"):
        text_of(source, Recipe(sha256=source.sha256, tokens=40_000, replaced=0.001))
    with pytest.raises(InputError, match="more than can be made"):
        made_up(10**8 + 1, b"b")


def test_new_words_are_new_and_distinct() -> None:
    assert unused_beginning([b"cat", b"bat", b"dove"]) == b"f"
    assert unused_beginning([bytes([letter]) for letter in range(97, 123)] + [b"bb", b"bc"]) == b"bd"
    few, many = made_up(100, b"zz"), made_up(200_000, b"zz")
    assert np.array_equal(many[:100], few)
    words = {row.tobytes() for row in many}
    assert len(words) == 200_000
    assert all(re.fullmatch(rb"zz([bcdfghjklmnpqrstvwxz][aeiou]){4}", word) for word in list(words)[:1000])


@on_linux
def test_memory_of_the_writer_does_not_grow_with_the_text(source: Corpus, tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import re, sys
        from pathlib import Path
        from bench.benchmarks.big_text import Recipe, write_shards
        from bench.datasets.entry import load
        source = load(Path(sys.argv[1]))
        write_shards(source, Recipe(source.sha256, int(sys.argv[2]), exponent=0.01), Path(sys.argv[3]))
        print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    """)
    peak = []
    for tokens in (100_000, 4_000_000):
        command = [sys.executable, "-c", script, str(source.directory), str(tokens), str(tmp_path / str(tokens))]
        peak.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    assert sum(path.stat().st_size for path in (tmp_path / "4000000").iterdir()) > 25e6
    assert peak[1] - peak[0] < 12_000


@on_linux
def test_a_curve_follows_the_process_that_is_watched() -> None:
    curve = MemoryCurve()
    script = "import time; time.sleep(0.4); held = bytearray(50_000_000); time.sleep(0.6)"
    with CurveGuardian(curve, 0.02) as guardian:
        process = subprocess.Popen([sys.executable, "-S", "-c", script])
        guardian.watch(process.pid)
        curve.phase("train")
        curve.phase("train")
        process.wait()
        guardian.watch(0)
        looks = len(curve.seconds)
        time.sleep(0.1)
    assert len(curve.seconds) == looks > 10
    assert curve.seconds == sorted(curve.seconds)
    assert curve.anonymous[0] < 40_000_000 < curve.peak_anonymous - 50_000_000 + 40_000_000
    assert curve.peak_file > 1_000_000
    assert list(curve.phases) == ["train"]
    assert set(curve.record()) == {"seconds", "anonymous", "file", "phases"}
    assert resident(process.pid) is None


@pytest.mark.slow
@on_linux
def test_all_of_it_in_small(
    source: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    text = tmp_path / "small.txt"
    text.write_text("".join(" ".join(source.vocabulary.words[t] for t in source.tokens[i : i + 10]) + "\n"
                            for i in range(0, 4000, 10)))  # fmt: skip
    out = tmp_path / "big.json"
    arguments = [
        "--corpus", str(text), "--tokens", "12e3", "--work", str(tmp_path / "work"), "--out", str(out), "--impl",
        "numpy", "--vector-size", "8", "--rounds", "1", "--threads", "1", "--tasks", "", "--every", "0.02",
        "--equal-vocabulary", "--shard-tokens", "4e3",
    ]  # fmt: skip
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    log = json.loads(out.read_text())
    assert printed.strip() == tables(log)
    small, large, equal = log["corpora"]
    assert (small["source_tokens"], large["source_tokens"], large["shards"]) == (4000, 12_000, 3)
    assert large["source_types"] > small["source_types"]
    assert equal["min_count"] > large["min_count"] == 5
    assert small["vocabulary"] <= equal["vocabulary"] < large["vocabulary"]
    assert [(run["folder"], run["min_count"]) for run in log["runs"]] == [
        (one["folder"], one["min_count"]) for one in log["corpora"]
    ]
    for run in log["runs"]:
        assert run["status"] == "ok"
        assert run["words_per_second"] > 0
        assert max(run["curve"]["anonymous"]) > 10_000_000
        assert "train" in run["curve"]["phases"]
    assert printed.count("| numpy |") == 3
    # What is encoded can be trained on again; here nothing is.
    assert main([*arguments, "--again", "--impl", ""]) == 0
    assert json.loads(out.read_text())["corpora"] == log["corpora"]
    assert "numpy" not in capsys.readouterr().out
    out.write_text(json.dumps(log))
    # A failing run is a row.
    log["runs"][1] |= {"status": "failed", "reason": "it broke"}
    assert "it broke" in tables(log)
    # Drawn.
    assert draw([str(out), "--out", str(tmp_path / "pictures")]) == 0
    written = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert written == [f"memory-over-time.{form}" for form in ("pdf", "png", "svg", "txt")]
    data = memory_over_time.data(json.loads(out.read_text()))
    assert data is not None
    assert data.columns == ("encoding", "numpy")
    assert [row.words for row in data.rows] == [4000, 12_000]
    assert "12.0 k words, numpy: peak" in memory_over_time.alt(data)


def test_wrong_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--corpus", str(tmp_path / "absent"), "--work", str(tmp_path)]) == 2
    assert "no corpus and no file" in capsys.readouterr().err
    assert main(["--again", "--work", str(tmp_path)]) == 2
    assert "--again needs the --out FILE" in capsys.readouterr().err
    assert main(["--impl", "nump", "--work", str(tmp_path)]) == 2
    assert "numpy" in capsys.readouterr().err
    for content, message in ((None, "cannot read"), ("[]", "is not what"), ('{"corpora": [], "runs": []}', "holds no")):
        if content is not None:
            (tmp_path / "log.json").write_text(content)
        assert draw([str(tmp_path / "log.json"), "--out", str(tmp_path)]) == 2
        assert message in capsys.readouterr().err
