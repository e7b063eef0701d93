"""Figures, one a module: each has ``data`` (what is drawn), ``draw``, ``caption`` and ``alt``."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ..summary import Summary
from . import quality, speed, style, tradeoff

FIGURES: tuple[ModuleType, ...] = (speed, quality, tradeoff)
"""In the order of the report."""

FORMATS = ("png", "pdf", "svg")


@dataclass(frozen=True)
class Drawing:
    """A finished figure: its words and its file contents by format."""

    name: str
    title: str
    caption: str
    alt: str
    files: Mapping[str, bytes]


def draw_all(summary: Summary) -> list[Drawing]:
    """Draw every figure that these results can fill, in memory."""
    import matplotlib

    look: Any = style.RC  # matplotlib's type lists every key it knows
    # A figure travels without its report: the caption says what text its scores come from.
    corpus = f"Corpus: {summary.corpus.name}{', generated text' if summary.corpus.generated else ''}."
    drawings = []
    for module in FIGURES:
        data = module.data(summary)
        if data is None:
            continue
        with matplotlib.rc_context(look):
            figure = module.draw(data)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")  # the layout is found; each format would find it again
            files = {form: _save(figure, form) for form in FORMATS}
        caption = f"{module.caption(data)} {corpus}"
        drawings.append(Drawing(module.NAME, module.TITLE, caption, module.alt(data), files))
    return drawings


def _save(figure: object, form: str) -> bytes:
    """The file's bytes, without a date or a program version, so that equal data give equal files."""
    blank = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None, "Creator": None}}
    metadata = blank.get(form, {"Date": None, "Creator": None})
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, metadata=metadata)  # type: ignore[attr-defined]  # named without its import
    return buffer.getvalue()
