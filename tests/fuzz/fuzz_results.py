"""Targets: what the harness itself has written, and somebody else may have changed."""

import io
import json
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fuzz_harness import Target, folder, put, refused

from bench.benchmarks.history.series import all_series, changes
from bench.benchmarks.history.store import HISTORY, append, load
from bench.benchmarks.outcome import log_tail
from bench.benchmarks.records import Results
from bench.benchmarks.signals import PHASES, SignalReader
from bench.benchmarks.store import Store, load_results, read_record
from bench.datasets import entry
from bench.datasets.encode import encode
from bench.datasets.partial_download import Part
from bench.reports import html, markdown, page, paper
from bench.reports.bibtex import references
from bench.reports.console import results_table
from bench.reports.export import FORMATS, exporter
from bench.reports.figures import draw_all
from bench.reports.history_view import history_text
from bench.reports.merge import groups
from bench.reports.sources import read_sources
from bench.reports.summary import summarise

JSON_WORDS = (
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"1e999",
    b"NaN",
    b"-Infinity",
    b"\\u001b",
    b"\\ud800",
    b"true",
)


def results(data: bytes) -> None:
    """Reading results, and everything that is worked out of them before it is shown."""
    with refused():
        found = load_results(put("results.json", data))
        again = Results.model_validate_json(found.model_dump_json())
        assert again.model_dump_json() == found.model_dump_json()
        _shown(found.model_dump_json())


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def _shown(text: str) -> None:
    assert not _CONTROL.search(text)


@contextmanager
def _quick() -> Iterator[None]:
    """Without what takes nearly all of the time: templates compiled anew."""
    environment = page._environment
    page._environment = _environment
    try:
        yield
    finally:
        page._environment = environment


_environment = cache(page._environment)


def report(data: bytes) -> None:
    """The report of such results in every form but figures."""
    place = folder() / "report"
    place.mkdir(exist_ok=True)
    (place / "results.json").write_bytes(data)
    with _quick(), refused():
        found = groups(read_sources([place]))
        for group in found:
            _page(html.render(group.summary))
            text = markdown.render(group.summary)
            _shown(text)
            _terminal(group.summary)
        for name in paper.TABLES:
            drawn = paper.table(name, found)
            if drawn.rows:
                for form in paper.FORMATS:
                    _shown(paper.written(drawn, form))
        references([group.results for group in found]).encode("ascii")


def _page(text: str) -> None:
    text.encode("utf-8")
    assert "<script>alert" not in text
    assert "\x1b" not in text


def _terminal(summary: Any) -> None:
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=100).print(results_table(summary))
    assert "\x1b" not in out.getvalue()


def figures(data: bytes) -> None:
    """All figures of such results, and the page that holds them."""
    with _quick(), refused():
        summary = summarise(load_results(put("results.json", data)))
        drawings = draw_all(summary, formats=("svg",))
        for drawing in drawings:
            _shown(drawing.files["svg"].decode())
        _page(html.render(summary, drawings))


def exports(data: bytes) -> None:
    """Other tools' formats, and the history."""
    place = folder() / "kept"
    shutil.rmtree(place, ignore_errors=True)
    with _quick(), refused():
        found = load_results(put("results.json", data))
        for form in FORMATS:
            with refused():
                for text in exporter(form).render(found).values():
                    assert text
        with refused():
            append(found, place, revision="0" * 40, repository=folder())
            history_text(load(place), None)


def history(data: bytes) -> None:
    """A store: entries, series, changes, and what is printed of them."""
    place = folder() / "history"
    place.mkdir(exist_ok=True)
    (place / HISTORY).write_bytes(data)
    with refused():
        entries = load(place)
        for series in all_series(entries):
            changes(series)
        _shown(history_text(entries, None))


