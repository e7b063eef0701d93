"""A gate on results that are stored: no pairs, so the machine has to be the same, and more can go unnoticed."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...datasets.errors import InputError
from ...evaluation.statistics.holm import holm
from ..files import write_atomically
from ..history.fingerprint import fingerprint
from ..machines import check_one_machine
from ..metrics import metric, metrics
from ..records import Results, RunRecord
from ..statistics import DRAWS
from ..store import load_results
from .decision import Decision, Threshold, verdict_of
from .quality import Scores, decide_quality
from .settings import Settings
from .verdict import Conditions, Gate


def gate_stored(
    baseline: Path, results: Path, out: Path, *, settings: Settings, different_machine: bool = False
) -> Gate:
    """Judge results against earlier ones, configuration by configuration.

    Runs of different invocations are not pairs: what the machine did between them cannot be told from what the change
    did. So the two must come from the same kind of machine with the same settings.

    Args:
        baseline: results file or directory to compare with.
        results: those to judge.
        out: directory for ``gate.json``.
        settings: thresholds.
        different_machine: compare all the same.

    Raises:
        InputError: a file cannot be read or is of several machines, the two were made under different conditions, or
            share no configuration.
    """
    before, after = load_results(baseline), load_results(results)
    for each in (before, after):
        check_one_machine(each)
    if not different_machine:
        _check(before, after)
    raw, scores = {}, {}
    was, is_ = _by_configuration(before), _by_configuration(after)
    shared = [name for name in was if name in is_]
    if not shared:
        raise InputError(f"{baseline} and {results} have no configuration in common that was run at least twice")
    for name in shared:
        for key, threshold in settings.thresholds.items():
            values = [_values(runs, key) for runs in (was[name], is_[name])]
            if all(len(each) >= 2 for each in values):
                raw[f"{name}/{key}"] = (values[0], values[1], metric(key).higher_is_better, threshold)
        for one in (m for m in metrics(after) if not m.relative):
            by_seed = [{run.seed: value for run, value in _pairs(runs, one.name)} for runs in (was[name], is_[name])]
            seeds = sorted(set(by_seed[0]) & set(by_seed[1]))
            if len(seeds) >= 2:
                old, new = ([each[seed] for seed in seeds] for each in by_seed)
                scores[f"{name}/{one.name.partition('/')[0]}"] = Scores(old, new, one.higher_is_better)
    tolerances = {key: settings.quality.get(key.rpartition("/")[2], settings.quality_tolerance) for key in scores}
    found = Gate(
        base=_revision(before),
        head=_revision(after),
        speed=_decide(raw),
        quality=decide_quality(scores, tolerances) if scores else {},
        conditions=Conditions(max(len(is_[name]) for name in shared), (), None, None, None),
        about={"baseline": str(baseline), "results": str(results)},
    )
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "gate.json", json.dumps(found.as_json(), indent=2, default=str) + "\n")
    return found


def _check(before: Results, after: Results) -> None:
    advice = "; run both on one machine, use --base, or say --different-machine if you know that it does not matter"
    if before.corpus.sha256 != after.corpus.sha256:
        raise InputError(f"the two were trained on different texts ({before.corpus.name} and {after.corpus.name})")
    was, is_ = (fingerprint(each.environment).model_dump() for each in (before, after))
    changed = [f"{key} {was[key]!r}, now {is_[key]!r}" for key in was if was[key] != is_[key]]
    if changed:
        raise InputError(f"the two were made under different conditions ({'; '.join(changed)}){advice}")


def _decide(raw: dict[str, tuple[list[float], list[float], bool, Threshold]]) -> dict[str, Decision]:
    from scipy.stats import mannwhitneyu

    p_values = holm([float(mannwhitneyu(new, old).pvalue) for old, new, *_ in raw.values()])
    decisions = {}
    for (name, (old, new, better, threshold)), p in zip(raw.items(), p_values, strict=True):
        ratio, low, high = _ratio(old, new)
        verdict, reason = verdict_of(ratio, low, high, p, threshold.tolerance, better)
        decisions[name] = Decision(verdict, ratio, low, high, p, threshold.tolerance, None, len(new), reason)
    return decisions


def _ratio(old: Sequence[float], new: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """Ratio of the medians, and its 95 % interval by resampling both sides."""
    random = np.random.default_rng(seed)
    drawn = []
    for values in (old, new):
        logs = np.log(np.asarray(values, float))
        drawn.append(np.median(logs[random.integers(0, len(logs), (DRAWS, len(logs)))], axis=1))
    low, high = np.percentile(drawn[1] - drawn[0], (2.5, 97.5))
    return float(np.median(new) / np.median(old)), float(np.exp(low)), float(np.exp(high))


def _by_configuration(results: Results) -> dict[str, list[RunRecord]]:
    """Finished runs by a name that tells implementation, model, options and threads."""
    found: dict[str, list[RunRecord]] = {}
    for run in results.runs:
        if run.status == "ok":
            options = ",".join(f"{key}={value}" for key, value in sorted(run.options.items()))
            hyper = json.dumps(run.hyperparameters.model_dump(mode="json"), sort_keys=True)
            key = f"{run.implementation}[{options}] {hyper} {run.threads} {run.device}"
            found.setdefault(key, []).append(run)
    names = [runs[0].implementation for runs in found.values()]
    return {
        name if names.count(name) == 1 else key.split(" ")[0]: runs
        for name, (key, runs) in zip(names, found.items(), strict=True)
        if len(runs) > 1
    }


def _values(runs: Sequence[RunRecord], name: str) -> list[float]:
    return [value for _, value in _pairs(runs, name)]


def _pairs(runs: Sequence[RunRecord], name: str) -> list[tuple[RunRecord, float]]:
    read = metric(name).read
    return [(run, value) for run in runs if (value := read(run)) is not None]


def _revision(results: Results) -> str:
    git = results.environment.get("git") or {}
    return str(git.get("revision") or "unknown") + ("+" if git.get("dirty") else "")
