"""What keeps a worker to its cores, its thread count and its parent's life.

Standard library only: the worker uses it before anything else is imported, because OpenMP, the BLAS libraries and Numba
read their thread counts when they are loaded.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


def allowed_cores() -> list[int] | None:
    """Cores this process may run on, or None where the system does not tell."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    return sorted(os.sched_getaffinity(0))


def core_count() -> int:
    """How many cores this process may run on: the default number of threads."""
    cores = allowed_cores()
    return len(cores) if cores else os.cpu_count() or 1


def choose_cores(threads: int) -> list[int] | None:
    """The cores for a worker of that many threads: one of each physical core before any second hyper-thread."""
    cores = allowed_cores()
    if cores is None:
        return None
    seen: dict[str, int] = {}
    rank = {}
    for core in cores:
        siblings = _siblings(core)
        rank[core] = seen.get(siblings, 0)
        seen[siblings] = rank[core] + 1
    return sorted(sorted(cores, key=lambda core: (rank[core], core))[:threads])


def thread_variables(threads: int) -> dict[str, str]:
    """Environment variables that hold the common numerical libraries to ``threads`` threads."""
    return {**dict.fromkeys(THREAD_VARIABLES, str(threads)), "OMP_DYNAMIC": "FALSE"}


def pin(cores: Iterable[int] | None) -> list[int] | None:
    """Keep this process, and what it starts, to these cores; returns those in force."""
    if cores is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    return allowed_cores()


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, however that happens (Linux).

    Raises:
        SystemExit: the parent is already gone.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the process that started this worker is gone")


def _siblings(core: int) -> str:
    try:
        return Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(core)
