"""The record of a run whose worker left none, or none that can be believed."""

import re
import signal
from pathlib import Path
from typing import Literal

from .launch import LOG_LIMIT, Ended
from .records import RunRecord, Status
from .schedule import RunSpec

_PHASES = {"start": "while starting", "prepare": "while preparing", "train": "in training", "evaluate": "while scoring"}
_TAIL_LINES = 5
_TAIL_CHARACTERS = 600


def record_without_measurement(spec: RunSpec, status: Status, reason: str) -> RunRecord:
    """A row that says why there is no measurement."""
    return RunRecord(
        id=spec.id,
        configuration=spec.configuration,
        code=spec.code,
        implementation=spec.candidate.name,
        version=spec.candidate.version,
        status=status,
        reason=reason,
        model=spec.candidate.hyperparameters.model,
        loss=spec.candidate.hyperparameters.loss,
        hyperparameters=spec.candidate.hyperparameters,
        options=dict(spec.candidate.options),
        threads=spec.threads,
        device=spec.device,
        seed=spec.seed,
        round=spec.round,
    )


def failure(spec: RunSpec, ended: Ended, log: Path, timeout: float | None) -> RunRecord:
    """Why a worker left no record, with the end of its log."""
    return record_without_measurement(spec, *how_it_ended(ended, log, timeout))


def how_it_ended(ended: Ended, log: Path, timeout: float | None) -> tuple[Literal["failed", "timeout"], str]:
    """What became of a worker that was to leave a record and did not, in words, with the end of its log."""
    where = _PHASES.get(ended.phase, "")
    if ended.stopped == "timeout":
        return "timeout", f"stopped {where} after {timeout:g} s (--timeout)"
    if ended.stopped == "output":
        return "failed", f"stopped {where} as it wrote more than {LOG_LIMIT >> 20} MB of output"
    reason = f"its process {_how(ended)} {where}".rstrip()
    tail = log_tail(log)
    return "failed", f"{reason}; its log ends: {tail}" if tail else reason


def log_tail(log: Path) -> str:
    """The last lines of a log on one line, without control characters, shortened."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [re.sub(r"[^\w\s!-~]+|\s+", " ", line).strip() for line in re.split(r"[\r\n]+", text)]
    joined = " | ".join(_without_dump([line for line in lines if line])[-_TAIL_LINES:])
    return joined if len(joined) <= _TAIL_CHARACTERS else "…" + joined[-_TAIL_CHARACTERS:]


def _without_dump(lines: list[str]) -> list[str]:
    """Of what Python's fault handler writes keep the error and the innermost frame."""
    start = next((number for number, line in enumerate(lines) if line.startswith("Fatal Python error")), None)
    if start is None:
        return lines
    return lines[: start + 1] + [line for line in lines[start:] if line.startswith("File ")][:1]


def _how(ended: Ended) -> str:
    if ended.code >= 0:
        return f"ended with exit code {ended.code} and no record"
    try:
        name = signal.Signals(-ended.code).name
    except ValueError:
        name = f"signal {-ended.code}"
    if -ended.code == signal.SIGKILL:
        seen = f" ({ended.memory_seen / 1e6:,.0f} MB in use when last seen)" if ended.memory_seen else ""
        return f"was killed by SIGKILL, most likely by the system for want of memory{seen},"
    return f"was killed by {name} ({signal.strsignal(-ended.code)})"
