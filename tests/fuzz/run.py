"""Fuzzes the parsers, guided by coverage: ``python tests/fuzz/run.py --target similarity --seconds 600``.

It needs atheris (``pip install 'atheris==3.0.0'``; Linux, Python 3.11 to 3.13). Inputs that are worth keeping, findings
and the log lie in ``--keep``, outside of the repository, so that a later call goes on where this one stopped. The log
adds up; the table of it is printed at the end, and by ``--table`` alone.
"""

import argparse
import contextlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

EXECUTIONS, SECONDS = 10_000_000, 3600
"""What each kind of file, whatever its targets, is to have, one or the other.

The seconds are the processor's: a busy machine does less."""

KERNELS = ["bench.datasets.scanner", "bench.datasets.spelling"]
"""Modules whose kernels Numba compiles, which it cannot do with what has been instrumented."""

_DONE = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
_SO_FAR = re.compile(r"^#(\d+)\t.*?(?:cov: (\d+) ft: (\d+)|exec/s)", re.MULTILINE)


def main() -> int:
    """Fuzz what is asked for; exit code 1 where there is a finding."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--target", action="append", help="name of a target; repeated: several")
    parser.add_argument("--all", action="store_true", help="targets of kinds that had not enough, least first")
    parser.add_argument("--seconds", type=int, help="of the processor, for each target; an hour by default")
    parser.add_argument("--executions", type=int, help="for each target; ten million by default")
    parser.add_argument("--jobs", type=int, default=1, help="targets at once")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "word2vec-bench-fuzz")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations; the number of earlier calls is added")
    parser.add_argument("--stop-file", type=Path, help="stop while this file exists")
    parser.add_argument("--table", action="store_true", help="only print what was done so far, as Markdown")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked, flags = parser.parse_known_args()
    asked.keep = asked.keep.resolve()
    if asked.child:
        return _fuzz(asked.child, flags)
    import fuzz_targets

    known = fuzz_targets.TARGETS
    about = {name: one.about for name, one in known.items()}
    names = asked.target or (_wanting(asked.keep, about) if asked.all else [])
    if unknown := set(names) - set(known):
        parser.error(f"there is no target {unknown.pop()}; there are {', '.join(known)}")
    found = 0
    if not asked.table:
        with ThreadPoolExecutor(asked.jobs) as pool:
            found = sum(pool.map(lambda name: _call(name, asked), names))
    print(table(asked.keep, about))
    return 1 if found else 0


def _call(name: str, asked: argparse.Namespace) -> int:
    """Fuzz one target to the end of its time or to a finding, the times left out when nothing may run; its findings."""
    seconds, executions = asked.seconds or SECONDS, asked.executions or EXECUTIONS
    before = _total(asked.keep, name)
    while True:
        while _forbidden(asked):
            time.sleep(2)
        if found := _once(name, asked, seconds, executions):
            return found
        now = _total(asked.keep, name)
        seconds = (asked.seconds or SECONDS) - round(now["seconds"] - before["seconds"])
        executions = (asked.executions or EXECUTIONS) - (now["executions"] - before["executions"])
        if seconds < 2 or executions < 1 or not _forbidden(asked):
            return 0


def _wanting(keep: Path, about: dict[str, str]) -> list[str]:
    """Targets of kinds that have not had enough, the one that had least first."""
    by_kind = _of_kinds(about)
    wanting = [name for names in by_kind.values() if not _enough(_sum(keep, names)) for name in names]
    return sorted(wanting, key=lambda name: _total(keep, name)["seconds"])


def _of_kinds(about: dict[str, str]) -> dict[str, list[str]]:
    """Targets by the kind of file that they parse, as their description begins: question sets, results.json, …"""
    found: dict[str, list[str]] = {}
    for name, parser in about.items():
        found.setdefault(parser.partition(":")[0], []).append(name)
    return found


def _sum(keep: Path, names: list[str]) -> dict[str, Any]:
    totals = [_total(keep, name) for name in names]
    return {part: sum(one[part] for one in totals) for part in ("executions", "seconds", "findings")}


def _enough(total: dict[str, Any]) -> bool:
    return total["executions"] >= EXECUTIONS or total["seconds"] >= SECONDS


def _forbidden(asked: argparse.Namespace) -> bool:
    return asked.stop_file is not None and asked.stop_file.exists()


def _once(name: str, asked: argparse.Namespace, seconds: int, executions: int) -> int:
    """Fuzz one target in a process of its own and log it; the number of findings."""
    import fuzz_targets

    target, place = fuzz_targets.TARGETS[name], asked.keep / name
    for folder in ("inputs", "seeds", "findings"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (place / "seeds" / f"{number:03}").write_bytes(seed)
    for one in fuzz_targets.found(name):
        (place / "seeds" / one.name).write_bytes(one.read_bytes())
    plain = asked.keep / f"{name}-plain" / "inputs"  # what its kernels were led to as Python
    inputs = [place / "inputs", place / "seeds", *([plain] if plain.is_dir() else [])]
    words = ("".join(f"\\x{byte:02x}" for byte in word) for word in target.words)
    (place / "words").write_text("".join(f'"{word}"\n' for word in words))
    before = set((place / "findings").iterdir())
    flags = [
        f"-seed={asked.seed + _total(asked.keep, name)['calls']}", f"-max_len={target.longest}", "-timeout=30",
        "-rss_limit_mb=4096", "-print_final_stats=1", f"-artifact_prefix={place}/findings/", f"-dict={place}/words",
        f"-runs={executions}",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONHASHSEED": "0", "NUMBA_DISABLE_JIT": "0" if target.compiled else "1"}
    log = place / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "run.py"), "--child", f"{target.run.__globals__['__name__']}:{name}", *flags,
             *(str(folder) for folder in inputs)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=place,
        )  # fmt: skip
        used = psutil.Process(process.pid)
        cpu = 0.0
        while process.poll() is None:
            time.sleep(1)
            with contextlib.suppress(psutil.NoSuchProcess):
                cpu = max(cpu, sum(used.cpu_times()[:2]))
            if _forbidden(asked) or cpu >= seconds:
                process.send_signal(signal.SIGUSR1)  # it writes down what it has and ends
                process.wait()
    new = sorted(path.name for path in set((place / "findings").iterdir()) - before)
    told = log.read_text(errors="replace")
    done, so_far = _DONE.search(told), _SO_FAR.findall(told)
    executions = int(done[1]) if done else int(so_far[-1][0]) if so_far else 0
    _note(asked.keep, {
        "target": name, "ended": datetime.now(UTC).isoformat(timespec="seconds"), "executions": executions,
        "seconds": round(cpu),
        "coverage": int(so_far[-1][1] or 0) if so_far else 0,
        "features": int(so_far[-1][2] or 0) if so_far else 0, "findings": new, "compiled": target.compiled,
    })  # fmt: skip
    print(f"{name}: {executions:,} executions, {len(new)} findings{': ' + ', '.join(new) if new else ''}", flush=True)
    return len(new)


def _fuzz(where: str, flags: list[str]) -> int:
    """The process that fuzzes ``MODULE:NAME``: only modules of the package are instrumented, not those they use."""
    import atheris

    module, _, name = where.partition(":")
    compiled = os.environ["NUMBA_DISABLE_JIT"] == "0"
    with atheris.instrument_imports(include=["bench"], exclude=KERNELS if compiled else []):
        targets = importlib.import_module(module).TARGETS
    from fuzz_harness import folder, watched
    from fuzz_mutations import mutated

    target = next(one for one in targets if one.name == name)
    os.chdir(folder())
    os.environ["BENCH_CACHE"] = str(folder() / "cache")

    def one(data: bytes) -> None:
        watched(target, data)

    def mutation(data: bytes, longest: int, seed: int) -> Any:
        changed = mutated(data, longest, seed) if seed % 8 else None
        return atheris.Mutate(data, longest) if changed is None else changed

    more = {"custom_mutator": mutation} if target.form == "json" else {}
    atheris.Setup([sys.argv[0], *flags], one, **more)
    atheris.Fuzz()
    return 0


def _note(keep: Path, entry: dict[str, Any]) -> None:
    """Add a line to the log: one line a call."""
    with (keep / "log.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")


def _total(keep: Path, name: str) -> dict[str, Any]:
    """What a target had so far."""
    entries = [one for one in _log(keep) if one["target"] == name]
    return {
        "calls": len(entries),
        "executions": sum(one["executions"] for one in entries),
        "seconds": sum(one["seconds"] for one in entries),
        "coverage": max((one["coverage"] for one in entries), default=0),
        "findings": sum(len(one["findings"]) for one in entries),
    }


def _log(keep: Path) -> list[dict[str, Any]]:
    file = keep / "log.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def table(keep: Path, about: dict[str, str]) -> str:
    """What was done so far, as Markdown: a row a kind of file, and a row a target."""
    lines = ["| kind | executions | seconds | findings | enough |", "|---|---:|---:|---:|---|"]
    for kind, names in _of_kinds(about).items():
        t = _sum(keep, names)
        numbers = f"{t['executions']:,} | {t['seconds']:,.0f} | {t['findings']}"
        lines.append(f"| {kind} | {numbers} | {'yes' if _enough(t) else 'no'} |")
    lines += [
        "",
        "| target | parser | executions | seconds | coverage (edges) | findings |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for name, parser in about.items():
        t = _total(keep, name)
        numbers = f"{t['executions']:,} | {t['seconds']:,.0f} | {t['coverage']:,} | {t['findings']}"
        lines.append(f"| {name} | {parser} | {numbers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
