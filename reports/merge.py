"""Results of several directories put together: what may be compared becomes one set of results, the rest stays apart.

One group is one text on one kind of machine (``benchmarks/history/fingerprint.py``). Inside a group the rounds of each
source keep to themselves, under new numbers, so that no ratio is formed between runs that did not alternate; and where
an implementation was run with different code of this harness, its version says which, so that the two are two rows.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..benchmarks.history.fingerprint import fingerprint
from ..benchmarks.prediction import highest
from ..benchmarks.records import Results, RunRecord
from .sources import Source, apart, slug, without_copies
from .summary import Summary, log_of, summarise


@dataclass(frozen=True)
class Group:
    """Results that may be compared with each other.

    Attributes:
        name: for a folder.
        title: corpus and machine.
        logs: what the worker of each failed run wrote, by the run's id, for those that are there.
    """

    name: str
    title: str
    results: Results
    logs: Mapping[str, Path] = field(default_factory=dict)

    @cached_property
    def summary(self) -> Summary:
        """What the results say, worked out once. Logs of merged runs are those that a merged report copies."""
        merged = "sources" in self.results.environment
        return summarise(self.results, {run: log_of(run) for run in self.logs} if merged else None)


def groups(sources: Sequence[Source], out: Path | None = None) -> list[Group]:
    """Sort results into groups and merge each.

    Args:
        sources: in the order of the report. A single one that gets no other place stays as it is.
        out: where the merged results go, so that paths of saved vectors lead from there; None leaves them out.
    """
    alone = len(sources) == 1 and out is None
    if alone:
        out = sources[0].directory  # what several machines made is merged where it lies
    sources = [part for source in sources for part in apart(source)]
    if alone and len(sources) == 1:
        only = sources[0].results
        return [Group(slug(only.corpus.name), _title(only), only, _logs(sources[0]))]
    known = without_copies(sources)
    taken = Counter(run.id for source in known for run in source.results.runs)
    prefixes = _apart([slug(source.label) for source in known], "-")
    moved, found = [], dict[str, list[int]]()
    for number, (source, prefix) in enumerate(zip(known, prefixes, strict=True)):
        names = {run.id: f"{prefix}-{run.id}" if taken[run.id] > 1 else run.id for run in source.results.runs}
        moved.append(_moved(source, names, out))
        found.setdefault(_comparable(source, number), []).append(number)
    firsts = [known[members[0]].results for members in found.values()]
    folders, titles = (
        _apart([slug(one.corpus.name) for one in firsts], "-"),
        _apart(list(map(_title, firsts)), ", no. "),
    )
    merged = []
    for folder, title, members in zip(folders, titles, found.values(), strict=True):
        logs = {name: log for member in members for name, log in moved[member][1].items()}
        merged.append(Group(folder, title, _merged([moved[member][0] for member in members]), logs))
    return merged


def _comparable(source: Source, number: int) -> str:
    """Key of the group. A machine that was not recorded cannot be shown to be another's: it is its own.

    The machines of one benchmark stay apart even where they differ in less, such as the kernel.
    """
    results = source.results
    corpus, machine = results.corpus, str(number)
    if _table(results.environment, "cpu").get("model"):
        with contextlib.suppress(ValidationError, AttributeError, TypeError):  # what cannot be read tells no machine
            machine = fingerprint(results.environment).model_dump_json()
    return f"{corpus.sha256} {corpus.tokens} {corpus.vocabulary_size} {machine} {source.machine or ''}"


def _moved(source: Source, names: Mapping[str, str], out: Path | None) -> tuple[Source, dict[str, Path]]:
    """A source whose runs have other ids and are reached from another directory, and the logs of those that failed."""
    runs = []
    for run in source.results.runs:
        vectors = None if run.vectors is None or out is None else os.path.relpath(source.directory / run.vectors, out)
        runs.append(run.model_copy(update={"id": names[run.id], "vectors": vectors}))
    logs = {names[run]: log for run, log in _logs(source).items()}
    return replace(source, results=source.results.model_copy(update={"runs": runs})), logs


def _logs(source: Source) -> dict[str, Path]:
    """Logs of the runs that failed, by id, for those that are there."""
    lost = {run.id: source.directory / log_of(run.id) for run in source.results.runs if run.status != "ok"}
    return {run: log for run, log in lost.items() if log.is_file()}


def _merged(sources: Sequence[Source]) -> Results:
    split = _run_with_different_code(sources)
    runs, facts, before = [], [], 0
    for source in sources:
        own = []
        for run in source.results.runs:
            version = _version(run, source.results) if run.implementation in split else run.version
            own.append(run.model_copy(update={"round": run.round + before, "version": version}))
        runs += own
        facts.append(_facts(source, [run.round for run in own]))
        before = max((run.round for run in own), default=before)
    plans = [source.results.plan for source in sources]
    environments = [source.results.environment for source in sources]
    known = highest(environments)
    return Results(
        created=min(source.results.created for source in sources),
        command=_commands(sources),
        environment={**_shared(environments), **({"ceilings": known} if known else {}), "sources": facts},
        plan=plans[0] if all(plan == plans[0] for plan in plans) else None,
        corpus=sources[0].results.corpus,
        runs=runs,
    )


def _run_with_different_code(sources: Sequence[Source]) -> set[str]:
    """Implementations that occur under more than one state of the harness."""
    codes: dict[str, set[str]] = {}
    for source in sources:
        for run in source.results.runs:
            codes.setdefault(run.implementation, set()).add(_code(source.results))
    return {implementation for implementation, some in codes.items() if len(some) > 1}


def _code(results: Results) -> str:
    """The harness that made results: its code's hash; of early results the revision or the package's version."""
    git, packages = _table(results.environment, "git"), _table(results.environment, "packages")
    known = (results.environment.get("code"), git.get("revision"), packages.get("word2vec-bench"), "unknown")
    return str(next(code for code in known if code))


def _code_name(results: Results) -> str:
    git = _table(results.environment, "git")
    if git.get("revision") and not git.get("dirty"):
        return f"revision {str(git['revision'])[:7]}"
    return f"code {_code(results)[:8]}"


def _version(run: RunRecord, results: Results) -> str | None:
    """The version with the harness's. A run that failed before its version was known takes that of its siblings."""
    known = {one.version for one in results.runs if one.implementation == run.implementation and one.version}
    version = run.version or (known.pop() if len(known) == 1 else None)
    return None if version is None else f"{version}, {_code_name(results)}"


