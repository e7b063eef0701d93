"""Parsers and hostile input: what was found by fuzzing stays mended, and no input makes more than one clear sentence.

The targets are those of ``tests/fuzz/run.py``; nothing here needs a fuzzer.
"""

import json
import math
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.datasets.errors import InputError

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))

from fuzz_harness import Target, _largest, check_sentence, refused, watched
from fuzz_mutations import everywhere, mutated
from fuzz_targets import TARGETS, found
from growth import FIT, repeated

SLOW = ("report", "exports", "figures")
"""Targets of which a call takes seconds: here they run on what was found, elsewhere on good results."""

PLAIN = [target for target in TARGETS.values() if target.compiled]
"""The others are the same with the kernels as Python, which has to be settled before they are imported."""

QUICK = [target for target in PLAIN if target.name not in SLOW]


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        from bench.benchmarks import plan_file
        from bench.datasets import sources

        patch.setattr(sources, "FREE", sources.FREE)  # targets change these; they are put back
        patch.setattr(plan_file, "anchored", plan_file.anchored)
        yield


@pytest.mark.parametrize(
    ("target", "path"), [pytest.param(t, p, id=f"{t.name}-{p.name}") for t in PLAIN for p in found(t.name)]
)
def test_what_was_found_stays_mended(target: Target, path: Path) -> None:
    watched(target, path.read_bytes(), alarm=target.name not in SLOW, memory=target.name not in SLOW)


def test_every_kept_input_has_its_target() -> None:
    folders = {path.name for path in (Path(__file__).parent / "fuzz" / "found").iterdir() if path.is_dir()}
    assert folders <= set(TARGETS)


@pytest.mark.parametrize("target", QUICK, ids=lambda target: target.name)
def test_good_files_are_no_findings(target: Target) -> None:
    for seed in target.seeds():
        assert len(seed) <= target.longest
        watched(target, seed, alarm=True)


@pytest.mark.parametrize("target", QUICK, ids=lambda target: target.name)
def test_good_files_gone_bad_are_no_findings(target: Target) -> None:
    draw, seeds = random.Random(target.name), target.seeds()
    for number in range(15):
        data = draw.choice(seeds)
        changed = mutated(data, target.longest, number) if target.form == "json" and number % 4 else None
        watched(target, _damaged(data, target.words, draw) if changed is None else changed, alarm=True)


def _damaged(data: bytes, words: tuple[bytes, ...], draw: random.Random) -> bytes:
    """Cut, flipped, with a word put in or a piece doubled, once to four times."""
    for _ in range(draw.randint(1, 4)):
        at, to = sorted(draw.randint(0, len(data)) for _ in range(2))
        new = draw.choice([b"", draw.choice(words), bytes([draw.randrange(256)]), data[at:to] * 2])
        data = data[:at] + new + data[draw.choice((at, at + 1, to)) :]
    return data


@pytest.mark.parametrize("target", QUICK, ids=lambda target: target.name)
def test_no_bytes_make_more_than_a_sentence(target: Target) -> None:
    pieces = st.sampled_from([*target.words, *(seed[:40] for seed in target.seeds())]) | st.binary(max_size=6)

    @settings(derandomize=True, database=None, deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
    @given(st.lists(pieces, max_size=12).map(b"".join))
    def check(data: bytes) -> None:
        watched(target, data[: target.longest], alarm=True)

    check()


@pytest.mark.parametrize(
    "target", [one for one in QUICK if one.form == "bytes" and one.name in FIT], ids=lambda target: target.name
)
def test_large_files_of_one_piece_do_not_take_the_square_of_their_length(target: Target) -> None:
    for _, data in random.Random(target.name).sample(list(repeated(target, 1 << 16)), 15):
        watched(target, data, alarm=True)


def test_the_harness_tells_a_finding() -> None:
    def target(run: Callable[[bytes], None]) -> Target:
        return Target(f"made-up {run.__name__}", "nothing", run, lambda: [b"1"])

    def broken(data: bytes) -> None:
        with refused():
            int(data)

    def endless(data: bytes) -> None:
        while data == b"x":
            pass

    def fine(data: bytes) -> None:
        pass

    with pytest.raises(ValueError, match="invalid literal"):
        watched(target(broken), b"x")
    with pytest.MonkeyPatch.context() as patch:
        largest = iter([100 << 20, 700 << 20])  # an earlier test may have needed more than this one
        patch.setattr("fuzz_harness._largest", lambda: next(largest))
        with pytest.raises(AssertionError, match="made the memory grow by 600 MB"):
            watched(target(fine), b"x")
    # The kernel counts pages in batches: the largest may lag behind the present a little.
    assert 0.9 * psutil.Process().memory_info().rss < _largest() < psutil.virtual_memory().total
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fuzz_harness.LONGEST_SECONDS", 1)
        with pytest.raises(TimeoutError, match="still at work"):
            watched(target(endless), b"x", alarm=True)
    watched(target(endless), b"y", alarm=True)
    for wrong in ("", "two\nlines", "\x1b[31mred", "x" * 3000):
        with pytest.raises(AssertionError):
            check_sentence(wrong)


def test_mutations_keep_the_syntax_and_change_something() -> None:
    document = b'{"a": [1, 2, {"b": "c"}], "d": null}'
    made = [mutated(document, 1000, seed) for seed in range(200)]
    assert sum(json.loads(one) != json.loads(document) for one in made if one is not None) > 120
    assert mutated(document, 1000, 7) == mutated(document, 1000, 7)
    assert mutated(b"{", 1000, 1) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["results", "history", "record", "cache-entry", "part-note"])
def test_odd_values_in_every_place_are_no_findings(name: str) -> None:
    odd = (None, -1, 2**63, 10**30, 1e308, 5e-324, math.nan, -math.inf, "x", [], {}, [{}])
    good = TARGETS[name].seeds()[0]
    if name == "results":
        document = json.loads(good)
        good = json.dumps({**document, "runs": document["runs"][:1]}).encode()
    for what, data in everywhere(good, odd):
        try:
            watched(TARGETS[name], data)
        except Exception as error:
            raise AssertionError(what) from error


def test_everywhere_is_every_place_once_a_value() -> None:
    made = [json.loads(data) for _, data in everywhere(b'{"a": [1, {"b": 2}]}', ("x", None))]
    expected = [
        {}, {"a": "x"}, {"a": None},
        {"a": [{"b": 2}]}, {"a": ["x", {"b": 2}]}, {"a": [None, {"b": 2}]},
        {"a": [1]}, {"a": [1, "x"]}, {"a": [1, None]},
        {"a": [1, {}]}, {"a": [1, {"b": "x"}]}, {"a": [1, {"b": None}]},
    ]  # fmt: skip
    assert made == expected
    lines = [data for _, data in everywhere(b'{"a": 1}\n{"a": 2}\n', (3,))]
    assert lines == [b'{}\n{"a": 2}\n', b'{"a": 3}\n{"a": 2}\n']


def test_an_error_is_one_printable_line_whatever_it_quotes() -> None:
    error = InputError("the word \x1b[31m\u202e\udcff\x00 of\r\n  file " + "x" * 5000 + " ends here")
    check_sentence(str(error))
    assert str(error).startswith("the word \\x1b[31m\\u202e\\udcff\\x00 of file xxx")
    assert str(error).endswith("xxx ends here")
    assert str(InputError("caf\u00e9 \u6f22\u5b57 \u05e9\u05dc\u05d5\u05dd a\u0308 \u200d")) == (
        "caf\u00e9 \u6f22\u5b57 \u05e9\u05dc\u05d5\u05dd a\u0308 \u200d"
    ), "signs of a text stay"
