"""Puts each odd value in each place of a good JSON, one at a time: ``python tests/fuzz/everywhere.py results report``.

Mutations at random need days to come by all of it. It takes minutes a target, figures an hour; it needs no fuzzer.
"""

import argparse
import json
import os
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fuzz_harness import Target, folder, watched
from fuzz_mutations import everywhere
from fuzz_targets import TARGETS


def main() -> int:
    """1 where there is a finding."""
    targets = [name for name, one in TARGETS.items() if one.form == "json"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("target", nargs="*", default=targets, metavar="TARGET", help=", ".join(targets))
    parser.add_argument("--keep", type=Path, help="folder for the inputs that are findings, one a place in the code")
    asked = parser.parse_args()
    if unknown := set(asked.target) - set(targets):
        parser.error(f"{unknown.pop()} reads no JSON, or is no target")
    os.environ["BENCH_CACHE"] = str(folder() / "cache")
    return 1 if sum(_tried(TARGETS[name], asked.keep) for name in asked.target) else 0


def _tried(target: Target, keep: Path | None) -> int:
    """How many places in the code raised what they should not."""
    executions, found = 0, set()
    for what, data in everywhere(target.seeds()[0]):
        executions += 1
        try:
            watched(target, data)
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            where = (type(error).__name__, at.filename, at.lineno)
            if where in found:
                continue
            found.add(where)
            print(f"{target.name}: {what}: {error!r:.200} at {at.filename}:{at.lineno}", flush=True)
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{target.name}-{len(found)}.json").write_bytes(data)
    print(json.dumps({"target": target.name, "executions": executions, "findings": len(found)}), flush=True)
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
