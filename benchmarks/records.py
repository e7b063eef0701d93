"""The result format, version 1: what ``results.json`` holds. It only grows; readers ignore what they do not know."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ..datasets.decoding import Errors
from ..evaluation.score import Score as Score
from ..evaluation.score import Section as Section
from ..implementations.given import Given as Given
from ..implementations.hyperparameters import Hyperparameters
from .documents import Document, Measured, Number, Record, Time, believable

SCHEMA_VERSION = 1

Status = Literal["ok", "failed", "timeout", "unavailable", "unsupported"]


def _known(value: Any) -> Any:
    """Leave out hyperparameters that a later version added: the format grows."""
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if key in Hyperparameters.model_fields}
    return value


_TABLES = ("cpu", "system", "python", "packages", "blas", "git", "variables")
"""Parts of an environment that readers take for tables."""


def _environment(value: Any) -> Any:
    """Leave out known parts that are not of their form: who reads a file need not look at each again."""
    if not isinstance(value, dict):
        return value
    found = {key: part for key, part in value.items() if key not in _TABLES or part is None or isinstance(part, dict)}
    if found.get("gpu") is not None:
        gpus = found["gpu"] if isinstance(found["gpu"], list) else []
        found["gpu"] = [gpu for gpu in gpus if isinstance(gpu, dict)]
    if found.get("machines") is not None:
        machines = found["machines"] if isinstance(found["machines"], dict) else {}
        found["machines"] = {name: _environment(one) for name, one in machines.items() if isinstance(one, dict)}
    if not isinstance(found.get("memory_bytes") or 0, int | float):
        del found["memory_bytes"]
    return found


class CorpusRecord(Record):
    """The text that was trained on."""

    name: str
    sha256: str = Field(description="of the unpacked text")
    tokens: int = Field(description="tokens of the text left after min_count: one epoch's words")
    vocabulary_size: int
    sentences: int
    source_tokens: int = Field(description="tokens of the text, rare words included")
    generated: str | None = Field(None, description="what a reader must know of a made-up corpus")
    errors: Errors = Field("strict", description="what was done about bytes that are not UTF-8")
    replaced: int = Field(0, description="sequences of such bytes that became U+FFFD")
    coverage: list[Number] | None = Field(
        None, description="share of the tokens that the 1, 2, 4, 8, ... most frequent words make up, all words last"
    )


class Conditions(Record):
    """What else the machine did during one run: for judging its timing, never for dropping it."""

    load_before: Measured = Field(None, description="load average of the last minute before the run")
    steal_seconds: Measured = Field(None, description="processor time the hypervisor gave to others during train()")
    involuntary_switches: int | None = Field(
        None, description="times the worker, or a program that it ran, lost its core during train()"
    )


def _believable_score(score: Score) -> Score:
    """Values that cannot be scores count as not scored."""
    return replace(
        score,
        value=believable(score.value),
        low=believable(score.low),
        high=believable(score.high),
        sd=believable(score.sd),
        sections={name: _believable_section(section) for name, section in score.sections.items()},
    )


def _believable_section(section: Section) -> Section:
    return replace(section, value=believable(section.value), low=believable(section.low), high=believable(section.high))


Scores = list[Annotated[Score, AfterValidator(_believable_score)]]


class CurvePoint(Record):
    """A run at the end of one of its epochs."""

    epoch: int = Field(description="epochs done, from 1")
    words: int = Field(description="in-vocabulary tokens of these epochs")
    train_seconds: float = Field(description="seconds of training until then; the clock stood still for the looks")
    scores: Scores = Field(default_factory=list, description="of the vectors at that moment, without sections")


def _with_times(curve: list[CurvePoint]) -> list[CurvePoint]:
    """A point whose time cannot be one says nothing."""
    return [point for point in curve if believable(point.train_seconds) is not None]


class RunRecord(Document):
    """One implementation trained once."""

    id: str
    configuration: str | None = Field(None, description="sha256 of what was asked for: --resume compares it")
    code: str | None = Field(None, description="hash of the code that trained and scored: --resume compares it")
    implementation: str
    version: str | None = None
    status: Status
    reason: str | None = None
    model: str
    loss: str
    hyperparameters: Annotated[Hyperparameters, BeforeValidator(_known)]
    options: dict[str, Any] = Field(default_factory=dict)
    given: dict[str, Given] = Field(
        default_factory=dict,
        description="what the implementation got for each hyperparameter, and what it settles itself",
    )
    threads: int
    cores: list[int] | None = Field(None, description="cores the worker was pinned to; None where it could not be")
    device: str
    machine: str | None = Field(None, description="id of the machine: timings of different ones are not compared")
    node: str | None = Field(None, description="which computer of that make, as a hash of its name")
    seed: int
    round: int = Field(description="rounds count from 1; in a round every implementation runs once")
    started: Time | None = None
    prepare_seconds: Measured = None
    compile_seconds: Measured = None
    transfer_seconds: Measured = Field(None, description="copies between host and GPU, outside train_seconds")
    trainings: int = Field(1, description="how often the same training was timed; times are means of them")
    train_seconds: Measured = None
    evaluate_seconds: Measured = None
    words_per_second: Measured = Field(None, description="in-vocabulary tokens × epochs / train_seconds")
    timing_note: str | None = Field(None, description="what else, or less, than training is timed, in words")
    trained_words_per_second: Measured = Field(None, description="tokens left after subsampling / train_seconds")
    cpu_seconds: Measured = Field(None, description="user + system time of worker and programs during train()")
    peak_memory_bytes: int | None = Field(
        None, description="VmHWM of the worker after train(), and of programs that it ran"
    )
    peak_gpu_memory_bytes: int | None = None
    conditions: Conditions = Field(default_factory=Conditions)
    scores: Scores = Field(default_factory=list)
    curve: Annotated[list[CurvePoint], AfterValidator(_with_times)] = Field(
        default_factory=list, description="with --learning-curve: the end of each epoch"
    )
    vectors: str | None = Field(None, description="saved vectors, relative to the results directory")


class Results(Document):
    """All runs of one invocation, and where they were made."""

    schema_version: int = SCHEMA_VERSION
    created: Time
    command: str | None = None
    environment: Annotated[dict[str, Any], BeforeValidator(_environment)]
    plan: dict[str, Any] | None = Field(None, description="what was asked for, resolved: --resume compares it")
    corpus: CorpusRecord
    runs: list[RunRecord]
