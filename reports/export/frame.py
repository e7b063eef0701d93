"""All runs as one table, a row a run: what CSV and Parquet hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...benchmarks.records import Results, RunRecord

if TYPE_CHECKING:
    import pandas as pd

_FIELDS = (
    "id", "implementation", "version", "status", "reason", "threads", "device", "seed", "round", "started",
    "prepare_seconds", "compile_seconds", "transfer_seconds", "train_seconds", "evaluate_seconds", "words_per_second",
    "timing_note", "trained_words_per_second", "cpu_seconds", "peak_memory_bytes", "peak_gpu_memory_bytes",
)  # fmt: skip


def frame(results: Results) -> pd.DataFrame:
    """The runs, those that failed among them, with types that know of missing values.

    Columns: fields of the run; ``options`` and ``given`` as JSON; each hyperparameter by its name; conditions; for each
    score ``TASK/METRIC`` with ``/low``, ``/high``, ``/n`` and ``/total``; and what all runs share (corpus, revision,
    processor), repeated, so that tables of several benchmarks can be put under one another.
    """
    import pandas as pd

    shared = _shared(results)
    rows = [{**_row(run), **shared} for run in results.runs]
    columns = dict.fromkeys(name for row in rows for name in row) or dict.fromkeys((*_FIELDS, *shared))
    return pd.DataFrame(rows, columns=list(columns)).convert_dtypes()


def _row(run: RunRecord) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(run, name) for name in _FIELDS}
    row["options"] = json.dumps(run.options, sort_keys=True)
    row["given"] = json.dumps({name: one.model_dump() for name, one in run.given.items()}, ensure_ascii=False)
    row |= run.hyperparameters.model_dump(mode="json")
    row |= run.conditions.model_dump(mode="json")
    for score in run.scores:
        name = f"{score.task}/{score.metric}"
        row[name] = score.value
        row |= {f"{name}/{part}": getattr(score, part) for part in ("low", "high", "n", "total")}
    return row


def _shared(results: Results) -> dict[str, Any]:
    git, cpu = results.environment.get("git") or {}, results.environment.get("cpu") or {}
    return {
        "created": results.created,
        "corpus": results.corpus.name,
        "corpus_sha256": results.corpus.sha256,
        "corpus_tokens": results.corpus.tokens,
        "revision": _if(str, git.get("revision")),
        "dirty": _if(bool, git.get("dirty")),
        "cpu": _if(str, cpu.get("model")),
    }


def _if(form: type, value: Any) -> Any:
    """What is of another form, in a file that somebody changed, counts as missing: a column has one type."""
    return value if isinstance(value, form) else None
