"""What a benchmark is to run, as it was asked for."""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, PositiveInt, ValidationError

from ..datasets.decoding import Errors
from ..datasets.errors import InputError
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.selector import check_number
from .isolation import core_count
from .messages import Spell, sentence

DEFAULT_REPEATS = 3
FIRST_CORPUS = "planted"


def _listed(value: Any) -> Any:
    """Accept ``"a,b"`` for ``("a", "b")``, also inside a list, and one number for a list of one."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple):
        return tuple(part for item in value for part in (_listed(item) if isinstance(item, str) else (item,)))
    return (value,) if isinstance(value, int | float) else value


def _alone(value: Any) -> Any:
    """Accept one for a list of one. Commas are left: they belong to a selector's brackets or a file's name."""
    return (value,) if isinstance(value, str | Path) else value


_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


def seconds(value: Any) -> Any:
    """Accept ``"90m"`` for 5400; what is no such text is left to be complained of."""
    match = re.fullmatch(r"\s*+([0-9.]++)\s*+([a-z]*+)\s*+", value) if isinstance(value, str) else None
    if match is None or (match[2] or "s") not in _UNITS:
        return value
    try:
        return float(match[1]) * _UNITS[match[2] or "s"]
    except ValueError:
        return value


Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class Plan(BaseModel):
    """Settings of one benchmark. The names are those of the command line's flags, hyperparameters held apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    impl: Annotated[tuple[str, ...], BeforeValidator(_alone)] = Field(
        (), description="implementations, NAME or NAME[key=value,...], apart by commas"
    )
    corpus: str = Field(
        FIRST_CORPUS,
        min_length=1,
        description="name of a corpus, or path of a text: a file, a folder, a pattern, several with + between",
    )
    errors: Errors = Field(
        "strict",
        description="bytes of the text that are not UTF-8: strict refuses it, replace puts U+FFFD in their place",
    )
    threads: PositiveInt | None = Field(None, description="threads of each worker")
    seed: Annotated[tuple[Seed, ...] | None, BeforeValidator(_listed)] = Field(
        None, description="seeds, apart by commas; a round trains with one of them, in turn"
    )
    repeats: PositiveInt | None = Field(None, le=10_000, description="rounds; in each every implementation runs once")
    tasks: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = Field(
        None, description="evaluation tasks, apart by commas"
    )
    timeout: Annotated[FiniteFloat, Field(gt=0)] | None = Field(None, description="seconds after which a run is killed")
    timed_seconds: Annotated[FiniteFloat, Field(ge=0)] = Field(
        0.0, description="a run that trains in less time trains again, until so many seconds have been timed"
    )
    device: str = Field("auto", min_length=1, description="auto, cpu, cuda, cuda:1, ...")
    plugin: Annotated[tuple[Path, ...], BeforeValidator(_alone)] = Field(
        (), description="file with trainers of your own: Python, which is executed, or TOML"
    )
    save_vectors: bool = Field(False, description="keep each run's vectors in word2vec's binary format")
    learning_curve: bool = Field(False, description="score at the end of every epoch, too, with the clock stopped")
    ceilings: bool = Field(False, description="measure first what this machine can do: a few seconds")
    order_seed: Seed = Field(1, description="of the shuffle that orders the implementations inside a round")
    budget: Annotated[FiniteFloat, Field(gt=0), BeforeValidator(seconds)] | None = Field(
        None, description="time after which no further run is started: seconds, or a text such as 8h or 90m"
    )
    executor: Literal["local", "dask"] = Field(
        "local", description="where runs are made: local, here one by one; dask, on the workers of a Dask scheduler"
    )
    scheduler: str | None = Field(None, min_length=1, description="address of the Dask scheduler, tcp://HOST:PORT")
    hyperparameters: Hyperparameters = Field(default_factory=Hyperparameters)
    grid: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)
    """Hyperparameters, and threads, of which several values were given: every combination is trained."""

    @property
    def rounds(self) -> int:
        """Rounds to run: ``repeats``, by default at least three, every seed equally often.

        The first look, every implementation on the planted corpus, is one round: the NumPy reference alone trains for
        most of a minute there, and who has just installed this should not wait for three.
        """
        if self.repeats is not None:
            return self.repeats
        if self.seed is None:
            return 1 if not self.impl and self.corpus == FIRST_CORPUS else DEFAULT_REPEATS
        return len(self.seed) * math.ceil(DEFAULT_REPEATS / len(self.seed))

    def round_seed(self, number: int) -> int:
        """Seed of a round, counted from 1. Without ``seed`` it is the round's number, so that scores show a spread."""
        return self.seed[(number - 1) % len(self.seed)] if self.seed else number

    @property
    def worker_threads(self) -> int:
        """Threads of each worker: as many as this process has cores, where nothing was asked for."""
        return self.threads or core_count()

    def settled(self) -> dict[str, Any]:
        """The plan with its defaults filled in, as JSON holds it: what two benchmarks must share to be one."""
        return {
            "impl": list(self.impl),
            "corpus": self.corpus,
            "errors": self.errors,
            "threads": self.worker_threads,
            "seed": [self.round_seed(number + 1) for number in range(self.rounds)],
            "repeats": self.rounds,
            "tasks": None if self.tasks is None else list(self.tasks),
            "timeout": self.timeout,
            "timed_seconds": self.timed_seconds,
            "device": self.device,
            "plugin": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.plugin},
            "save_vectors": self.save_vectors,
            "learning_curve": self.learning_curve,
            "order_seed": self.order_seed,
            "hyperparameters": self.hyperparameters.model_dump(mode="json"),
            "grid": {key: list(values) for key, values in self.grid.items()},
        }


