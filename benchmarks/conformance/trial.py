"""What a launcher hands a worker of the conformance checks, and what it gets back."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...implementations.given import Given
from ...implementations.hyperparameters import Hyperparameters

DECLARATION = "declaration.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Frozen):
    """One training.

    Attributes:
        name: of the step, and of its files.
        corpus: one of the trial's texts.
        mapped: hand over the corpus as a run does, its arrays mapped and read-only; else copies that can be written.
        paused: let the trainer tell of the ends of epochs.
    """

    name: str
    corpus: str
    hyperparameters: Hyperparameters
    threads: int = 1
    seed: int = 1
    mapped: bool = False
    paused: bool = False


class Trial(_Frozen):
    """What one process is to do.

    Attributes:
        implementation: name of the trainer; None to learn the names of a plug-in only.
        options: of the trainer.
        plugins: files to load.
        device: to train on.
        cores: to be pinned to, or None.
        texts: path and ``min_count`` of each corpus that a step names.
        cache: where the corpora are encoded.
        steps: trainings, one after the other; without any the trainer only declares itself.
        directory: for what is found.
    """

    implementation: str | None
    options: dict[str, Any]
    plugins: list[Path]
    device: str
    cores: list[int] | None
    texts: dict[str, tuple[Path, int]]
    cache: Path
    steps: list[Step]
    directory: Path


class Declaration(_Frozen):
    """What a trainer says of itself before it trains.

    Attributes:
        names: of the trainers that the plug-ins hold.
        usage: why there is nothing to check: no such name, a plug-in that cannot be loaded, a wrong option.
        version: as the trainer tells it.
        unavailable: why it cannot run here.
        faults: what is wrong with what it declares.
        base: hyperparameters that it can do, for the trainings to come; None where it refuses all.
        refusal: what it says of the last ones it refuses.
    """

    names: list[str] = Field(default_factory=list)
    usage: str | None = None
    version: str | None = None
    unavailable: str | None = None
    faults: list[str] = Field(default_factory=list)
    base: dict[str, Any] | None = None
    refusal: str | None = None


Status = Literal["trained", "refused", "raised", "crashed", "hung", "unreached"]


class Made(_Frozen):
    """What became of one training.

    Attributes:
        status: ``refused`` with an error that is for users, ``raised`` with any other.
        words: why it is not trained.
        unsupported: what the trainer says of these hyperparameters.
        given: what it says it was given.
        unpausable: why it does not pause between epochs.
        changed: whether training changed the vectors; None where there were none to see before.
        trained_words: as the trainer tells it.
        faults: what is wrong with the vectors' shape, type and values.
        progress_calls: how often it told of its progress.
        progress_fault: the first thing wrong with that.
        progress_end: the last words done and total.
        epoch_ends: that it told of.
        corpus_faults: what it did to the corpus.
        memory: largest resident size in training, bytes, that of programs that it ran included.
    """

    status: Status
    words: str = ""
    unsupported: str | None = None
    given: dict[str, Given] = Field(default_factory=dict)
    unpausable: str | None = None
    changed: bool | None = None
    trained_words: int | None = None
    faults: list[str] = Field(default_factory=list)
    progress_calls: int = 0
    progress_fault: str | None = None
    progress_end: tuple[int, int] | None = None
    epoch_ends: list[int] = Field(default_factory=list)
    corpus_faults: list[str] = Field(default_factory=list)
    memory: int | None = None
