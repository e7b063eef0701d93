"""Results as a table for notebooks: wide, a row a run, or tidy, a row a run and metric."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..benchmarks.metrics import Metric, metrics
from ..benchmarks.records import Results, RunRecord
from .export.frame import frame
from .sources import read_sources, without_copies

if TYPE_CHECKING:
    import pandas as pd

_ABOUT = (
    "id",
    "implementation",
    "options",
    "version",
    "model",
    "loss",
    "vector_size",
    "threads",
    "device",
    "seed",
    "round",
)
"""What a row of the tidy form says of its run; the other fields are found by directory and id in the wide form."""

_VALUES = ("metric", "unit", "value", "low", "high", "n", "total")


def frame_of(paths: Sequence[str | Path], *, tidy: bool) -> pd.DataFrame:
    """What ``bench.reports.load`` gives."""
    import pandas as pd

    given = [Path(path).expanduser() for path in paths]
    sources = [replace(one, label=str(one.path)) for one in read_sources(given)]
    if tidy:
        rows = [row for one in without_copies(sources) for row in _tidy_rows(one.label, one.results)]
        names = ["directory", *_ABOUT, "corpus", *_VALUES]
        return pd.DataFrame(rows, columns=names).convert_dtypes()
    frames = []
    for one in without_copies(sources):
        wide = frame(one.results)
        wide.insert(0, "directory", pd.Series([one.label] * len(wide), dtype="string", index=wide.index))
        frames.append(wide)
    return pd.concat(frames, ignore_index=True).convert_dtypes() if len(frames) > 1 else frames[0]


def _tidy_rows(directory: str, results: Results) -> list[Mapping[str, Any]]:
    known = metrics(results)
    rows: list[Mapping[str, Any]] = []
    for run in results.runs:
        hyper = run.hyperparameters.model_dump(mode="json")
        about = {name: hyper.get(name, getattr(run, name, None)) for name in _ABOUT}
        about["options"] = json.dumps(run.options, sort_keys=True)
        for one in known:
            if (value := one.read(run)) is not None:
                measured = {"metric": one.name, "unit": one.unit, "value": value, **_extent(one, run)}
                rows.append({"directory": directory, **about, "corpus": results.corpus.name, **measured})
    return rows


def _extent(one: Metric, run: RunRecord) -> dict[str, float | None]:
    """Interval and items of a score; other metrics have none of their own."""
    task, _, name = one.name.partition("/")
    score = next((score for score in run.scores if (score.task, score.metric) == (task, name)), None)
    if score is None:
        return dict.fromkeys(("low", "high", "n", "total"))
    return {"low": score.low, "high": score.high, "n": score.n, "total": score.total}
