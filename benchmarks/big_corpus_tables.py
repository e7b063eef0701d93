"""What ``big_corpus`` has measured, as tables in Markdown."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any


def tables(log: Mapping[str, Any]) -> str:
    """Two tables: encoding, and training with the ratio to the first corpus, formed within each round."""
    return "\n\n".join([encoding(log["corpora"]), *([training(log)] if log["runs"] else [])])


def encoding(corpora: Sequence[Mapping[str, Any]]) -> str:
    """A row for each corpus as it was encoded."""
    rows = [
        "| words | shards | text | distinct | min_count | kept | encoding | M words/s | peak memory | own |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in corpora:
        speed = one["source_tokens"] / one["encode_seconds"] / 1e6
        own = max(one["encode_curve"]["anonymous"], default=0)
        rows.append(
            f"| {one['source_tokens']:,} | {one['shards']} | {_size(one['text_bytes'])} | {one['source_types']:,} | "
            f"{one['min_count']} | {one['vocabulary']:,} | {one['encode_seconds']:.1f} s | {speed:.1f} | "
            f"{_size(one['encode_peak_bytes'])} | {_size(own)} |"
        )
    return "\n".join(rows)


def training(log: Mapping[str, Any]) -> str:
    """A row for each implementation and corpus."""
    corpora = {(one["folder"], one["min_count"]): one for one in log["corpora"]}
    first = next(iter(corpora))
    speeds: dict[tuple[str, tuple[str, int]], dict[int, Mapping[str, Any]]] = {}
    for run in log["runs"]:
        speeds.setdefault((run["implementation"], (run["folder"], run["min_count"])), {})[run["round"]] = run
    rows = [
        "| implementation | words | kept | min_count | rounds | M words/s | ÷ first | peak memory | own | of files |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (name, key), by_round in speeds.items():
        corpus = corpora[key]
        start = f"| {name} | {corpus['source_tokens']:,} | {corpus['vocabulary']:,} | {key[1]} |"
        done = {number: run for number, run in by_round.items() if run["status"] == "ok"}
        if not done:
            rows.append(f"{start} 0 | {next(iter(by_round.values()))['reason']} | | | | |")
            continue
        speed = median(run["words_per_second"] for run in done.values()) / 1e6
        base = {number: run for number, run in speeds[name, first].items() if run["status"] == "ok"}
        ratios = [
            run["words_per_second"] / base[number]["words_per_second"] for number, run in done.items() if number in base
        ]
        peak, own, files = (max(values) for values in zip(*map(_peaks, done.values()), strict=True))
        rows.append(
            f"{start} {len(done)} | {speed:.2f} | {f'{median(ratios):.2f}' if ratios else '–'} | "
            f"{_size(peak)} | {_size(own)} | {_size(files)} |"
        )
    return "\n".join(rows)


def _peaks(run: Mapping[str, Any]) -> tuple[float, float, float]:
    """The process's peak until training ended, and the largest of either part until then, by the curve."""
    curve = run["curve"]
    end = curve["phases"].get("evaluate", float("inf"))
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