def signals(data: bytes) -> None:
    """What arrives from a worker, in pieces of the first byte's size."""
    if not data:
        return
    size, (ours, theirs) = 1 + data[0], os.pipe()
    try:
        reader = SignalReader(ours)
        for start in range(1, len(data), size):
            os.write(theirs, data[start : start + size])
            for one in reader.read() or ():
                assert one.phase in PHASES
                assert type(one.done) is int
                assert type(one.total) is int
    finally:
        os.close(ours)
        os.close(theirs)


def record(data: bytes) -> None:
    """What a worker, in which any code may run, leaves as its record and its log."""
    found = read_record(put("record.json", data))
    if found is not None:
        _shown(found.model_dump_json())
        Store(folder() / "store").write_record(found.model_copy(update={"id": "run"}))
    with refused():
        tail = log_tail(put("log.txt", data))
        assert len(tail) <= 601
        assert tail.isprintable()


def cached(data: bytes) -> None:
    """The metadata of an encoded corpus: believed, or the entry counts as absent. Its own checksum is put right."""
    place = _entry()
    try:
        meta = json.loads(data)
        del meta["check"]
        meta["check"] = zlib.crc32(json.dumps(meta, sort_keys=True).encode())
        data = json.dumps(meta).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    (place / "meta.json").write_bytes(data)
    found = entry.load(place)
    if found is not None:
        assert found.n_tokens == int(found.offsets[-1])
        assert isinstance(found.sha256, str)
        assert all(type(n) is int for n in (found.min_count, found.source_tokens, found.source_types, found.replaced))
        assert found.errors in ("strict", "replace")


def _entry() -> Path:
    place = folder() / "entry"
    if not place.is_dir():
        made = encode(put("small.txt", b"a b a b c\nb a\n" * 3), min_count=1, cache=folder() / "entry-cache")
        assert made.directory is not None
        shutil.copytree(made.directory, place)
    return place


def part_note(data: bytes) -> None:
    """The note beside a download that broke off."""
    put(".file.part", b"12345")
    put(".file.part.json", data)
    known, validator = Part(folder() / "file", "http://a.b/file", resumable_blindly=data[:1] == b" ", most=9)._known()
    assert known in (0, 5)
    assert validator is None or isinstance(validator, str)


def run_record(number: int, **fields: Any) -> dict[str, Any]:
    """A run as JSON holds it."""
    score = {
        "task": "google-30k", "metric": "accuracy", "value": 0.3 + number / 100, "n": 90, "total": 100, "low": 0.2,
        "high": 0.4, "correct": 27, "sections": {"family": {"value": 0.5, "n": 10, "total": 12, "correct": 5}},
        "reason": None, "sd": None,
    }  # fmt: skip
    base = {
        "id": f"numba-{number}", "configuration": "c1", "code": "k1", "implementation": "numba", "version": "0.61",
        "status": "ok", "reason": None, "model": "skipgram", "loss": "ns",
        "hyperparameters": {"vector_size": 100, "window": 5}, "options": {"negatives": "window"},
        "given": {"alpha": {"value": 0.025, "note": None}, "window": {"value": None, "note": "is not told"}},
        "threads": 2, "cores": [0, 1], "device": "cpu", "machine": "m1", "node": "n1", "seed": number, "round": number,
        "started": "2026-03-04T05:06:07Z", "prepare_seconds": 1.0, "compile_seconds": 0.5, "train_seconds": 10.0,
        "words_per_second": 1e6 + number, "trained_words_per_second": 5e5, "cpu_seconds": 20.0,
        "peak_memory_bytes": 300_000_000, "conditions": {"load_before": 0.5, "steal_seconds": 0.1},
        "scores": [score, {**score, "task": "wordsim-353", "metric": "spearman", "sections": {}}],
        "curve": [{"epoch": 1, "words": 10, "train_seconds": 5.0, "scores": [score]}], "timing_note": None,
    }  # fmt: skip
    return {**base, **fields}


