"""The history's store: nothing twice, nothing lost, nothing mixed that cannot be compared."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from bench.benchmarks.history.records import Entry
from bench.benchmarks.history.series import all_series
from bench.benchmarks.history.store import HISTORY, append, load
from bench.benchmarks.records import Results
from bench.datasets.errors import InputError

A, B = "a" * 40, "b" * 40
ENVIRONMENT = {
    "cpu": {"model": "Some CPU", "cores": 4, "affinity": [0, 1, 2, 3], "instruction_sets": ["avx2"], "mhz": 3000.0},
    "system": {"os": "Linux", "machine": "x86_64", "kernel": "6.1", "container": {"cpu_quota": "max 100000"}},
    "python": {"version": "3.11.7", "implementation": "CPython"},
    "packages": {"numba": "0.61.0"},
    "gpu": [],
    "git": {"revision": A, "dirty": False},
}


@pytest.fixture
def night(make_results):
    """Results of one night: (day of the month, words/s, …), with changes to the environment."""

    def make(day=1, speed=5e6, *, cpu=None, system=None, python=None, packages=None, git=None, gpu=None, **fields):
        environment = {
            **ENVIRONMENT,
            "cpu": {**ENVIRONMENT["cpu"], **(cpu or {})},
            "system": {**ENVIRONMENT["system"], **(system or {})},
            "python": {**ENVIRONMENT["python"], **(python or {})},
            "packages": {**ENVIRONMENT["packages"], **(packages or {})},
            "git": {**ENVIRONMENT["git"], **(git or {})},
            "gpu": gpu or [],
        }
        top = {name: fields.pop(name) for name in ("corpus", "plan") if name in fields}
        one = {"implementation": "numba", "speeds": [speed * 0.99, speed, speed * 1.01], "accuracy": 0.4, **fields}
        return make_results(one, environment=environment, created=f"2026-03-{day:02}T05:06:07Z", **top)

    return make


def speeds(store: Path) -> list[list[float]]:
    return [[point.value for point in one.points] for one in all_series(load(store), ["words_per_second"])]


def test_what_is_appended_is_read_back(night, tmp_path):
    appended = append(night(), tmp_path / "store")
    (entry,) = load(tmp_path / "store")
    assert entry == appended
    (configuration,) = entry.configurations
    words = configuration.metrics["words_per_second"]
    assert (words.value, words.values) == (5e6, (4.95e6, 5e6, 5.05e6))
    assert (words.low, words.high) == (4.95e6, 5.05e6)
    assert words.higher_is_better
    assert not configuration.metrics["peak_memory_bytes"].higher_is_better
    accuracy = configuration.metrics["google-30k/accuracy"]
    assert (accuracy.value, accuracy.low, accuracy.high) == tuple(pytest.approx(x) for x in (0.4, 0.38, 0.42))
    assert (entry.revision, entry.dirty, entry.corpus.name) == (A, False, "small")


def test_one_line_a_benchmark_and_only_ever_longer(night, tmp_path):
    append(night(1), tmp_path)
    before = (tmp_path / HISTORY).read_bytes()
    append(night(2), tmp_path)
    after = (tmp_path / HISTORY).read_bytes()
    assert after.startswith(before)
    assert [json.loads(line)["history_version"] for line in after.splitlines()] == [1, 1]


def test_the_same_benchmark_does_not_count_twice(night, tmp_path):
    results = night()
    append(results, tmp_path)
    with pytest.raises(InputError, match="already"):
        append(results, tmp_path, revision=B)
    resumed = results.model_copy(update={"runs": [*results.runs, results.runs[0].model_copy(update={"round": 4})]})
    with pytest.raises(InputError, match="already"):
        append(resumed, tmp_path)
    assert len(load(tmp_path)) == 1


def test_without_a_finished_run_or_a_commit_nothing_is_appended(make_results, night, tmp_path):
    failed = make_results({"implementation": "a", "failures": {1: ("failed", "broken")}}, environment=ENVIRONMENT)
    with pytest.raises(InputError, match="no finished run"):
        append(failed, tmp_path)
    with pytest.raises(InputError, match="--revision"):
        append(night(git={"revision": None}), tmp_path)
    with pytest.raises(InputError, match="git knows no commit"):
        append(night(), tmp_path, revision="no-such-branch")
    assert not (tmp_path / HISTORY).exists()


def test_failures_beside_finished_runs_are_kept(night, tmp_path):
    append(night(failures={4: ("timeout", "slow"), 5: ("timeout", "slow")}), tmp_path)
    (failure,) = load(tmp_path)[0].failures
    assert (failure.status, failure.reason, failure.runs) == ("timeout", "slow", 2)


APPEND = """
import sys
from pathlib import Path
from bench.benchmarks.history.store import append
from bench.benchmarks.records import Results
for line in sys.stdin:
    append(Results.model_validate_json(line), Path(sys.argv[1]))
