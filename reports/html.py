"""``report.html``: one self-contained page; everything that comes from the results is escaped."""

import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from . import quality, tables
from .figures import Drawing, style
from .markdown import dateline, details
from .summary import Summary
from .words import footnotes, sentences

_INKS = {style.INK: "var(--ink)", style.SOFT: "var(--soft)", style.GRID: "var(--line)", style.PAGE: "var(--page)"}
"""The figures' neutral colours follow the page's light or dark scheme."""

_HUES = {style.BLUE: "var(--blue)", style.VERMILION: "var(--vermilion)", style.GREEN: "var(--green)"}


def render(summary: Summary, drawings: Sequence[Drawing]) -> str:
    """The whole report as HTML that needs no network: styles, script and figures are inside."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("bench", "reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(bind=_bind, breakable=_breakable)
    here = files(__package__)
    context: dict[str, Any] = {
        "summary": summary,
        "dateline": dateline(summary),
        "sentences": sentences(summary),
        "footnotes": footnotes(summary),
        "main": tables.main_table(summary),
        "quality": quality.table(summary),
        "quality_sentences": quality.sentences(summary),
        "quality_notes": quality.notes(summary),
        "failures": tables.failures_table(summary),
        "details": details(summary),
        # Our own package data and matplotlib's drawing of escaped text: the only parts that go in as they are.
        "css": Markup((here / "report.css").read_text(encoding="utf-8")),
        "js": Markup((here / "report.js").read_text(encoding="utf-8")),
        "drawings": [(each, Markup(inline_svg(each.files["svg"], each.name))) for each in drawings],
    }
    return environment.get_template("report.html.jinja").render(context)


def _bind(text: str) -> str:
    """Keep a number and its unit on one line."""
    return re.sub(r"(?<=\d) (?=%|[kMG]\b|[kMG]?B\b|s\b)|(?<=\bn) (?==)|(?<=\bn =) (?=\d)", "\N{NO-BREAK SPACE}", text)


def _breakable(label: str) -> str:
    """A label that may break at the bracket and commas of ``numpy[negatives=window,…]``."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[\[,])", label))


def inline_svg(document: bytes, name: str) -> str:
    """An SVG file as an element for a page: no prolog, no metadata, own ids, colours from the page's scheme."""
    text = document.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    for colour, variable in {**_INKS, **_HUES}.items():
        text = text.replace(colour, variable)
    # The page names the figure; inside, its glyphs mean nothing to a screen reader.
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
