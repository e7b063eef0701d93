"""How often the gate is right: rounds with equal, slower and worse arms are recorded, and cut into gates.

    python -m bench.benchmarks.gate_campaign record campaign.jsonl --rounds 60
    python -m bench.benchmarks.gate_campaign record loaded.jsonl --rounds 30 --load
    python -m bench.benchmarks.gate_campaign cut campaign.jsonl loaded.jsonl

Gates share the recorded rounds, so that hundreds of them cost the time of a few. Recording goes on where it was
interrupted. ``cut`` (gate_cuts.py, gate_cut_tables.py) prints the tables of docs/gate.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from .. import __version__
from ..datasets.errors import InputError
from ..evaluation.tasks import DEFAULT
from .environment import environment
from .files import write_atomically
from .gate.measurement import Arm, Bench, FailedRun, Measured, Stopped, read_rounds
from .gate.revision import Side
from .gate.run import DEFAULTS, settle_timing
from .gate_cut_tables import tables
from .gate_cuts import EQUAL, complete
from .isolation import allowed_cores
from .job import Job
from .plan import Plan, make_plan

SLOWED = Path(__file__).with_name("slowed_trainer.py")
SLOWDOWNS = (0.05, 0.10)
"""Extra time of the slower arms that are run; others are computed from equal arms when gates are cut."""
OTHER_SEED = 1_000_000
"""Added to a round's number: a seed that no other arm has."""


def arms(plan: Plan, *, load: bool) -> list[Arm]:
    """What a round runs: three equal arms; on a quiet machine slower and worse ones too."""
    # All of them load the same files, so that nothing but the change itself tells them apart.
    side = Side("head", __version__, None, (SLOWED, *(path.resolve() for path in plan.plugin)))
    equal = [Arm(name, side) for name in EQUAL]
    if load:
        return equal
    slower = [Arm(f"slower-{extra:g}", side, partial(_slowed, extra=extra)) for extra in SLOWDOWNS]
    worse = [Arm("half-alpha", side, _half_alpha), Arm("flat-noise", side, _flat_noise)]
    return [*equal, *slower, *worse, Arm("other-seed", side, _other_seed)]


def record(
    plan: Plan,
    chosen: Sequence[Arm],
    out: Path,
    *,
    rounds: int,
    minutes: float | None = None,
    load: bool = False,
    tell: Callable[[str], None] = print,
) -> None:
    """Record rounds until the file holds so many complete ones; a line is written as soon as a run has ended.

    Args:
        plan: what to train and score.
        chosen: what a round runs, as ``arms`` gives it.
        out: file of measurements, made or added to; the environment and the runs' logs go beside it.
        rounds: complete ones that the file is to hold.
        minutes: after which no further round is begun; None for no limit.
        load: keep one core busy all the while.
        tell: called with a line for each run.

    Raises:
        InputError: the file holds another campaign, or nothing can run.
        FailedRun: a run failed.
        Stopped: interrupted; what was measured is kept.
    """
    begun = time.monotonic()
    before = read_rounds(out) if out.exists() else []
    with Bench(plan, chosen, out.with_suffix(".runs"), tell) as bench:
        _same_campaign(before, bench, out)
        done = len(complete(before))
        number = max((one.round for one in before), default=0)
        if not before:
            write_atomically(out.with_suffix(".environment.json"), json.dumps(environment(), indent=2) + "\n")
        with _busy_core() if load else nullcontext():
            warm = False
            while done < rounds and (minutes is None or time.monotonic() - begun < 60 * minutes):
                if not warm:
                    # Compiles what has to be compiled, as a gate's first round does.
                    settle_timing(bench, bench.round(0, keep=False), tell)
                    warm = True
                number, done = number + 1, done + 1
                for one in bench.runs(number):
                    with out.open("a", encoding="utf-8") as file:
                        file.write(one.line() + "\n")
    tell(f"{out} holds {done} complete rounds")


def _same_campaign(before: list[Measured], bench: Bench, out: Path) -> None:
    found = {(one.cell, one.arm) for one in before}
    asked = {(cell, arm.name) for cell in bench.cells for arm in bench.arms}
    # One interrupted round has fewer arms than a campaign; several rounds together have them all.
    if not found <= asked or (found < asked and len({one.round for one in before}) > 1):
        raise InputError(f"{out} holds a campaign with other arms or implementations; give another file")


def _slowed(job: Job, extra: float) -> Job:
    options = {**job.options, "of": job.implementation, "extra": extra}
    return job.model_copy(update={"implementation": "slowed", "options": options})


def _half_alpha(job: Job) -> Job:
    return _trained_with(job, alpha=job.hyperparameters.alpha / 2)


def _flat_noise(job: Job) -> Job:
    return _trained_with(job, ns_exponent=0.0)


def _trained_with(job: Job, **changes: float) -> Job:
    return job.model_copy(update={"hyperparameters": job.hyperparameters.model_copy(update=changes)})


def _other_seed(job: Job) -> Job:
    return job.model_copy(update={"seed": OTHER_SEED + job.seed})


@contextmanager
def _busy_core() -> Iterator[None]:
    """Another process that never rests, on the last core that this one may use."""
    core = (allowed_cores() or [0])[-1]
    code = (
        f"from {__package__}.isolation import die_with, pin\n"
        f"die_with({os.getpid()})\n"
        f"pin([{core}])\n"
        "while True:\n"
        "    pass\n"
    )
    # Not waited for until the end, it counts as another's for whoever observes the runs.
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main(arguments: list[str] | None = None) -> int:
    """Record or cut; 0 fine, 2 wrong usage or input, 3 a run failed, 130 interrupted."""
    parser = argparse.ArgumentParser(description="Record rounds of equal, slower and worse arms, and cut gates of them")
    verbs = parser.add_subparsers(dest="verb", required=True)
    recording = verbs.add_parser("record", help="record rounds, or more of them")
    recording.add_argument("out", type=Path, metavar="OUT.jsonl")
    recording.add_argument("--rounds", type=int, required=True, help="complete rounds that the file is to hold")
    recording.add_argument("--impl", default="numba", help="implementation (default numba)")
    recording.add_argument("--minutes", type=float, help="begin no round after so many minutes")
    recording.add_argument("--load", action="store_true", help="keep one core busy, and run equal arms only")
    cutting = verbs.add_parser("cut", help="print the tables, as Markdown")
    cutting.add_argument("rounds", type=Path, metavar="OUT.jsonl")
    cutting.add_argument("loaded", type=Path, nargs="?", metavar="LOADED.jsonl", help="recorded with --load")
    given = parser.parse_args(arguments)
    try:
        if given.verb == "cut":
            print(tables(read_rounds(given.rounds), read_rounds(given.loaded) if given.loaded else None))
        else:
            plan = make_plan({**DEFAULTS, "impl": given.impl, "tasks": DEFAULT})
            chosen = arms(plan, load=given.load)
            record(plan, chosen, given.out, rounds=given.rounds, minutes=given.minutes, load=given.load)
    except (InputError, FailedRun) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 3
    except Stopped:
        print(f"stopped; what was measured is in {given.out}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
