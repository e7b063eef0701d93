"""Tries every fault and writes the table of docs/faults.md.

python tests/faults/campaign.py                     all of them, a table at the end
python tests/faults/campaign.py --short             those that continuous integration tries
python tests/faults/campaign.py --only zip --debug  by a part of the name; folders are kept
python tests/faults/campaign.py --write docs/faults.md
"""

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import bad_inputs  # noqa: F401 - registers
import in_clocks  # noqa: F401
import in_downloads  # noqa: F401
import in_files  # noqa: F401
import in_launcher  # noqa: F401
import in_workers  # noqa: F401
import on_disks  # noqa: F401
from fault import FAULTS, Fault, Outcome, try_
from sandbox import Sandbox

START, END = "<!-- campaign: begin -->", "<!-- campaign: end -->"


def main() -> int:
    """Run the campaign; 0 where everything held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="only what continuous integration tries")
    parser.add_argument("--only", metavar="PATTERN", help="only faults whose 'group: name' matches this")
    parser.add_argument("--seed", type=int, default=1, help="of the order in which they are tried")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the outcomes")
    parser.add_argument("--keep", metavar="FILE", type=Path, help="outcomes of what is not tried now, from --json")
    parser.add_argument("--write", metavar="FILE.md", type=Path, help="put the table between its marks")
    parser.add_argument("--debug", action="store_true", help="keep the folder of what broke")
    asked = parser.parse_args()
    chosen = [one for one in FAULTS if one.short or not asked.short]
    if asked.only:
        chosen = [one for one in chosen if re.search(asked.only, f"{one.group}: {one.name}", re.IGNORECASE)]
    order = chosen[:]
    random.Random(asked.seed).shuffle(order)
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    found: dict[int, Outcome] = {}
    try:
        warm = warm_cache(root / "warm")
        for number, one in enumerate(order):
            found[id(one)] = outcome = _tried(one, root / str(number), warm, keep=asked.debug)
            print(f"{number + 1:3}/{len(order)} {outcome.status:9} {outcome.seconds:5.1f} s  {one.group}: {one.name}")
            for wrong in outcome.wrong:
                print(f"            {wrong}")
            sys.stdout.flush()
    finally:
        if not asked.debug:
            shutil.rmtree(root, ignore_errors=True)
        else:
            print(f"folders are in {root}")
    listed = _with_earlier(chosen, [found[id(one)] for one in chosen], asked.keep)
    if asked.json:
        asked.json.write_text(json.dumps([one.as_json() for one in listed], indent=1) + "\n")
    text = "\n".join(_table(listed))
    if asked.write:
        page = asked.write.read_text()
        before, rest = page.split(START)
        asked.write.write_text(f"{before}{START}\n{text}\n{END}{rest.split(END)[1]}")
    print(_summary(listed))
    return 1 if any(one.status == "broke" for one in listed) else 0


def _with_earlier(chosen: list[Fault], found: list[Outcome], earlier: Path | None) -> list[Outcome]:
    """In the order of the faults: outcomes of now, and of an earlier campaign where there is none of now."""
    known = {} if earlier is None else {(one["group"], one["name"]): one for one in json.loads(earlier.read_text())}
    now = {(one.group, one.name): outcome for one, outcome in zip(chosen, found, strict=True)}
    keys = [(one.group, one.name) for one in FAULTS]
    return [now[key] if key in now else Outcome(**known[key]) for key in keys if key in now or key in known]


def warm_cache(root: Path) -> Path:
    """A cache with compiled kernels, so that no fault waits for them, and matplotlib's list of fonts."""
    box = Sandbox(root)
    os.environ.setdefault("MPLCONFIGDIR", str(root / "matplotlib"))
    ended = box.run("quick", repeats=1)
    if ended.code != 0:
        raise SystemExit(f"nothing works here: {ended.stderr}")
    shutil.rmtree(box.cache / "corpora")
    return box.cache


def _tried(one: Fault, root: Path, warm: Path, *, keep: bool) -> Outcome:
    root.mkdir()
    shutil.copytree(warm, root / "cache")
    box, start = Sandbox(root), time.monotonic()
    try:
        outcome = try_(one, box)
    except AssertionError as error:
        outcome = Outcome(one.group, one.name, "broke", wrong=(str(error).splitlines()[0] if str(error) else "assert",))
    if keep and outcome.status == "broke":
        print(f"            {root} after {time.monotonic() - start:.1f} s")
    else:
        box.close()
    return outcome


def _table(outcomes: Iterable[Outcome]) -> list[str]:
    listed = list(outcomes)
    lines = [_summary(listed), ""]
    for group in dict.fromkeys(one.group for one in listed):
        lines += [f"### {group}", "", "| what breaks | exit code | what its user reads | runs kept | resumed |",
                  "|---|---:|---|---:|---:|"]  # fmt: skip
        lines += [_row(one) for one in listed if one.group == group]
        lines.append("")
    return lines


def _row(one: Outcome) -> str:
    if one.status == "not tried":
        return f"| {one.name} | | *not tried: {one.said}* | | |"
    code = "hangs" if one.code is None else f"signal {-one.code}" if one.code < 0 else str(one.code)
    kept = f"{one.kept - len(one.lost)} of {one.kept}" if one.kept else ""
    after = "" if one.after is None else "all" if one.after == 0 else str(one.after)
    broke = f" **{'; '.join(one.wrong)}**" if one.wrong else ""
    return f"| {one.name} | {code} | {_cell(one.said)}{broke} | {kept} | {after} |"


def _cell(said: str) -> str:
    text = re.sub(r"/[^\s:,;]*/(?=[^\s/:,;]+)", "…/", said.removeprefix("error: "))
    text = text if len(text) <= 160 else text[:157] + "…"
    for character in "\\`*_|<>[]":
        text = text.replace(character, "\\" + character)
    return text


def _summary(outcomes: list[Outcome]) -> str:
    tried = [one for one in outcomes if one.status != "not tried"]
    bad = {"Texts", "Vectors and question sets", "Flags, plans and plug-ins"}
    inputs = sum(one.group in bad for one in tried)
    return (
        f"{len(tried) - inputs} faults and {inputs} bad inputs tried, {len(outcomes) - len(tried)} could not be tried "
        f"on this machine; {sum(one.status == 'held' for one in tried)} held. Finished runs lost: "
        f"{sum(len(one.lost) for one in tried)} of {sum(one.kept for one in tried)}. Processes left behind: "
        f"{sum(len(one.orphans) for one in tried)}. Files half-written: {sum(len(one.half_written) for one in tried)}."
    )


if __name__ == "__main__":
    raise SystemExit(main())
