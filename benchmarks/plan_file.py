"""Reads a plan from a TOML file: the same keys as the command line's flags, with dashes or underscores.

impl = ["numpy[negatives=window]", "gensim"]
corpus = "text8"
vector-size = 200
seed = [1, 2, 3]
"""

import tomllib
from pathlib import Path
from typing import Any

from ..datasets.errors import InputError
from .plan import make_plan


def read_plan(path: Path) -> dict[str, Any]:
    """Settings of a plan file, checked, underscores in their names.

    A corpus or plug-in given as a relative path is looked for beside the plan file first.

    Returns:
        Flat settings for ``make_plan``, and ``out`` where the file names a directory for the results.

    Raises:
        InputError: the file cannot be read, is no TOML, or holds an unknown key or a value out of range.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"plan {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"plan {path} is not valid TOML: {error}") from error
    settings: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name in settings:
            raise InputError(f"plan {path}: {name} is given twice")
        settings[name] = value
    out = settings.pop("out", None)
    if out is not None and not isinstance(out, str):
        raise InputError(f"plan {path}: out must be the path of a directory, got {out!r}")
    try:
        plan = make_plan(settings)
    except InputError as error:
        raise InputError(f"plan {path}: {error}") from error
    beside = path.resolve().parent
    if "plugin" in settings:
        settings["plugin"] = tuple(_beside(file, beside) for file in plan.plugin)
    if (beside / plan.corpus).is_file():
        settings["corpus"] = str(beside / plan.corpus)
    return settings if out is None else {**settings, "out": out}


def _beside(file: Path, directory: Path) -> Path:
    return directory / file if (directory / file).is_file() else file
