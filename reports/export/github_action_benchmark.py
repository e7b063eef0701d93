"""For github-action-benchmark: one file where bigger is better, one where smaller is.

The action has one direction a file: ``customBiggerIsBetter`` and ``customSmallerIsBetter``.
"""

import json
from typing import Any

from ...benchmarks.records import Results
from .measures import Measure, measures

SUMMARY = "benchmark-action/github-action-benchmark, one file for each direction"
NAMES = ("bigger-is-better.json", "smaller-is-better.json")


def render(results: Results) -> dict[str, bytes]:
    """Both files; one that would be empty, which the action takes for an error, is left out."""
    bigger, smaller = [], []
    for one in measures(results):
        if one.metric.higher_is_better:
            bigger.append(_entry(one))
        elif one.estimate.value > 0:  # the action divides by it; a trainer that compiles nothing has nothing to watch
            smaller.append(_entry(one))
    files = {name: entries for name, entries in zip(NAMES, (bigger, smaller), strict=True) if entries}
    return {name: (json.dumps(entries, indent=1) + "\n").encode() for name, entries in files.items()}


def _entry(measure: Measure) -> dict[str, Any]:
    value, low, high, n = measure.estimate
    entry = {"name": f"{measure.name} {measure.metric.title}", "unit": measure.metric.unit, "value": value}
    about = [f"n={n}", f"{measure.runs[0].implementation} {measure.runs[0].version or ''}".rstrip()]
    if low is not None and high is not None:
        entry["range"] = f"± {(high - low) / 2:.4g}"
        about.insert(1, f"CI95=[{low:.6g}, {high:.6g}]")
    return {**entry, "extra": "\n".join(about)}
