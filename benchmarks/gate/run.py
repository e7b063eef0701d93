"""The gate: base and head side by side, round after round, until the rounds decide."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...datasets.errors import InputError
from ..environment import environment
from ..files import write_atomically
from ..plan import Plan
from .measurement import Arm, Bench, Measured
from .revision import sides
from .settings import Settings
from .verdict import Gate, judge, undecided

ROUNDS, MOST_ROUNDS = 10, 30
DEFAULTS: Mapping[str, Any] = {"impl": "numba", "threads": 1, "timed_seconds": 3.0}
"""Settings of a gate's plan where nothing else is asked for.

One thread, since its vectors are the same in every run, and its speed does not hang on what else has the other cores; a
few seconds, since the speed of a shared machine changes by a tenth from one half-second to the next.
"""
LOOKS = 5
"""Rounds between two looks, once there are enough."""


def gate(
    plan: Plan,
    base: str,
    out: Path,
    *,
    rounds: int = ROUNDS,
    most: int = MOST_ROUNDS,
    settings: Settings | None = None,
    tell: Callable[[str], None] = print,
) -> Gate:
    """Compare the working tree with a revision.

    Every round runs base, base again as a control, and head, of each implementation, each in a fresh process, in
    random order, all with the round's number as seed. After ``rounds`` rounds the verdict stands unless it is
    inconclusive; then rounds are added, up to ``most``.

    Args:
        plan: what to train and score.
        base: a revision of git.
        out: directory for ``rounds.jsonl``, ``gate.json`` and the runs; must not hold an earlier gate.
        rounds: at least so many.
        most: at most so many.
        settings: thresholds.
        tell: called with a line now and then.

    Raises:
        InputError: no such revision, nothing that can run, or a directory in use.
        FailedRun: a run of either side failed.
        Stopped: interrupted; what was measured is kept.
    """
    if not 2 <= rounds <= most:
        raise InputError(f"--rounds must be from 2 to --max-rounds ({most}), got {rounds}")
    if (out / "rounds.jsonl").exists():
        raise InputError(f"{out} already holds a gate; give another --out")
    settings = settings or Settings()
    with sides(base, plan.plugin) as (before, after):
        arms = [Arm("base", before), Arm("control", before), Arm("head", after)]
        with Bench(plan, arms, out, tell) as bench:
            # Compiles what has to be compiled, and reads everything from disk once.
            settle_timing(bench, bench.round(0, keep=False), tell)
            measured: list[Measured] = []

            def look(number: int) -> Gate:
                for more in range(measured[-1].round + 1 if measured else 1, number + 1):
                    measured.extend(bench.round(more))
                found = judge(measured, settings, base=before.revision, head=after.revision)
                if number < most and undecided(found):
                    tell(f"undecided after {number} rounds: more are added")
                return found

            until_decided(look, rounds, most)
    about = {"plan": plan.settled(), "environment": environment()}
    return _written(judge(measured, settings, base=before.revision, head=after.revision, about=about), out)


def settle_timing(bench: Bench, measured: Sequence[Measured], tell: Callable[[str], None]) -> None:
    """Let the arms take turns, unless a side's worker does not know how: a base older than that.

    Args:
        bench: its ``by_turns`` and ``timed_seconds`` are set.
        measured: what a round of all arms gave, one whole run after the other.
        tell: called with a line if they cannot.
    """
    bench.by_turns = all(
        one.record.trainings > 1 or (one.record.train_seconds or 0.0) >= bench.timed_seconds for one in measured
    )
    if not bench.by_turns:
        tell("the base is too old to train in turns with head: each run is one training, whatever --timed-seconds says")
        bench.timed_seconds = 0.0


def until_decided(look: Callable[[int], Gate], rounds: int = ROUNDS, most: int = MOST_ROUNDS) -> tuple[int, Gate]:
    """When a gate stops: after ``rounds`` rounds, or while undecided after every ``LOOKS`` more, up to ``most``.

    Args:
        look: gives what so many rounds decide.
        rounds: at least so many.
        most: at most so many.

    Returns:
        The number of rounds, and what they decided.
    """
    number = rounds
    while undecided(found := look(number)) and number < most:
        number = min(number + LOOKS, most)
    return number, found


def _written(found: Gate, out: Path) -> Gate:
    write_atomically(out / "gate.json", json.dumps(found.as_json(), indent=2, default=str) + "\n")
    return found
