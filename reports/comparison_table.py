"""What ``evaluate --compare`` prints: a comparison, as it stands in JSON, as rows of text."""

from collections.abc import Mapping
from typing import Any

from . import units

HEAD = ("task", "system", "against", "score", "against's", "difference", "95 % interval", "p", "detectable", "verdict")


def comparison_rows(comparison: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row a task and pair of systems, under a row of headings; for ``reports.columns.columns``.

    Args:
        comparison: ``dataclasses.asdict`` of what ``evaluation.compare`` gives, or the same read from JSON.
    """
    return [HEAD, *(_row(one) for one in comparison["contrasts"])]


def comparison_notes(comparison: Mapping[str, Any]) -> list[str]:
    """What must be known to read the rows: a sentence each."""
    contrasts = comparison["contrasts"]
    margins = dict.fromkeys(
        f"{units.size(one['margin'], one['metric'])} of {one['metric']}"
        for one in contrasts
        if one["margin"] is not None
    )
    units_used = dict.fromkeys(one["unit"] for one in contrasts if one["p"] is not None)
    notes = [f"{comparison['words']:,} words that all files have took part.", *comparison["notes"]]
    notes += [_UNITS[unit] for unit in units_used]
    if margins:
        notes.append(
            f"equal within margin: the difference is shown to be smaller than {' and '.join(margins)}. p is after "
            "Holm's correction for all rows. detectable: the difference that would be found with a probability of "
            "80 %: undecided says nothing about smaller ones."
        )
    return notes


_UNITS = {
    "items": "Verdicts on single runs rest on the items: they hold for these files on other items of the kind.",
    "seeds and items": "Verdicts on several runs rest on seeds and items: they hold for other runs and other items.",
    "seeds": "Verdicts on tasks that give one score a file rest on the seeds: they hold for other runs on these items.",
}


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    metric = one["metric"]
    interval = "-" if one["low"] is None else units.difference_range(one["low"], one["high"], metric)
    said = one["verdict"] if one["reason"] is None else f"{one['verdict']}: {one['reason']}"
    return (
        one["task"],
        one["system"],
        one["baseline"],
        _score(one["value"], one["sd"], metric),
        _score(one["baseline_value"], one["baseline_sd"], metric),
        units.difference(one["difference"], metric),
        interval,
        units.p_value(one["p_adjusted"]),
        units.size(one["detectable"], metric),
        said,
    )


def _score(value: float | None, sd: float | None, metric: str) -> str:
    return (
        units.fraction(value, metric) if sd is None else f"{units.fraction(value, metric)} ± {units.size(sd, metric)}"
    )
