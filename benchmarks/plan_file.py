"""Reads a plan from a TOML file: the same keys as the command line's flags, with dashes or underscores.

impl = ["numpy[negatives=window]", "gensim"]
corpus = ["text8", "news.txt"]
vector-size = [100, 300]
seed = [1, 2, 3]
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..datasets.errors import InputError
from ..datasets.paths import exists, is_file
from ..datasets.shards import anchored
from ..datasets.toml_text import parse_toml
from .study import plans


def find_plan(path: Path) -> Path:
    """A plan file: the path itself, or the ready-made plan of that name (``quick``, ``parity``, …)."""
    if path.suffix or exists(path) or len(path.parts) != 1:
        return path
    ready = Path(str(files(__package__) / f"{path}.toml"))
    return ready if ready.is_file() else path


def read_plan(path: Path) -> dict[str, Any]:
    """Settings of a plan file, checked, underscores in their names.

    A corpus or plug-in given as a relative path is looked for beside the plan file first.

    Returns:
        Flat settings for ``study.plans``, and ``out`` where the file names a directory for the results.

    Raises:
        InputError: the file cannot be read, is no TOML, or holds an unknown key or a value out of range; the message
            names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        table = parse_toml(text)
    except OSError as error:
        raise InputError(f"plan {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"plan {path} is not valid TOML: {error}") from error
    settings: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name in settings:
            raise InputError(f"plan {path}{_line(text, key)}: {name} is given twice")
        settings[name] = value
    out = settings.pop("out", None)
    if out is not None and not isinstance(out, str):
        raise InputError(f"plan {path}{_line(text, 'out')}: out must be the path of a directory, got {out!r}")
    blamed: list[str] = []

    def spell(key: str) -> str:
        blamed.append(key)
        return key

    try:
        asked = plans(settings, spell)
    except InputError as error:
        raise InputError(f"plan {path}{_line(text, *blamed)}: {error}") from error
    beside = path.resolve().parent
    if "plugin" in settings:
        settings["plugin"] = tuple(_beside(file, beside) for file in asked[0].plugin)
    corpora = [_corpus_beside(plan.corpus, beside) for plan in asked]
    settings |= {"corpus": corpora} if len(corpora) > 1 else {"corpus": corpora[0]} if "corpus" in settings else {}
    return settings if out is None else {**settings, "out": out}


def _line(text: str, *keys: str) -> str:
    """Where the first of these keys that the file has stands; TOML readers do not tell."""
    for key in keys:
        written = re.escape(key).replace("_", "[-_]")
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(rf"""\s*["']?{written}["']?\s*=""", line) or re.match(rf"\s*\[+\s*{written}\s*\]+", line):
                return f", line {number}"
    return ""


def _corpus_beside(corpus: str, directory: Path) -> str:
    """A folder is named with a separator here, so that none beside the plan hides a corpus of its name."""
    if is_file(directory / corpus):
        return str(directory / corpus)
    several = any(sign in corpus for sign in "/*?[+")
    return (anchored(corpus, directory) if several else None) or corpus


def _beside(file: Path, directory: Path) -> Path:
    return directory / file if is_file(directory / file) else file
