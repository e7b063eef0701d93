"""What ``big_corpus`` has measured, as tables in Markdown."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any


def tables(log: Mapping[str, Any]) -> str:
    """Two tables: encoding, and training with the ratio to the first corpus, formed within each round."""
    return "\n\n".join([encoding(log["corpora"]), *([training(log)] if log["runs"] else [])])


def encoding(corpora: Sequence[Mapping[str, Any]]) -> str:
    """A row for each corpus as it was encoded."""
    rows = [
        "| words | shards | text | distinct | min_count | kept | wall | CPU s | M words/CPU s | peak memory | own |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in corpora:
        speed = one["source_tokens"] / one["encode_cpu_seconds"] / 1e6
        own = max(one["encode_curve"]["anonymous"], default=0)
        rows.append(
            f"| {one['source_tokens']:,} | {one['shards']} | {_size(one['text_bytes'])} | {one['source_types']:,} | "
            f"{one['min_count']} | {one['vocabulary']:,} | {one['encode_seconds']:.1f} s | "
            f"{one['encode_cpu_seconds']:.1f} | {speed:.1f} | "
            f"{_size(one['encode_peak_bytes'])} | {_size(own)} |"
        )
    return "\n".join(rows)


def training(log: Mapping[str, Any]) -> str:
    """A row for each implementation and corpus. Where others used the machine, words a CPU second tell more."""
    corpora = {(one["folder"], one["min_count"]): one for one in log["corpora"]}
    first = next(iter(corpora))
    found: dict[tuple[str, tuple[str, int]], dict[int, Mapping[str, Any]]] = {}
    for run in log["runs"]:
        found.setdefault((run["implementation"], (run["folder"], run["min_count"])), {})[run["round"]] = run
    rows = [
        "| implementation | words | kept | min_count | rounds | M words/s | ÷ first | M words/CPU s | ÷ first "
        "| peak memory | own | of files |",
        "|---|" + "---:|" * 11,
    ]
    for (name, key), by_round in found.items():
        corpus = corpora[key]
        start = f"| {name} | {corpus['source_tokens']:,} | {corpus['vocabulary']:,} | {key[1]} |"
        done = {number: run for number, run in by_round.items() if run["status"] == "ok"}
        if not done:
            rows.append(f"{start} 0 | {next(iter(by_round.values()))['reason']} |" + " |" * 6)
            continue
        base = {number: run for number, run in found[name, first].items() if run["status"] == "ok"}
        speeds = [*_speed(done, base, _per_second), *_speed(done, base, _per_cpu_second)]
        peaks = [_size(max(values)) for values in zip(*map(_peaks, done.values()), strict=True)]
        rows.append(f"{start} {len(done)} | {' | '.join([*speeds, *peaks])} |")
    return "\n".join(rows)


def _speed(
    done: Mapping[int, Mapping[str, Any]],
    base: Mapping[int, Mapping[str, Any]],
    speed: Callable[[Mapping[str, Any]], float],
) -> tuple[str, str]:
    """Median speed over rounds in millions, and median ratio to the base's in the same round."""
    ratios = [speed(run) / speed(base[number]) for number, run in done.items() if number in base]
    return f"{median(map(speed, done.values())) / 1e6:.2f}", f"{median(ratios):.2f}" if ratios else "–"


def _per_second(run: Mapping[str, Any]) -> float:
    return float(run["words_per_second"])


def _per_cpu_second(run: Mapping[str, Any]) -> float:
    return float(run["words_per_second"] * run["train_seconds"] / run["cpu_seconds"])


def _peaks(run: Mapping[str, Any]) -> tuple[float, float, float]:
    """The process's peak until training ended, and the largest of either part until then, by the curve."""
    curve = run["curve"]
    end = curve["phases"]["train"] + run["train_seconds"]
    until = sum(seconds <= end for seconds in curve["seconds"])
    return (
        run["peak_memory_bytes"] or 0,
        max(curve["anonymous"][:until], default=0),
        max(curve["file"][:until], default=0),
    )


def _size(size: float | None) -> str:
    if size is None:
        return "–"
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
