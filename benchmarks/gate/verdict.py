"""A gate's result: every decision, and the one verdict that becomes an exit code."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..metrics import metric
from .decision import Decision, Rounds, Verdict, decide
from .measurement import Measured
from .quality import QualityDecision, Scores, decide_quality
from .settings import Settings

FOREIGN = 0.10
"""Share of all cores that other processes may take during a run before its round counts as disturbed."""
DISTURBED = 0.5
"""Share of disturbed rounds from which on times say nothing."""

EXIT = {"ok": 0, "improvement": 0, "regression": 4, "inconclusive": 5}


@dataclass(frozen=True)
class Conditions:
    """What the machine was like.

    Attributes:
        rounds: measured in all.
        disturbed: numbers of the rounds in which other processes took more than ``FOREIGN`` of the cores.
        foreign: the largest such share seen.
        steal: the largest share that the hypervisor took.
        probe_spread: interquartile range of the probe's seconds over their median.
    """

    rounds: int
    disturbed: tuple[int, ...]
    foreign: float | None
    steal: float | None
    probe_spread: float | None

    @property
    def noisy(self) -> bool:
        """Whether so many rounds were disturbed that no verdict on times stands."""
        return len(self.disturbed) >= DISTURBED * max(self.rounds, 1)


@dataclass(frozen=True)
class Gate:
    """Everything that one gate found.

    Attributes:
        base, head: revisions.
        speed: decisions by ``IMPLEMENTATION/METRIC``.
        quality: decisions by ``IMPLEMENTATION/TASK``.
        conditions: of the rounds.
        about: what was run, for the record.
    """

    base: str
    head: str
    speed: Mapping[str, Decision]
    quality: Mapping[str, QualityDecision]
    conditions: Conditions
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """The gravest of all: a regression, else something inconclusive, else ok."""
        found = {one.verdict for one in self.speed.values()} | {one.verdict for one in self.quality.values()}
        return "regression" if "regression" in found else "inconclusive" if "inconclusive" in found else "ok"

    @property
    def exit_code(self) -> int:
        """0 ok, 4 regression, 5 inconclusive."""
        return EXIT[self.verdict]

    def as_json(self) -> dict[str, Any]:
        """For ``gate.json``."""
        return {"verdict": self.verdict, "exit_code": self.exit_code, **asdict(self)}


def judge(
    measured: Sequence[Measured], settings: Settings, *, base: str, head: str, about: Mapping[str, Any] | None = None
) -> Gate:
    """Decide on everything that was measured.

    Metrics and scores that a side does not have are left out. Times are inconclusive where most rounds were disturbed;
    memory and scores do not suffer from that.
    """
    conditions = conditions_of(measured)
    cells, thresholds, scores, tolerances = {}, {}, {}, {}
    for cell in dict.fromkeys(one.cell for one in measured):
        for name, threshold in settings.thresholds.items():
            by_arm = {arm: _values(measured, cell, arm, name) for arm in ("base", "control", "head")}
            if len(by_arm["base"]) >= 2 and len(by_arm["base"]) == len(by_arm["head"]):
                control = by_arm["control"] if len(by_arm["control"]) == len(by_arm["base"]) else []
                key = f"{cell}/{name}"
                cells[key] = Rounds(by_arm["base"], control, by_arm["head"], metric(name).higher_is_better)
                thresholds[key] = threshold
        for task in _tasks(measured, cell):
            found, better = _values(measured, cell, "base", task), metric(task).higher_is_better
            other = _values(measured, cell, "head", task)
            if len(found) >= 2 and len(found) == len(other):
                key = f"{cell}/{task.partition('/')[0]}"
                scores[key] = Scores(found, other, better)
                tolerances[key] = settings.quality.get(task.partition("/")[0], settings.quality_tolerance)
    speed = decide(cells, thresholds) if cells else {}
    if conditions.noisy:
        why = f"other processes took more than {FOREIGN:.0%} of the cores in {len(conditions.disturbed)} rounds"
        speed = {
            key: replace(decision, verdict="inconclusive", reason=why) if _is_time(key) else decision
            for key, decision in speed.items()
        }
    quality = decide_quality(scores, tolerances) if scores else {}
    return Gate(base, head, speed, quality, conditions, about or {})


def conditions_of(measured: Sequence[Measured]) -> Conditions:
    """Sum up what the machine was like over all runs."""
    import numpy as np

    seen = [one.conditions for one in measured]
    disturbed = sorted({one.round for one in measured if (one.conditions.foreign or 0) > FOREIGN})
    probes = [one.probe_seconds for one in seen]
    low, middle, high = np.percentile(probes, (25, 50, 75)) if probes else (0.0, 0.0, 0.0)
    return Conditions(
        rounds=len({one.round for one in measured}),
        disturbed=tuple(disturbed),
        foreign=max((one.foreign for one in seen if one.foreign is not None), default=None),
        steal=max((one.steal for one in seen if one.steal is not None), default=None),
        probe_spread=float((high - low) / middle) if middle else None,
    )


def undecided(gate: Gate) -> bool:
    """Whether more rounds could change an inconclusive verdict."""
    return any(decision.verdict == "inconclusive" for decision in gate.speed.values())


def _values(measured: Sequence[Measured], cell: str, arm: str, name: str) -> list[float]:
    """A metric of one arm by round; empty where any run lacks it."""
    read = metric(name).read
    found = [
        read(one.record) for one in sorted(measured, key=lambda one: one.round) if (one.cell, one.arm) == (cell, arm)
    ]
    return [] if None in found else [value for value in found if value is not None]


def _tasks(measured: Sequence[Measured], cell: str) -> list[str]:
    return list(
        dict.fromkeys(f"{s.task}/{s.metric}" for one in measured if one.cell == cell for s in one.record.scores)
    )


def _is_time(key: str) -> bool:
    return metric(key.rpartition("/")[2]).kind in ("speed", "time")
