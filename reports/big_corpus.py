"""Draws what ``bench.benchmarks.big_corpus`` has measured: memory over time, one corpus under the other.

python -m bench.reports.big_corpus big.json --out pictures
"""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..datasets.errors import InputError
from .figures import memory_over_time as figure
from .figures.saving import saved
from .files import replace_all


def write_figure(measured: Path, directory: Path) -> list[Path]:
    """Write ``memory-over-time.png``, ``.pdf`` and ``.svg``, and the figure's words as ``.txt``, replaced together.

    Args:
        measured: the file that ``big_corpus --out`` wrote.
        directory: is made where there is none.

    Returns:
        The files written.

    Raises:
        InputError: the file is another one or holds nothing to draw, or the pictures cannot be written.
    """
    try:
        data = figure.data(json.loads(measured.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"cannot read {measured}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{measured} is not what big_corpus --out writes ({error!r})") from error
    if data is None:
        raise InputError(f"{measured} holds no memory over time: it is measured on Linux only")
    contents = {f"{figure.NAME}.{form}": content for form, content in saved(partial(figure.draw, data)).items()}
    words = f"{figure.TITLE}\n\nCaption: {figure.caption(data)}\n\nText alternative: {figure.alt(data)}\n"
    contents[f"{figure.NAME}.txt"] = words.encode("utf-8")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return replace_all(directory, contents)
    except OSError as error:
        raise InputError(f"cannot write pictures into {directory}: {error.strerror or error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, and say what was written."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.reports.big_corpus",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("measured", type=Path, help="file of `big_corpus --out`")
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="folder of the pictures")
    asked = parser.parse_args(arguments)
    try:
        for path in write_figure(asked.measured, asked.out):
            print(path)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
