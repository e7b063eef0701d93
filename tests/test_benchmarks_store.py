"""Results on disk: whole or not at all, resumed only where that is honest, and valid by the published schema."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.records import Results
from bench.benchmarks.runner import run
from bench.benchmarks.schema import results_schema, schema_text
from bench.benchmarks.store import OWNED, Store, default_directory, load_results
from bench.datasets.errors import InputError

PLUGIN = Path(__file__).with_name("misbehaving_trainers.py")
SCHEMA = Path(__file__).parent.parent / "docs" / "results.schema.json"


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Plan]:
    text = tmp_path / "tiny.txt"
    text.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)

    def make(impl: str = "quick", **settings: object) -> Plan:
        base = {"plugin": PLUGIN, "corpus": str(text), "tasks": "wordsim-353", "repeats": 1, "threads": 1}
        return make_plan({**base, "vector_size": 8, "impl": impl, **settings})

    return make


def trained(note: Path) -> list[str]:
    return note.read_text().split("\n")[:-1] if note.exists() else []


def test_results_are_not_overwritten_unasked(plan: Callable[..., Plan], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(plan(), out)
    before = (out / "results.json").read_bytes()
    with pytest.raises(InputError, match="already holds results; add --resume to finish them or --fresh"):
        run(plan(), out)
    assert (out / "results.json").read_bytes() == before


def test_fresh_deletes_what_a_benchmark_made_and_nothing_else(plan: Callable[..., Plan], tmp_path: Path) -> None:
    out = tmp_path / "out"
    old = run(plan(), out).runs[0].id
    (out / "figures").mkdir()
    (out / "report.md").write_text("old")
    (out / "notes.md").write_text("mine")
    new = run(plan(window=2), out, fresh=True).runs[0].id
    assert (out / "notes.md").read_text() == "mine"
    assert sorted(path.name for path in out.iterdir()) == ["notes.md", "results.json", "runs"]
    assert [path.name for path in (out / "runs").iterdir()] == [new]
    assert old != new
    made = {"results.json", "runs", "report.md", "report.html", "figures", "tables", "references.bib"}
    assert made == set(OWNED)


def test_fresh_spares_the_old_results_where_the_new_cannot_be_begun(plan: Callable[..., Plan], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(plan(), out)
    for settings in ({"corpus": "no-such-corpus"}, {"impl": "no-such-trainer"}, {"tasks": "no-such-task"}):
        with pytest.raises(InputError):
            run(plan(**settings), out, fresh=True)
    assert load_results(out).runs[0].status == "ok"


def test_resume_makes_what_is_missing_and_what_failed_only_if_asked(plan: Callable[..., Plan], tmp_path: Path) -> None:
    out, note = tmp_path / "out", tmp_path / "note"
    asked = plan(f"quick[note={note}],raises", repeats=2)
    first = run(asked, out)
    assert trained(note) == ["quick 1", "quick 2"]
    lost = next(record for record in first.runs if record.implementation == "quick" and record.round == 2)
    cut = first.model_copy(update={"runs": [record for record in first.runs if record is not lost]})
    (out / "results.json").write_text(cut.model_dump_json())
    (out / "runs" / lost.id / "record.json").unlink()
    second = run(asked, out, resume=True)
    assert trained(note) == ["quick 1", "quick 2", "quick 2"]
    assert [record.id for record in second.runs] == [record.id for record in first.runs]
    assert second.created == first.created
    for before, after in zip(first.runs, second.runs, strict=True):
        assert (before == after) == (before.id != lost.id)
    third = run(asked, out, resume=True, retry_failed=True)
    for before, after in zip(second.runs, third.runs, strict=True):
        assert (before.started == after.started) == (before.status == "ok")


def test_resume_may_add_implementations_and_values_of_a_grid(plan: Callable[..., Plan], tmp_path: Path) -> None:
    out, note = tmp_path / "out", tmp_path / "note"
    own = f"quick[note={note}]"
    first = run(plan(own, window=[2]), out)
    second = run(plan([own, "quick[scale=2]"], window=[2, 3]), out, resume=True)
    assert len(second.runs) == 4
    assert first.runs[0] in second.runs
    assert len(trained(note)) == 2, "the window that was trained is not trained again"
    with pytest.raises(InputError, match="--fresh"):
        run(plan(own, window=[3]), out, resume=True)


def test_runs_of_other_code_are_made_again(
    plan: Callable[..., Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, note = tmp_path / "out", tmp_path / "note"
    asked = plan(f"quick[note={note}]")
    first = run(asked, out)
    assert first.runs[0].code
    monkeypatch.setattr("bench.benchmarks.schedule.code", lambda *files: "another state")
    with pytest.warns(UserWarning, match="other code or versions made them: 1 of"):
        second = run(asked, out, resume=True)
    assert second.runs[0].code == "another state"
    assert len(trained(note)) == 2


def test_two_benchmarks_do_not_share_a_directory(plan: Callable[..., Plan], tmp_path: Path) -> None:
    with Store(tmp_path / "out").alone(), pytest.raises(InputError, match="another benchmark is writing to"):
        run(plan(), tmp_path / "out")
    assert run(plan(), tmp_path / "out").runs[0].status == "ok"


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = "import sys, time, pathlib; from bench.benchmarks.store import Store\n"
    code += "with Store(pathlib.Path(sys.argv[1])).alone(): print('locked', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(InputError, match="another benchmark"), Store(tmp_path).alone():
            pass
        holder.kill()
    with Store(tmp_path).alone():
        assert list(tmp_path.iterdir()) == []


def test_a_spent_budget_leaves_the_rest_to_resume(plan: Callable[..., Plan], tmp_path: Path) -> None:
    asked = plan("quick,quick[scale=2]", repeats=2)
    cut = run(asked.model_copy(update={"budget": 1e-9}), tmp_path / "out")
    assert cut.runs == []
    assert len(run(asked, tmp_path / "out", resume=True).runs) == 4


def test_resume_finds_a_run_whose_launcher_was_killed_before_it_could_list_it(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    out, note = tmp_path / "out", tmp_path / "note"
    asked = plan(f"quick[note={note}]")
    first = run(asked, out)
    (out / "results.json").write_text(first.model_copy(update={"runs": []}).model_dump_json())
    assert run(asked, out, resume=True).runs == first.runs
    assert trained(note) == ["quick 1"]


def test_results_of_before_a_setting_are_resumed_at_its_default(plan: Callable[..., Plan], tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(plan(), out)
    assert first.plan is not None
    older = {key: value for key, value in first.plan.items() if key not in ("timed_seconds", "learning_curve")}
    Store(out).write(first.model_copy(update={"plan": older}))
    with pytest.raises(InputError, match="timed_seconds"):
        run(plan(timed_seconds=0.1), out, resume=True)
    assert run(plan(), out, resume=True).runs == first.runs


def test_resume_may_add_rounds(plan: Callable[..., Plan], tmp_path: Path) -> None:
    first = run(plan(), tmp_path / "out")
    second = run(plan(repeats=2, timeout=60), tmp_path / "out", resume=True)
    assert second.runs[:1] == first.runs
    assert [record.round for record in second.runs] == [1, 2]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"window": 2}, "hyperparameters window 5, now 2"),
        ({"threads": 2}, "threads 1, now 2"),
        ({"impl": "quick[scale=2]"}, "impl"),
        ({"tasks": "simlex-999"}, "tasks"),
        ({"order_seed": 2}, "order_seed 1, now 2"),
        ({"seed": 5}, "seeds"),
    ],
)
def test_resume_refuses_other_settings(
    changed: dict[str, Any], message: str, plan: Callable[..., Plan], tmp_path: Path
) -> None:
    run(plan(), tmp_path / "out")
    before = (tmp_path / "out" / "results.json").read_bytes()
    with pytest.raises(InputError, match=message) as caught:
        run(plan(**changed), tmp_path / "out", resume=True)
    assert "--fresh" in str(caught.value)
    assert (tmp_path / "out" / "results.json").read_bytes() == before


def test_resume_refuses_another_corpus_and_another_machine(plan: Callable[..., Plan], tmp_path: Path) -> None:
    first = run(plan(), tmp_path / "out")
    (tmp_path / "tiny.txt").write_text("one two three four five\n" * 50)
    with pytest.raises(InputError, match=r"another corpus .*--fresh"):
        run(plan(), tmp_path / "out", resume=True)
    (tmp_path / "tiny.txt").unlink()
    elsewhere = {**first.environment, "cpu": {**first.environment["cpu"], "model": "Abacus 3"}}
    changed = first.model_copy(update={"environment": elsewhere})
    (tmp_path / "out" / "results.json").write_text(changed.model_dump_json())
    with pytest.raises(InputError, match=r"cpu model 'Abacus 3', now .*--fresh"):
        run(plan(corpus=_same_text(tmp_path)), tmp_path / "out", resume=True)


def _same_text(directory: Path) -> str:
    path = directory / "tiny.txt"
    path.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    return str(path)


def test_resume_where_there_is_nothing_begins(plan: Callable[..., Plan], tmp_path: Path) -> None:
    assert run(plan(), tmp_path / "out", resume=True).runs[0].status == "ok"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1}'])
def test_what_is_no_results_file_is_one_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(InputError, match="is no results file"):
        load_results(tmp_path)


def test_missing_results_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results in"):
        load_results(tmp_path)


@pytest.mark.parametrize("out", ["file", "file/below", "/proc/none"])
def test_a_place_that_cannot_hold_results_is_one_sentence(out: str, plan: Callable[..., Plan], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match=r"is a file; give a directory|cannot write to"):
        run(plan(), tmp_path / out)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written_is_one_sentence(plan: Callable[..., Plan], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(InputError, match="cannot write to"):
        run(plan(), tmp_path / "out")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_fails_the_run_and_leaves_nothing_half_written(small_disk: Path, plan: Callable[..., Plan]) -> None:
    record = run(plan("quick", vector_size=4000, save_vectors=True), small_disk / "out").runs[0]
    assert record.status == "failed"
    assert "No space left" in (record.reason or "")
    assert load_results(small_disk / "out").runs == [record]
    assert not [path for path in small_disk.rglob("*") if path.is_file() and path.suffix in (".bin", ".part")]


def test_a_disk_that_is_full_from_the_start_is_one_sentence(small_disk: Path, plan: Callable[..., Plan]) -> None:
    with contextlib.suppress(OSError), (small_disk / "hog").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 512)
    with pytest.raises(InputError, match=r"cannot (write|be written).*[Nn]o space left"):
        run(plan(), small_disk / "out")
    assert not [path for path in small_disk.rglob("*") if path.is_file() and path.name != "hog"]


def test_where_results_go_when_nobody_says(tmp_path: Path) -> None:
    def full(path: Path) -> Path:
        path.mkdir(parents=True)
        (path / "results.json").write_text("{}")
        return path

    assert default_directory("planted", again=False, parent=tmp_path) == tmp_path / "planted"
    assert default_directory("some/wiki.txt.gz", again=False, parent=tmp_path) == tmp_path / "wiki"
    assert default_directory("planted", again=True, parent=tmp_path) == tmp_path / "planted"
    first, second = full(tmp_path / "planted"), full(tmp_path / "planted-2")
    assert default_directory("planted", again=False, parent=tmp_path) == tmp_path / "planted-3"
    assert default_directory("planted", again=True, parent=tmp_path) == second != first


def test_the_published_schema_is_the_types_schema() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), (
        "python -m bench.benchmarks.schema > docs/results.schema.json"
    )
    jsonschema.Draft202012Validator.check_schema(results_schema())


def test_every_kind_of_result_is_valid(plan: Callable[..., Plan], tmp_path: Path) -> None:
    results = run(plan("quick,raises,absent,hangs", timeout=5, save_vectors=True), tmp_path / "out")
    assert {record.status for record in results.runs} == {"ok", "failed", "unavailable", "timeout"}
    document = json.loads((tmp_path / "out" / "results.json").read_text())
    jsonschema.validate(document, results_schema())
    broken = json.loads(json.dumps(document))
    broken["runs"][0]["status"] = "splendid"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, results_schema())


def test_a_later_version_s_file_is_read_and_valid(plan: Callable[..., Plan], tmp_path: Path) -> None:
    document = json.loads(run(plan(), tmp_path / "out").model_dump_json())
    expected = Results.model_validate(document)
    document["runs"][0] |= {"energy_joules": 3}
    document["runs"][0]["hyperparameters"]["subword"] = True
    document["corpus"]["language"] = "en"
    document["weather"] = "fine"
    assert Results.model_validate(document) == expected
    jsonschema.validate(document, results_schema())


def test_a_failed_write_keeps_the_earlier_file(tmp_path: Path, plan: Callable[..., Plan]) -> None:
    store = Store(tmp_path / "out")
    results = run(plan(), store.directory)
    before = (store.directory / "results.json").read_bytes()
    unwritable = results.model_copy(update={"command": object()})
    with pytest.raises(Exception, match="serialize"):
        store.write(unwritable)
    assert (store.directory / "results.json").read_bytes() == before
    assert [path.name for path in store.directory.iterdir() if path.name.startswith(".")] == []
