"""What a machine has: ``python -m bench.benchmarks.executors.look REQUEST.json`` writes ``answer.json`` beside it.

In a process of its own, like a run, because a worker of Dask's lives long: code and packages may have changed under it,
and what is imported to look would stay in its memory.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation import die_with
from ..worker import PARENT_VARIABLE, SIGNAL_VARIABLE

if TYPE_CHECKING:
    from ...datasets.decoding import Errors

ANSWER = "answer.json"


def main(arguments: list[str]) -> int:
    """Answer a request: ``{"plan": ...}`` or ``{"corpus": {"name", "sha256", "min_count", "errors"}}``."""
    (request_file,) = arguments
    parent, _ = os.environ.pop(PARENT_VARIABLE, None), os.environ.pop(SIGNAL_VARIABLE, None)
    if parent is not None:
        die_with(int(parent))
    from ...datasets.errors import InputError
    from ..files import write_atomically

    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    try:
        answer = _corpus(**request["corpus"]) if "corpus" in request else _machine(request["plan"])
    except InputError as error:
        answer = {"error": str(error)}
    write_atomically(Path(request_file).with_name(ANSWER), json.dumps(answer, default=str))
    return 0


def _machine(plan: dict[str, Any]) -> dict[str, Any]:
    """The environment, and which of the plan's implementations can run in it."""
    from ..environment import environment
    from ..machines import node
    from ..plan import Plan
    from ..schedule import candidates

    found = candidates(Plan.model_validate(plan))
    told = [{key: asdict(one)[key] for key in ("version", "obstacle", "options")} for one in found]
    return {"code": package_code(), "environment": environment(), "node": node(), "candidates": told}


def package_code() -> str:
    """Hash of everything that trains, scores and measures."""
    from ..environment import code

    return code(*sorted(Path(__file__).parent.parent.rglob("*.py")))


def _corpus(name: str, sha256: str, min_count: int, errors: "Errors" = "strict") -> dict[str, Any]:
    """Where the corpus lies once the text of that name is encoded, if it is that text. Nothing is fetched."""
    from ...datasets.catalogue import open_corpus
    from ...datasets.errors import InputError

    try:
        corpus = open_corpus(name, min_count=min_count, errors=errors)
    except InputError:  # no text at all: the client has one
        return {"directory": None}
    right = corpus.sha256 == sha256 and corpus.directory is not None
    return {"directory": str(corpus.directory) if right else None}


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
