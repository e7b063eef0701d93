"""The worker's side of what a trainer declares."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from ...datasets.errors import InputError
from ...implementations import registry
from ...implementations.given import Given
from ...implementations.hyperparameters import Hyperparameters
from ...implementations.trainer import Trainer
from .settings import bases, settings
from .trial import Declaration, Trial

HEAVY = ("torch", "tensorflow", "jax", "numba", "gensim", "scipy", "sklearn", "pandas", "pyspark", "fasttext")
"""Packages whose import takes a good part of a second or more."""


def declare(trial: Trial) -> Declaration:
    """Load the plug-ins and look at the trainer without training."""
    before = set(sys.modules)
    try:
        names = [name for plugin in trial.plugins for name in registry.load_plugin(plugin)]
        if trial.implementation is None:
            return Declaration(names=names)
        cls = registry.trainer_class(trial.implementation)
        loaded = [name for name in HEAVY if name in sys.modules and name not in before]
        reason = cls.unavailable(trial.device)
        if reason is not None:
            faults = [*_word_faults("unavailable()", reason), *_summary_faults(cls)]
            return Declaration(names=names, unavailable=str(reason) or "it gives no reason", faults=faults)
        trainer = registry.create(trial.implementation, trial.options)
    except InputError as error:
        return Declaration(usage=str(error))
    faults = _summary_faults(cls)
    if loaded:
        faults.append(f"its module imports {', '.join(loaded)} at the top, so that `list` takes long")
    version: Any = None
    try:
        version = cls.version()
        faults += _word_faults("version()", version)
    except Exception as error:
        faults.append(f"version() fails: {type(error).__name__}: {error}")
    base, refusal, wrong = _base(trainer)
    faults += wrong
    if base is not None:
        faults += _given_faults(trainer, settings(base))
    return Declaration(
        names=names,
        version=version if isinstance(version, str) else None,
        faults=[*faults, *_other_faults(trainer)],
        base=base,
        refusal=refusal,
    )


def _base(trainer: Trainer) -> tuple[dict[str, Any] | None, str | None, list[str]]:
    """Hyperparameters it does not refuse, what it says of the last ones it does, and faults of how it says so."""
    refusal = None
    for base in bases():
        try:
            reason = trainer.unsupported(settings(base))
        except Exception as error:
            return None, refusal, [f"unsupported() fails: {type(error).__name__}: {error}"]
        if reason is None:
            return base, refusal, []
        if wrong := _word_faults("unsupported()", reason):
            return None, refusal, wrong
        refusal = reason
    return None, refusal, []


def given_of(trainer: Trainer, hyperparameters: Hyperparameters) -> dict[str, Given]:
    """What the trainer says it was given; nothing where it says so in a wrong way."""
    try:
        found = dict(trainer.given(hyperparameters))
    except Exception:
        return {}
    return {name: one for name, one in found.items() if isinstance(name, str) and isinstance(one, Given)}


def _given_faults(trainer: Trainer, hyperparameters: Hyperparameters) -> list[str]:
    try:
        found: Any = trainer.given(hyperparameters)
    except Exception as error:
        return [f"given() fails: {type(error).__name__}: {error}"]
    if not (isinstance(found, Mapping) and all(isinstance(one, Given) for one in found.values())):
        return ["given() must return a mapping from names to Given"]
    return [
        f"given() says that it has no {name}, without a note that says what it does instead"
        for name, one in found.items()
        if one.value is None and not (one.note or "").strip()
    ]


def _other_faults(trainer: Trainer) -> list[str]:
    faults = []
    if trainer.timing_note is not None:
        faults += _word_faults("timing_note", trainer.timing_note)
    try:
        json.dumps(dict(trainer.options))
    except Exception as error:
        faults.append(f"options cannot be written into a result: {type(error).__name__}: {error}")
    return faults


def _summary_faults(cls: type[Trainer]) -> list[str]:
    faults = _word_faults("summary", getattr(cls, "summary", None))
    return faults or (["summary is more than one line"] if "\n" in cls.summary else [])


def _word_faults(what: str, value: object) -> list[str]:
    """Whether something that people are to read is words."""
    if isinstance(value, str) and value.strip():
        return []
    return [f"{what} must be words, got {value!r}"]
