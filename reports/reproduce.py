"""The commands that make the runs, the scores and the report again."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .summary import Summary

_ALWAYS = ("numpy", "numba", "llvmlite", "scipy", "gensim")
"""Packages that every run or its scoring uses."""

_OF = {"torch": ("torch",), "fasttext": ("fasttext",), "word2vec-c": ("word2vec",), "spark": ("pyspark",)}
"""Those that only some implementations use: a version that nothing used may not even be installable beside the rest."""


@dataclass(frozen=True)
class Step:
    """A command, or several lines of them, and what they do."""

    what: str
    command: str


def steps(summary: Summary) -> list[Step]:
    """What to type, in order. What was not recorded is left out.

    The commands after the benchmark's own are for the directory that holds ``results.json``; of merged results each
    directory is named.
    """
    found = [Step(_install_note(summary), _install(summary))]
    if summary.command:
        found.append(Step("Train, score and time", summary.command))
    directories = _directories(summary)
    if summary.vectors:
        scored = [*directories, *_tasks(summary)]
        found.append(Step("Score the saved vectors again", _bench("evaluate", *scored)))
        found.append(
            Step("Compare the saved vectors over seeds and questions", _bench("evaluate", "--compare", *scored))
        )
    if summary.rows:
        found.append(Step("Write this report again", _bench("report", *directories)))
    return found


def _bench(*arguments: str) -> str:
    return shlex.join(["python", "-m", "bench", *arguments])


def _directories(summary: Summary) -> list[str]:
    """Where the results lie: here, or where they were merged from."""
    sources = summary.environment.get("sources")
    named = [_mapping(one).get("directory") for one in sources] if isinstance(sources, list) else []
    return [str(one) for one in named if one] or ["."]


def _install(summary: Summary) -> str:
    """Install line with the versions that were recorded; from a checkout where the runs came from one."""
    packages = _mapping(summary.environment.get("packages"))
    revision = _mapping(summary.environment.get("git")).get("revision")
    used = {*_ALWAYS}
    for row in summary.rows:
        used.update(_OF.get(row.run.implementation, ()))
        if row.run.device.startswith("cuda"):
            used.add("triton")
    pins = [f"{name}=={_public(version)}" for name, version in packages.items() if name in used]
    if isinstance(revision, str) and revision:
        checkout = shlex.join(["git", "checkout", revision])
        return "\n".join([checkout, shlex.join(["pip", "install", "-e", ".", *pins])])
    own = packages.get("word2vec-bench")
    name = "word2vec-bench" if own is None else f"word2vec-bench=={_public(own)}"
    return shlex.join(["pip", "install", name, *pins])


def _install_note(summary: Summary) -> str:
    parts = ["Install"]
    git = _mapping(summary.environment.get("git"))
    if git.get("revision"):
        parts.append("in a checkout of word2vec-bench")
    version = _mapping(summary.environment.get("python")).get("version")
    if version:
        parts.append(f"with Python {version}")
    note = " ".join(parts)
    return f"{note} (the runs had uncommitted changes on top of that commit)" if git.get("dirty") else note


def _tasks(summary: Summary) -> list[str]:
    """The flag for the tasks that were scored; none where nothing was."""
    planned = summary.plan.get("tasks")
    names = [str(name) for name in planned] if isinstance(planned, list) else list(summary.tasks)
    return ["--tasks", ",".join(names)] if names else []


def _public(version: object) -> str:
    """A version without its local part (``2.13.0+cpu``), which package indexes do not know."""
    return str(version).partition("+")[0]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def remark(summary: Summary) -> str:
    """What must be said of the steps."""
    where = (
        "the directory that holds results.json"
        if _directories(summary) == ["."]
        else "the place from which the directories have the names given here"
    )
    return (
        f"The commands after the benchmark's own are for {where}. The same corpus has the SHA-256 given under Corpus; "
        "versions and processor stand under Environment."
    )
