"""Files that change, vanish or are damaged while a benchmark needs them, or before."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from fault import fault
from sandbox import TEXT, Ended, Sandbox, wait_until

CORPUS = "The corpus in mid-run"
CACHE = "The cache"
RESULTS = "Results"


def _during(box: Sandbox, change: Callable[[], object], **settings: object) -> Ended:
    process = box.start(*box.plan("quick[sleep=1.5]", repeats=3), **settings)
    box.wait_for_runs(1)
    box.note_finished()
    change()
    return box.end(process)


@fault(
    CORPUS, "another text is written in its place", codes=3, says="has changed since the benchmark began", short=True
)
def _changes(box: Sandbox) -> Ended:
    return _during(box, lambda: box.text.write_text(TEXT * 2))


@fault(CORPUS, "it grows by a line", codes=3, says="has changed since the benchmark began")
def _grows(box: Sandbox) -> Ended:
    return _during(box, lambda: box.text.open("a").write("the tiger\n"))


@fault(CORPUS, "it is cut to nothing", codes=3, says="text.txt", after=0)
def _cut(box: Sandbox) -> Ended:
    box.repairs.append(lambda: box.text.write_text(TEXT))
    return _during(box, lambda: box.text.write_bytes(b""))


@fault(CORPUS, "it vanishes", codes=3, says="text.txt", after=0)
def _vanishes(box: Sandbox) -> Ended:
    box.repairs.append(lambda: box.text.write_text(TEXT))
    return _during(box, box.text.unlink)


@fault(CORPUS, "a folder takes its place", codes=3, says="text.txt|folder|changed", after=0)
def _folder(box: Sandbox) -> Ended:
    def replace() -> None:
        box.text.unlink()
        box.text.mkdir()

    def back() -> None:
        box.text.rmdir()
        box.text.write_text(TEXT)

    box.repairs.append(back)
    return _during(box, replace)


@fault(CORPUS, "it changes while it is encoded", codes=2, says="chang", after=None)
def _changes_in_encoding(box: Sandbox) -> Ended:
    line = ("the tiger and the cat drink tea " * 30 + "\n").encode()
    with box.text.open("wb") as file:
        for _ in range(60_000):
            file.write(line)
    process = box.start(*box.plan())
    wait_until(lambda: any(box.cache.glob("corpora/.*.part/*")), "encoding")
    with box.text.open("r+b") as file:
        file.write(b"THE")
    return box.end(process)


# The cache.


def _with_cache(change: Callable[[Path], object], *, impl: str = "quick") -> Callable[[Sandbox], Ended]:
    def arrange(box: Sandbox) -> Ended:
        assert box.run(impl, repeats=1).code == 0
        before = box.results()
        (entry,) = [path for path in (box.cache / "corpora").iterdir() if _is_of(path, box)]
        change(entry)
        shutil.rmtree(box.out)
        ended = box.run(impl, repeats=1)
        after = box.results()
        assert before is not None
        assert after is not None
        assert [run.scores for run in before.runs] == [run.scores for run in after.runs], "other scores"
        box.note_finished()
        return ended

    return arrange


def _is_of(entry: Path, box: Sandbox) -> bool:
    return (entry / "words").exists() and "tiger" in (entry / "words").read_text()


def _flip(name: str) -> Callable[[Path], object]:
    def flip(entry: Path) -> None:
        data = bytearray((entry / name).read_bytes())
        data[len(data) // 2] ^= 4
        _put(entry / name, bytes(data))

    return flip


def _put(path: Path, data: bytes) -> None:
    was = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


for _name in ("tokens", "offsets", "counts", "words", "meta.json"):
    fault(CACHE, f"a bit of {_name} flips", codes=0, says="results.json", short=_name == "tokens")(
        _with_cache(_flip(_name))
    )
fault(CACHE, "tokens is cut in half", codes=0, says="results.json")(
    _with_cache(lambda entry: _put(entry / "tokens", (entry / "tokens").read_bytes()[::2][: 4 * 50]))
)
fault(CACHE, "meta.json is empty", codes=0, says="results.json")(
    _with_cache(lambda entry: _put(entry / "meta.json", b""))
)
fault(CACHE, "words is deleted", codes=0, says="results.json")(_with_cache(lambda entry: (entry / "words").unlink()))


@fault(CACHE, "all of it is deleted in mid-run", codes=0, says="results.json")
def _deleted(box: Sandbox) -> Ended:
    ended = _during(box, lambda: shutil.rmtree(box.cache))
    box.note_finished()
    return ended


@fault(CACHE, "its tokens are damaged in mid-run", codes=0, says="results.json")
def _damaged_later(box: Sandbox) -> Ended:
    def damage() -> None:
        for entry in (box.cache / "corpora").iterdir():
            if _is_of(entry, box):
                _flip("tokens")(entry)

    ended = _during(box, damage)
    found = box.results()
    assert found is not None
    assert len({str(run.scores) for run in found.runs}) <= 3
    return ended


@fault(CACHE, "compiled kernels are overwritten with garbage", codes=0, says="results.json")
def _kernels(box: Sandbox) -> Ended:
    kept = box.root / "kernels"
    box.variables["NUMBA_CACHE_DIR"] = str(kept)
    assert box.run("quick").code == 0
    files = [path for path in kept.rglob("*") if path.suffix in (".nbi", ".nbc")]
    assert files, "no kernels are kept"
    for path in files:
        path.write_bytes(b"garbage" * 50)
    shutil.rmtree(box.cache)
    shutil.rmtree(box.out)
    ended = box.run("quick")
    box.note_finished()
    return ended


# Results.


def _with_results(change: Callable[[Path], object], *command: str) -> Callable[[Sandbox], Ended]:
    def arrange(box: Sandbox) -> Ended:
        assert box.run("quick").code == 0
        change(box.out)
        before = (box.out / "results.json").read_bytes() if (box.out / "results.json").is_file() else None
        ended = box.bench(*command, str(box.out)) if command else box.bench(*box.plan(), "--resume")
        if ended.code == 2 and before is not None:
            assert (box.out / "results.json").read_bytes() == before, "a file that cannot be read is left alone"
        return ended

    return arrange


def _rewritten(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def rewrite(out: Path) -> None:
        data = json.loads((out / "results.json").read_text())
        change(data)
        (out / "results.json").write_text(json.dumps(data))

    return rewrite


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda out: (out / "results.json").write_bytes(data)


def _cut_in_half(out: Path) -> None:
    path = out / "results.json"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


_DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut in half": _cut_in_half,
    "empty": _bytes(b""),
    "bytes that are no text": _bytes(bytes(range(256)) * 20),
    "a list": _bytes(b"[]"),
    "nested a hundred thousand deep": _bytes(b"[" * 100_000),
}
for _what, _change in _DAMAGE.items():
    for _verb, _command in {"report": ("report",), "run --resume": ()}.items():
        fault(
            RESULTS, f"results.json is {_what}: {_verb}", codes=2, says=r"is no results file",
            short=_what == "cut in half",
        )(_with_results(_change, *_command))  # fmt: skip


def _future(data: dict[str, object]) -> None:
    data["schema_version"] = 1
    data["invented_later"] = {"deep": [1, 2, 3]}
    for run in data["runs"]:  # type: ignore[attr-defined]
        run["watts"] = 12.5


fault(RESULTS, "results.json has fields of a later version: report", codes=0, says="report.html")(
    _with_results(_rewritten(_future), "report")
)
fault(RESULTS, "results.json is of schema 2, from the future: report", codes=0, says="report.html")(
    _with_results(_rewritten(lambda data: data.update(schema_version=2)), "report")
)
fault(RESULTS, "the environment in results.json holds nonsense: report", codes=0, says="report.html")(
    _with_results(_rewritten(lambda data: data.update(environment={"cpu": 5, "packages": [], "gpus": "no"})), "report")
)


def _clobber_record(out: Path) -> None:
    next(out.glob("runs/*/record.json")).write_text('{"status": "ok"')


fault(RESULTS, "a run's record is damaged: run --resume", codes=0, says="results.json")(_with_results(_clobber_record))
fault(RESULTS, "the runs' folders are deleted: run --resume", codes=0, says="results.json")(
    _with_results(lambda out: shutil.rmtree(out / "runs"))
)
fault(RESULTS, "the runs' folders are deleted: report", codes=0, says="report.html")(
    _with_results(lambda out: shutil.rmtree(out / "runs"), "report")
)


@fault(RESULTS, "results.json is deleted, the runs' folders are there: run --resume", codes=0, says="results.json")
def _only_runs(box: Sandbox) -> Ended:
    assert box.run("quick").code == 0
    (box.out / "results.json").unlink()
    time.sleep(0.1)
    return box.bench(*box.plan(), "--resume")


@fault(RESULTS, "a folder stands where the report's page belongs", codes=2, says="cannot write the report")
def _page_is_a_folder(box: Sandbox) -> Ended:
    (box.out / "report.html" / "mine").mkdir(parents=True)
    ended = box.run("quick")
    box.note_finished()
    assert (box.out / "report.html" / "mine").is_dir()
    return ended


@fault(RESULTS, "a link in the results' folder points elsewhere: run --fresh", codes=0, says="results.json")
def _link(box: Sandbox) -> Ended:
    mine = box.root / "work" / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    assert box.run("quick").code == 0
    shutil.rmtree(box.out / "figures")
    (box.out / "figures").symlink_to(mine)
    ended = box.bench(*box.plan(), "--fresh")
    box.note_finished()
    assert (mine / "thesis.txt").read_text() == "mine", "--fresh follows a link"
    return ended
