"""Which machine made a run: timings of different machines are never put into one comparison.

A machine is what it is made of: processor, usable cores, memory, operating system with its kernel, GPUs with their
driver, Python, and the libraries under all trainers; the version of an implementation itself stands in each record.
``node`` tells the computers of one make apart: a ratio is formed only where both runs were made on the same one.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from typing import Any

from ..datasets.errors import InputError
from .history.fingerprint import fingerprint, versions
from .records import Results

MACHINES = "machines"
"""Key of ``Results.environment``: what each machine is, by its id, where runs were made elsewhere or on several."""

_TOLD = ("label", "cpu", "memory_bytes", "system", "python", "packages", "blas", "gpu", "variables")
"""Parts of an environment that belong to the machine and not to the benchmark."""

_LIBRARIES = ("python", "numpy", "scipy", "blas")


def machine_id(environment: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that are equal for machines of one make.

    Args:
        environment: as ``environment.environment`` gives it.
    """
    system, gpus, known = environment.get("system") or {}, environment.get("gpu") or [], versions(environment)
    kind = {
        "label": environment.get("label"),
        "hardware": fingerprint(environment).model_dump(mode="json"),
        "gibibytes": round((environment.get("memory_bytes") or 0) / 2**30, 1),
        "kernel": system.get("kernel"),
        "drivers": [gpu.get("driver_version") for gpu in gpus],
        "versions": {name: known.get(name) for name in _LIBRARIES},
    }
    return hashlib.sha256(json.dumps(kind, sort_keys=True).encode()).hexdigest()[:12]


def node() -> str:
    """The name of this computer, hashed: results are published, and names of computers are nobody's business."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def described(environment: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an environment that tells of the machine."""
    return {key: environment[key] for key in _TOLD if key in environment}


def with_machines(environment: Mapping[str, Any], machines: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The environment of a benchmark that ran on these machines.

    On one machine it is that machine's own. Of several it keeps what they share, and ``machines`` tells the rest.

    Args:
        environment: of the process that wrote the results.
        machines: descriptions by id; none where no run was made yet.
    """
    own = {key: value for key, value in environment.items() if key != MACHINES}
    if not machines:
        return own
    if list(machines) == [machine_id(own)]:
        return own
    shared = _shared(list(machines.values()))
    told = {key: shared.get(key) for key in _TOLD if any(key in one for one in machines.values())}
    return {**own, **told, MACHINES: {key: dict(value) for key, value in machines.items()}}


def machines_of(results: Results) -> dict[str, dict[str, Any]]:
    """Descriptions by id of the machines that made runs.

    None of early results, which do not name theirs, nor of merged ones: they hold what may be compared.
    """
    if "sources" in results.environment:
        return {}
    told: Mapping[str, Any] = results.environment.get(MACHINES) or {}
    named = dict.fromkeys(run.machine for run in results.runs if run.machine is not None)
    own = {machine_id(results.environment): described(results.environment)} if not told and named else {}
    return {name: dict(told.get(name) or own.get(name) or {}) for name in named}


def by_machine(results: Results) -> dict[str, Results]:
    """The results of each machine by its id, its description as their environment; of one machine as they are.

    Runs that no machine made (what could not run anywhere) go with the first.
    """
    machines = machines_of(results)
    if len(machines) < 2:
        return {next(iter(machines), ""): results}
    first = next(iter(machines))
    rest = {key: value for key, value in results.environment.items() if key not in (MACHINES, *_TOLD)}
    homes = {name: [run for run in results.runs if (run.machine or first) == name] for name in machines}
    return {
        name: results.model_copy(update={"environment": {**rest, **told}, "runs": homes[name]})
        for name, told in machines.items()
    }


def check_one_machine(results: Results) -> None:
    """Refuse timings of several machines where one is needed.

    Raises:
        InputError: runs were made on several.
    """
    machines = machines_of(results)
    if len(machines) > 1:
        raise InputError(
            f"{len(machines)} makes of machine made these runs ({', '.join(machines)}), and only timings of one can be "
            "followed or judged: repeat the benchmark on workers of one make"
        )


def _shared(tables: list[Mapping[str, Any]]) -> dict[str, Any]:
    """What all have in common."""
    first, *others = tables
    found: dict[str, Any] = {}
    for key, value in first.items():
        values = [other.get(key) for other in others]
        if isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in values):
            found[key] = _shared([value, *values])  # type: ignore[list-item]
        elif all(one == value for one in values):
            found[key] = value
    return found
