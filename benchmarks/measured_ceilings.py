"""The machine's ceilings in the results of a benchmark, measured by a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence

from ..datasets.errors import InputError
from .isolation import core_count, thread_variables
from .prediction import Ceilings, ceilings_of
from .records import Results
from .schedule import RunSpec


def with_ceilings(results: Results, earlier: Results | None, specs: Iterable[RunSpec], *, asked: bool) -> Results:
    """Results whose environment holds the ceilings: those of an earlier sitting, and where asked for what is missing.

    Args:
        results: that are begun.
        earlier: that they resume.
        specs: the planned runs; for more threads than cores there are no ceilings.
        asked: measure those of the runs' numbers of threads that are not there.

    Raises:
        InputError: the probe failed.
    """
    known = ceilings_of({} if earlier is None else earlier.environment)
    wanted = {spec.threads for spec in specs if spec.threads <= core_count()} if asked else set()
    if missing := sorted(wanted - set(known)):
        known |= {one.threads: one for one in measured_apart(missing)}
    if not known:
        return results
    recorded = [known[threads].model_dump() for threads in sorted(known)]
    return results.model_copy(update={"environment": {**results.environment, "ceilings": recorded}})


def measured_apart(threads: Sequence[int]) -> list[Ceilings]:
    """Ceilings for several numbers of threads, by a process of its own, whose memory and compiler go with it.

    Raises:
        InputError: the probe failed.
    """
    command = [sys.executable, "-m", "bench.benchmarks.ceilings", "--json", "--threads", ",".join(map(str, threads))]
    environment = os.environ | thread_variables(max(threads))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment, check=True)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise InputError(f"the machine's ceilings could not be measured: {last}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"the machine's ceilings could not be measured: {error}") from None
    return [Ceilings.model_validate(one) for one in json.loads(done.stdout)]
