"""The Pareto front of speed and score: those that nobody beats in one without losing in the other."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """An implementation's speed and score, the score with the ends of its interval where it has one."""

    label: str
    speed: float
    score: float
    low: float | None = None
    high: float | None = None


def front(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that no other dominates by the estimates, fastest first: the higher the later, as it has to be."""
    kept = [one for one in candidates if not any(_dominates(other, one) for other in candidates)]
    return sorted(kept, key=lambda one: (-one.speed, one.score))


def uncertain(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those on the front with a faster one whose score is not told apart from theirs: their place may be chance."""
    return [
        one
        for one in front(candidates)
        if any(other.speed > one.speed and not told_apart(other, one) for other in candidates)
    ]


def possible(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those off the front whose score is told apart from that of none that dominates them: not shown to be worse."""
    on = front(candidates)
    return [
        one
        for one in candidates
        if one not in on and not any(_dominates(other, one) and told_apart(other, one) for other in candidates)
    ]


def told_apart(a: Candidate, b: Candidate) -> bool:
    """Whether the scores' intervals keep off each other. Where one has none, nothing tells them apart."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.low > b.high or b.low > a.high


def _dominates(a: Candidate, b: Candidate) -> bool:
    return a.speed >= b.speed and a.score >= b.score and (a.speed, a.score) != (b.speed, b.score)
