"""Runs of one configuration form a cell: what may be averaged, and the label that tells it from the others."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..benchmarks.records import RunRecord

Moment = tuple[int, int, str | None]
"""Round, seed and computer of a run: speeds are divided where all three are equal."""


@dataclass(frozen=True)
class Cell:
    """Runs that differ in nothing but round and seed."""

    label: str
    runs: tuple[RunRecord, ...]

    @property
    def finished(self) -> tuple[RunRecord, ...]:
        return tuple(run for run in self.runs if run.status == "ok")

    @property
    def first(self) -> RunRecord:
        """The run that stands for what all of them share; a finished one where there is any."""
        return (self.finished or self.runs)[0]


def cells(runs: Sequence[RunRecord]) -> list[Cell]:
    """Group runs by everything that may move a number: implementation, version, options, protocol, threads, device."""
    groups: dict[str, list[RunRecord]] = {}
    for run in runs:
        groups.setdefault(_key(run), []).append(run)
    _adopt_failures(groups)
    firsts = [next((run for run in group if run.status == "ok"), group[0]) for group in groups.values()]
    return [Cell(label, tuple(group)) for label, group in zip(labels(firsts), groups.values(), strict=True)]


def labels(runs: Sequence[RunRecord]) -> list[str]:
    """The shortest names that tell the configurations apart, written as on the command line: ``numpy[window=2]``."""
    shared = {name for name, values in _values(runs, _protocol).items() if len(values) > 1}
    twins: dict[str, list[RunRecord]] = {}
    for run in runs:
        twins.setdefault(run.implementation, []).append(run)
    own = {
        name: {key for key, values in _values(some, _own).items() if len(values) > 1} for name, some in twins.items()
    }
    result = []
    for run in runs:
        parts = [f"{name}={_plain(value)}" for name, value in _own(run).items() if name in own[run.implementation]]
        parts += [f"{name}={_plain(value)}" for name, value in _protocol(run).items() if name in shared]
        result.append(f"{run.implementation}[{','.join(parts)}]" if parts else run.implementation)
    return result


def same_protocol(a: RunRecord, b: RunRecord) -> bool:
    """Whether the speeds of two runs may be divided: equal hyperparameters and threads."""
    return protocol_key(a) == protocol_key(b)


def protocol_key(run: RunRecord) -> str:
    """Equal for runs whose speeds may be divided."""
    return json.dumps(_protocol(run), sort_keys=True, default=str)


def _key(run: RunRecord) -> str:
    return json.dumps([run.implementation, _own(run), _protocol(run)], sort_keys=True, default=str)


def _own(run: RunRecord) -> dict[str, Any]:
    """What belongs to the implementation: compared among runs of the same one."""
    return {**run.options, "device": run.device, "version": run.version}


def _protocol(run: RunRecord) -> dict[str, Any]:
    """What all implementations of a comparison share."""
    return {**run.hyperparameters.model_dump(), "threads": run.threads}


def _values(runs: Sequence[RunRecord], part: Any) -> Mapping[str, set[str]]:
    """The values each setting takes, as text; a setting that a run lacks counts as one more value."""
    tables = [part(run) for run in runs]
    names = {name for table in tables for name in table}
    return {name: {_plain(table.get(name)) for table in tables} for name in names}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _adopt_failures(groups: dict[str, list[RunRecord]]) -> None:
    """Move runs that failed before version and device were known to the one finished cell they belong to.

    Without this a trainer that crashes in its second round would look like two configurations.
    """
    for key, group in list(groups.items()):
        if any(run.status == "ok" for run in group):
            continue
        homes = [
            other for other in groups.values() if any(run.status == "ok" and _may_be(group[0], run) for run in other)
        ]
        if len(homes) == 1:
            homes[0].extend(group)
            homes[0].sort(key=lambda run: run.round)
            del groups[key]


def _may_be(failed: RunRecord, finished: RunRecord) -> bool:
    return (
        failed.implementation == finished.implementation
        and same_protocol(failed, finished)
        and failed.version in (None, finished.version)
        and failed.device in ("auto", finished.device)
        and all(finished.options.get(name) == value for name, value in failed.options.items())
    )
