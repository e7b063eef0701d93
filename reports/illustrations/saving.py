"""A figure in all formats, whatever script its words are in."""

import io
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..figures import FORMATS, style
from .fonts import families

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLANK: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
}
"""What is left out of files, so that equal data give equal files."""

LOOK: dict[str, Any] = style.RC | {"figure.dpi": style.RC["savefig.dpi"]}
"""That of all figures; texts are measured as finely as they are drawn, for at fewer dots they come out narrower."""

_TOLD = 10
"""Characters without a font that the warning names."""


def saved(draw: Callable[[], "Figure"], fonts: Sequence[str]) -> dict[str, bytes]:
    """Draw in the look of all figures.

    Args:
        draw: makes the figure.
        fonts: that its words need, see ``fonts_of``.

    Returns:
        The files by format.
    """
    import matplotlib

    look: Any = LOOK | {"font.sans-serif": [*fonts]}  # matplotlib's type lists every key it knows
    with matplotlib.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # told already
        figure = draw()
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # the layout is found; each format would find it again
        files = {}
        for form in FORMATS:
            buffer = io.BytesIO()
            figure.savefig(buffer, format=form, metadata=_BLANK[form])
            files[form] = buffer.getvalue()
    return files


def fonts_of(texts: Iterable[str]) -> list[str]:
    """The fonts that texts need.

    Warns:
        UserWarning: no font has some of their characters.
    """
    fonts, unknown = families(texts)
    if unknown:
        more = " and others" if len(unknown) > _TOLD else ""
        warnings.warn(
            f"no font here has {' '.join(unknown[:_TOLD])}{more}: pictures show boxes; install a Noto Sans font",
            stacklevel=3,
        )
    return fonts
