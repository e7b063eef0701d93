"""What a check is, what it is given, and what it says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .result import Result
from .texts import topics
from .trial import Declaration, Made

Status = Literal["pass", "fail", "not applicable"]


@dataclass(frozen=True)
class Verdict:
    """What a check has found."""

    status: Status
    words: str = ""


def passed(words: str = "") -> Verdict:
    """All is as it should be; with what was seen, where that is worth knowing."""
    return Verdict("pass", words)


def failed(*faults: str) -> Verdict:
    """What is wrong, the gravest first."""
    return Verdict("fail", "; ".join(faults))


def judged(faults: Sequence[str], words: str = "") -> Verdict:
    """``failed`` with these faults, ``passed`` where there are none."""
    return failed(*faults) if faults else passed(words)


def not_applicable(reason: str) -> Verdict:
    """There is nothing to check, or no way to."""
    return Verdict("not applicable", reason)


@dataclass(frozen=True)
class Outcome:
    """A check's verdict on one trainer.

    Attributes:
        check: its name.
        status: whether the trainer passes.
        words: what was seen, or is wrong, or why it does not apply.
        demand: what the check asks for.
        todo: what to do about it; None where the trainer does not fail.
    """

    check: str
    status: Status
    words: str
    demand: str
    todo: str | None


@dataclass(frozen=True)
class Findings:
    """What the trials of one trainer brought.

    Attributes:
        declared: what it says of itself.
        results: of the trials that were run, by name.
        vocabularies: words of each corpus, in vocabulary order.
        threads: that a trial with several had.
    """

    declared: Declaration
    results: Mapping[str, Result]
    vocabularies: Mapping[str, Sequence[str]]
    threads: int

    def made(self, trial: str, step: str) -> Made:
        """What became of a training."""
        return self.results[trial].made[step]

    def vectors(self, trial: str, step: str) -> NDArray[Any] | None:
        """Its vectors, where it ended well and gave a matrix of finite numbers with a row for each word."""
        made = self.results[trial].made.get(step)
        found = self.results[trial].vectors(step) if made is not None and made.status == "trained" else None
        return found if found is not None and np.isfinite(found).all() else None

    def equal(self, one: tuple[str, str], other: tuple[str, str]) -> bool | None:
        """Whether two trainings gave the same bits; None where one gave none."""
        first, second = self.vectors(*one), self.vectors(*other)
        return None if first is None or second is None else same_bits(first, second)

    @property
    def repeatable(self) -> bool:
        """Whether equal trainings in one thread gave equal vectors, in one process and in two."""
        first = ("settings", "base")
        return all(self.equal(first, other) is True for other in (("settings", "again"), ("second", "again")))

    def labels(self, corpus: str) -> list[int]:
        """The topic of each word of a corpus."""
        topic = {word: number for number, words in enumerate(topics()) for word in words}
        return [topic[word] for word in self.vocabularies[corpus]]


def same_bits(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays are the same, shape, type and all."""
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


@dataclass(frozen=True)
class Check:
    """One demand on a trainer.

    Attributes:
        name: for ``--check``.
        demand: what is asked for, in a sentence.
        todo: what to do when it fails.
        trials: names of the trials it looks at.
        judge: looks at them.
    """

    name: str
    demand: str
    todo: str
    trials: tuple[str, ...]
    judge: Callable[[Findings], Verdict]

    def outcome(self, verdict: Verdict) -> Outcome:
        """The verdict as a row of the table."""
        todo = self.todo if verdict.status == "fail" else None
        return Outcome(self.name, verdict.status, verdict.words, self.demand, todo)
