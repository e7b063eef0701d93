"""For pytest-benchmark's tools: the JSON that ``--benchmark-json`` writes, of the seconds of training."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...benchmarks.records import Results, RunRecord
from .measures import Measure, measures

SUMMARY = "pytest-benchmark compare, and whatever reads --benchmark-json"
NAMES = ("pytest-benchmark.json",)

FORMAT_VERSION = "5.0.0"
"""Of pytest-benchmark whose format this is."""


def render(results: Results) -> dict[str, bytes]:
    """The file: a benchmark a configuration, a round a run; words/s, scores and memory stand in ``extra_info``."""
    groups: dict[str, list[Measure]] = {}
    for one in measures(results):
        groups.setdefault(one.name, []).append(one)
    document = {
        "machine_info": _machine(results.environment),
        "commit_info": _commit(results.environment),
        "benchmarks": [
            _benchmark(name, group, results)
            for name, group in groups.items()
            if any(one.metric.name == "train_seconds" for one in group)
        ],
        "datetime": results.created.isoformat(),
        "version": FORMAT_VERSION,
    }
    return {NAMES[0]: (json.dumps(document, indent=1) + "\n").encode()}


def statistics(seconds: Sequence[float]) -> dict[str, Any]:
    """pytest-benchmark's statistics of the rounds: quartiles by Hazen's rule, Tukey's fences, sample deviation."""
    import numpy as np

    data = np.asarray(seconds, np.float64)
    q1, median, q3 = np.percentile(data, [25, 50, 75], method="hazen")
    mean, deviation = data.mean(), data.std(ddof=1) if len(data) > 1 else 0.0
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    by_deviation = int((np.abs(data - mean) > deviation).sum())
    by_quartiles = int(((data < low) | (data > high)).sum())
    found = {
        "min": data.min(), "max": data.max(), "mean": mean, "stddev": deviation, "median": median, "iqr": q3 - q1,
        "q1": q1, "q3": q3, "ld15iqr": data[data >= low].min(), "hd15iqr": data[data <= high].max(),
        "ops": 1 / mean, "total": data.sum(),
    }  # fmt: skip
    return {
        **{name: float(value) for name, value in found.items()},
        "rounds": len(data),
        "iqr_outliers": by_quartiles,
        "stddev_outliers": by_deviation,
        "outliers": f"{by_deviation};{by_quartiles}",
        "iterations": 1,
        "data": data.tolist(),
    }


def _benchmark(name: str, group: Sequence[Measure], results: Results) -> dict[str, Any]:
    runs = group[0].runs
    return {
        "group": results.corpus.name,
        "name": name,
        "fullname": name,
        "params": None,
        "param": None,
        "extra_info": {**_about(runs), **_numbers(group)},
        "options": {
            "disable_gc": False, "timer": "perf_counter", "min_rounds": len(runs), "max_time": 0.0, "min_time": 0.0,
            "warmup": False,
        },
        "stats": statistics([run.train_seconds for run in runs if run.train_seconds is not None]),
    }  # fmt: skip


def _about(runs: Sequence[RunRecord]) -> dict[str, Any]:
    first = runs[0]
    return {
        "implementation": first.implementation, "version": first.version, "options": dict(first.options),
        "hyperparameters": first.hyperparameters.model_dump(mode="json"), "threads": first.threads,
        "device": first.device, "seeds": [run.seed for run in runs],
    }  # fmt: skip


def _numbers(group: Sequence[Measure]) -> dict[str, float]:
    found = {}
    for one in group:
        value, low, high, _ = one.estimate
        found[one.metric.name] = value
        if low is not None and high is not None:
            found |= {f"{one.metric.name}/low": low, f"{one.metric.name}/high": high}
    return found


def _machine(environment: Mapping[str, Any]) -> dict[str, Any]:
    system, python, cpu = (environment.get(name) or {} for name in ("system", "python", "cpu"))
    return {
        "node": "",  # the name of a machine is nobody's business, and is not recorded
        "processor": system.get("machine", ""),
        "machine": system.get("machine", ""),
        "python_compiler": python.get("compiler", ""),
        "python_implementation": python.get("implementation", ""),
        "python_implementation_version": python.get("version", ""),
        "python_version": python.get("version", ""),
        "python_build": ["", ""],
        "release": system.get("kernel", ""),
        "system": system.get("os", ""),
        "cpu": {"brand_raw": cpu.get("model", ""), "count": cpu.get("cores"), "arch": system.get("machine", "")},
    }


def _commit(environment: Mapping[str, Any]) -> dict[str, Any]:
    git = environment.get("git") or {}
    return {
        "id": git.get("revision") or "unversioned",
        "time": None,
        "author_time": None,
        "dirty": bool(git.get("dirty")),
        "project": "word2vec-bench",
        "branch": "(unknown)",
    }