"""


def test_processes_that_append_at_once_lose_and_mix_nothing(night, tmp_path):
    nights = [night(day, speed=day * 1e6).model_dump_json() for day in range(1, 13)]
    command = [sys.executable, "-c", APPEND, str(tmp_path)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(2)]
    for worker, share in zip(workers, (nights[0::2], nights[1::2]), strict=True):
        worker.stdin.write("\n".join(share))
        worker.stdin.close()
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    assert [entry.created.day for entry in load(tmp_path)] == list(range(1, 13))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_line_that_was_cut_short_is_left_out_then_removed(night, tmp_path, kept):
    append(night(1), tmp_path)
    append(night(2), tmp_path)
    file = tmp_path / HISTORY
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1][: int(kept * len(lines[1]))])
    with pytest.warns(UserWarning, match="cut short and is left out"):
        assert [entry.created.day for entry in load(tmp_path)] == [1]
    with pytest.warns(UserWarning, match="cut short and is removed"):
        append(night(3), tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [entry.created.day for entry in load(tmp_path)] == [1, 3]


def test_a_whole_line_without_its_newline_is_kept(night, tmp_path):
    append(night(1), tmp_path)
    file = tmp_path / HISTORY
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    append(night(2), tmp_path)
    assert [entry.created.day for entry in load(tmp_path)] == [1, 2]


def test_a_conflict_of_a_merge_is_pointed_at(night, tmp_path):
    append(night(1), tmp_path)
    file = tmp_path / HISTORY
    line = file.read_text()
    file.write_text(line + "<<<<<<< ours\n" + line)
    with pytest.raises(InputError, match="line 2"):
        load(tmp_path)
    with pytest.raises(InputError, match="line 2"):
        append(night(2), tmp_path)
    assert file.read_text().count("\n") == 3, "nothing was written"


def test_a_store_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="append results first"):
        load(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot append"):
        append(Results.model_validate(minimal()), tmp_path / "file", revision=A)


def minimal() -> dict:
    run = {
        "id": "a", "implementation": "a", "status": "ok", "model": "skipgram", "loss": "ns", "hyperparameters": {},
        "threads": 1, "device": "cpu", "seed": 1, "round": 1, "words_per_second": 1e6,
    }  # fmt: skip
    corpus = {"name": "c", "sha256": "00", "tokens": 1, "vocabulary_size": 1, "sentences": 1, "source_tokens": 1}
    return {"created": "2026-03-04T05:06:07Z", "environment": {}, "corpus": corpus, "runs": [run]}


def test_results_that_say_little_of_their_machine_are_taken(tmp_path):
    append(Results.model_validate(minimal()), tmp_path, revision=A)
    (one,) = all_series(load(tmp_path))
    assert "unknown processor" in one.machine


def test_lines_of_a_later_version_are_read(night, tmp_path):
    append(night(1), tmp_path)
    file = tmp_path / HISTORY
    later = {**json.loads(file.read_text()), "history_version": 9, "moon": "full", "digest": "other"}
    with file.open("a") as stream:
        stream.write(json.dumps(later) + "\n")
    assert [entry.history_version for entry in load(tmp_path)] == [1, 9]


@pytest.mark.parametrize(
    "other",
    [
        {"cpu": {"model": "Another CPU"}}, {"cpu": {"cores": 8}}, {"cpu": {"affinity": [0, 1]}},
        {"cpu": {"instruction_sets": ["avx2", "avx512f"]}}, {"python": {"version": "3.12.1"}},
        {"system": {"machine": "aarch64"}}, {"system": {"container": {"cpu_quota": "200000 100000"}}},
        {"corpus": {"sha256": "cd" * 32}}, {"threads": 1}, {"hyperparameters": {"vector_size": 300}},
        {"hyperparameters": {"window": 10}}, {"implementation": "gensim"},
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_another_series(night, tmp_path, other):
    append(night(1), tmp_path)
    append(night(2, **other), tmp_path)
    assert len(speeds(tmp_path)) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"packages": {"numba": "0.62.0"}}, {"python": {"version": "3.11.9"}}, {"cpu": {"mhz": 2000.0}},
        {"system": {"kernel": "6.2"}}, {"gpu": [{"name": "H200"}]}, {"version": "2.0"},
        {"system": {"container": {"cpu_quota": None}}}, {"seed": 7},
    ],
)  # fmt: skip
def test_what_a_history_is_kept_for_stays_in_one_series(night, tmp_path, other):
    append(night(1), tmp_path)
    append(night(2, git={"revision": B}, **other), tmp_path)
    assert speeds(tmp_path) == [[5e6, 5e6]]


def test_runs_on_another_gpu_are_another_series(night, tmp_path):
    append(night(1, device="cuda:0", gpu=[{"name": "H100"}]), tmp_path)
    append(night(2, device="cuda:0", gpu=[{"name": "H200"}]), tmp_path)
    assert len(speeds(tmp_path)) == 2


def test_an_option_is_part_of_the_name_where_it_was_asked_for(night, tmp_path):
    options = {"negatives": "window:3"}
    append(night(1, options=options, plan={"impl": ["numba"]}), tmp_path)
    changed_default = {"negatives": "pair"}
    append(night(2, options=changed_default, plan={"impl": []}, git={"revision": B}), tmp_path)
    asked = {"impl": ["numba[negatives=pair],gensim"]}
    append(night(3, options=changed_default, plan=asked), tmp_path)
    found = {one.configuration: len(one.points) for one in all_series(load(tmp_path), ["words_per_second"])}
    assert found == {"numba/small/skipgram-ns/d100/t2": 2, "numba[negatives=pair]/small/skipgram-ns/d100/t2": 1}


def test_benchmarks_of_one_commit_are_pooled_but_not_with_a_changed_tree(night, tmp_path):
    append(night(1, 4e6), tmp_path)
    append(night(2, 5e6), tmp_path)
    append(night(3, 9e6, git={"dirty": True}), tmp_path)
    (one,) = all_series(load(tmp_path), ["words_per_second"])
    assert [(point.label, len(point.values)) for point in one.points] == [("aaaaaaa", 6), ("aaaaaaa+", 3)]
    assert one.points[0].value == pytest.approx((4.04e6 + 4.95e6) / 2)
    (scores,) = all_series(load(tmp_path), ["google-30k"])
    assert (scores.points[0].value, scores.points[0].low) == (pytest.approx(0.4), pytest.approx(0.38))


def test_commits_stand_in_the_order_in_which_they_were_made(night, tmp_path):
    """Not in that of their benchmarks: an old commit may be measured late."""
    repository = tmp_path / "repository"
    repository.mkdir()

    def git(*arguments, date="2026-01-01T00:00:00+00:00"):
        variables = {"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date, "PATH": "/usr/bin:/bin"}
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        return subprocess.run(
            command, cwd=repository, env=variables, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q", "-b", "main")
    for day in (1, 2, 3):
        git("commit", "-q", "--allow-empty", "-m", str(day), date=f"2026-02-0{day}T12:00:00+02:00")
    for day, revision in ((10, "main"), (11, "main~2"), (12, "main~1")):
        append(night(day, speed=day * 1e6), tmp_path / "store", revision=revision, repository=repository)
    entries = load(tmp_path / "store")
    assert [entry.revision for entry in entries] == [git("rev-parse", name) for name in ("main~2", "main~1", "main")]
    assert entries[0].committed.isoformat() == "2026-02-01T12:00:00+02:00"
    assert speeds(tmp_path / "store") == [[11e6, 12e6, 10e6]]


def test_a_metric_that_is_not_there_is_an_error(night, tmp_path):
    append(night(), tmp_path)
    with pytest.raises(InputError, match="no simlex-999/spearman"):
        all_series(load(tmp_path), ["simlex-999"])
    with pytest.raises(InputError, match="words_per_second"):
        all_series(load(tmp_path), ["words_per_secund"])


def test_an_entry_holds_no_more_than_it_says(night, tmp_path):
    """The store may be public: nothing of the environment but what the format names."""
    entry = append(night(), tmp_path)
    assert set(json.loads((tmp_path / HISTORY).read_text())) == set(Entry.model_fields)
    assert "kernel" not in entry.model_dump_json()
