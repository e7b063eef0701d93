r"""The gallery of the documentation: every figure with its data, and the command that made the results it shows.

    python -m bench.reports.gallery results/a results/b
    python -m bench.reports.gallery results/c --only learning-curve
    python -m bench evaluate results/a --analogy man king woman --figures pictures --json > answers.json
    python -m bench.reports.gallery --pictures pictures --data answers.json \
        --command "python -m bench evaluate results/a --analogy man king woman --figures pictures"

A figure is drawn from the first results that can fill it, and kept as ``NAME.png`` and ``NAME.json`` (its words, its
data and where they come from). The page is made from what lies in the folder, so figures can be added or replaced one
by one.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..benchmarks.records import Results
from ..benchmarks.store import load_results
from ..datasets.errors import InputError
from . import figures
from .figures import Drawing
from .files import replace_all
from .markdown import code, escape
from .summary import summarise

LARGEST = 100_000
"""Bytes of a picture."""

_COLOURS = 256
"""Of a picture: what a PNG with a palette has."""

_REPORT, _PICTURES = "report", "pictures"
_HEADINGS = {_REPORT: "Figures of a report", _PICTURES: "Illustrations"}


def from_results(directories: Sequence[Path], only: Sequence[str] | None = None) -> dict[str, bytes]:
    """Files of the figures that these results can fill, each drawn from the first that can.

    Args:
        directories: of ``run``.
        only: names of figures; all of them by default.

    Returns:
        Contents by name.

    Raises:
        InputError: a folder holds no results, or no results can fill a figure of ``only``.
    """
    wanted = set(only) if only is not None else {module.NAME for module in figures.FIGURES}
    contents: dict[str, bytes] = {}
    all_results = [load_results(directory) for directory in directories]
    summaries = [summarise(results) for results in all_results]
    for directory, results, summary in zip(directories, all_results, summaries, strict=True):
        saved = figures.saved_vectors(results, directory) if "stability" in wanted else None
        others = [one for one in summaries if one is not summary]
        for drawing in figures.draw_all(summary, saved=saved, beside=others, only=wanted, formats=("png",)):
            wanted.discard(drawing.name)
            shown = all_results if _joins_corpora(drawing) else [results]
            contents |= _files(_REPORT, drawing, _commands(shown), _about(results), drawing.data)
    if only is not None and wanted:
        raise InputError(f"none of these results can fill {', '.join(sorted(wanted))}; see what each figure needs")
    return contents


def from_pictures(directory: Path, command: str | None, data: Path | None) -> dict[str, bytes]:
    """Files of the pictures that ``evaluate --figures`` drew.

    Args:
        directory: with ``NAME.png`` and its words in ``NAME.txt``.
        command: that drew them.
        data: what ``evaluate --json`` printed, if it is to lie beside them.

    Raises:
        InputError: there are no pictures, or the data are no JSON.
    """
    contents: dict[str, bytes] = {}
    for words in sorted(directory.glob("*.txt")):
        picture = words.with_suffix(".png")
        if not picture.exists():
            continue
        title, caption, alt = _read_words(words)
        drawing = Drawing(words.stem, title, caption, alt, {"png": picture.read_bytes()})
        contents |= _files(_PICTURES, drawing, command, "", _read_json(data) if data else None)
    if not contents:
        raise InputError(f"{directory} has no pictures with their words; draw some: evaluate … --figures {directory}")
    return contents


def page(records: Mapping[str, Mapping[str, Any]], folder: str) -> str:
    """The page in Markdown.

    Args:
        records: what the ``.json`` files hold, by the figures' names.
        folder: of the pictures, as links name it.
    """
    parts = [
        "# Gallery",
        "What `report` draws, and what `evaluate --figures` does. Under each picture stand the command that made the "
        "results and the numbers that were drawn. `report` writes every figure as PNG, PDF (fonts embedded) and SVG, "
        "at the width of a column (3.4 inches), with its caption and its text alternative.",
        "This page is made by `python -m bench.reports.gallery RESULTS…`; figures can be added one by one "
        "(`--only NAME`, `--pictures FOLDER`).",
    ]
    for kind, heading in _HEADINGS.items():
        named = sorted((_place(name), name) for name, record in records.items() if record["kind"] == kind)
        parts += [f"## {heading}"] if named else []
        for _, name in named:
            parts += _entry(name, records[name], folder)
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw and write, then make the page anew."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.reports.gallery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("results", nargs="*", type=Path, help="folders of `run`")
    parser.add_argument("--only", metavar="NAME,NAME", help="figures to draw; all by default")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="pictures of `evaluate --figures` to take in")
    parser.add_argument("--command", help="that drew --pictures")
    parser.add_argument("--data", type=Path, metavar="FILE", help="JSON that `evaluate --json` printed for --pictures")
    parser.add_argument("--out", type=Path, default=Path("docs/images/gallery"), help="folder of the pictures")
    parser.add_argument("--page", type=Path, default=Path("docs/gallery.md"), help="the page")
    asked = parser.parse_args(arguments)
    try:
        only = [name.strip() for name in asked.only.split(",")] if asked.only else None
        contents = from_results(asked.results, only) if asked.results else {}
        if asked.pictures:
            contents |= from_pictures(asked.pictures, asked.command, asked.data)
        write(contents, asked.out, asked.page)
    except (InputError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def write(contents: Mapping[str, bytes], out: Path, page_file: Path) -> None:
    """Write pictures and data into ``out``, then the page of all that lies there.

    Raises:
        OSError: they cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    page_file.parent.mkdir(parents=True, exist_ok=True)
    replace_all(out, contents)
    records = {path.stem: _read_json(path) for path in sorted(out.glob("*.json"))}
    folder = Path(os.path.relpath(out, page_file.parent)).as_posix()
    replace_all(page_file.parent, {page_file.name: page(records, folder).encode()})


