"""Files of vectors as the command line names them: one by one, several under a label, or a benchmark's folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..datasets.errors import InputError
from ..datasets.paths import exists, is_dir
from .records import RunRecord
from .store import RESULTS, load_results


class System(NamedTuple):
    """The files of one system's runs, and their seeds where they are known."""

    files: list[Path]
    seeds: list[int] | None = None


def systems(arguments: Sequence[str]) -> dict[str, System]:
    """Systems by label, in the order given.

    ``FILE`` is a system of one file, ``LABEL=FILE,FILE`` one of several runs, and a folder that ``run --save-vectors``
    filled gives one system for each configuration, its runs being the rounds.

    Raises:
        InputError: a label stands twice, or a folder holds no saved vectors.
    """
    found: dict[str, System] = {}
    for argument in arguments:
        for label, system in _systems(argument).items():
            if label in found:
                raise InputError(f"two systems are called {label}; name them: LABEL={argument}")
            found[label] = system
    return found


def _systems(argument: str) -> dict[str, System]:
    path = Path(argument)
    if is_dir(path):
        return _saved(path)
    label, equals, listed = argument.partition("=")
    if not equals or exists(path):
        return {argument: System([path])}
    parts = [Path(part) for part in listed.split(",") if part]
    if not label or not parts:
        raise InputError(f"{argument!r} names no files; write LABEL=FILE,FILE")
    if len(parts) == 1 and is_dir(parts[0]):
        inside = _saved(parts[0])
        return {label if len(inside) == 1 else f"{label} {name}": system for name, system in inside.items()}
    return {label: System(parts)}


def _saved(directory: Path) -> dict[str, System]:
    if not (directory / RESULTS).exists():
        raise InputError(f"{directory} is a folder without {RESULTS}; name files of vectors, or a folder of `run`")
    runs = [run for run in load_results(directory).runs if run.status == "ok" and run.vectors is not None]
    if not runs:
        raise InputError(f"{directory} holds no vectors; repeat the benchmark with --save-vectors")
    by_configuration: dict[str | None, list[RunRecord]] = {}
    for run in runs:
        by_configuration.setdefault(run.configuration, []).append(run)
    names = [group[0].implementation for group in by_configuration.values()]
    found = {}
    for name, group in zip(names, by_configuration.values(), strict=True):
        options = ",".join(f"{key}={value}" for key, value in group[0].options.items())
        label = name if names.count(name) == 1 else f"{name}[{options}]"
        ordered = sorted(group, key=lambda run: (run.seed, run.round))
        files = [directory / run.vectors for run in ordered if run.vectors is not None]
        found[label] = System(files, [run.seed for run in ordered])
    return found
