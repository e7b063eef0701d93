"""Makes large files of each piece that means something to a parser: ``python tests/fuzz/growth.py wikifil plan``.

A fuzzer's inputs have some kilobytes, so that it runs thousands a second; what takes the square of the length, or its
cube, does not show there. Here a piece is repeated, alone, before, after and within a good file, until it is large, and
again four times as large: what takes more than its share of time is a finding. It takes minutes a target, reports and
figures an hour; it needs no fuzzer.
"""

import argparse
import json
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fuzz_harness import Target, folder
from fuzz_mutations import everywhere
from fuzz_targets import TARGETS

PIECES = (
    *b"x 0 9 - . / ../ \\ \" ' ( [ { < & $ % : , =".split(),
    *(b" ", b"\n", b"\r\n", b"\t", b"x ", b"x\n", b"0 ", b"\0", b"\x80", b"\xff"),
    *(sign.encode() for sign in "\u00e9\u0301\u202e"),
)
MARKUP = ("x", " ", "x ", "\n", "<", "&", "{", "[", "\\", ",", "`", "|", "_", "$", "a,", "\u00e9")
"""Of a text in JSON."""

SEPARATE = ("", " ", "a", "\n")
"""What may stand between two of a piece."""

SMALL, LARGE = 1 << 14, 1 << 16
MOST_GROWTH = 10
"""By which the time may grow where the length grows fourfold: sixteen is the square."""

LEAST_SECONDS = 0.4
"""What takes less when it is large is no finding, however it grew."""

FIT = [name for name, one in TARGETS.items() if one.compiled and name not in ("corpus", "scanner")]
"""Those two read blocks of some bytes, in each of which a long word begins anew; in use blocks are longer."""


def main() -> int:
    """1 where there is a finding."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("target", nargs="*", default=FIT, metavar="TARGET", help=", ".join(FIT))
    asked = parser.parse_args()
    if unknown := set(asked.target) - set(FIT):
        parser.error(f"there is no target {unknown.pop()}")
    os.environ["BENCH_CACHE"] = str(folder() / "cache")
    return 1 if sum(_tried(TARGETS[name]) for name in asked.target) else 0


def repeated(target: Target, length: int) -> Iterator[tuple[str, bytes]]:
    """Inputs of about that many bytes; what each is."""
    good = target.seeds()[0]
    if target.form == "json":
        values: list[Any] = [(piece * length)[:length] for piece in MARKUP]
        values += [[0] * (length // 3), {str(i): i for i in range(length // 9)}]
        yield from everywhere(good, values, alike=False)
        return
    for piece in dict.fromkeys((*target.words, *PIECES)):
        for between in SEPARATE:
            part = piece + between.encode()
            for where, data in _beside(part * (length // len(part)), good):
                yield f"{part!r} {where}", data


def _beside(part: bytes, good: bytes) -> list[tuple[str, bytes]]:
    middle = len(good) // 2
    return [
        ("alone", part),
        ("before", part + good),
        ("after", good + part),
        ("within", good[:middle] + part + good[middle:]),
        ("instead of the rest", good[:middle] + part),
    ]


def _tried(target: Target) -> int:
    """How many inputs took more than their share, or raised what they should not."""
    executions, found, longest = 0, 0, 0.0
    for (told, data), (_, small) in zip(repeated(target, LARGE), repeated(target, SMALL), strict=True):
        executions += 1
        try:
            took = _seconds(target, data)
        except Exception as error:
            found += 1
            print(f"{target.name}: {told}: {error!r:.200}", flush=True)
            continue
        longest = max(longest, took)
        # A second look: the first may have met what happens once, or another process.
        if took > LEAST_SECONDS and min(took, _seconds(target, data)) > MOST_GROWTH * _seconds(target, small):
            found += 1
            print(f"{target.name}: {told}: {took:.1f} s", flush=True)
    print(
        json.dumps({"target": target.name, "executions": executions, "longest": round(longest, 2), "findings": found}),
        flush=True,
    )
    return found


def _seconds(target: Target, data: bytes) -> float:
    """What it takes, of the processor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()
        target.run(data)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
