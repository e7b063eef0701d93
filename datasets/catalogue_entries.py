"""The entries of catalogue.toml, and where the machine already has their files. Nothing here touches the net."""

import functools
import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .archives import content_sha256
from .cache import cache_dir
from .errors import InputError
from .suggestion import suggestion
from .toml_text import parse_toml

PACKED = (".gz", ".bz2", ".xz", ".zip")


@dataclass(frozen=True)
class CorpusEntry:
    """A corpus: what it is, whence it comes, and what its file must be.

    Attributes:
        name: what ``--corpus`` calls it; ``aliases`` do as well.
        description, source, licence, citation: for lists and reports.
        file: its name as downloaded; None for a generated or a local corpus.
        urls: the address and its mirrors.
        sha256, bytes: of the file as downloaded.
        text_sha256, text_bytes: of the text.
        tokens, types: of the text, before rare words are dropped.
        make: what is made of the download before it is a text.
        local: has no address; it is listed only where it is found.
        generated: made here, not fetched.
        path: the file below ``BENCH_DATA/corpora``, for one found there.
    """

    name: str
    description: str
    source: str
    licence: str
    citation: str
    aliases: tuple[str, ...] = ()
    file: str | None = None
    urls: tuple[str, ...] = ()
    sha256: str | None = None
    bytes: int | None = None
    text_sha256: str | None = None
    text_bytes: int | None = None
    tokens: int | None = None
    types: int | None = None
    make: str | None = None
    local: bool = False
    generated: bool = False
    path: Path | None = None

    @property
    def kind(self) -> str:
        return "corpus"

    @property
    def text_file(self) -> Path | None:
        """Where the text made of the download is cached, for one that is made."""
        return cache_dir() / "texts" / f"{self.name}.txt" if self.make else None

    @property
    def found(self) -> Path | None:
        """Its file, where this machine has it; whether it is the right one shows when it is opened."""
        places = [self.path, self.text_file, downloads() / self.file if self.file else None]
        return next((place for place in places if place is not None and place.is_file()), None)

    @property
    def missing(self) -> str | None:
        """What has to happen before it can be used; None where nothing has."""
        if self.generated or self.found is not None:
            return None
        if self.local:
            return f"not here: put {self.name}.txt (or .gz, .bz2, .xz, .zip) into the folder corpora of BENCH_DATA"
        size = f" ({self.bytes / 1e6:,.0f} MB)" if self.bytes else ""
        return f"not downloaded yet: python -m bench data fetch {self.name}{size}"


@dataclass(frozen=True)
class Copy:
    """One published file of a question set, and how its lines are read.

    Attributes:
        file: its place below ``BENCH_DATA``; the last part is its name in the download cache.
        gensim: its name in gensim's test data.
        urls: the address and its mirrors.
        sha256: of the file; of a folder, of its files one after the other in the order of their paths.
        archive, folder: the archive it is downloaded in, and the folder in there that it is.
        lemma_tags, corrections, score_column: passed to ``parse_similarity``.
        classes, train, test: passed to ``parse_labelled``.
        encoding: of its text, where its reader asks.
    """

    file: str
    gensim: str | None = None
    urls: tuple[str, ...] = ()
    sha256: str | None = None
    archive: str | None = None
    folder: str | None = None
    lemma_tags: bool = False
    corrections: Mapping[str, str] = field(default_factory=dict)
    score_column: int | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    train: str | None = None
    test: str | None = None
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        return self.file.rpartition("/")[2]

    def places(self) -> list[Path]:
        """Where it may lie, in the order of trust: gensim's package, BENCH_DATA, the download cache."""
        package, data = gensim_data(), data_dir()
        found = [package / self.gensim] if self.gensim and package else []
        found += [data / self.file, data / self.name] if data else []
        return [*found, downloads() / self.name]


@dataclass(frozen=True)
class QuestionEntry:
    """A question set: what it is, whence it comes, and the copies of it that are known.

    Attributes:
        name: what tasks and ``find_file`` call it; ``aliases`` do as well.
        kind: ``analogy``, ``similarity``, ``categorization``, ``outlier``, ``association``, ``classification``,
            ``documents`` (judged pairs), ``texts`` (the documents of another set) or ``tagging``.
        rows: questions, pairs, words, lists, sentences, documents or tokens a correct reading gives.
        copies: in the order to look for.
        note: what is odd about it.
    """

    name: str
    kind: str
    description: str
    rows: int
    source: str
    licence: str
    citation: str
    copies: tuple[Copy, ...]
    aliases: tuple[str, ...] = ()
    note: str | None = None

    @property
    def sha256(self) -> str | None:
        """Of the copy looked for first."""
        return self.copies[0].sha256

    def locate(self) -> tuple[Path, Copy] | None:
        """The first right copy this machine has. A file of another sha256 is passed over."""
        return next(((path, copy) for path, copy in self._existing() if _is_right(path, copy)), None)

    def wrong_files(self) -> list[Path]:
        """Files at a place of this set whose sha256 is not the published one."""
        return [path for path, copy in self._existing() if not _is_right(path, copy)]

    def _existing(self) -> list[tuple[Path, Copy]]:
        return [(path, copy) for copy in self.copies for path in copy.places() if path.exists()]

    @property
    def found(self) -> Path | None:
        """Its file, where this machine has the right one."""
        try:
            located = self.locate()
        except InputError:  # BENCH_DATA points nowhere; `missing` says so
            return None
        return located[0] if located else None

    @property
    def missing(self) -> str | None:
        """What has to happen before it can be used; None where nothing has."""
        try:
            if self.locate() is not None:
                return None
            wrong = self.wrong_files()
        except InputError as error:
            return str(error)
        because = f" ({wrong[0]} is another file: its sha256 is not the published one)" if wrong else ""
        return f"not here{because}: python -m bench data fetch {self.name}"


