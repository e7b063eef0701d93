"""Turns a plan into the runs of each round, and tells beforehand which of them cannot be."""

import hashlib
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from ..datasets.errors import InputError
from ..implementations import registry
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.selector import Selector, parse_selectors
from .messages import sentence
from .plan import Plan


@dataclass(frozen=True)
class Candidate:
    """An implementation as it was asked for, and why it cannot run here, if so.

    Attributes:
        name: of the implementation.
        given: options as asked for; ``options`` are those in force, defaults included.
        version: of what does the work, or None where that cannot be told.
        obstacle: status and reason where there is nothing to start.
        chosen: False for one the harness added by default, whose absence is no failure.
    """

    name: str
    given: Mapping[str, Any]
    options: Mapping[str, Any]
    hyperparameters: Hyperparameters
    version: str | None
    obstacle: tuple[Literal["unavailable", "unsupported"], str] | None
    chosen: bool


@dataclass(frozen=True)
class RunSpec:
    """One run: what a worker is to train, and a name for it that is stable, unique and readable."""

    id: str
    configuration: str
    candidate: Candidate
    threads: int
    seed: int
    round: int
    device: str


def candidates(plan: Plan) -> list[Candidate]:
    """The implementations a plan asks for, in its order; plug-ins are loaded.

    Raises:
        InputError: an unknown name, option or hyperparameter, a value out of range, or one asked for twice.
    """
    for path in plan.plugin:
        registry.load_plugin(path)
    selectors = [selector for text in plan.impl for selector in parse_selectors(text)]
    chosen = bool(selectors)
    found = [
        _candidate(selector, plan, chosen) for selector in selectors or [Selector(name) for name in registry.DEFAULTS]
    ]
    keys = [_configuration(candidate, plan) for candidate in found]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            raise InputError(f"{selectors[position]} and {selectors[keys.index(key)]} are the same run asked for twice")
    return found


def schedule(plan: Plan, found: list[Candidate]) -> list[RunSpec]:
    """Runs in the order in which they are to be made: rounds outside, shuffled implementations inside.

    An implementation that cannot run has one row, in the first round.
    """
    specs = []
    for number in range(1, plan.rounds + 1):
        order = list(found)
        random.Random(f"{plan.order_seed}/{number}").shuffle(order)
        specs += [_spec(candidate, plan, number) for candidate in order if candidate.obstacle is None or number == 1]
    return specs


def _candidate(selector: Selector, plan: Plan, chosen: bool) -> Candidate:
    cls = registry.trainer_class(selector.name)
    hyper = {key: value for key, value in selector.settings.items() if key in Hyperparameters.model_fields}
    options = {key: value for key, value in selector.settings.items() if key not in hyper}
    if "min_count" in hyper:
        raise InputError(f"{selector}: min_count makes the corpus, the same for all; set it for the whole benchmark")
    unknown = sorted(set(options) - set(cls.option_choices))
    if unknown:
        takes = ", ".join([*cls.option_choices, *Hyperparameters.model_fields])
        raise InputError(f"{selector}: {cls.name} has no option {unknown[0]}; it takes {takes}")
    try:
        merged = Hyperparameters(**{**plan.hyperparameters.model_dump(), **hyper})
    except ValidationError as error:
        raise InputError(f"{selector}: {sentence(error, str)}") from None
    reason = cls.unavailable(plan.device)
    if reason is not None:
        return Candidate(selector.name, options, options, merged, None, ("unavailable", reason), chosen)
    trainer = registry.create(selector.name, options)
    reason = trainer.unsupported(merged)
    if reason is None and plan.learning_curve and (why := trainer.unpausable()) is not None:
        reason = f"no learning curve: {why}"
    obstacle: tuple[Literal["unsupported"], str] | None = None if reason is None else ("unsupported", reason)
    return Candidate(selector.name, options, dict(trainer.options), merged, cls.version(), obstacle, chosen)


def _configuration(candidate: Candidate, plan: Plan) -> str:
    """Hash of everything that makes one run's work what it is, but for seed and round."""
    asked = {
        "implementation": candidate.name,
        "options": dict(candidate.options),
        "hyperparameters": candidate.hyperparameters.model_dump(mode="json"),
        "threads": plan.worker_threads,
        "device": plan.device,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _spec(candidate: Candidate, plan: Plan, number: int) -> RunSpec:
    configuration, seed = _configuration(candidate, plan), plan.round_seed(number)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", candidate.name).lstrip(".")
    hyper = candidate.hyperparameters
    return RunSpec(
        id=f"{name}-{hyper.model}-{hyper.loss}-s{seed}-r{number}-{configuration[:8]}",
        configuration=configuration,
        candidate=candidate,
        threads=plan.worker_threads,
        seed=seed,
        round=number,
        device=plan.device,
    )
