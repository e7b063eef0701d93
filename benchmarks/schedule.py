"""Turns a plan into the runs of each round, and tells beforehand which of them cannot be."""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from ..datasets.errors import InputError
from ..implementations import registry
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.selector import Selector, combinations, parse_selectors
from .environment import code
from .messages import sentence
from .plan import Plan


@dataclass(frozen=True)
class Candidate:
    """An implementation as it was asked for, and why it cannot run here, if so.

    Attributes:
        name: of the implementation.
        given: options as asked for; ``options`` are those in force, defaults included.
        threads: of each of its workers.
        version: of what does the work, or None where that cannot be told.
        obstacle: status and reason where there is nothing to start.
        chosen: False for one the harness added by default, whose absence is no failure.
    """

    name: str
    given: Mapping[str, Any]
    options: Mapping[str, Any]
    hyperparameters: Hyperparameters
    threads: int
    version: str | None
    obstacle: tuple[Literal["unavailable", "unsupported"], str] | None
    chosen: bool


@dataclass(frozen=True)
class RunSpec:
    """One run: what a worker is to train, and a name for it that is stable, unique and readable.

    Attributes:
        configuration: hash of everything that makes its work what it is, but for seed, round and code.
        code: hash of what trains and scores.
    """

    id: str
    configuration: str
    code: str
    candidate: Candidate
    threads: int
    seed: int
    round: int
    device: str


def candidates(plan: Plan) -> list[Candidate]:
    """The implementations a plan asks for, in its order, each with every combination of its grid; plug-ins are loaded.

    What a selector says of its own goes before the grid: ``numba[vector_size=50]`` has no other sizes.

    Raises:
        InputError: an unknown name, option or hyperparameter, a value out of range, or one asked for twice.
    """
    for path in plan.plugin:
        registry.load_plugin(path)
    selectors = [selector for text in plan.impl for selector in parse_selectors(text)]
    chosen = bool(selectors)
    found: dict[str, tuple[Selector, Candidate]] = {}
    for selector in selectors or [Selector(name) for name in registry.DEFAULTS]:
        for candidate in _combined(selector, plan, chosen):
            key = _configuration(candidate, plan)
            if key in found:
                raise InputError(f"{selector} and {found[key][0]} are the same run asked for twice")
            found[key] = (selector, candidate)
    return [candidate for _, candidate in found.values()]


def _combined(selector: Selector, plan: Plan, chosen: bool) -> Iterator[Candidate]:
    free = {key: list(values) for key, values in plan.grid.items() if key not in selector.settings}
    for combination in combinations(free):
        yield _candidate(Selector(selector.name, {**combination, **selector.settings}), plan, chosen)


def schedule(plan: Plan, found: list[Candidate]) -> list[RunSpec]:
    """Runs in the order in which they are to be made: rounds outside, shuffled implementations inside.

    An implementation that cannot run has one row, in the first round.
    """
    specs, codes = [], {name: _code(name) for name in {one.name for one in found}}
    for number in range(1, plan.rounds + 1):
        order = list(found)
        random.Random(f"{plan.order_seed}/{number}").shuffle(order)
        specs += [
            _spec(candidate, plan, number, codes[candidate.name])
            for candidate in order
            if candidate.obstacle is None or number == 1
        ]
    return specs


def _code(implementation: str) -> str:
    """Of the harness, and of the trainer's own file where it is not part of it."""
    cls = registry.trainer_class(implementation)
    file = registry.source(cls)
    ours = Path(__file__).parent.parent
    return code(*([] if file is None or ours in file.parents else [file]))


def _candidate(selector: Selector, plan: Plan, chosen: bool) -> Candidate:
    cls = registry.trainer_class(selector.name)
    hyper = {key: value for key, value in selector.settings.items() if key in Hyperparameters.model_fields}
    options = {key: value for key, value in selector.settings.items() if key not in hyper and key != "threads"}
    threads = _threads(selector, plan)
    if "min_count" in hyper:
        raise InputError(f"{selector}: min_count makes the corpus, the same for all; set it for the whole benchmark")
    unknown = sorted(set(options) - set(cls.option_choices))
    if unknown:
        takes = ", ".join([*cls.option_choices, *Hyperparameters.model_fields, "threads"])
        raise InputError(f"{selector}: {cls.name} has no option {unknown[0]}; it takes {takes}")
    try:
        merged = Hyperparameters(**{**plan.hyperparameters.model_dump(), **hyper})
    except ValidationError as error:
        raise InputError(f"{selector}: {sentence(error, str)}") from None
    reason = cls.unavailable(plan.device)
    if reason is not None:
        return Candidate(selector.name, options, options, merged, threads, None, ("unavailable", reason), chosen)
    trainer = registry.create(selector.name, options)
    reason = trainer.unsupported(merged)
    if reason is None and plan.learning_curve and (why := trainer.unpausable()) is not None:
        reason = f"no learning curve: {why}"
    obstacle: tuple[Literal["unsupported"], str] | None = None if reason is None else ("unsupported", reason)
    return Candidate(selector.name, options, dict(trainer.options), merged, threads, cls.version(), obstacle, chosen)


def _threads(selector: Selector, plan: Plan) -> int:
    asked = selector.settings.get("threads", plan.worker_threads)
    if type(asked) is not int or asked < 1:
        raise InputError(f"{selector}: threads must be a whole number of at least 1, got {asked!r}")
    return asked


def _configuration(candidate: Candidate, plan: Plan) -> str:
    """Hash of everything that makes one run's work what it is, but for seed and round."""
    asked = {
        "implementation": candidate.name,
        "options": dict(candidate.options),
        "hyperparameters": candidate.hyperparameters.model_dump(mode="json"),
        "threads": candidate.threads,
        "device": plan.device,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _spec(candidate: Candidate, plan: Plan, number: int, made_by: str) -> RunSpec:
    configuration, seed = _configuration(candidate, plan), plan.round_seed(number)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", candidate.name).lstrip(".")
    hyper = candidate.hyperparameters
    return RunSpec(
        id=f"{name}-{hyper.model}-{hyper.loss}-s{seed}-r{number}-{configuration[:8]}",
        configuration=configuration,
        code=made_by,
        candidate=candidate,
        threads=candidate.threads,
        seed=seed,
        round=number,
        device=plan.device,
    )
