"""Learning curves: what a run with looks between its epochs measures, and what becomes of one that cannot."""

import importlib.util
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bench.benchmarks.measure import Timing, forget_peak_memory, peak_memory, timed
from bench.benchmarks.messages import as_flag
from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.plan_file import read_plan
from bench.benchmarks.records import Results, RunRecord
from bench.benchmarks.runner import run
from bench.benchmarks.store import load_results
from bench.datasets.catalogue import open_corpus
from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.evaluate import evaluate
from bench.evaluation.tasks import find_tasks

PLUGINS = tuple(Path(__file__).with_name(name) for name in ("pausing_trainers.py", "misbehaving_trainers.py"))
TASKS = ["wordsim-353"]


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of WordSim-353, so that there is something to score."""
    path = tmp_path_factory.mktemp("text") / "pairs.txt"
    lines = ("tiger cat book paper computer keyboard train car", "king queen bread butter doctor nurse love sex")
    path.write_text("\n".join(lines * 60))
    return path


@pytest.fixture
def plan(text: Path) -> Callable[..., Plan]:
    def make(impl: str | list[str], **settings: object) -> Plan:
        base = {"plugin": PLUGINS, "corpus": str(text), "tasks": TASKS, "repeats": 1, "vector_size": 8, "threads": 1}
        return make_plan({**base, "impl": impl, "epochs": 4, "learning_curve": True, **settings})

    return make


def pausing_trainers() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pausing_trainers", PLUGINS[0])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def only(results: Results) -> RunRecord:
    (record,) = results.runs
    assert record.status == "ok", record.reason
    return record


def test_every_epoch_is_a_point_whose_seconds_leave_the_looks_out(plan: Callable[..., Plan], tmp_path: Path) -> None:
    results = run(plan("pauses[sleep=0.05,look=0.5,burn=0.2]"), tmp_path)
    record, words = only(results), results.corpus.tokens
    assert [(point.epoch, point.words) for point in record.curve] == [(k, k * words) for k in (1, 2, 3, 4)]
    seconds = [point.train_seconds for point in record.curve]
    assert all(after - before >= 0.05 for before, after in zip([0.0, *seconds], seconds, strict=False))
    # Three looks took two seconds, of which six tenths of the processor's.
    assert 0.2 <= seconds[-1] < 1.2
    assert record.train_seconds == seconds[-1]
    assert record.cpu_seconds is not None
    assert record.cpu_seconds < 0.4
    assert record.words_per_second == pytest.approx(4 * words / seconds[-1])
    assert load_results(tmp_path) == results


def test_each_point_scores_the_vectors_of_its_epoch(plan: Callable[..., Plan], tmp_path: Path) -> None:
    asked = plan("pauses", seed=5)
    record = only(run(asked, tmp_path))
    made, vocabulary = pausing_trainers().made, open_corpus(asked.corpus, min_count=5).vocabulary
    for point in record.curve:
        vectors = made(5, point.epoch, (len(vocabulary), 8))
        (expected,) = evaluate(Embeddings(vocabulary.words, vectors, vocabulary.counts), find_tasks(TASKS))
        (score,) = point.scores
        assert score == replace(expected, sections={})
        assert score.value is not None
    assert [replace(score, sections={}) for score in record.scores] == record.curve[-1].scores
    assert len({point.scores[0].value for point in record.curve}) == 4
    assert list((tmp_path / "runs" / record.id).glob("*")) != []
    assert {path.name for path in (tmp_path / "runs" / record.id).iterdir()} == {"job.json", "log.txt", "record.json"}


def test_without_the_flag_nobody_looks(plan: Callable[..., Plan], tmp_path: Path) -> None:
    record = only(run(plan("pauses[look=9]", learning_curve=False), tmp_path))
    assert record.curve == []


def test_a_single_epoch_is_a_single_point(plan: Callable[..., Plan], tmp_path: Path) -> None:
    record = only(run(plan("pauses", epochs=1), tmp_path))
    assert [point.train_seconds for point in record.curve] == [record.train_seconds]


def test_copies_that_only_looks_make_do_not_count(plan: Callable[..., Plan], tmp_path: Path) -> None:
    assert only(run(plan("copies"), tmp_path)).transfer_seconds == 8.0


REASONS = {
    "silent": "it told of the ends of 0 epochs, not of all 4",
    "skips": "it told of the end of epoch 3 after that of epoch 1",
    "repeats": "it told of the end of epoch 1 after that of epoch 1",
    "diverges": "it diverged in epoch 2: not all vectors are finite; try a smaller alpha",
    "narrow": "vectors have shape (16, 7) after epoch 1, not (16, 8)",
}


def test_a_curve_with_a_hole_is_a_failed_run(plan: Callable[..., Plan], tmp_path: Path) -> None:
    results = run(plan([*REASONS, "pauses"]), tmp_path)
    records = {record.implementation: record for record in results.runs}
    assert records.pop("pauses").status == "ok"
    assert {name: record.reason for name, record in records.items()} == REASONS
    assert all(record.status == "failed" and not record.curve for record in records.values())


def test_a_trainer_that_does_not_pause_is_unsupported_and_not_started(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    results = run(plan("quick,pauses"), tmp_path)
    quick = next(record for record in results.runs if record.implementation == "quick")
    assert (quick.status, quick.reason) == ("unsupported", "no learning curve: quick does not pause between epochs")
    assert len(list((tmp_path / "runs").iterdir())) == 1
    assert only(run(plan("quick", learning_curve=False), tmp_path / "without")).status == "ok"


def test_what_looks_hold_is_not_the_trainer_s_memory(plan: Callable[..., Plan], tmp_path: Path) -> None:
    np.ones(50_000_000, np.uint8).sum()
    before = peak_memory()
    forget_peak_memory()
    if before is None or before - (peak_memory() or 0) < 25e6:
        pytest.skip("this system cannot forget a peak")
    light, heavy = (only(run(plan(f"pauses[heavy={size}]"), tmp_path / str(size))) for size in (0, 200))
    assert light.peak_memory_bytes is not None
    assert heavy.peak_memory_bytes is not None
    assert abs(heavy.peak_memory_bytes - light.peak_memory_bytes) < 50e6


def test_looks_change_nothing_of_a_real_run(plan: Callable[..., Plan], tmp_path: Path) -> None:
    with_looks, without = (
        run(plan("numpy", learning_curve=curve, save_vectors=True), tmp_path / str(curve)) for curve in (True, False)
    )
    files = [(tmp_path / name / (only(one).vectors or "")) for name, one in (("True", with_looks), ("False", without))]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert only(with_looks).scores == only(without).scores
    assert only(with_looks).configuration == only(without).configuration
    assert len(only(with_looks).curve) == 4


def test_a_finished_curve_is_kept_by_resume_and_mixed_with_nothing_else(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    first = run(plan("pauses"), tmp_path)
    again = run(plan("pauses", repeats=2), tmp_path, resume=True)
    assert again.runs[0] == first.runs[0]
    assert len(again.runs[1].curve) == 4
    with pytest.raises(InputError, match="learning_curve True, now False"):
        run(plan("pauses", repeats=2, learning_curve=False), tmp_path, resume=True)


def test_training_again_for_longer_times_excludes_a_curve(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        make_plan({"learning_curve": True, "timed_seconds": 3}, as_flag)
    assert "--learning-curve and --timed-seconds exclude each other" in str(caught.value)
    file = tmp_path / "plan.toml"
    file.write_text("learning-curve = true\nepochs = 3\n")
    assert make_plan(read_plan(file)).learning_curve


def test_a_clock_that_is_stopped_stands_still() -> None:
    with timed() as timing:
        time.sleep(0.02)
        timing.stop()
        assert timing.seconds >= 0.02
        begun = time.process_time()
        while time.process_time() < begun + 0.3:
            pass
        timing.stop()  # it stands already
        timing.resume()
        time.sleep(0.02)
    assert 0.04 <= timing.seconds < 0.3
    assert timing.cpu_seconds < 0.2
    shown = timing.seconds
    time.sleep(0.01)
    assert timing.seconds == shown
    assert Timing().seconds == 0.0
