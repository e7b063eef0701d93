"""What happens when a trainer is stopped, and what it takes when it goes on."""

import signal

from ..launch import GRACE_SECONDS
from .check import Check, Findings, Verdict, failed, judged, not_applicable
from .trials import FEW_EPOCHS, MANY_EPOCHS

MOST_GROWTH = 19_200_000
"""Bytes by which sixteen more epochs may raise the peak: half of what sixteen copies of the vectors are.

Peaks of equal trainings differ, too: those of torch, whose allocator serves several threads, by 10 MB.
"""


def _interrupt(findings: Findings) -> Verdict:
    result = findings.results["interrupt"]
    if result.ended is None or result.ended.stopped != "interrupted":
        made = result.made["endless"]
        what = "its training had ended before" if made.status == "trained" else f"there was no training: {made.words}"
        return failed(made.words) if made.status == "hung" else not_applicable(what)
    faults = []
    if result.ended.code == -signal.SIGKILL:
        faults.append(f"it went on for {GRACE_SECONDS:g} s after SIGTERM, and was killed")
    if result.processes:
        faults.append(f"processes that it had started went on: {', '.join(result.processes)}")
    return judged(faults, f"ended in {result.end_seconds:.1f} s")


def _memory(findings: Findings) -> Verdict:
    few, many = findings.made("few epochs", "wide"), findings.made("many epochs", "wide")
    for made in (few, many):
        if made.status != "trained":
            return failed(made.words)
    if few.memory is None or many.memory is None:
        return not_applicable("this system does not tell the largest size of a process")
    growth = many.memory - few.memory
    told = f"{MANY_EPOCHS} epochs take {growth / 1e6:+.0f} MB over {FEW_EPOCHS}"
    if growth > MOST_GROWTH:
        per_epoch = growth / (MANY_EPOCHS - FEW_EPOCHS) / 1e6
        return failed(f"{told}: it keeps {per_epoch:.1f} MB an epoch")
    return judged([], told)


CHECKS = (
    Check(
        "interrupt",
        f"Stopped in the middle of training (Ctrl-C reaches it as SIGTERM), it ends within {GRACE_SECONDS:g} s and "
        "leaves no process.",
        "Leave SIGTERM alone, or end when it comes; keep programs that you start in this process's group.",
        ("interrupt",),
        _interrupt,
    ),
    Check(
        "memory",
        "More epochs take no more memory.",
        "Look for lists that grow by the epoch: examples, losses, copies of the vectors.",
        ("few epochs", "many epochs"),
        _memory,
    ),
)
