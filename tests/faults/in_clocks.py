"""Clocks that jump. Durations are of a clock that does not; dates may be wrong, nothing else."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

from fault import fault
from sandbox import Ended, NotHere, Sandbox

GROUP = "Clocks"


def _jumping(box: Sandbox, before: int, after: int) -> Ended:
    """Seconds by which the wall clock is off until the first run has ended, and from then on."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NotHere("there is no C compiler for the clock")
    library, setting = box.root / "work" / "clock.so", box.root / "work" / "clock"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    setting.write_text(str(before))
    box.variables.update(LD_PRELOAD=str(library), BENCH_FAULT_CLOCK=str(setting))
    process = box.start(*box.plan("quick[sleep=1.5]", "--timeout", "30", "--budget", "60s", repeats=3))
    box.wait_for_runs(1)
    box.note_finished()
    setting.write_text(str(after))
    ended = box.end(process)
    box.variables.pop("LD_PRELOAD")
    found = box.results()
    days = {run.started.date() for run in found.runs if run.started} if found else set()
    assert date.today() not in days or len(days) == 2, f"the clock has not jumped: {days}"
    times = [run.train_seconds or 0.0 for run in found.runs] if found else []
    assert len(times) == 3, times
    assert all(1.4 < seconds < 10 for seconds in times), f"seconds of training: {times}"
    return ended


@fault(GROUP, "the clock jumps back by a day in mid-run", codes=0, says="results.json", after=0)
def _back(box: Sandbox) -> Ended:
    return _jumping(box, 0, -86_400)


@fault(GROUP, "the clock jumps ahead by a year in mid-run", codes=0, says="results.json", after=0)
def _ahead(box: Sandbox) -> Ended:
    return _jumping(box, 0, 365 * 86_400)


@fault(GROUP, "the clock stands at 1971", codes=0, says="results.json", after=0)
def _long_ago(box: Sandbox) -> Ended:
    return _jumping(box, -20_000 * 86_400, -20_000 * 86_400)
