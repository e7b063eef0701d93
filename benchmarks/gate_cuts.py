"""Cuts gates from recorded rounds in their time order, and counts what they decide.

A gate is what ``gate/run.py`` would have done had it begun at a recorded round: the same looks, the same decisions. The
three equal arms of a round ran in random order, so any of them may be called base, control or head; their names are
drawn anew for each gate and round. An equal head is then one by construction, and one recorded round serves many gates.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from ..datasets.errors import InputError
from .gate.measurement import Measured
from .gate.run import MOST_ROUNDS, ROUNDS, until_decided
from .gate.settings import Settings
from .gate.verdict import Gate, judge
from .metrics import metric

Round = list[Measured]

EQUAL = ("base", "control", "head")
"""The arms of a recorded round that run the same."""
DERIVED = (0.075, 0.15)
"""Slowdowns that no arm was run with: an equal arm's time is stretched, which comes to the same as burning a share."""
POWER_AT = (10, 15, 20, 30)
GATES, EQUAL_GATES = 40, 100


@dataclass(frozen=True)
class Comparison:
    """What a gate's head is.

    Attributes:
        title: for the table.
        arm: of the rounds; "head" for the equal arm that is neither base nor control.
        stretch: time added to its runs, as a share of theirs.
        gates: how many to cut.
        timed: whether its power over rounds is asked for.
    """

    title: str
    arm: str = "head"
    stretch: float = 0.0
    gates: int = GATES
    timed: bool = False


@dataclass(frozen=True)
class Cut:
    """One gate: its end, the rounds and seconds until then, and what words/s decided at other numbers of rounds."""

    gate: Gate
    rounds: int
    seconds: float | None
    speed_at: Mapping[int, bool]


def complete(measured: Sequence[Measured]) -> list[Round]:
    """The rounds in which every arm ran, in the order of their numbers, which is that of time."""
    expected = {(one.cell, one.arm) for one in measured}
    rounds: dict[int, Round] = {}
    for one in measured:
        rounds.setdefault(one.round, []).append(one)
    return [rounds[number] for number in sorted(rounds) if {(m.cell, m.arm) for m in rounds[number]} == expected]


def comparisons(arms: set[str], equal_gates: int = EQUAL_GATES, gates: int = GATES) -> list[Comparison]:
    """What can be compared where these arms were recorded."""
    shares = {float(arm.removeprefix("slower-")): arm for arm in arms if arm.startswith("slower-")}
    slower = [
        Comparison(f"{100 * share:g} % slower", shares[share], gates=gates, timed=True)
        if share in shares
        else Comparison(f"{100 * share:g} % slower (computed)", stretch=share, gates=gates, timed=True)
        for share in sorted({*shares, *DERIVED})
    ]
    titles = {"half-alpha": "alpha × 0.5", "flat-noise": "noise power 0", "other-seed": "another seed"}
    scores = [Comparison(title, arm, gates=gates) for arm, title in titles.items() if arm in arms]
    return [Comparison("equal", gates=equal_gates, timed=True), *slower, *scores]


def cut(rounds: Sequence[Round], comparison: Comparison, *, seed: int = 1) -> list[Cut]:
    """Gates that begin at rounds spread evenly, each with names of the equal arms of its own.

    Raises:
        InputError: there are fewer rounds than a gate begins with.
    """
    most = min(MOST_ROUNDS, len(rounds))
    if most < ROUNDS:
        raise InputError(f"{len(rounds)} complete rounds are too few: a gate begins with {ROUNDS}; record more")
    last = len(rounds) - most
    found = []
    for number in range(comparison.gates):
        start = round(last * number / max(comparison.gates - 1, 1))
        names = random.Random(f"{seed}/{number}")
        window = [_as_a_gate_sees(one, comparison, names) for one in rounds[start : start + most]]
        found.append(_gate(window, comparison, most))
    return found


def _as_a_gate_sees(recorded: Round, comparison: Comparison, names: random.Random) -> Round:
    base, control, third = names.sample(EQUAL, 3)
    called = {base: "base", control: "control", third if comparison.arm == "head" else comparison.arm: "head"}
    seen = [replace(one, arm=called[one.arm]) for one in recorded if one.arm in called]
    if not comparison.stretch:
        return seen
    return [_stretched(one, 1 + comparison.stretch) if one.arm == "head" else one for one in seen]


def _stretched(one: Measured, factor: float) -> Measured:
    seconds, speed = one.record.train_seconds, one.record.words_per_second
    changes = {
        "train_seconds": None if seconds is None else seconds * factor,
        "words_per_second": None if speed is None else speed / factor,
    }
    return replace(one, record=one.record.model_copy(update=changes))


def _gate(window: Sequence[Round], comparison: Comparison, most: int) -> Cut:
    settings = Settings()

    @cache
    def look(number: int) -> Gate:
        return judge([one for each in window[:number] for one in each], settings, base="base", head="head")

    number, gate = until_decided(look, ROUNDS, most)
    at = [n for n in POWER_AT if n <= most] if comparison.timed else []
    return Cut(gate, number, _seconds(window, number), {n: gravest(look(n), "speed") == "regression" for n in at})


def _seconds(window: Sequence[Round], number: int) -> float | None:
    """From the first process's start to the last one's end; the round that compiles counts as one like the others."""
    rounds = []
    for each in window[:number]:
        parts = [one.conditions.seconds for one in each]
        if None in parts:
            return None
        rounds.append(sum(part or 0.0 for part in parts) + sum(one.conditions.probe_seconds for one in each))
    return sum(rounds) + median(rounds)


def gravest(gate: Gate, part: str) -> str:
    """The gravest verdict among a gate's speeds, memory or scores."""
    if part == "scores":
        found = {one.verdict for one in gate.quality.values()}
    else:
        found = {one.verdict for key, one in gate.speed.items() if metric(key.rpartition("/")[2]).kind == part}
    order = ("regression", "inconclusive", "improvement", "ok")
    return next((verdict for verdict in order if verdict in found), "ok")