def _files(kind: str, drawing: Drawing, command: str | None, about: str, data: Any) -> dict[str, bytes]:
    record = {
        "kind": kind, "title": drawing.title, "caption": drawing.caption, "alt": drawing.alt, "command": command,
        "about": about, "data": data,
    }  # fmt: skip
    text = json.dumps(record, ensure_ascii=False, indent=1)
    return {f"{drawing.name}.png": small(drawing.files["png"]), f"{drawing.name}.json": f"{text}\n".encode()}


def small(png: bytes) -> bytes:
    """The same picture with a palette, and smaller where it must be.

    Raises:
        InputError: it is still larger than ``LARGEST``.
    """
    from PIL import Image  # matplotlib saves its pictures with it

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for share in (1.0, 0.75, 0.5):
        size = (round(picture.width * share), round(picture.height * share))
        smaller = picture if share == 1 else picture.resize(size, Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        smaller.quantize(_COLOURS, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
        if buffer.tell() <= LARGEST:
            return buffer.getvalue()
    raise InputError(f"a picture is larger than {LARGEST:,} bytes even at half its size; draw fewer things")


def _joins_corpora(drawing: Drawing) -> bool:
    """Whether a figure rests on several results: that of scaling may."""
    return any(panel["axis"] in ("tokens", "vocabulary") for panel in drawing.data.get("panels", ()))


def _commands(results: Sequence[Results]) -> str | None:
    return "\n".join(dict.fromkeys(one.command for one in results if one.command)) or None


def _about(results: Results) -> str:
    """When and where the results were made."""
    cpu, git = (results.environment.get(part) for part in ("cpu", "git"))
    said = [f"Run on {results.created:%Y-%m-%d}"]
    if isinstance(cpu, Mapping) and cpu.get("model"):
        said.append(f"{cpu['model']}, {cpu.get('cores', '?')} cores")
    if isinstance(git, Mapping) and git.get("revision"):
        said.append(f"revision {str(git['revision'])[:10]}{' with changes' if git.get('dirty') else ''}")
    loads = [run.conditions.load_before for run in results.runs if run.conditions.load_before is not None]
    cores = cpu.get("cores") if isinstance(cpu, Mapping) else None
    busy = (
        f" Other work ran there, too: load average up to {max(loads):.1f}."
        if loads and _busy(max(loads), cores)
        else ""
    )
    return f"{', '.join(said)}.{busy}"


def _busy(load: float, cores: Any) -> bool:
    """Whether there was more to do than a benchmark that runs one training at a time makes by itself."""
    return isinstance(cores, int) and load > 1.5 * cores


def _place(name: str) -> int:
    """The place of a figure in the report; others come after."""
    names = [module.NAME for module in figures.FIGURES]
    return names.index(name) if name in names else len(names)


def _entry(name: str, record: Mapping[str, Any], folder: str) -> list[str]:
    command = record["command"]
    made = (
        [f"{escape(record['about'])} Made by".strip(), code(command)] if command else ["The command was not recorded."]
    )
    return [
        f"### {escape(record['title'])}",
        f"![{escape(record['alt'])}]({folder}/{name}.png)",
        escape(record["caption"]),
        *made,
        f"Data: [{name}.json]({folder}/{name}.json)",
    ]


def _read_words(path: Path) -> tuple[str, str, str]:
    """Title, caption and text alternative, as ``evaluate --figures`` writes them."""
    title, *rest = path.read_text(encoding="utf-8").split("\n\n")
    words = dict(part.strip().split(": ", 1) for part in rest if ": " in part)
    return title.strip(), words.get("Caption", ""), words.get("Text alternative", "")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no JSON that can be read: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
