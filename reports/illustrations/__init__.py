"""Pictures of single answers: analogies, axes, maps and neighbours. One a module, each with ``data``, ``draw``,
``caption`` and ``alt``, as the figures of a benchmark have them.

They take the plain data that the functions of bench.evaluation.exploring return.
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from ...datasets.errors import InputError
from ..figures import FORMATS, Drawing, style
from ..figures.fonts import fonts_of
from ..figures.saving import saved
from ..files import replace_all
from . import analogy, axes, neighbors, word_map
from .answers import Answers

__all__ = ["FORMATS", "Answers", "illustrate", "write_illustrations"]


def illustrate(systems: Sequence[Answers]) -> list[Drawing]:
    """Draw all answers, in memory: neighbours of all systems together, of everything else a picture a system.

    Warns:
        UserWarning: no font has the characters of a word.

    Raises:
        InputError: there are more words than a map has room for.
    """
    found: list[tuple[ModuleType, Any]] = [(neighbors, data) for data in neighbors.data(systems)]
    for module in (analogy, axes, word_map):
        for answers in systems:
            name = [answers.system] if len(systems) > 1 else []
            if (data := module.data(answers, *name)) is not None:
                found.append((module, data))
    told = [(module.caption(data), module.alt(data)) for module, data in found]
    look = style.RC | {"font.sans-serif": fonts_of(text for both in told for text in both)}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # told already
        return [
            Drawing(data.name, module.TITLE, caption, alt, saved(partial(module.draw, data), look=look), asdict(data))
            for (module, data), (caption, alt) in zip(found, told, strict=True)
        ]


def write_illustrations(drawings: Sequence[Drawing], directory: Path) -> list[Path]:
    """Write each picture as ``NAME.png``, ``.pdf`` and ``.svg``, and its words as ``NAME.txt``, replaced together.

    The words stand in a file of their own, not only on the screen: a picture is copied into a paper or a page long
    after the terminal is gone, and needs its caption and its text alternative there.

    Args:
        drawings: of ``illustrate``.
        directory: is made where there is none.

    Returns:
        The files written.

    Raises:
        InputError: they cannot be written.
    """
    contents: dict[str, bytes] = {}
    for drawing in drawings:
        contents |= {f"{drawing.name}.{form}": data for form, data in drawing.files.items()}
        words = f"{drawing.title}\n\nCaption: {drawing.caption}\n\nText alternative: {drawing.alt}\n"
        contents[f"{drawing.name}.txt"] = words.encode("utf-8", errors="replace")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return replace_all(directory, contents)
    except OSError as error:
        raise InputError(
            f"cannot write pictures into {directory}: {error.strerror or error}; choose another directory"
        ) from error
