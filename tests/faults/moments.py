"""Stops one benchmark of 64 runs again and again, at random moments, and resumes it until it is finished.

        python tests/faults/moments.py --signal INT --times 100
        python tests/faults/moments.py --signal KILL --times 50

Every time no finished run may be lost or made again, no process be left, and what is on disk must be readable. In the
end the results must be those of a benchmark that nobody stopped, but for times of day and durations.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sandbox import Sandbox

RUNS = 64

SOONEST = 0.3
"""Seconds after which Python runs our first line; before, Ctrl-C shows a traceback of its own."""

LONG = 900.0
"""Seconds for all of them, on a busy machine."""


def main() -> int:
    """0 where everything held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signal", choices=["INT", "TERM", "HUP", "KILL"], default="INT")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    asked = parser.parse_args()
    number, moments = signal.Signals[f"SIG{asked.signal}"], random.Random(asked.seed)
    root = Path(tempfile.mkdtemp(prefix="moments-"))
    box = Sandbox(root / "stopped")
    try:
        plan = box.plan("quick[sleep=0.3],constant", "--timeout", "60", repeats=RUNS // 2)
        stopped, rounds, wrong = 0, 1, []
        while stopped < asked.times:
            process = box.start(*plan, *(["--resume"] if box.out.exists() else []))
            moment = moments.uniform(SOONEST, 8.0)
            time.sleep(moment)
            process.send_signal(number)
            ended = box.end(process)
            wrong += [f"{moment:.2f} s: {fault}" for fault in _faults(box, ended.code, ended.stderr, number)]
            stopped += ended.code != 3
            box.note_finished()
            done = len(box.finished)
            print(f"{stopped:3} stopped after {moment:.2f} s, exit code {ended.code}: {done} of {RUNS // 2} finished")
            sys.stdout.flush()
            if ended.code == 3:  # it was quicker than the signal: all runs are made
                wrong += _other(box, root / "whole", plan) if rounds == 1 else []
                shutil.rmtree(box.out)
                box.finished.clear()
                rounds += 1
        if box.out.exists():
            ended = box.end(box.start(*plan, "--resume"), LONG)
            wrong += [] if ended.code == 3 else [f"resuming ends with {ended.code}: {ended.stderr}"]
            wrong += [f"lost: {one}" for one in box.lost()]
            wrong += _other(box, root / f"whole-{rounds}", plan)
    finally:
        box.close()
        shutil.rmtree(root, ignore_errors=True)
    held = (
        f"{stopped} times stopped by SIG{asked.signal} in {rounds} benchmarks of {RUNS} runs: no finished run lost, no "
        "process left, every rest resumed, results equal to those of one never stopped"
    )
    print("\n".join(wrong) or held)
    return 1 if wrong else 0


def _faults(box: Sandbox, code: int | None, stderr: str, number: signal.Signals) -> list[str]:
    killed = number == signal.SIGKILL
    right = (-9, 3) if killed else (130, 143, 129, 3, -2, -15, -1)
    wrong = [] if code in right else [f"exit code {code}"]
    wrong += ["a traceback: " + stderr[-300:]] if "Traceback" in stderr else []
    wrong += [f"lost: {one}" for one in box.lost()]
    wrong += [f"left running: {one}" for one in box.orphans()]
    wrong += [] if killed else [f"half-written: {one}" for one in box.half_written()]
    if (box.out / "results.json").exists() and box.results() is None:
        wrong.append("results.json cannot be read")
    return wrong


def _other(box: Sandbox, root: Path, plan: tuple[str, ...]) -> list[str]:
    """What differs from a benchmark that nobody stopped."""
    whole = Sandbox(root)
    whole.cache, whole.text = box.cache, box.text
    whole.end(whole.start(*[str(whole.out) if one == str(box.out) else one for one in plan]), LONG)
    one, two = _essence(box), _essence(whole)
    whole.close()
    return [] if one == two else ["other results than those of a benchmark that nobody stopped"]


def _essence(box: Sandbox) -> list[tuple[Any, ...]]:
    found = box.results()
    return [
        (run.id, run.configuration, run.status, run.seed, run.round, run.reason, run.scores)
        for run in (found.runs if found else [])
    ]


if __name__ == "__main__":
    raise SystemExit(main())
