"""What a fault is, and what must hold after it."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sandbox import Ended, NotHere, Sandbox

Arranged = Callable[[Sandbox], Ended]


@dataclass(frozen=True)
class Fault:
    """One thing that breaks.

    Attributes:
        group: the table it stands in.
        name: what breaks, in words.
        arrange: makes it happen to a command, and returns how that ended.
        codes: exit codes that are right.
        says: what its user must be told, as a regular expression: on stdout or stderr, or as the reason of a run.
        after: exit code of finishing the benchmark with ``--resume --retry-failed`` once the fault is repaired; None
            where there is nothing to finish.
        short: it is tried in the short campaign, too.
    """

    group: str
    name: str
    arrange: Arranged
    codes: tuple[int, ...]
    says: str
    after: int | None
    short: bool


@dataclass(frozen=True)
class Outcome:
    """What became of it.

    Attributes:
        status: "held", "broke" or "not tried".
        code: exit code, None where the command had to be killed.
        said: the sentence that the user got.
        kept: runs that were finished when it struck; lost: those of them that are no longer there or have changed.
        orphans: processes left behind.
        half_written: files left behind.
        after: exit code of resuming.
        wrong: what does not hold, in words.
        seconds: all of it.
    """

    group: str
    name: str
    status: str
    code: int | None = None
    said: str = ""
    kept: int = 0
    lost: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    half_written: tuple[str, ...] = ()
    after: int | None = None
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


FAULTS: list[Fault] = []


def fault(
    group: str, name: str, *, codes: int | tuple[int, ...], says: str, after: int | None = None, short: bool = False
) -> Callable[[Arranged], Arranged]:
    """Register a function that makes a fault happen."""

    def register(arrange: Arranged) -> Arranged:
        listed = codes if isinstance(codes, tuple) else (codes,)
        FAULTS.append(Fault(group, name, arrange, listed, says, after, short))
        return arrange

    return register


def try_(one: Fault, box: Sandbox) -> Outcome:
    """Make it happen, and look at everything that must hold."""
    start = time.monotonic()
    try:
        ended = one.arrange(box)
    except NotHere as why:
        return Outcome(one.group, one.name, "not tried", said=str(why))
    except TimeoutError as why:
        return Outcome(one.group, one.name, "broke", wrong=(str(why),), orphans=tuple(box.orphans()))
    wrong = []
    orphans, half_written = box.orphans(), box.half_written()
    kept, lost = len(box.finished), box.lost()
    if ended.code not in one.codes:
        wrong.append("it hangs" if ended.code is None else f"exit code {ended.code}, not {_listed(one.codes)}")
    said = _sentence(one, ended, box)
    if said is None:
        wrong.append(f"nothing says {one.says!r}: {_tail(ended)}")
    if "Traceback (most recent call last)" in ended.stderr + ended.stdout:
        wrong.append("a traceback")
    wrong += [f"{kind}: {', '.join(found)}" for kind, found in
              (("lost", lost), ("left running", orphans), ("half-written", half_written)) if found]  # fmt: skip
    after = None
    if one.after is not None:
        after = _resumed(one, box, wrong)
    return Outcome(
        one.group, one.name, "broke" if wrong else "held", ended.code, said or _tail(ended), kept, tuple(lost),
        tuple(orphans), tuple(half_written), after, tuple(wrong), round(time.monotonic() - start, 1),
    )  # fmt: skip


def _resumed(one: Fault, box: Sandbox, wrong: list[str]) -> int | None:
    for repair in box.repairs:
        repair()
    again = box.bench(*box.arguments, "--resume", "--retry-failed")
    if again.code != one.after:
        wrong.append(f"resuming ends with {again.code}, not {one.after}: {_tail(again)}")
    found = box.results()
    if one.after == 0 and (found is None or not found.runs or any(run.status != "ok" for run in found.runs)):
        wrong.append("resuming does not finish the runs")
    wrong += [f"lost by resuming: {name}" for name in box.lost()]
    wrong += [f"left running by resuming: {name}" for name in box.orphans()]
    return again.code


def _sentence(one: Fault, ended: Ended, box: Sandbox) -> str | None:
    """The line that matches, or None."""
    found = box.results()
    reasons = [run.reason for run in found.runs if run.reason] if found else []
    for line in [*ended.stderr.splitlines(), *reasons, *ended.stdout.splitlines()]:
        if re.search(one.says, line):
            return line.strip()
    return "" if re.search(one.says, "") else None


def _tail(ended: Ended) -> str:
    lines = [line.strip() for line in (ended.stdout + "\n" + ended.stderr).splitlines() if line.strip()]
    return " | ".join(lines[-3:])[-300:]


def _listed(codes: tuple[int, ...]) -> str:
    return " or ".join(map(str, codes))
