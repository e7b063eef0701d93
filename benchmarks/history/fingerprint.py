"""What must be equal before two measurements may be compared over time, read from a recorded environment.

The processor decides a speed, so its model, its cores (and how many of them the process may use), the vector
instructions it shows and a container's limit must be equal, and so must the operating system and the minor version of
Python. Versions of libraries, kernel, governor and load need not: a library that makes a trainer slower is what a
history is kept for, and it stands beside the point where the level changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .records import Fingerprint


def fingerprint(environment: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint of the machine of ``results.json``'s ``environment``; what was not recorded stays empty."""
    cpu, system, python = (_table(environment, name) for name in ("cpu", "system", "python"))
    affinity, quota = cpu.get("affinity"), _table(system, "container").get("cpu_quota")
    gpus, instructions = environment.get("gpu"), cpu.get("instruction_sets")
    cores = cpu.get("cores") if isinstance(cpu.get("cores"), int) else None
    return Fingerprint(
        cpu=str(cpu.get("model") or "unknown processor"),
        cores=cores,
        usable_cores=len(affinity) if isinstance(affinity, Sequence) else cores,
        cpu_quota=None if not quota or str(quota).startswith("max") else str(quota),
        instruction_sets=tuple(map(str, instructions)) if isinstance(instructions, list | tuple) else (),
        system=" ".join(str(system[name]) for name in ("os", "machine") if system.get(name)),
        python=_python(python),
        gpus=tuple(str(gpu.get("name")) for gpu in gpus if isinstance(gpu, dict)) if isinstance(gpus, list) else (),
    )


def versions(environment: Mapping[str, Any]) -> dict[str, str]:
    """Versions of Python, of the libraries and of the BLAS, by name."""
    found = {"python": _table(environment, "python").get("version"), **_table(environment, "packages")}
    blas = _table(environment, "blas")
    found["blas"] = " ".join(str(blas[name]) for name in ("name", "version") if blas.get(name)) or None
    return {name: str(version) for name, version in found.items() if version}


def _python(python: Mapping[str, Any]) -> str:
    if not python.get("version"):
        return ""
    minor = ".".join(str(python["version"]).split(".")[:2])
    return f"{python.get('implementation') or 'Python'} {minor}"


def _table(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = tree.get(name)
    return value if isinstance(value, Mapping) else {}
