"""Corpora that are made here, not fetched: which module makes each, and where the text is kept."""

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, cast

from .cache import cache_dir, explained


class _Generator(NamedTuple):
    """How a corpus is made.

    Attributes:
        module: holds the NOTICE to readers, and the function that writes the text.
        write: the function's name; it takes a path and a seed.
        sources: patterns of the modules whose code decides what is written: the text is made anew when they change.
        question_sets: likewise, sets that are planted in it.
    """

    module: str
    write: str
    sources: tuple[str, ...]
    question_sets: tuple[str, ...] = ()


_GENERATORS = {
    "planted": _Generator("planted", "write_planted", ("planted*.py",), ("google", "wordsim-353")),
    "items": _Generator("item_sequences", "write_items", ("item_sequences.py", "planted.py")),
}


def notice(name: str) -> str:
    """What every report on a generated corpus has to say of it."""
    return cast(str, _module(name).NOTICE)


def generated_file(name: str, seed: int = 1) -> Path:
    """The text of a generated corpus, made where it is not in the cache.

    Raises:
        NotAvailable: a question set it needs is not on this machine and cannot be had.
        InputError: the cache cannot be written.
    """
    from .catalogue import find_file

    generator = _GENERATORS[name]
    plan = hashlib.sha256()
    for pattern in generator.sources:
        for source in sorted(Path(__file__).parent.glob(pattern)):
            plan.update(source.read_bytes())
    for questions in generator.question_sets:
        plan.update(find_file(questions).read_bytes())
    path = cache_dir() / "texts" / f"{name}-{seed}-{plan.hexdigest()[:12]}.txt"
    if not path.is_file():
        write = cast(Callable[..., None], getattr(_module(name), generator.write))
        with explained(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, seed=seed)
    return path


def _module(name: str) -> ModuleType:
    return import_module(f".{_GENERATORS[name].module}", __package__)
