"""Figures, one a module: each has ``data`` (what is drawn), ``draw``, ``caption`` and ``alt``."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

from ...benchmarks.saved_vectors import System
from ..summary import Summary
from . import learning_curve, memory, quality, ratio, scaling, sections, similarity, speed, stability, tradeoff
from .saving import FORMATS as FORMATS
from .saving import saved as saved_figure
from .stability import saved_vectors as saved_vectors

FIGURES: tuple[ModuleType, ...] = (
    speed, ratio, quality, tradeoff, learning_curve, sections, similarity, scaling, memory, stability,
)  # fmt: skip
"""In the order of the report. ``data`` takes a summary; that of ``stability`` saved vectors, see ``draw_all``."""


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
    drawings = []
    for module in FIGURES:
        if only is not None and module.NAME not in only:
            continue
        data = _data(module, summary, saved or {}, beside)
        if data is None:
            continue
        files = saved_figure(partial(module.draw, data), formats)
        caption = f"{module.caption(data)} {corpus}"
        drawings.append(Drawing(module.NAME, module.TITLE, caption, module.alt(data), files, dataclasses.asdict(data)))
    return drawings


def _data(module: ModuleType, summary: Summary, saved: Mapping[str, System], beside: Sequence[Summary]) -> Any:
    if module is stability:
        return stability.data(saved, tuple(row.label for row in summary.rows), summary.baselines) if saved else None
    if module is scaling:
        return scaling.data(summary, beside)
    return module.data(summary)
