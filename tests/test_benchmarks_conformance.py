"""Conformance: a broken trainer fails the check that is meant for it and no other, and takes nothing down with it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.benchmarks.conformance.check import Findings, Outcome
from bench.benchmarks.conformance.checks import CHECKS
from bench.benchmarks.conformance.result import Result
from bench.benchmarks.conformance.run import examine, run_conformance, selected
from bench.benchmarks.conformance.structure import agreement, clustering
from bench.benchmarks.conformance.texts import STRANGERS, TEXTS, TOPICS, WORDS, topics
from bench.benchmarks.conformance.trial import Declaration, Made
from bench.benchmarks.conformance.trials import TRIALS
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.reports.conformance_table import sentence

PLUGIN = Path(__file__).with_name("broken_trainers.py")
OF_THE_FIRST = ["declares", "trains", "shape", "learns", "order", "progress", "output"]
"""Checks that look at the first trial alone: asked for together they cost no more than one of them."""
OF_SETTINGS = [*OF_THE_FIRST, "repeatable", "seed", "hyperparameters", "pauses", "corpus"]


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def failures(name: str, checks: list[str], **settings: Any) -> dict[str, Outcome]:
    outcomes = run_conformance(name, [PLUGIN], checks=checks, threads=2, **settings)
    assert {one.check for one in outcomes} == set(checks)
    return {one.check: one for one in outcomes if one.status == "fail"}


@pytest.mark.parametrize(
    ("name", "checks", "check", "words"),
    [
        ("shuffled-rows", OF_THE_FIRST, "order", "rows belong to other words"),
        ("ties-shuffled", OF_THE_FIRST, "order", "rows belong to other words"),
        ("no-operation", OF_THE_FIRST, "learns", "training changed no vector; nothing was learnt"),
        ("random-vectors", OF_THE_FIRST, "learns", "nothing was learnt: words that stand in the same sentences"),
        ("doubles", OF_THE_FIRST, "shape", "vectors() is float64, not float32"),
        ("segfault", OF_THE_FIRST, "trains", "its process was killed by SIGSEGV (Segmentation fault) in training"),
        ("goes-back", OF_THE_FIRST, "progress", "it went back from"),
        ("prints-garbage", OF_THE_FIRST, "output", "it prints bytes that are no text; it printed"),
        ("ignores-window", OF_SETTINGS, "hyperparameters", "window 1 changes nothing: the vectors are those of window"),
        ("trains-what-it-refuses", OF_SETTINGS, "hyperparameters", "skip-gram with negative sampling only”, but it tr"),
        ("ignores-seed", OF_SETTINGS, "seed", "seeds 1 and 2 gave the same vectors"),
        ("not-repeatable", OF_SETTINGS, "repeatable", "equal trainings with one thread and one seed gave different"),
        ("writes-into-the-corpus", OF_SETTINGS, "corpus", "it changed corpus.tokens; with arrays mapped from a file"),
        ("stops-after-a-third", [*OF_THE_FIRST, "epochs"], "epochs", "in the last eighth of the text only have not mo"),
        (
            "one-epoch-only",
            [*OF_THE_FIRST, "epochs"],
            "epochs",
            "three epochs move the vectors 1.0 times as far as one,",
        ),
        ("leaks", [*OF_THE_FIRST, "memory"], "memory", "it keeps 2."),
        ("stumbles-over-one-word", [*OF_THE_FIRST, "odd input"], "odd input", "one word: ZeroDivisionError"),
        ("loses-updates-in-threads", [*OF_THE_FIRST, "threads"], "threads", "with 2 threads"),
    ],
)
def test_a_broken_trainer_fails_in_what_is_broken_and_in_nothing_else(
    name: str, checks: list[str], check: str, words: str
) -> None:
    failed = failures(name, checks)
    assert set(failed) == {check}, failed
    assert words in failed[check].words
    assert failed[check].todo


@pytest.mark.slow
def test_a_trainer_that_hangs_is_stopped_with_what_it_started() -> None:
    failed = failures("hangs", ["trains", "learns"], timeout=12)
    assert set(failed) == {"trains"}
    assert "stopped in training after 12 s" in failed["trains"].words


@pytest.mark.slow
def test_one_that_does_not_stop_when_told_to_is_found_and_its_children_are_ended() -> None:
    failed = failures("does-not-stop", ["interrupt"])
    assert failed["interrupt"].words == (
        "it went on for 2 s after SIGTERM, and was killed; processes that it had started went on: sleep 614"
    )
    assert not any(process.info["cmdline"] == ["sleep", "614"] for process in psutil.process_iter(["cmdline"]))


@pytest.mark.slow
def test_what_is_left_behind_is_found_and_ended() -> None:
    failed = failures("leaves-things", ["tidy", "learns"])
    assert set(failed) == {"tidy"}
    assert "model.bin" in failed["tidy"].words
    assert ".corpus" in failed["tidy"].words
    assert "it left processes running: sleep 613" in failed["tidy"].words
    assert not any(process.info["cmdline"] == ["sleep", "613"] for process in psutil.process_iter(["cmdline"]))


def test_who_says_that_the_seed_settles_nothing_passes() -> None:
    checks = ["repeatable", "hyperparameters"]
    outcomes = run_conformance("says-it-is-not-repeatable", [PLUGIN], checks=checks)
    assert [one.status for one in outcomes] == ["not applicable"] * 2
    assert "it says that it cannot: takes its seed from the clock" in outcomes[0].words


def test_a_training_that_crashes_does_not_cost_the_others() -> None:
    failed = failures("crashes-on-small-windows", ["trains", "hyperparameters"])
    assert set(failed) == {"hyperparameters"}
    assert "window 1: its process was killed by SIGSEGV" in failed["hyperparameters"].words
    assert "alpha" not in failed["hyperparameters"].words


def test_what_cannot_run_here_is_told_and_does_not_conform() -> None:
    found = examine("absent", [PLUGIN])
    assert found.unavailable == "the package absent is not installed: pip install absent"
    assert not found.conforms
    assert [one.status for one in found.outcomes] == ["pass", *["not applicable"] * (len(CHECKS) - 1)]
    assert "cannot be checked here: the package absent" in sentence(found.as_json())


@pytest.mark.parametrize(
    ("name", "words"),
    [("nameless", "summary must be words, got ''; version() must be words, got 1.0"), ("refuses-all", "moon is not f")],
)
def test_what_a_trainer_says_of_itself_is_looked_at(name: str, words: str) -> None:
    failed = failures(name, ["declares"])
    assert words in failed["declares"].words


def test_wrong_usage_is_an_input_error() -> None:
    with pytest.raises(InputError, match="did you mean order"):
        run_conformance("numpy", checks=["ordr"])
    with pytest.raises(InputError, match="there is no implementation 'nump'; did you mean numpy"):
        selected(["nump"], [])
    with pytest.raises(InputError, match="name an implementation with --impl, or a file"):
        selected([], [])
    with pytest.raises(InputError, match="window is set by the checks"):
        run_conformance("numpy[window=3]")
    with pytest.raises(InputError, match="has no option"):
        run_conformance("gensim[depth=3]", checks=["declares"])


def test_a_plug_in_that_ends_the_process_ends_its_own_only(tmp_path: Path) -> None:
    (tmp_path / "quits.py").write_text("import os\nos._exit(0)\n")
    with pytest.raises(InputError, match=r"the plug-in cannot be loaded: .*ended with exit code 0"):
        selected([], [tmp_path / "quits.py"])


def test_the_command_prints_tables_or_json_and_tells_by_its_exit_code(tmp_path: Path) -> None:
    def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bench", "conformance", "--plugin", str(PLUGIN), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    good = bench("--impl", "sound", "--check", "trains,order", "--json")
    assert good.returncode == 0, good.stderr
    (document,) = json.loads(good.stdout)
    assert [(one["check"], one["status"]) for one in document["outcomes"]] == [("trains", "pass"), ("order", "pass")]
    bad = bench("--impl", "nameless", "--check", "declares")
    assert bad.returncode == 3
    assert "To do: Give the class" in " ".join(bad.stdout.split())
    assert "nameless does not conform: 1 failed" in bad.stdout
    assert list(tmp_path.iterdir()) == []
    assert bench("--impl", "soud").returncode == 2


# What the checks rest on.


def test_the_topics_are_known_and_cannot_be_shifted_into_one_another(tmp_path: Path) -> None:
    (tmp_path / "small.txt").write_text(TEXTS["small"].make())
    corpus = encode(tmp_path / "small.txt", min_count=1, cache=tmp_path / "cache")
    topic = {word: number for number, words in enumerate(topics()) for word in words}
    labels = np.array([topic[word] for word in corpus.vocabulary.words])
    assert np.bincount(labels).tolist() == [WORDS] * TOPICS
    assert len(set(corpus.vocabulary.counts.tolist())) == WORDS  # eight words for each count: ties everywhere
    for start, stop in zip(corpus.offsets, corpus.offsets[1:], strict=False):
        assert np.bincount(labels[corpus.tokens[start:stop]]).max() >= stop - start - STRANGERS
    for shift in range(1, len(labels)):
        shifted = np.roll(labels, shift)
        pairs = {(one, other) for one, other in zip(labels.tolist(), shifted.tolist(), strict=True)}
        assert len(pairs) > 2 * TOPICS  # no shift maps topics onto topics


def test_groups_are_seen_whatever_their_names_and_names_whatever_the_groups() -> None:
    random = np.random.default_rng(1)
    labels = np.repeat(np.arange(TOPICS), WORDS)
    grouped = random.normal(size=(TOPICS, 16))[labels] + 0.05 * random.normal(size=(len(labels), 16))
    assert clustering(grouped, WORDS) > 0.99
    assert agreement(grouped, labels.tolist()).min() == 1
    wrong = random.permutation(labels).tolist()
    assert agreement(grouped, wrong).mean() < 0.3
    assert clustering(random.normal(size=grouped.shape), WORDS) < 0.6


def test_quality_tells_a_planted_structure_from_noise() -> None:
    quality = next(check for check in CHECKS if check.name == "quality")
    words = [f"w{number}" for number in range(50)]

    class Kept(Result):
        def vectors(self, step: str) -> Any:
            return np.random.default_rng(1).normal(size=(len(words), 20)).astype(np.float32)

    from bench.benchmarks.conformance.planted_part import questions

    words = [word.lower() for word in questions().words]
    results = {"planted": Kept(made={"planted": Made(status="trained")})}
    verdict = quality.judge(Findings(Declaration(), results, {"planted": words}, 2))
    assert verdict.status == "fail"
    assert "planted analogies, at least" in verdict.words


def test_every_trial_is_looked_at_and_every_check_says_what_to_do() -> None:
    assert {trial for check in CHECKS for trial in check.trials} == set(TRIALS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.demand.endswith(".") and check.todo.endswith(".") for check in CHECKS)
