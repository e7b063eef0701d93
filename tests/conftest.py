"""Fixtures that several test files share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

SECTIONS = ("capital-common-countries", "family", "gram1-adjective-to-adverb", "gram9-plural-verbs")


@pytest.fixture(scope="session")
def make_results() -> Callable[..., Any]:
    """Builds a ``Results`` from a few facts a configuration; see ``_results``."""
    return _results


def _results(*configurations: Mapping[str, Any], **top: Any) -> Any:
    """Results of made-up runs.

    Args:
        configurations: each with ``implementation`` and, where wanted, ``speeds`` (words/s, one a round), ``accuracy``,
            ``rho``, ``options``, ``hyperparameters``, ``threads``, ``device``, ``version``, ``seed``, ``failures``
            ({round: (status, reason)}) and ``extra`` (further fields of each run).
        top: fields of the results and, under ``corpus``, of the corpus.
    """
    from bench.benchmarks.records import Results

    corpus = {
        "name": "small", "sha256": "ab" * 32, "tokens": 1_000_000, "vocabulary_size": 12_345, "sentences": 50_000,
        "source_tokens": 1_100_000, **top.pop("corpus", {}),
    }  # fmt: skip
    document = {
        "created": "2026-03-04T05:06:07Z",
        "command": "python -m bench run --impl a,b",
        "environment": {"cpu": {"model": "Some CPU", "cores": 4}, "packages": {"numpy": "2.0"}},
        "corpus": corpus,
        "runs": [run for each in configurations for run in _runs(**each)],
        **top,
    }
    return Results.model_validate(document)


def _runs(
    implementation: str, *, speeds: Sequence[float | None] = (), accuracy: float | None = None,
    rho: float | None = None, failures: Mapping[int, tuple[str, str | None]] | None = None,
    hyperparameters: Mapping[str, Any] | None = None, extra: Mapping[str, Any] | None = None, **fields: Any,
) -> list[dict[str, Any]]:  # fmt: skip
    hyper = dict(hyperparameters or {})
    base = {
        "implementation": implementation, "model": hyper.get("model", "skipgram"), "loss": hyper.get("loss", "ns"),
        "hyperparameters": hyper, "threads": 2, "device": "cpu", "seed": 1, **fields,
    }  # fmt: skip
    runs: list[dict[str, Any]] = [
        {
            **base, "status": "ok", "round": number, "words_per_second": speed, "version": fields.get("version", "1.0"),
            "train_seconds": 5e6 / speed if speed else None, "compile_seconds": 0.5, "peak_memory_bytes": 300_000_000,
            "scores": _scores(accuracy, rho), **(extra or {}),
        }
        for number, speed in enumerate(speeds, 1)
    ]  # fmt: skip
    for number, (status, reason) in (failures or {}).items():
        runs.append({**base, "status": status, "reason": reason, "round": number})
    for run in runs:
        run["id"] = f"{implementation}-{len(str(base))}-{run['round']}-{abs(hash(str(base))) % 10_000}"
    return runs


def _scores(accuracy: float | None, rho: float | None) -> list[dict[str, Any]]:
    scores: list[dict[str, Any]] = []
    if accuracy is not None:
        part = {
            "value": accuracy,
            "n": 100,
            "total": 120,
            "correct": round(100 * accuracy) if accuracy == accuracy else 0,
        }
        sections = dict.fromkeys((*SECTIONS, "semantic", "syntactic"), part)
        sections["semantic"] = {**part, "value": accuracy * 0.9, "n": 200, "total": 240}
        sections["syntactic"] = {**part, "value": accuracy * 1.1, "n": 200, "total": 240}
        scores.append(
            {
                "task": "google-30k", "metric": "accuracy", "value": accuracy, "n": 400, "total": 480,
                "correct": round(400 * accuracy) if accuracy == accuracy else 0,
                "low": max(0.0, accuracy - 0.02), "high": accuracy + 0.02, "sections": sections,
            }
        )  # fmt: skip
    if rho is not None:
        scores.append(
            {
                "task": "wordsim-353", "metric": "spearman", "value": rho, "low": rho - 0.05, "high": rho + 0.05,
                "n": 340, "total": 353,
            }
        )  # fmt: skip
    return scores
