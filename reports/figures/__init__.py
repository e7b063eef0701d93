"""Figures, one a module: each has ``data`` (what is drawn), ``draw``, ``caption`` and ``alt``."""

import dataclasses
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

from ...benchmarks.saved_vectors import System
from ..summary import Summary
from ..tables import timing_notes
from . import (
    learning_curve,
    memory,
    quality,
    ratio,
    roofline,
    scaling,
    sections,
    similarity,
    speed,
    stability,
    style,
    tradeoff,
)
from .fonts import fonts_of
from .saving import FORMATS as FORMATS
from .saving import saved as saved_figure
from .stability import saved_vectors as saved_vectors

FIGURES: tuple[ModuleType, ...] = (
    speed, ratio, quality, tradeoff, learning_curve, sections, similarity, scaling, roofline, memory,
    stability,
)  # fmt: skip
"""In the order of the report. ``data`` takes a summary; that of ``stability`` saved vectors, see ``draw_all``."""

_TIMED = (speed, ratio, tradeoff, learning_curve, scaling, roofline)
"""Those that show how long training took."""


@dataclass(frozen=True)
class Drawing:
    """A finished figure: its words, its file contents by format, and what it was drawn from, ready for JSON."""

    name: str
    title: str
    caption: str
    alt: str
    files: Mapping[str, bytes]
    data: Mapping[str, Any] = field(default_factory=dict)


def draw_all(
    summary: Summary,
    *,
    saved: Mapping[str, System] | None = None,
    beside: Sequence[Summary] = (),
    only: Collection[str] | None = None,
    formats: Sequence[str] = FORMATS,
) -> list[Drawing]:
    """Draw every figure that these results can fill, in memory.

    Args:
        summary: of the results.
        saved: vectors by label (see ``saved_vectors``); without them there is no figure of stability.
        beside: of results on other corpora, for the figure of scaling.
        only: names of figures to draw; all of them by default.
        formats: of the files: png, pdf and svg.
    """
    # A figure travels without its report: the caption says what text its scores come from.
    corpus = f"Corpus: {summary.corpus.name}{', generated text' if summary.corpus.generated else ''}."
    wanted = [module for module in FIGURES if only is None or module.NAME in only]
    found = [(module, data) for module in wanted if (data := _data(module, summary, saved or {}, beside)) is not None]
    if not found:
        return []
    facts = [dataclasses.asdict(data) for _, data in found]
    look = style.RC | {"font.sans-serif": fonts_of(_texts(facts))}
    drawings = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # told already
        for (module, data), fact in zip(found, facts, strict=True):
            files = saved_figure(partial(module.draw, data), formats, look)
            caption = f"{module.caption(data)} {corpus}"
            if module in _TIMED:
                caption += "".join(f" {line}" for line in _timing(summary))
            drawings.append(Drawing(module.NAME, module.TITLE, caption, module.alt(data), files, fact))
    return drawings


def _texts(facts: Any) -> Iterator[str]:
    """Every text in nested data."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, Mapping):
        yield from (text for both in facts.items() for one in both for text in _texts(one))
    elif isinstance(facts, list | tuple):
        yield from (text for one in facts for text in _texts(one))


def _timing(summary: Summary) -> list[str]:
    """What must be known of speeds that do not hold training alone."""
    lines = timing_notes(summary).lines
    return ["Not training alone is timed:", *lines] if lines else []


def _data(module: ModuleType, summary: Summary, saved: Mapping[str, System], beside: Sequence[Summary]) -> Any:
    if module is stability:
        return stability.data(saved, tuple(row.label for row in summary.rows), summary.baselines) if saved else None
    if module is scaling:
        return scaling.data(summary, beside)
    return module.data(summary)