Entry = CorpusEntry | QuestionEntry


def _is_right(path: Path, copy: Copy) -> bool:
    try:
        return copy.sha256 is None or content_sha256(path) == copy.sha256
    except OSError:
        return False


def downloads() -> Path:
    """Where downloads are kept, and where a file put by hand belongs."""
    return cache_dir() / "downloads"


def data_dir() -> Path | None:
    """The folder ``BENCH_DATA`` names, None where it is not set.

    Raises:
        InputError: it is set but is no folder.
    """
    named = os.environ.get("BENCH_DATA")
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_dir():
        raise InputError(f"BENCH_DATA is set to {named}, which is no folder: correct it or unset it")
    return path


@functools.cache
def gensim_data() -> Path | None:
    """The folder of gensim's test data, found without importing gensim; None where gensim is not installed."""
    try:
        spec = importlib.util.find_spec("gensim")
    except (ImportError, ValueError):
        return None
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "test" / "test_data" if places else None


@functools.cache
def _catalogue() -> tuple[dict[str, CorpusEntry], dict[str, QuestionEntry]]:
    return read_catalogue(Path(__file__).with_name("catalogue.toml"))


def read_catalogue(path: Path) -> tuple[dict[str, CorpusEntry], dict[str, QuestionEntry]]:
    """Corpora and question sets of a catalogue, by name.

    Raises:
        InputError: it is not TOML, or an entry lacks a key, has one that does not exist or one of another kind.
    """
    where = "it"
    try:
        tables = parse_toml(path.read_text("utf-8"))
        corpora, sets = {}, {}
        for name, table in tables["corpora"].items():
            where = f"corpora.{name}"
            corpora[name] = CorpusEntry(name=name, **_fields(table))
        for name, table in tables["question-sets"].items():
            where = f"question-sets.{name}"
            copies = tuple(Copy(**_fields(copy)) for copy in table.pop("copies"))
            sets[name] = QuestionEntry(name=name, copies=copies, **_fields(table))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no catalogue: {where} cannot be read ({type(error).__name__}: {error})") from error
    return corpora, sets


def _fields(table: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def question_entries() -> list[QuestionEntry]:
    """Every question set of the catalogue."""
    return list(_catalogue()[1].values())


def corpus_entries() -> list[CorpusEntry]:
    """Every corpus of the catalogue, those in ``BENCH_DATA/corpora`` with their path, then other files found there.

    Raises:
        InputError: ``BENCH_DATA`` points nowhere.
    """
    here = local_corpora()
    entries = []
    for entry in _catalogue()[0].values():
        paths = [here.pop(name) for name in (entry.name, *entry.aliases) if name in here]
        entries.append(replace(entry, path=paths[0]) if paths else entry)
    for name, path in here.items():
        entries.append(
            CorpusEntry(name, "a file of BENCH_DATA", str(path), "not stated", "none", local=True, path=path)
        )
    return entries


def local_corpora() -> dict[str, Path]:
    """Files of ``BENCH_DATA/corpora`` by name: the file's, without ``.txt`` and without a packing's suffix.

    Of a text and its packed form the text is taken. Hidden files, ``.md`` files and READMEs are not corpora.
    """
    data = data_dir()
    folder = data / "corpora" if data else None
    if folder is None or not folder.is_dir():
        return {}
    found: dict[str, Path] = {}
    files = [f for f in folder.iterdir() if f.is_file() and not f.name.startswith(".")]
    for file in sorted(files, key=lambda f: (f.suffix.lower() in PACKED, f.name)):
        if file.suffix.lower() == ".md" or file.name.upper().startswith("README"):
            continue
        bare = file.with_suffix("") if file.suffix.lower() in PACKED else file
        found.setdefault(bare.name.removesuffix(".txt"), file)
    return found


def key_of(name: str) -> str:
    """A name as it is compared: ``WordSim353`` is ``wordsim-353``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def matching(name: str, entries: list[CorpusEntry] | list[QuestionEntry]) -> Entry | None:
    """The entry of that name or alias. What holds a path separator is never a name."""
    if "/" in name or os.sep in name:
        return None
    exact = next((entry for entry in entries if entry.name == name), None)
    return exact or next((e for e in entries if key_of(name) in map(key_of, (e.name, *e.aliases))), None)


def did_you_mean(name: str, entries: list[CorpusEntry] | list[QuestionEntry]) -> str:
    """``; did you mean a or b?`` where a known name is close, else nothing."""
    names = {key_of(alias): entry.name for entry in entries for alias in (entry.name, *entry.aliases)}
    said = suggestion(key_of(name), names, cutoff=0.6)
    return f"; {said}" if said else ""
