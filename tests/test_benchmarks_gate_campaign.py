"""The gate's campaign: what is recorded, and what gates cut from made-up rounds decide."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bench.benchmarks.gate.measurement import Measured, read_rounds
from bench.benchmarks.gate.run import until_decided
from bench.benchmarks.gate.settings import Settings
from bench.benchmarks.gate.verdict import Gate, judge
from bench.benchmarks.gate_campaign import OTHER_SEED, SLOWED, arms, main, record
from bench.benchmarks.gate_cut_tables import tables
from bench.benchmarks.gate_cuts import Comparison, comparisons, complete, cut
from bench.benchmarks.job import Job
from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.probe import Observation
from bench.benchmarks.records import RunRecord
from bench.datasets.catalogue import open_corpus
from bench.datasets.errors import InputError
from bench.evaluation.score import Score
from bench.implementations import registry
from bench.implementations.hyperparameters import Hyperparameters

TRAINERS = Path(__file__).with_name("misbehaving_trainers.py")
EFFECTS = {
    "base": (1.0, 0.0), "control": (1.0, 0.0), "head": (1.0, 0.0), "slower-0.1": (1 / 1.1, 0.0),
    "slower-0.2": (1 / 1.2, 0.0), "half-alpha": (1.0, -0.3), "other-seed": (1.0, 0.0),
}  # fmt: skip
"""By arm: what it makes of the speed and of the score."""


def campaign(n: int = 40, *, noise: float = 0.02, foreign: float = 0.0, arms: Any = EFFECTS) -> list[Measured]:
    """Rounds of a machine that drifts, with noise of each run; a run takes 5 s and its probe 1 s."""
    random = np.random.default_rng(1)
    found, drift = [], 0.0
    for number in range(1, n + 1):
        drift += random.normal(0, 10 * noise)
        for arm in arms:
            slower, worse = EFFECTS[arm]
            speed = float(1e6 * slower * np.exp(drift + random.normal(0, noise)))
            # Another seed moves a score more than the order of threads does.
            score = 0.6 + worse + random.normal(0, 0.006 if arm == "other-seed" else 0.002)
            found.append(measured(arm, number, speed, score, foreign))
    return found


def measured(arm: str, number: int, speed: float, score: float, foreign: float) -> Measured:
    record = RunRecord(
        id="a", implementation="numba", status="ok", model="skipgram", loss="ns", hyperparameters=Hyperparameters(),
        threads=1, device="cpu", seed=number, round=number, words_per_second=speed, train_seconds=1.5e6 / speed,
        peak_memory_bytes=1 << 28, scores=[Score("google-30k", "accuracy", score, 100, 100)],
    )  # fmt: skip
    return Measured(arm, "numba", number, record, Observation(1.0, foreign=foreign, seconds=5.0))


def verdicts(rounds: list[Measured], comparison: Comparison) -> set[str]:
    return {one.gate.verdict for one in cut(complete(rounds), comparison)}


def test_equal_arms_are_ok_and_slower_ones_caught() -> None:
    rounds = campaign()
    assert verdicts(rounds, Comparison("equal", gates=10)) == {"ok"}
    assert verdicts(rounds, Comparison("20 %", "slower-0.2", gates=6)) == {"regression"}
    assert verdicts(rounds, Comparison("20 %, computed", stretch=0.2, gates=6)) == {"regression"}


def test_a_quality_loss_is_caught_and_another_seed_is_none() -> None:
    rounds = campaign()
    found = cut(complete(rounds), Comparison("alpha", "half-alpha", gates=5))
    assert {one.gate.quality["numba/google-30k"].verdict for one in found} == {"regression"}
    assert {one.gate.speed["numba/words_per_second"].verdict for one in found} == {"ok"}
    assert verdicts(rounds, Comparison("seed", "other-seed", gates=5)) == {"ok"}


def test_gates_follow_time_and_draw_the_names_of_equal_arms() -> None:
    rounds = complete(campaign(33, noise=0.03))
    comparison = Comparison("equal", gates=4)
    found = cut(rounds, comparison)
    ratios = [one.gate.speed["numba/words_per_second"].ratio for one in found]
    assert len(set(ratios)) == 4
    assert [one.gate for one in cut(rounds, comparison)] == [one.gate for one in found]
    assert [one.gate for one in cut(rounds, comparison, seed=2)] != [one.gate for one in found]
    # An arm that differs is now base, now control, now head, so that gates between equals see no difference.
    odd = [replace(one, round=one.round + 100) for one in campaign(10, noise=0.001)]
    odd = [
        replace(one, record=one.record.model_copy(update={"words_per_second": 5e5})) if one.arm == "head" else one
        for one in odd
    ]
    assert judge(odd, Settings(), base="", head="").verdict == "regression"
    assert "regression" not in verdicts(odd, Comparison("equal", gates=3))
    # The third gate of four begins at round 2 of 3 + 30, and ends after ten.
    assert found[2].gate.conditions.rounds == 10


def test_a_stretched_arm_is_slower_by_exactly_that() -> None:
    (found,) = cut(complete(campaign(10, noise=0.0)), Comparison("10 %", stretch=0.1, gates=1, timed=True))
    assert found.gate.speed["numba/words_per_second"].ratio == pytest.approx(1 / 1.1)
    assert found.gate.verdict == "regression"
    assert (found.rounds, dict(found.speed_at)) == (10, {10: True})
    # Three arms of 6 s, ten rounds and the one that compiles.
    assert found.seconds == pytest.approx(3 * 6 * 11)


def test_gates_end_as_the_gate_does() -> None:
    noisy = complete(campaign(32, noise=0.2))
    assert {one.rounds for one in cut(noisy, Comparison("equal", gates=1))} == {30}
    assert {one.rounds for one in cut(noisy[:12], Comparison("equal", gates=1))} == {12}
    with pytest.raises(InputError, match=r"9 complete rounds are too few.* 10"):
        cut(noisy[:9], Comparison("equal"))
    ok, undecided = (judge(campaign(10, noise=noise), Settings(), base="", head="") for noise in (0.001, 0.4))
    looks: list[int] = []

    def look(number: int) -> Gate:
        looks.append(number)
        return ok if number == 16 else undecided

    assert until_decided(look, 6, 30) == (16, ok)
    assert looks == [6, 11, 16]
    assert until_decided(look, 6, 8)[0] == 8


def test_a_round_counts_when_all_its_arms_ran() -> None:
    rounds = campaign(5)
    torn = [one for one in rounds if (one.round, one.arm) not in {(2, "head"), (5, "base")}]
    assert [each[0].round for each in complete([*torn[20:], *torn[:20]])] == [1, 3, 4]


def test_what_is_compared_depends_on_the_arms() -> None:
    assert [one.title for one in comparisons({"base", "control", "head"})][:2] == ["equal", "7.5 % slower (computed)"]
    titles = [one.title for one in comparisons(set(EFFECTS))]
    assert titles == [
        "equal", "7.5 % slower (computed)", "10 % slower", "15 % slower (computed)", "20 % slower", "alpha × 0.5",
        "another seed",
    ]  # fmt: skip


def cells(text: str, title: str) -> list[str]:
    """The first row of a table that begins so, without its title."""
    row = next(line for line in text.splitlines() if line.startswith(f"| {title} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][1:]


def test_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rounds, loaded = campaign(12), campaign(10, foreign=0.5, arms=("base", "control", "head"))
    text = tables(rounds, loaded, equal_gates=3, gates=1)
    assert cells(text, "equal") == [
        "3", "3", "0", "0", "3 / 0 / 0 / 0", "3 / 0 / 0 / 0", "3 / 0 / 0 / 0", "10 (10)", "3.3 (3.3)"
    ]  # fmt: skip
    assert cells(text, "20 % slower")[1:5] == ["0", "1", "0", "0 / 1 / 0 / 0"]
    assert cells(text, "alpha × 0.5")[1:7] == ["0", "1", "0", "1 / 0 / 0 / 0", "1 / 0 / 0 / 0", "0 / 1 / 0 / 0"]
    # Exit 5 and not 4, even for what is slower.
    for title in ("under load, equal", "under load, 10 % slower (computed)"):
        assert cells(text, title)[:5] == ["1", "0", "0", "1", "0 / 0 / 0 / 1"]
    assert cells(text[text.index("Regressions in words/s") :], "20 % slower") == ["100 %"] * 2
    assert cells(text[text.index("Regressions in words/s") :], "equal") == ["0 %"] * 2
    assert "12 rounds recorded, 1 different first rounds of gates, 0 rounds disturbed" in text
    assert "10 rounds recorded, 1 different first rounds of gates, 10 rounds disturbed" in text
    few = tmp_path / "few.jsonl"
    few.write_text("".join(one.line() + "\n" for one in rounds[:14]))
    assert main(["cut", str(few)]) == 2
    assert "2 complete rounds are too few" in capsys.readouterr().err


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    text = tmp_path / "tiny.txt"
    text.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    return make_plan(
        {"impl": "quick[sleep=0.1]", "plugin": TRAINERS, "corpus": str(text), "threads": 1, "tasks": "wordsim-353"}
    )


def test_the_slowed_trainer_burns_a_share_of_the_time(plan: Plan) -> None:
    registry.load_plugin(TRAINERS)
    registry.load_plugin(SLOWED)
    corpus = open_corpus(plan.corpus, min_count=5)
    seconds, vectors = {}, {}
    for extra in (0.0, 0.5):
        trainer = registry.create("slowed", {"of": "quick", "extra": extra, "sleep": 0.4})
        assert trainer.options == {"of": "quick", "extra": extra, "scale": 1.0, "sleep": 0.4, "note": ""}
        trainer.prepare(corpus, Hyperparameters(), threads=1, seed=3, device="cpu")
        start = time.perf_counter()
        trainer.train(lambda done, words: None)
        seconds[extra] = time.perf_counter() - start
        vectors[extra] = trainer.vectors()
        assert trainer.compile_seconds == 0.25
        assert trainer.trained_words == corpus.n_tokens * 5 // 2
    assert seconds[0.0] >= 0.4
    assert seconds[0.5] >= 0.6
    assert (vectors[0.0] == vectors[0.5]).all()
    with pytest.raises(InputError, match="extra must not be below 0"):
        registry.create("slowed", {"extra": -1})


def test_arms_differ_by_what_their_names_say(plan: Plan, tmp_path: Path) -> None:
    job = Job(
        id="a", configuration="", implementation="quick", options={"sleep": 0.1}, hyperparameters=Hyperparameters(),
        threads=1, seed=7, round=7, device="cpu", corpus=plan.corpus, corpus_sha256="", cores=None, tasks=[],
        plugins=[], save_vectors=False, directory=tmp_path,
    )  # fmt: skip
    chosen = arms(plan, load=False)
    changes = {}
    for arm in chosen:
        changed = arm.change(job) if arm.change else job
        before, after = (
            {**one.model_dump(exclude={"hyperparameters"}), **one.hyperparameters.model_dump()}
            for one in (job, changed)
        )
        changes[arm.name] = {key: after[key] for key in after if after[key] != before[key]}
    assert changes == {
        "base": {},
        "control": {},
        "head": {},
        "slower-0.05": {"implementation": "slowed", "options": {"sleep": 0.1, "of": "quick", "extra": 0.05}},
        "slower-0.1": {"implementation": "slowed", "options": {"sleep": 0.1, "of": "quick", "extra": 0.1}},
        "half-alpha": {"alpha": 0.0125},
        "flat-noise": {"ns_exponent": 0.0},
        "other-seed": {"seed": OTHER_SEED + 7},
    }
    assert {arm.side for arm in chosen} == {chosen[0].side}
    assert [arm.name for arm in arms(plan, load=True)] == ["base", "control", "head"]


def test_recording_goes_on_under_load(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "loaded.jsonl"
    chosen = [arm for arm in arms(plan, load=False) if arm.name in ("base", "slower-0.1")]
    out.write_text("".join(one.line() + "\n" for one in campaign(2, arms=("base", "slower-0.1"))[:-1]))
    with pytest.raises(InputError, match="other arms or implementations"):
        record(plan, chosen, out, rounds=2, load=True)
    earlier = [replace(one, cell="quick") for one in read_rounds(out)]
    out.write_text("".join(one.line() + "\n" for one in earlier))
    busy: list[float] = []

    def tell(line: str) -> None:
        for child in psutil.Process().children():
            if "while True" in " ".join(child.cmdline()):
                busy.append(child.cpu_times().user)
                assert child.cpu_affinity() == [max(os.sched_getaffinity(0))]

    record(plan, chosen, out, rounds=2, minutes=0, load=True, tell=tell)
    assert read_rounds(out) == earlier
    record(plan, chosen, out, rounds=2, load=True, tell=tell)
    assert busy[-1] > busy[0]
    assert not [child for child in psutil.Process().children() if "while True" in " ".join(child.cmdline())]
    # The second round was torn, so a third takes its place.
    assert [each[0].round for each in complete(read_rounds(out))] == [1, 3]
    found = {one.arm: one for one in read_rounds(out)[3:]}
    assert set(found) == {"base", "slower-0.1"}
    assert found["slower-0.1"].record.implementation == "slowed"
    assert (found["slower-0.1"].record.train_seconds or 0) >= 0.11
    for one in found.values():
        assert (one.record.seed, one.record.options["sleep"], len(one.record.scores)) == (3, 0.1, 1)
        assert one.conditions.seconds is not None
        assert one.conditions.seconds > (one.record.train_seconds or 0)
    with pytest.raises(InputError, match="other arms"):
        record(plan, arms(plan, load=False), out, rounds=3)


def test_a_new_campaign_keeps_its_environment(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "campaign.jsonl"
    record(plan, arms(plan, load=True), out, rounds=3, minutes=0, tell=lambda line: None)
    assert json.loads(out.with_suffix(".environment.json").read_text())["packages"]
