"""What a launcher hands its worker: one JSON file, from which the run can also be repeated by hand."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from ..datasets.decoding import Errors
from ..implementations.hyperparameters import Hyperparameters


class Job(BaseModel):
    """One run, complete: nothing else reaches the worker but its environment.

    Attributes:
        options: of the implementation, as they were asked for.
        code: hash of what trains and scores, for the record.
        corpus: name or path, as the plan has it.
        corpus_sha256: the text must still be this one.
        errors: what is done about bytes of it that are not UTF-8.
        machine, node: where it runs, for the record (``machines.py``).
        encoded: the corpus as it lies in the cache; None where it is opened by its name.
        cores: to be pinned to, or None where the system has no affinity.
        tasks: to score with; None for the default set.
        timed_seconds: the training is repeated until as much of it has been timed.
        learning_curve: score at the ends of epochs, too.
        directory: of the run; record, log and vectors are written into it.
    """

    # A gate's base may be older than what starts it: what a worker does not know, it leaves.
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    configuration: str
    implementation: str
    options: dict[str, Any]
    hyperparameters: Hyperparameters
    threads: int
    seed: int
    round: int
    device: str
    code: str | None = None
    corpus: str
    corpus_sha256: str
    errors: Errors = "strict"
    machine: str | None = None
    node: str | None = None
    encoded: Path | None = None
    cores: list[int] | None
    tasks: list[str] | None
    plugins: list[Path]
    save_vectors: bool
    timed_seconds: float = 0.0
    learning_curve: bool = False
    directory: Path
