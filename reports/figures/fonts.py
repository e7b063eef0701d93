"""Fonts for words of all scripts: DejaVu Sans, and where it lacks characters what else is installed."""

import warnings
from collections.abc import Iterable
from functools import cache

_BASE = "DejaVu Sans"

_OTHERS = (
    "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans Devanagari",
    "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Thai", "Noto Sans Ethiopic",
    "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "IPAGothic", "NanumGothic",
    "Arial Unicode MS", "Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo", "Kohinoor Devanagari", "Thonburi",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Nirmala UI", "Leelawadee UI", "FreeSans", "Lohit Devanagari",
    "Unifont",
)  # fmt: skip
"""Free fonts of wide coverage and those of the usual systems, in the order in which they are asked."""

_TOLD = 10
"""Characters without a font that the warning names."""


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


def families(texts: Iterable[str]) -> tuple[list[str], str]:
    """The fonts that texts need, in matplotlib's order of asking.

    Returns:
        Names of the fonts, and the characters that none of them has, which are drawn as boxes.
    """
    from matplotlib import font_manager

    wanted = {character for text in texts for character in text if not character.isspace()}
    chosen = [_BASE]
    wanted -= _characters(font_manager.findfont(_BASE))
    installed: dict[str, str] = {}
    if wanted:
        for entry in font_manager.fontManager.ttflist:
            installed.setdefault(entry.name, entry.fname)
    for name in _OTHERS:
        if wanted and name in installed and (has := wanted & _characters(installed[name])):
            chosen.append(name)
            wanted -= has
    return chosen, "".join(sorted(wanted))


@cache
def _characters(path: str) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    return frozenset(chr(code) for code in FT2Font(path).get_charmap())
