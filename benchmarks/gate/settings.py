"""What a gate looks at and how strict it is: defaults, a TOML file, or ``[tool.word2vec-bench.gate]``.

``[metrics.words_per_second]`` with ``tolerance`` (a relative loss that is let pass) and ``largest`` (too noisy to gate
beyond it) does for any metric of a run; ``[quality]`` holds a ``tolerance`` for all scores, in fractions, and others by
the task's name. docs/gate.md has an example.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...datasets.errors import InputError
from ...datasets.toml_text import parse_toml
from ..metrics import metric
from .decision import LARGEST_TOLERANCE, LEAST_TOLERANCE, Threshold
from .quality import TOLERANCE

TABLE = "word2vec-bench"


@dataclass(frozen=True)
class Settings:
    """Thresholds by metric, all relative, and tolerances of scores by task, in fractions.

    Attributes:
        thresholds: of the metrics that are gated.
        quality: of tasks that have a tolerance of their own.
        quality_tolerance: of the other tasks.
    """

    thresholds: Mapping[str, Threshold] = field(
        default_factory=lambda: {"words_per_second": Threshold(), "peak_memory_bytes": Threshold()}
    )
    quality: Mapping[str, float] = field(default_factory=dict)
    quality_tolerance: float = TOLERANCE


def read_settings(path: Path | None) -> Settings:
    """Settings of a TOML file, of a ``pyproject.toml``'s table, or the default ones for None.

    Raises:
        InputError: the file cannot be read, or holds an unknown name or a value out of range.
    """
    if path is None:
        return Settings()
    try:
        content = parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is not valid TOML: {error}") from None
    if path.name == "pyproject.toml":
        for name in ("tool", TABLE, "gate"):
            content = _table(path, content, name)
    _known(path, "the file", content, ("metrics", "quality"))
    metrics, quality = _table(path, content, "metrics"), _table(path, content, "quality")
    thresholds = dict(Settings().thresholds)
    for name in metrics:
        found = metric(name)
        if not found.relative:
            raise InputError(f"{path}: {name} is a score; its tolerance stands under [quality]")
        values = _table(path, metrics, name)
        _known(path, f"[metrics.{name}]", values, ("tolerance", "largest"))
        least = _fraction(path, name, values.get("tolerance", LEAST_TOLERANCE))
        largest = _fraction(path, name, values.get("largest", max(LARGEST_TOLERANCE, least)))
        thresholds[found.name] = Threshold(least, largest)
    tolerances = {name: _fraction(path, name, value) for name, value in quality.items()}
    return Settings(thresholds, tolerances, tolerances.pop("tolerance", TOLERANCE))


def _table(path: Path, content: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        raise InputError(f"{path}: {name} must be a table")
    return found


def _known(path: Path, where: str, found: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise InputError(f"{path}: {where} knows no {unknown[0]!r}; it takes {' and '.join(known)}")


def _fraction(path: Path, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise InputError(f"{path}: the tolerance of {name} must be a fraction from 0 to under 1, got {value!r}")
    return float(value)