def _facts(source: Source, rounds: Sequence[int]) -> dict[str, Any]:
    """What the report says of a source: which runs are its."""
    results = source.results
    statuses = Counter(run.status for run in results.runs)
    span = [f"{round_}" for round_ in dict.fromkeys((min(rounds), max(rounds)))] if rounds else []
    return {
        "directory": source.label,
        "rounds": "–".join(span),
        "runs": ", ".join(f"{number} {status}" for status, number in statuses.items()),
        "implementations": list(dict.fromkeys(run.implementation for run in results.runs)),
        "created": results.created.isoformat(timespec="minutes"),
        "machine": _machine(results),
        "harness": _code_name(results),
        "command": results.command,
    }


def _commands(sources: Sequence[Source]) -> str | None:
    known = [
        f"# {source.label}, {_code_name(source.results)}\n{source.results.command}"
        for source in sources
        if source.results.command
    ]
    return "\n".join(known) or None


def _shared(environments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all environments have in common; what differs is not recorded for the whole."""
    found: dict[str, Any] = {}
    for key in dict.fromkeys(key for each in environments for key in each):
        values = [each.get(key) for each in environments]
        tables = [value for value in values if isinstance(value, Mapping)]
        if len(tables) == len(values):
            found[key] = _shared(tables)
        elif all(value == values[0] for value in values):
            found[key] = values[0]
    return found


def _title(results: Results) -> str:
    return f"{results.corpus.name}, {_machine(results) or 'machine not recorded'}"


def _machine(results: Results) -> str | None:
    cpu = _table(results.environment, "cpu")
    if not cpu.get("model"):
        return None
    cores = f", {cpu['cores']} cores" if cpu.get("cores") else ""
    return f"{cpu['model']}{cores}"


def _table(environment: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = environment.get(name)
    return value if isinstance(value, Mapping) else {}


def _apart(names: Sequence[str], joint: str) -> list[str]:
    """The names; one that was there before gets a number."""
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name}{joint}{number}"
        found.append(candidate)
    return found
