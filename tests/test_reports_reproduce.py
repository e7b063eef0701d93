"""The commands that make everything again, and the line that says what was trained where."""

import shlex

import pytest

from bench.reports.reproduce import steps
from bench.reports.setting import setting
from bench.reports.summary import summarise

ENVIRONMENT = {
    "cpu": {"model": "Some CPU", "cores": 4},
    "packages": {
        "word2vec-bench": "0.1.0", "numpy": "2.4.6", "numba": "0.68.1", "torch": "2.13.0+cu130", "triton": "3.7.1",
        "fasttext": "0.9.3",
    },
    "python": {"version": "3.11.7"},
    "gpu": [{"name": "Some GPU", "memory.total": "80 GB"}],
}  # fmt: skip
X = {"implementation": "x", "speeds": [5.0], "accuracy": 0.3}


def commands(results):
    return {step.what: shlex.split(step.command) for step in steps(summarise(results))}


def of(results, beginning):
    (command,) = [command for what, command in commands(results).items() if what.startswith(beginning)]
    return command


def test_the_versions_that_ran_are_installed_and_no_others(make_results):
    command = of(make_results(X, environment=ENVIRONMENT), "Install with Python 3.11.7")
    assert command == ["pip", "install", "word2vec-bench==0.1.0", "numpy==2.4.6", "numba==0.68.1"]


def test_torch_is_asked_for_as_an_index_knows_it_where_it_ran(make_results):
    on_cpu = {**X, "implementation": "torch"}
    assert of(make_results(on_cpu, environment=ENVIRONMENT), "Install")[-1:] == ["torch==2.13.0"]
    on_gpu = {**on_cpu, "device": "cuda:0"}
    assert of(make_results(on_gpu, environment=ENVIRONMENT), "Install")[-2:] == ["torch==2.13.0", "triton==3.7.1"]


def test_runs_from_a_checkout_name_its_commit_and_whether_that_is_all(make_results):
    git = {"revision": "ab" * 20, "dirty": True}
    found = commands(make_results(X, environment={**ENVIRONMENT, "git": git}))
    (what,) = [what for what in found if what.startswith("Install")]
    assert "uncommitted changes" in what
    assert found[what][:3] == ["git", "checkout", "ab" * 20]
    assert found[what][3:7] == ["pip", "install", "-e", "."]


def test_saved_vectors_are_scored_on_the_tasks_of_the_plan(make_results):
    plan = {"tasks": ["google-30k", "my questions.txt"]}
    assert not any("evaluate" in command for command in commands(make_results(X, plan=plan)).values())
    saved = {**X, "extra": {"vectors": "runs/x/vectors.bin"}}
    bench = ["python", "-m", "bench", "evaluate", "."]
    tasks = ["--tasks", "google-30k,my questions.txt"]
    assert of(make_results(saved, plan=plan), "Score") == [*bench, *tasks]
    assert of(make_results(saved, plan=plan), "Compare") == [*bench[:-1], "--compare", ".", *tasks]
    assert of(make_results(saved), "Score") == [*bench, "--tasks", "google-30k"], "early results hold no plan"


def test_the_benchmark_and_the_report_are_made_again(make_results):
    results = make_results(X, command="python -m bench run --impl 'x[a=b]' --out here")
    assert of(results, "Train")[-4:] == ["--impl", "x[a=b]", "--out", "here"]
    assert of(results, "Write") == ["python", "-m", "bench", "report", "."]


@pytest.mark.parametrize("environment", [{}, {"packages": None, "git": None, "python": "3", "cpu": "fast"}])
def test_what_was_not_recorded_is_left_out(make_results, environment):
    results = make_results(environment=environment, command=None)
    assert commands(results) == {"Install": ["pip", "install", "word2vec-bench"]}
    assert setting(summarise(results)) == "1,000,000 words of text, 12,345 different ones."


def test_the_setting_tells_what_all_rows_share(make_results):
    both = [{**X, "hyperparameters": {"window": 5, "vector_size": size}} for size in (100, 300)]
    assert setting(summarise(make_results(*both, environment=ENVIRONMENT))) == (
        "1,000,000 words of text, 12,345 different ones, skip-gram, negative sampling, window 5, 5 epochs, 2 threads. "
        "Some CPU, 4 cores."
    )


def test_the_gpu_is_named_where_it_was_used(make_results):
    text = setting(summarise(make_results({**X, "device": "cuda:0"}, environment=ENVIRONMENT)))
    assert text.endswith(" Some CPU, 4 cores, Some GPU.")


def test_merged_results_name_their_directories(make_results):
    environment = {**ENVIRONMENT, "sources": [{"directory": "results/a"}, {"directory": "results/b c"}]}
    assert of(make_results(X, environment=environment), "Write")[-2:] == ["results/a", "results/b c"]


def test_a_log_is_named_where_it_lies(make_results):
    lost = {"implementation": "x", "failures": {1: ("failed", "a"), 2: ("unavailable", "b")}}
    results = make_results(lost)
    failed, absent = results.runs
    logs = {failure.reason: failure.logs for failure in summarise(results).failures}
    assert logs == {"a": (f"runs/{failed.id}/log.txt",), "b": ()}, "what was not started wrote nothing"
    moved = summarise(results, logs={failed.id: "../a/log.txt", absent.id: "../b/log.txt"})
    assert [failure.logs for failure in moved.failures] == [("../a/log.txt",), ()]
    merged = make_results(lost, environment={"sources": []})
    assert [failure.logs for failure in summarise(merged).failures] == [(), ()]
