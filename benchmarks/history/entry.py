"""Turns the results of one benchmark into an entry of the history."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ...datasets.errors import InputError
from ..estimates import estimate
from ..machines import check_one_machine
from ..metrics import Metric, metrics
from ..naming import configuration_name, configurations
from ..records import Results, RunRecord
from .fingerprint import fingerprint, versions
from .records import ConfigurationRecord, CorpusKey, Entry, FailureRecord, MeasuredRecord
from .revision import committed, resolved


def make_entry(results: Results, *, revision: str | None = None, repository: Path = Path()) -> Entry:
    """What the history keeps of a benchmark.

    Args:
        results: of one invocation.
        revision: commit that was measured; by default the harness's own, where it ran from a checkout.
        repository: where git is asked about the commit.

    Raises:
        InputError: no run finished, several machines made the runs, or nobody says which commit was measured.
    """
    found = configurations(results)
    if not found:
        raise InputError("these results hold no finished run, so there is nothing to append to a history")
    check_one_machine(results)
    git = results.environment.get("git") or {}
    named = revision or git.get("revision")
    if not named:
        raise InputError("these results do not say which commit was measured; name it with --revision")
    commit = resolved(str(named), repository)
    wanted = metrics(results)
    return Entry(
        digest=_digest(results),
        created=results.created,
        revision=commit,
        dirty=bool(git.get("dirty")) if revision is None else False,
        committed=committed(commit, repository),
        fingerprint=fingerprint(results.environment),
        versions=versions(results.environment),
        corpus=CorpusKey(**results.corpus.model_dump(include={"name", "sha256", "tokens"})),
        configurations=tuple(_configuration(name, runs, wanted) for name, runs in found.items()),
        failures=_failures(results),
    )


def _configuration(name: str, runs: Sequence[RunRecord], wanted: Sequence[Metric]) -> ConfigurationRecord:
    measured = {}
    for one in wanted:
        found = estimate(one, runs)
        if found is not None:
            values = tuple(value for run in runs if (value := one.read(run)) is not None)
            measured[one.name] = MeasuredRecord(
                unit=one.unit, higher_is_better=one.higher_is_better, kind=one.kind, value=found.value,
                low=found.low, high=found.high, values=values,
            )  # fmt: skip
    return ConfigurationRecord(
        name=name,
        implementation=runs[0].implementation,
        version=runs[0].version,
        device=runs[0].device,
        seeds=tuple(sorted({run.seed for run in runs})),
        metrics=measured,
    )


def _failures(results: Results) -> tuple[FailureRecord, ...]:
    lost = Counter(
        (configuration_name(run, results), run.status, run.reason) for run in results.runs if run.status != "ok"
    )
    return tuple(
        FailureRecord(name=name, status=status, reason=reason, runs=runs)
        for (name, status, reason), runs in lost.items()
    )


def _digest(results: Results) -> str:
    """Equal for the same benchmark, also after ``--resume`` added runs to it: it must not count twice."""
    told = results.model_dump(mode="json", include={"created", "environment", "corpus"})
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
