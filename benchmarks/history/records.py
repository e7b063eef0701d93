"""The format of the store, version 1: one line a benchmark. It only grows; readers ignore what they do not know."""

from datetime import datetime

from pydantic import Field

from ..documents import Document, Number, Record, Time
from ..metrics import Kind

HISTORY_VERSION = 1


class Fingerprint(Record):
    """What of a machine must be equal before two measurements of it stand in one series."""

    cpu: str
    cores: int | None = Field(None, description="of the machine")
    usable_cores: int | None = Field(None, description="that the process was allowed to use")
    cpu_quota: str | None = Field(None, description="of its control group; None where there is no limit")
    instruction_sets: tuple[str, ...] = ()
    system: str = Field("", description="operating system and architecture")
    python: str = Field("", description="implementation and version without the patch level")
    gpus: tuple[str, ...] = Field((), description="models; they must be equal only for what ran on one")

    def key(self, device: str) -> str:
        """Equal for machines whose measurements on this kind of device may be compared."""
        return self.model_dump_json(exclude=None if _on_gpu(device) else {"gpus"})

    def title(self, device: str) -> str:
        """The machine in a few words."""
        cores = self.cores if self.usable_cores in (None, self.cores) else f"{self.usable_cores} of {self.cores}"
        gpus = self.gpus if _on_gpu(device) else ()
        return ", ".join(part for part in (self.cpu, f"{cores} cores", *gpus, self.system, self.python) if part)


class MeasuredRecord(Record):
    """One metric of one configuration: the estimate, and the values of the runs it rests on."""

    unit: str
    higher_is_better: bool
    kind: Kind
    value: Number
    low: Number | None = None
    high: Number | None = None
    values: tuple[Number, ...] = Field(min_length=1)


class ConfigurationRecord(Record):
    """One configuration of one implementation."""

    name: str = Field(description="see benchmarks/naming.py; series are told apart by it")
    implementation: str
    version: str | None = None
    device: str
    seeds: tuple[int, ...]
    metrics: dict[str, MeasuredRecord]


class FailureRecord(Record):
    """Runs of one configuration that gave no numbers."""

    name: str
    status: str
    reason: str | None = None
    runs: int


class CorpusKey(Record):
    """The text, as far as it must be equal."""

    name: str
    sha256: str
    tokens: int


class Entry(Document):
    """One benchmark of one commit: one line of the store."""

    history_version: int = HISTORY_VERSION
    digest: str = Field(description="sha256 of all that makes this benchmark this one, its runs apart")
    created: Time = Field(description="when the benchmark began")
    revision: str = Field(description="commit that was measured")
    dirty: bool = Field(False, description="whether files were changed since that commit")
    committed: Time | None = Field(None, description="the commit's time, where git knew it")
    fingerprint: Fingerprint
    versions: dict[str, str] = Field(default_factory=dict, description="of Python and the libraries")
    corpus: CorpusKey
    configurations: tuple[ConfigurationRecord, ...]
    failures: tuple[FailureRecord, ...] = ()

    @property
    def time(self) -> datetime:
        """Where the benchmark stands in the order of commits."""
        return self.created if self.dirty or self.committed is None else self.committed


def _on_gpu(device: str) -> bool:
    return device.startswith("cuda")
