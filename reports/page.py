"""What our pages share: the template engine, the style, the script, and figures as part of the page."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .figures import Drawing, style

if TYPE_CHECKING:
    from jinja2 import Environment

_INKS = {style.INK: "var(--ink)", style.SOFT: "var(--soft)", style.GRID: "var(--line)", style.PAGE: "var(--page)"}
"""The figures' neutral colours follow the page's light or dark scheme."""

_HUES = {
    style.BLUE: "var(--blue)", style.VERMILION: "var(--vermilion)", style.GREEN: "var(--green)",
    style.ORANGE: "var(--orange)", style.PURPLE: "var(--purple)",
}  # fmt: skip

_TOGETHER = (
    r"(?<=\d) (?=%|[kMG]\b|[kMG]?B\b|s\b|points?\b|times\b)",
    r"(?<=\bn) (?==)",
    r"(?<=\bp) (?=[=<≤])",
    r"(?<=[=<≤]) (?=\d)",
)
"""Spaces at which no line may end: between a number and its unit, about the signs of ``n = 5`` and ``p < 0.001``."""


def render_page(template: str, context: Mapping[str, Any]) -> str:
    """A page that needs no network: what ``context`` holds is escaped, style and script are inside."""
    from markupsafe import Markup

    # Our own package data: with matplotlib's drawings of escaped text the only parts that go in as they are.
    css, js = ((files(__package__) / name).read_text(encoding="utf-8").strip() for name in ("report.css", "report.js"))
    # The page's policy names its script by this hash, so that no other one can run, whatever the results hold.
    known = base64.b64encode(hashlib.sha256(js.encode()).digest()).decode()
    assets = {"css": Markup(css), "js": Markup(js), "script_hash": Markup(f"sha256-{known}")}
    return _environment().get_template(template).render({**context, **assets})


def figure_files(drawings: Sequence[Drawing]) -> list[str]:
    """Where a page keeps its figures, relative to itself."""
    return [f"figures/{drawing.name}.{form}" for drawing in drawings for form in drawing.files]


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("bench", "reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(bind=_bind, breakable=_breakable, path=quote, inline=_inline)
    return environment


def _bind(text: str) -> str:
    return re.sub("|".join(_TOGETHER), "\N{NO-BREAK SPACE}", text)


def _breakable(label: str) -> str:
    """A label that may break at the bracket and commas of ``numpy[negatives=window,…]``, and in ``1/vector_size``."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[\[,])(?=[^\s\d])|(?<=/)(?=[a-z]{3})", label))


def _inline(drawing: Drawing, prefix: str) -> str:
    from markupsafe import Markup

    return Markup(inline_svg(drawing.files["svg"], f"{prefix}{drawing.name}"))


def inline_svg(document: bytes, name: str) -> str:
    """An SVG file as an element for a page: no prolog, no metadata, own ids, colours from the page's scheme."""
    own = re.sub(r"[^\w.-]", "-", name)
    text = document.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{own}-', text)
    text = re.sub(r'href="#', f'href="#{own}-', text)
    text = re.sub(r"url\(#", f"url(#{own}-", text)
    for colour, variable in {**_INKS, **_HUES}.items():
        text = text.replace(colour, variable)
    # The page names the figure; inside, its glyphs mean nothing to a screen reader.
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