def results_document(**top: Any) -> dict[str, Any]:
    """A results file as JSON holds it, with runs of two implementations and a failed one."""
    runs = [run_record(number) for number in (1, 2, 3)]
    runs += [
        run_record(n, id=f"gensim-{n}", implementation="gensim", words_per_second=4e5, options={}) for n in (1, 2, 3)
    ]
    runs.append(run_record(4, id="x-4", implementation="mine", status="failed", reason="it broke", scores=[], curve=[]))
    ceilings = [{"threads": 2, "flops": 1e11, "bytes_per_second": 1e10}]
    environment = {
        "cpu": {"model": "Some CPU", "cores": 4, "usable_cores": 2}, "system": {"name": "Linux", "kernel": "6"},
        "python": {"version": "3.11.7"}, "packages": {"numpy": "2.0", "word2vec-bench": "0.1"}, "memory_bytes": 8 << 30,
        "git": {"revision": "0" * 40, "dirty": False}, "gpu": [{"name": "H200"}], "ceilings": ceilings, "code": "k1",
    }  # fmt: skip
    corpus = {
        "name": "small", "sha256": "ab" * 32, "tokens": 1_000_000, "vocabulary_size": 12_345, "sentences": 50_000,
        "source_tokens": 1_100_000, "generated": "made up", "coverage": [0.1, 0.5, 1.0],
    }  # fmt: skip
    return {
        "schema_version": 1, "created": "2026-03-04T05:06:07Z", "command": "python -m bench run", "corpus": corpus,
        "environment": environment, "plan": {"impl": ["numba[negatives=window]", "gensim"], "threads": 2}, "runs": runs,
        **top,
    }  # fmt: skip


def _json(*documents: Any) -> Callable[[], list[bytes]]:
    return lambda: [json.dumps(one).encode() for one in documents]


def _history() -> list[bytes]:
    place = folder() / "seed-history"
    shutil.rmtree(place, ignore_errors=True)
    for day in (4, 5, 6):
        document = results_document(created=f"2026-03-{day:02}T05:06:07Z")
        append(Results.model_validate(document), place, revision=f"{day}" * 40, repository=folder())
    return [(place / HISTORY).read_bytes()]


def _meta() -> list[bytes]:
    return [(_entry() / "meta.json").read_bytes()]


HOSTILE = "<script>alert(1)</script>\x1b[31m=1+1\\input{x}|`\u202e"

TARGETS = [
    Target(
        "results",
        "results.json: reading",
        results,
        _json(results_document(), results_document(command=HOSTILE)),
        JSON_WORDS,
        form="json",
        longest=1 << 15,
    ),
    Target(
        "report", "results.json: report", report, _json(results_document()), JSON_WORDS, form="json", longest=1 << 15
    ),
    Target(
        "figures", "results.json: figures", figures, _json(results_document()), JSON_WORDS, form="json", longest=1 << 15
    ),
    Target(
        "exports", "results.json: exports", exports, _json(results_document()), JSON_WORDS, form="json", longest=1 << 15
    ),
    Target("history", "history.jsonl", history, _history, (*JSON_WORDS, b"\n"), form="json", longest=1 << 15),
    Target(
        "signals",
        "a worker's messages",
        signals,
        lambda: [b"\5" + b'["prepare", 0, 0]\n["train", 5, 10]\n', b"\xff" + b'["train", 1e999, NaN]\n' + b"[" * 2000],
        (b'["train", ', b"]\n", b"1e999", b"NaN", b"Infinity", b"[[", b"9" * 30, b"true"),
        longest=1 << 13,
    ),
    Target("record", "a worker's record and log", record, _json(run_record(1)), JSON_WORDS, form="json"),
    Target("cache-entry", "an encoded corpus's metadata", cached, _meta, JSON_WORDS, form="json", longest=1024),
    Target(
        "part-note",
        "the note of a download",
        part_note,
        _json({"url": "http://a.b/file", "validator": '"x"'}),
        JSON_WORDS,
        form="json",
        longest=512,
    ),
]
