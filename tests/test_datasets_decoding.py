"""Texts of any script, and bytes that are no text: what is kept, what is refused, what is replaced."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.runner import run
from bench.benchmarks.store import load_results
from bench.datasets.decoding import Replacing
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.reports.summary import summarise
from bench.reports.tables import corpus_table

PLUGIN = Path(__file__).with_name("misbehaving_trainers.py")

PIECES = st.sampled_from(
    [b"a", b" ", b"\n", "\u00e9".encode(), "\u20ac".encode(), "\U0001f600".encode(), "\ufffd".encode(), b"\xc3",
     b"\xe2\x82", b"\xf0\x9f\x98", b"\xff", b"\x80", b"\xed\xa0\x80", b"\xc0\xaf", b"\xef\xbf", b"\xef"]
)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=200)
@given(data=st.lists(PIECES, max_size=20).map(b"".join), cuts=st.lists(st.integers(0, 40), max_size=8))
@example(data=b"\xef\xbf\xbd\xef\xbf\xbd", cuts=[1, 2, 4])
@example(data=b"\xe2\xef\xbf\xbd", cuts=[1, 2, 3])
def test_replacing_is_pythons_whatever_the_blocks(data: bytes, cuts: list[int]) -> None:
    ends = sorted({cut for cut in cuts if 0 < cut < len(data)})
    blocks = [data[begin:end] for begin, end in zip([0, *ends], [*ends, len(data)], strict=True) if begin < end]
    replacing = Replacing()
    found = list(replacing.through(iter(blocks), "text"))
    assert b"".join(found).decode() == data.decode("utf-8", "replace")
    assert all(found), "an empty block would end the text"
    assert replacing.count == data.decode("utf-8", "replace").count("\ufffd") - data.count("\ufffd".encode())


def write(folder: Path, data: bytes, name: str = "text.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_wrong_bytes_are_refused_with_their_place_and_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path, b"caf\xc3\xa9 tea\ncaf\xe9 tea\n")
    with pytest.raises(InputError, match=r"byte 13, line 2.*iconv.*--errors replace"):
        encode(path, min_count=1, cache=tmp_path)


def test_wrong_bytes_are_replaced_counted_and_kept_apart_from_the_strict_text(tmp_path: Path) -> None:
    data = b"caf\xe9 tea caf\xe8\nna\xefve tea \xef\xbf\xbd\n"
    path = write(tmp_path, data)
    found = encode(path, min_count=1, cache=tmp_path, errors="replace")
    assert dict(zip(found.vocabulary.words, found.vocabulary.counts.tolist(), strict=True)) == {
        "caf\ufffd": 2, "tea": 2, "na\ufffdve": 1, "\ufffd": 1,
    }  # fmt: skip
    assert (found.errors, found.replaced) == ("replace", 3)
    assert found.sha256 == hashlib.sha256(data).hexdigest(), "that of the file as it is"
    again = encode(path, min_count=1, cache=tmp_path, errors="replace")
    assert (again.errors, again.replaced, again.directory) == ("replace", 3, found.directory)
    with pytest.raises(InputError, match="not valid UTF-8"):
        encode(path, min_count=1, cache=tmp_path)


def test_a_valid_text_is_the_same_either_way_but_for_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, "the caf\u00e9 and the tea\n".encode() * 3)
    strict, replaced = (encode(path, min_count=1, cache=tmp_path, errors=e) for e in ("strict", "replace"))  # type: ignore[arg-type]
    assert strict.vocabulary == replaced.vocabulary
    assert strict.tokens.tolist() == replaced.tokens.tolist()
    assert strict.sha256 == replaced.sha256
    assert (strict.replaced, replaced.replaced) == (0, 0)
    assert strict.directory != replaced.directory


def test_every_shard_ends_its_last_character(tmp_path: Path) -> None:
    shards = [write(tmp_path, b"a b \xe2\x82", "1"), write(tmp_path, b"\xac c\n", "2")]
    found = encode(shards, min_count=1, cache=tmp_path, errors="replace")
    assert Counter(found.vocabulary.words) == Counter(["a", "b", "c", "\ufffd"])
    assert found.replaced == 2


@pytest.mark.parametrize("errors", ["strict", "replace"])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a b\nc \0 d\n", "NUL at .*line 2.*tr -d"),
        ("a b c\n".encode("utf-16"), "UTF-16.*iconv"),
        ("a b c\n".encode("utf-16-be"), "looks like a binary file"),
    ],
)
def test_what_is_no_text_at_all_is_refused_in_any_case(tmp_path: Path, data: bytes, says: str, errors: str) -> None:
    with pytest.raises(InputError, match=says):
        encode(write(tmp_path, data), min_count=1, cache=tmp_path, errors=errors)  # type: ignore[arg-type]


SCRIPTS = {
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u0633\u0644\u0627\u0645",
    "combining marks": "a\u0308 \u00e4 e\u0301\u0323",
    "zero width": "a\u200db a\u200bb ab \u200e",
    "astral": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U00010348 \U0001d11e",
    "controls": "\x01 \x1b[31m \x7f \x85 \u2028 \x1c",
    "spaces that are no ASCII": "a\u00a0b a\u3000b",
    "dotted and dotless": "I \u0130 \u0131 i",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_any_script_are_kept_as_they_stand(tmp_path: Path, script: str) -> None:
    words = SCRIPTS[script].split(" ")
    found = encode(write(tmp_path, (SCRIPTS[script] + "\n").encode() * 2), min_count=2, cache=tmp_path)
    assert sorted(found.vocabulary.words) == sorted(set(words)), "nothing is normalised, folded or stripped"
    assert [found.vocabulary.words[token] for token in found.tokens[: len(words)]] == words


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Plan]:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    text = write(tmp_path, b"the tiger and the cat drink tea caf\xe9\nthe king and the queen drink coffee\n" * 60)
    base = {"plugin": PLUGIN, "corpus": str(text), "tasks": "wordsim-353", "repeats": 1, "threads": 1, "vector_size": 8}
    return lambda **settings: make_plan({**base, "impl": "quick", **settings})


def test_a_run_records_what_was_replaced_and_is_resumed_with_the_same_only(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match=r"not valid UTF-8.*--errors replace"):
        run(plan(), out)
    results = run(plan(errors="replace"), out)
    assert results.runs[0].status == "ok", results.runs[0].reason
    assert (results.corpus.errors, results.corpus.replaced) == ("replace", 60)
    table = corpus_table(summarise(load_results(out)))
    assert any("not UTF-8" in row[0].text and row[1].text == "60" for row in table.rows)
    clean = write(tmp_path, b"the tiger and the cat drink tea\nthe king drinks coffee\n" * 60, "clean.txt")
    with pytest.raises(InputError, match="errors replace"):
        run(plan(corpus=str(clean)), out, resume=True)


def test_a_wrong_way_to_treat_errors_is_one_sentence(plan: Callable[..., Plan]) -> None:
    with pytest.raises(InputError, match="errors must be strict or replace, got 'ignore'"):
        plan(errors="ignore")


def test_a_folder_of_the_cache_holds_no_name_with_controls() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = write(Path(directory), b"a b a b\n", "evil\x1b[31m\u202etxt")
        assert encode(path, min_count=1, cache=Path(directory)).name == "evil\\x1b[31m\\u202etxt"
