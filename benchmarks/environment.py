"""Where the measurements were made: enough to know when two of them may be compared.

Only named things are read. The environment's variables are never dumped: they hold secrets.
"""

import hashlib
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from .isolation import THREAD_VARIABLES, allowed_cores
from .measure import load_average

T = TypeVar("T")

PACKAGES = (
    "word2vec-bench",
    "numpy",
    "numba",
    "llvmlite",
    "scipy",
    "gensim",
    "torch",
    "triton",
    "fasttext",
    "word2vec",
    "pyspark",
)
LABEL_VARIABLE = "BENCH_MACHINE"
"""A name of the user's own for a machine: those of different names are never compared, however alike they look."""

VARIABLES = (
    *THREAD_VARIABLES,
    "OMP_DYNAMIC",
    "OMP_PROC_BIND",
    "OMP_PLACES",
    "OMP_WAIT_POLICY",
    "GOMP_CPU_AFFINITY",
    "KMP_AFFINITY",
    "KMP_BLOCKTIME",
    "MKL_DYNAMIC",
    "MKL_CBWR",
    "OPENBLAS_CORETYPE",
    "NUMBA_THREADING_LAYER",
    "NUMBA_CPU_NAME",
    "NUMBA_DISABLE_JIT",
    "MALLOC_ARENA_MAX",
    "LD_PRELOAD",
    "CUDA_VISIBLE_DEVICES",
    "PYTHONMALLOC",
    "PYTHONOPTIMIZE",
)


def environment() -> dict[str, Any]:
    """Hardware, system, libraries and revision as they are now. What cannot be read is None."""
    return {
        "label": os.environ.get(LABEL_VARIABLE),
        "cpu": _cpu(),
        "memory_bytes": _memory(),
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else load_average(),
        "system": {
            "os": platform.system(),
            "kernel": platform.release(),
            "machine": platform.machine(),
            "distribution": _quietly(lambda: platform.freedesktop_os_release().get("PRETTY_NAME")),
            "container": _container(),
        },
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "compiler": platform.python_compiler(),
        },
        "packages": _packages(),
        "blas": _blas(),
        "gpu": _gpu(),
        "git": _git(),
        "code": code(),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _cpu() -> dict[str, Any]:
    cores = allowed_cores()
    first = Path(f"/sys/devices/system/cpu/cpu{cores[0] if cores else 0}/cpufreq")
    info = _cpuinfo()
    return {
        "model": info.get("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "affinity": cores,
        "governor": _text(first / "scaling_governor"),
        "mhz": _quietly(lambda: float(info["cpu MHz"])),
        "max_mhz": _quietly(lambda: int(_text(first / "cpuinfo_max_freq") or "") / 1000),
        "boost": _text(Path("/sys/devices/system/cpu/cpufreq/boost")),
        "cache": info.get("cache size"),
        "instruction_sets": _instruction_sets(info.get("flags", "")),
    }


def _cpuinfo() -> dict[str, str]:
    """The first processor's block of /proc/cpuinfo."""
    block = (_text(Path("/proc/cpuinfo")) or "").split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in block.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _instruction_sets(flags: str) -> list[str]:
    """Vector instructions that decide how fast a trainer can be."""
    present = set(flags.split())
    return [name for name in ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16") if name in present]


def _memory() -> int | None:
    return _quietly(lambda: os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def _container() -> dict[str, Any]:
    """Whether something stands between the process and the machine, and what it grants."""
    return {
        "docker": Path("/.dockerenv").exists(),
        "podman": Path("/run/.containerenv").exists(),
        "kubernetes": "KUBERNETES_SERVICE_HOST" in os.environ,
        "cpu_quota": _text(Path("/sys/fs/cgroup/cpu.max")),
        "memory_limit": _text(Path("/sys/fs/cgroup/memory.max")),
        "hypervisor": _text(Path("/sys/hypervisor/type")) or ("hypervisor" in _cpuinfo().get("flags", "").split()),
    }


def _packages() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _blas() -> dict[str, Any] | None:
    """The BLAS that NumPy was built with."""
    import numpy as np

    built = _quietly(lambda: np.show_config(mode="dicts")["Build Dependencies"]["blas"])
    if not isinstance(built, dict):
        return None
    return {key: built.get(key) for key in ("name", "version", "openblas configuration") if built.get(key)}


def _gpu() -> list[dict[str, str]]:
    fields = ("name", "memory.total", "driver_version", "compute_cap", "power.limit", "clocks.max.sm")
    lines = _output(["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader"])
    rows = [line.split(", ") for line in (lines or "").splitlines()]
    return [dict(zip(fields, row, strict=True)) for row in rows if len(row) == len(fields)]


def _git() -> dict[str, Any] | None:
    """Revision of the harness where it runs from a checkout of its own."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return None
    revision = _output(["git", "-C", str(root), "rev-parse", "HEAD"])
    changes = _output(["git", "-C", str(root), "status", "--porcelain"])
    return {"revision": revision, "dirty": None if changes is None else bool(changes)}


def code(*more: Path) -> str:
    """Hash of the code that trains and scores: tells two states of a checkout apart where the versions are equal.

    Args:
        more: files of others that belong to it, such as a plug-in.
    """
    root, digest = Path(__file__).resolve().parent.parent, hashlib.sha256()
    for path in sorted(
        path for room in ("datasets", "implementations", "evaluation") for path in (root / room).rglob("*.py")
    ):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    for path in more:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None


def _quietly(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (OSError, ValueError, KeyError, TypeError):
        return None
