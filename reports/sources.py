"""Results directories that a report is made of: read, named, and freed of runs that were only copied."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..benchmarks.machines import by_machine
from ..benchmarks.records import Results
from ..benchmarks.store import load_results
from ..datasets.errors import InputError


@dataclass(frozen=True)
class Source:
    """A results directory, or a results file.

    Attributes:
        label: the shortest end of its path that tells it from the others.
        machine: where it holds the runs of one machine out of several, that machine's id.
    """

    label: str
    path: Path
    results: Results
    machine: str | None = None

    @property
    def directory(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """Read results; a path given twice counts once.

    Raises:
        InputError: no path was given, or one holds no results.
    """
    if not paths:
        raise InputError("name at least one results directory")
    places = list({path.resolve(): path for path in paths}.values())
    results = [load_results(path) for path in places]
    return [Source(*one) for one in zip(_labels(places), places, results, strict=True)]


def apart(source: Source) -> list[Source]:
    """The results of each machine as a source of its own: an executor may have sent the runs to several."""
    machines = by_machine(source.results)
    if len(machines) == 1:
        return [source]
    return [
        replace(source, label=f"{source.label}, machine {name}", results=results, machine=name)
        for name, results in machines.items()
    ]


def without_copies(sources: Sequence[Source]) -> list[Source]:
    """The sources without runs that an earlier one holds, too, to the last digit: a copied directory adds nothing."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for source in sources:
        runs, made = [], _made(source.results)
        for run in source.results.runs:
            content = (made, run.model_dump_json(exclude={"vectors"}))
            if content not in seen:
                runs.append(run)
            seen.add(content)
        kept.append(replace(source, results=source.results.model_copy(update={"runs": runs})))
    return [source for source in kept if source.results.runs] or kept[:1]


def slug(text: str) -> str:
    """A name for a file or a folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:60] or "results"


def _made(results: Results) -> str:
    """What a benchmark keeps when it is copied or resumed: text, processor and code."""
    cpu = results.environment.get("cpu")
    model = cpu.get("model") if isinstance(cpu, Mapping) else None
    return f"{results.corpus.model_dump_json()} {model} {results.environment.get('code')}"


def _labels(paths: Sequence[Path]) -> list[str]:
    parts = [path.resolve().parts for path in paths]
    labels = [str(path) for path in paths]
    for length in range(max(map(len, parts)), 0, -1):
        shorter = ["/".join(some[-length:]) for some in parts]
        if len(set(shorter)) == len(shorter):
            labels = shorter
    return labels
