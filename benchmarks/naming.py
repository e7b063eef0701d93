"""A name for what was run that stays the same from one benchmark to the next: trackers compare numbers by name."""

from collections.abc import Mapping
from typing import Any

from ..datasets.errors import InputError
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.selector import parse_selectors
from .records import Results, RunRecord

BASELINE = "gensim"
"""What others are compared with where it ran; else the first implementation that did."""

_ALWAYS_NAMED = ("model", "loss", "vector_size")


def configuration_name(run: RunRecord, results: Results) -> str:
    """Name of a run's configuration, such as ``numba/planted/skipgram-ns/d100/t2/epochs=1``.

    It holds the implementation, the corpus, model and loss, dimensions, threads, hyperparameters other than the
    default, and the device where it is not the CPU. Of the implementation's options it holds those that any selector
    of the plan gives (``numba[negatives=pair]``): a default that changes is a change of the implementation, not
    another configuration.
    """
    asked = _options_asked_for(run.implementation, results)
    options = {key: value for key, value in run.options.items() if asked is None or key in asked}
    hyper, defaults = run.hyperparameters.model_dump(), Hyperparameters().model_dump()
    own = ",".join(f"{key}={_plain(value)}" for key, value in sorted(options.items()))
    parts = [
        f"{run.implementation}[{own}]" if own else run.implementation,
        results.corpus.name,
        f"{run.model}-{run.loss}",
        f"d{run.hyperparameters.vector_size}",
        f"t{run.threads}",
        *(
            f"{key}={_plain(value)}"
            for key, value in hyper.items()
            if key not in _ALWAYS_NAMED and value != defaults[key]
        ),
        *([run.device] if run.device != "cpu" else []),
    ]
    return "/".join(parts)


def configurations(results: Results) -> dict[str, list[RunRecord]]:
    """The finished runs of every configuration that has any, by its name, in the order of the file."""
    found: dict[str, list[RunRecord]] = {}
    for run in results.runs:
        if run.status == "ok":
            found.setdefault(configuration_name(run, results), []).append(run)
    return found


def _options_asked_for(implementation: str, results: Results) -> set[str] | None:
    """Options that the plan's selectors of an implementation give; None where the plan does not tell."""
    plan: Mapping[str, Any] = results.plan or {}
    try:
        selectors = [one for text in plan["impl"] for one in parse_selectors(text)]
    except (KeyError, TypeError, InputError):
        return None
    return {key for one in selectors if one.name == implementation for key in one.settings}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