_SPANS = ({*Hyperparameters.model_fields} - {"min_count"}) | {"threads"}
"""What a grid may vary. ``min_count`` makes the corpus, which is one for a benchmark."""


def _several(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0


def _checked(key: str, values: Sequence[Any], others: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of one side of a grid, converted, each once; one that is out of range by itself is an error."""
    if key == "threads":
        found = [Plan(threads=value).threads for value in values]
    else:
        found = [getattr(Hyperparameters(**{**others, key: value}), key) for value in values]
    return tuple(dict.fromkeys(found))


def make_plan(settings: Mapping[str, Any], spell: Spell = str) -> Plan:
    """Build a plan from flat settings, hyperparameters among them.

    Args:
        settings: by key, underscores in the names; None stands for "not given". A list where a hyperparameter or
            ``threads`` takes one value spans a grid.
        spell: how the user wrote a key, for the message.

    Raises:
        InputError: a name is unknown or a value is out of range.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    hyper = {key: given.pop(key) for key in Hyperparameters.model_fields if key in given}
    grid = {
        key: part.pop(key) for part in (hyper, given) for key in list(part) if key in _SPANS and _several(part[key])
    }
    known = [*(name for name in Plan.model_fields if name != "hyperparameters"), *Hyperparameters.model_fields]
    try:
        for key in ("hyperparameters", "grid"):
            if key in given:
                raise InputError(f"{spell(key)} stand beside the other settings, each by its name")
        first = {key: values[0] for key, values in grid.items() if key != "threads"}
        plan = Plan(
            **given,
            hyperparameters=Hyperparameters(**hyper, **first),
            grid={key: _checked(key, values, hyper | first) for key, values in grid.items()},
        )
    except ValidationError as error:
        raise InputError(sentence(error, spell, known)) from None
    check_number(plan.grid, "the grid")
    for key in ("impl", "tasks"):
        if key in given and not any(name.strip(" ,") for name in getattr(plan, key)):
            raise InputError(f"{spell(key)} names nothing; leave it out for the default")
    if plan.seed is not None and (not plan.seed or len(set(plan.seed)) < len(plan.seed)):
        raise InputError(f"{spell('seed')} must name each seed once, got {list(plan.seed)}")
    if plan.executor == "dask" and plan.scheduler is None:
        raise InputError(
            f"{spell('executor')} dask needs {spell('scheduler')} tcp://HOST:PORT, as `dask scheduler` prints it"
        )
    if plan.executor == "dask" and plan.ceilings:
        raise InputError(f"{spell('ceilings')} are those of this machine, not of workers elsewhere: leave it out")
    if plan.scheduler is not None and not re.fullmatch(r"(tcp|tls|ws|wss)://[^/\s]+:[0-9]{1,5}", plan.scheduler):
        raise InputError(f"{spell('scheduler')} must be an address such as tcp://HOST:8786, got {plan.scheduler!r}")
    if plan.executor != "dask" and plan.scheduler is not None:
        raise InputError(f"{spell('scheduler')} goes with {spell('executor')} dask: runs are made here without it")
    if plan.learning_curve and plan.timed_seconds:
        raise InputError(
            f"{spell('learning_curve')} and {spell('timed_seconds')} exclude each other: a curve's seconds are those "
            "of one training, not means of several; for longer times take more epochs or a larger corpus"
        )
    if plan.seed and plan.rounds % len(plan.seed):
        raise InputError(
            f"{spell('repeats')} must be a multiple of {len(plan.seed)}, so that each seed is used equally often, "
            f"got {plan.rounds}"
        )
    return plan
