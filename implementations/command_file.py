"""The TOML file that makes a trainer of a command: what it may hold, and one sentence on what is wrong with it."""

import shlex
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..datasets.errors import InputError
from ..datasets.toml_text import parse_toml
from .hyperparameters import Hyperparameters
from .programs.vectors import MARKERS, Format

OTHERS = {
    "corpus": "the text, a sentence a line, words apart by single spaces",
    "vectors": "the file that it must write",
    "threads": "threads it may use",
    "seed": "of its random numbers",
    "python": "this Python",
}
"""Placeholders beside the hyperparameters."""

PLACEHOLDERS = (*OTHERS, *Hyperparameters.model_fields)


class Range(BaseModel):
    """Numbers that a hyperparameter may have, ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = None
    max: float | None = None

    def __contains__(self, value: Any) -> bool:
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)

    def __str__(self) -> str:
        low = [] if self.min is None else [f"at least {self.min:g}"]
        return " and ".join(low if self.max is None else [*low, f"at most {self.max:g}"])


def _arguments(value: Any) -> Any:
    """Accept a command as a string: it is cut as a shell does, and no shell runs."""
    return tuple(shlex.split(value)) if isinstance(value, str) else value


Arguments = Annotated[tuple[str, ...], BeforeValidator(_arguments)]


class CommandFile(BaseModel):
    """The keys; those named for hyperparameters say how each of its values is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$", description="what --impl calls it")
    command: Annotated[Arguments, Field(min_length=1)]
    summary: str = "a command"
    version: str | tuple[str, ...] = Field("unknown", description="or a command whose first line tells it")
    format: Format = Field("auto", description="of what it writes: text, binary or auto")
    suffix: str = Field("", description="what it appends to the name {vectors}")
    ignore: tuple[str, ...] = Field(MARKERS, description="rows that it writes beside the corpus's words")
    supports: dict[str, tuple[bool | int | float | str, ...] | Range] = {}
    model: dict[str, Arguments] = {}
    loss: dict[str, Arguments] = {}
    shrink_windows: dict[str, Arguments] = {}
    cbow_mean: dict[str, Arguments] = {}

    @property
    def spellings(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """By hyperparameter and value, the arguments that say it."""
        return {name: getattr(self, name) for name in _VALUES if getattr(self, name)}


_VALUES = {
    "model": ("skipgram", "cbow"),
    "loss": ("ns", "hs", "softmax"),
    "shrink_windows": ("true", "false"),
    "cbow_mean": ("true", "false"),
}


def placeholders(arguments: Iterable[str]) -> list[str]:
    """Names in braces, in order; braces themselves are written twice.

    Raises:
        ValueError: a brace stands alone, or a name is no placeholder.
    """
    found = []
    for argument in arguments:
        try:
            fields = [field for _, field, *rest in Formatter().parse(argument) if field is not None and _plain(rest)]
        except ValueError as error:
            raise ValueError(f"{argument!r}: {error}; a brace that is no placeholder is written twice") from None
        for name in fields:
            if name not in PLACEHOLDERS:
                near = get_close_matches(name, PLACEHOLDERS, n=1)
                hint = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(PLACEHOLDERS)}"
                raise ValueError(f"there is no placeholder {{{name}}}; {hint} (a brace that is none is written twice)")
        found += fields
    return found


def _plain(rest: list[Any]) -> bool:
    if any(rest):
        raise ValueError("a placeholder is a name and nothing else")
    return True


def read_command_file(path: Path) -> CommandFile:
    """Read and check a file.

    Raises:
        InputError: it is not TOML, has a key or placeholder that does not exist, or lacks one that must be there.
    """
    try:
        content = parse_toml(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        file = CommandFile(**content)
        _check(file)
    except ValidationError as error:
        raise InputError(f"{path}: {_sentence(error)}") from None
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    return file


def _check(file: CommandFile) -> None:
    used = placeholders(file.command)
    for name, spelling in file.spellings.items():
        wrong = [value for value in spelling if value not in _VALUES[name]]
        if wrong:
            raise ValueError(f"{name} has no value {wrong[0]!r}; its values are {', '.join(_VALUES[name])}")
        if name not in used:
            raise ValueError(f"{name} is never used: put {{{name}}} into command")
        inner = [part for arguments in spelling.values() for part in placeholders(arguments)]
        nested = [part for part in inner if part in file.spellings]
        if nested:
            raise ValueError(f"{name}: {{{nested[0]}}} has spellings of its own and cannot stand here")
        used += inner
    for needed in ("corpus", "vectors"):
        if needed not in used:
            raise ValueError(f"command lacks {{{needed}}}: {OTHERS[needed]}")
    if isinstance(file.version, tuple) and (placeholders(file.version) or not file.version):
        raise ValueError("version is text, or a command without placeholders")
    for name, limits in file.supports.items():
        if isinstance(limits, Range) and name in _VALUES:
            raise ValueError(f"supports.{name} must be a list of values: {', '.join(_VALUES[name])}")
        if name not in Hyperparameters.model_fields:
            raise ValueError(f"supports.{name}: {_unknown(name, Hyperparameters.model_fields)}")


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong."""
    found = error.errors(include_url=False)
    first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])  # a key misspelt is missing, too
    key = ".".join(str(part) for part in first["loc"] if isinstance(part, str) and part.isidentifier())
    if first["loc"][:1] == ("supports",) and len(first["loc"]) > 1:
        return f"supports.{first['loc'][1]} must be a list of values, or a table with min and max"
    match first["type"]:
        case "missing":
            return f"it lacks {key}"
        case "extra_forbidden":
            return f"{key}: {_unknown(str(first['loc'][-1]), CommandFile.model_fields)}"
        case "string_pattern_mismatch":
            return f"{key} must be made of letters, digits and . _ -, got {first['input']!r}"
        case "value_error":
            return f"{key}: {first['ctx']['error']}"
    message = first["msg"]
    return f"{key}: {message[0].lower()}{message[1:]}, got {first['input']!r}"


def _unknown(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, list(known), n=1)
    return (
        f"there is no such key; did you mean {near[0]}?"
        if near
        else f"there is no such key; there are {', '.join(known)}"
    )
