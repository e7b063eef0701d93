"""What was trained where, in one line, so that the numbers under it mean something."""

from collections.abc import Callable, Mapping

from . import units
from .listing import listed
from .summary import Row, Summary

_MODELS = {"skipgram": "skip-gram", "cbow": "CBOW"}
_LOSSES = {"ns": "negative sampling", "hs": "hierarchical softmax"}


def setting(summary: Summary) -> str:
    """Corpus, model and machine. A setting in which the rows differ is left to their labels."""
    corpus = summary.corpus
    parts = [f"{units.count(corpus.tokens)} words of text, {units.count(corpus.vocabulary_size)} different ones"]
    parts += [text for tell in _TOLD if (text := _shared(summary, tell))]
    where = _machine(summary)
    return f"{', '.join(parts)}. {where}" if where else f"{', '.join(parts)}."


def model(row: Row) -> str:
    """Model and loss as the field calls them."""
    own = row.run.hyperparameters
    return f"{_MODELS.get(own.model, own.model)}, {_LOSSES.get(own.loss, own.loss)}"


def _counted(number: int, one: str) -> str:
    return f"{units.count(number)} {one}{'' if number == 1 else 's'}"


_TOLD: tuple[Callable[[Row], str], ...] = (
    model,
    lambda row: f"{units.count(row.run.hyperparameters.vector_size)} dimensions",
    lambda row: f"window {row.run.hyperparameters.window}",
    lambda row: _counted(row.run.hyperparameters.epochs, "epoch"),
    lambda row: _counted(row.run.threads, "thread"),
)


def _shared(summary: Summary, tell: Callable[[Row], str]) -> str:
    said = {tell(row) for row in summary.rows}
    return said.pop() if len(said) == 1 else ""


def _machine(summary: Summary) -> str:
    cpu = summary.environment.get("cpu")
    if not isinstance(cpu, Mapping) or not cpu.get("model"):
        return ""
    parts = [str(cpu["model"])]
    if isinstance(cpu.get("cores"), int):
        parts.append(_counted(cpu["cores"], "core"))
    devices = dict.fromkeys(row.run.device for row in summary.finished_rows if row.run.device not in ("cpu", "auto"))
    gpus = summary.environment.get("gpu")
    if devices and isinstance(gpus, list):
        names = [str(gpu["name"]) for gpu in gpus if isinstance(gpu, Mapping) and gpu.get("name")]
        parts += [listed(names)] if names else []
    return f"{', '.join(parts)}."
