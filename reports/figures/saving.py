"""A figure in all formats, in the look of all figures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "pdf", "svg")

_BLANK: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
}
"""What is left out of files, so that equal data give equal files."""


def saved(
    draw: Callable[[], Figure], formats: Sequence[str] = FORMATS, look: Mapping[str, Any] = style.RC
) -> dict[str, bytes]:
    """Draw a figure, in memory.

    Args:
        draw: makes it.
        formats: of the files, of ``FORMATS``.
        look: matplotlib's settings.

    Returns:
        The files by format.
    """
    import matplotlib

    settings: Any = look  # matplotlib's type lists every key it knows
    with matplotlib.rc_context(settings):
        figure = draw()
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # the layout is found; each format would find it again
        files = {}
        for form in formats:
            buffer = io.BytesIO()
            figure.savefig(buffer, format=form, metadata=_BLANK[form])
            files[form] = buffer.getvalue()
    return files
