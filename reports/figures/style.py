"""One look for all figures: readable at a column's width, in grey and for the colour-blind, fonts embedded."""

from textwrap import wrap
from typing import Any

COLUMN_WIDTH = 3.4
"""Inches: a column of a two-column paper."""

INK = "#1b1b1b"
SOFT = "#6e6e6e"
GRID = "#dcdcdc"
PAGE = "#ffffff"

# Blue, vermilion and bluish green of Okabe and Ito's palette (jfly.uni-koeln.de/color, 2008), which the colour-blind
# tell apart. They differ in lightness too, and every series has its own marker, so that grey prints stay readable.
BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#009e73"
# Their orange and reddish purple, for figures of more than three series.
ORANGE = "#e69f00"
PURPLE = "#cc79a7"

_MOST_LINES = 8
"""Of a label: a name of a thousand characters must not push the plot off the page."""

RC: dict[str, Any] = {
    "figure.dpi": 300,  # as it is saved: with fewer dots letters are rounded to other widths, and the layout is off
    "savefig.dpi": 300,
    "savefig.transparent": False,
    "figure.facecolor": PAGE,
    "axes.facecolor": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same figure everywhere
    "font.size": 7.5,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "text.parse_math": False,  # a label such as a$b$ is a name, not a formula
    "axes.unicode_minus": True,
    "pdf.fonttype": 42,  # TrueType: publishers refuse Type 3
    "ps.fonttype": 42,
    "svg.fonttype": "path",  # looks the same where the font is missing
    "svg.hashsalt": "word2vec-bench",  # the same data give the same file
}


def broken(label: str, width: int = 20) -> str:
    """A label on short lines, broken at the bracket and commas of ``numpy[negatives=window,…]`` where it has them."""
    name, bracket, settings = label.partition("[")
    lines = wrap(name, width) or [""]
    if bracket:
        lines += [line for part in settings.removesuffix("]").split(",") for line in wrap(part, width)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "…"]
    return "\n".join(lines)
