"""For Bencher: Metric Format (BMF) version 0, benchmark → measure → value with the ends of its interval."""

import json
import re

from ...benchmarks.records import Results
from .measures import measures

SUMMARY = "Bencher (bencher.dev), Metric Format (BMF)"
NAMES = ("bencher.json",)

LONGEST_MEASURE, LONGEST_BENCHMARK = 64, 1024
"""Characters that Bencher allows."""


def render(results: Results) -> dict[str, bytes]:
    """The file. Measures have names of their own (``words-per-second``): give them a lower or an upper boundary."""
    document: dict[str, dict[str, dict[str, float]]] = {}
    for one in measures(results):
        value, low, high, _ = one.estimate
        ends = {} if low is None or high is None else {"lower_value": low, "upper_value": high}
        benchmark = document.setdefault(one.name[:LONGEST_BENCHMARK], {})
        benchmark[slug(one.metric.name)] = {"value": value, **ends}
    return {NAMES[0]: (json.dumps(document, indent=1) + "\n").encode()}


def slug(name: str) -> str:
    """A measure's name in Bencher's kebab case: ``google-30k/accuracy`` becomes ``google-30k-accuracy``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_MEASURE]
