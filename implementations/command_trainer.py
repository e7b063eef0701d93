"""Any command that reads a text file and writes vectors in word2vec's format, as a trainer: ``--plugin FILE.toml``."""

import re
import shutil
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from .command_file import OTHERS, CommandFile, placeholders, read_command_file
from .given import SEED, THREADS, Given, as_asked
from .hyperparameters import Hyperparameters
from .programs.program import Program
from .programs.vectors import read_vectors
from .programs.workspace import Workspace
from .trainer import Progress, Trainer, TrainingError

_PERCENT = re.compile(r"(?<!\d)(\d++(?:\.\d++)?+) ?%")
"""Each number is looked at once: a line may be nothing but digits."""

_FIXED = ("model", "loss")
"""Hyperparameters of which a command that does not mention them can do the default only."""


class CommandTrainer(Trainer):
    """Runs the command of a file (docs/commands.md); ``trainer_of_file`` makes a subclass of each file.

    The command starts in the file's folder, without a shell. All its life is timed, as nobody else can tell which part
    of it is training; its vectors are read afterwards.
    """

    toml: ClassVar[Path]
    file: ClassVar[CommandFile]
    timing_note: ClassVar[str | None] = (
        "all of the command is timed: starting, reading and counting the text, and writing the vectors, too"
    )
    _vectors: NDArray[np.float32] | None = None
    _trained = False

    @classmethod
    def version(cls) -> str:
        version = cls.file.version
        return version if isinstance(version, str) else _first_line(version, cls.toml.parent)

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        program = cls.file.command[0].replace("{python}", sys.executable)
        if _found(program, cls.toml.parent) is None:
            return f"there is no program {program}: install it, or correct command in {cls.toml}"
        if device not in ("auto", "cpu"):
            return f"{cls.name} is a command, which is not told of devices: leave --device out, not {device}"
        return None

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        for name, value in hyperparameters.model_dump().items():
            spelling, limits = self.file.spellings.get(name), self.file.supports.get(name)
            if spelling is not None and _key(value) not in spelling:
                return f"{self.name} has no {name} {_key(value)}: {self.toml.name} spells {' and '.join(spelling)} only"
            if limits is not None and value not in limits:
                return f"{self.name} has no {name} {_key(value)}: {self.toml.name} supports {_shown(limits)}"
            fixed = name in _FIXED and limits is None and name not in placeholders(self.file.command)
            if fixed and value != Hyperparameters.model_fields[name].default:
                return f"{self.name} has no {name} {value}: its command does not mention {{{name}}}"
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        mentioned = self._mentioned(hyperparameters)
        asked = hyperparameters.model_dump()
        own: dict[str, Given] = {}
        for name in as_asked(hyperparameters):
            if name in self.file.spellings and name in mentioned:
                words = self._expanded(f"{{{name}}}", {**dict.fromkeys(OTHERS, "…"), **asked})
                own[name] = Given(value=" ".join(words))
            elif name == "min_count" and name not in mentioned:
                own[name] = Given(
                    value=asked[name], note="is not told of min_count: rarer words are gone from its text"
                )
            elif name not in mentioned:
                own[name] = Given(value=None, note=f"is not told of {name}: its command does not mention it")
        for name in (SEED, THREADS):
            if name not in mentioned:
                own[name] = Given(value=None, note=f"is not told of {name}: its command does not mention it")
        return as_asked(hyperparameters, **own)

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Write the corpus as text, and the command.

        Raises:
            TrainingError: the vocabulary is too small to learn from, or it does not do what is asked for.
        """
        if reason := self.unsupported(hyperparameters):
            raise TrainingError(reason)
        if len(corpus.vocabulary) < 2:
            raise TrainingError("there is nothing to learn from a vocabulary of one word")
        self._corpus, self._size = corpus, hyperparameters.vector_size
        self._words = corpus.n_tokens * hyperparameters.epochs
        self._workspace = Workspace(corpus)
        values = {
            **hyperparameters.model_dump(),
            "corpus": self._workspace.corpus,
            "vectors": self._workspace.vectors,
            "threads": threads,
            "seed": seed,
            "python": sys.executable,
        }
        self._command = [part for argument in self.file.command for part in self._expanded(argument, values)]

    def train(self, progress: Progress) -> None:
        """Run it.

        Raises:
            TrainingError: it cannot be started, or failed.
        """

        def said(line: str) -> None:
            done = share_done(line)
            if done is not None:
                progress(round(done * self._words), self._words)

        progress(0, self._words)
        with Program(self._command, directory=self.toml.parent, said=said, shown=True) as program:
            program.finish()
        self.program_memory, self._trained = program.memory, True
        progress(self._words, self._words)

    def vectors(self) -> NDArray[np.float32]:
        if self._vectors is None:
            if not self._trained:
                raise TrainingError(f"{self.name} has not trained yet")
            path = self._workspace.vectors
            path = path.with_name(path.name + self.file.suffix)
            rows, kind = self._corpus.vocabulary.index, self.file.format
            self._vectors = read_vectors(path, rows, self._size, kind=kind, ignore=self.file.ignore)
            self._workspace.close()
        return self._vectors

    def _mentioned(self, hyperparameters: Hyperparameters) -> set[str]:
        """Placeholders that the command holds with these hyperparameters."""
        found = set(placeholders(self.file.command))
        for name, spelling in self.file.spellings.items():
            found |= set(placeholders(spelling.get(_key(getattr(hyperparameters, name)), ())))
        return found

    def _expanded(self, argument: str, values: Mapping[str, Any]) -> list[str]:
        """An argument with its placeholders filled in; one that is a spelled placeholder may become several or none."""
        spelled = {
            name: [_filled(part, values) for part in spelling[_key(values[name])]]
            for name, spelling in self.file.spellings.items()
            if _key(values[name]) in spelling
        }
        for name, parts in spelled.items():
            if argument == f"{{{name}}}":
                return parts
        return [_filled(argument, {**values, **{name: " ".join(parts) for name, parts in spelled.items()}})]


def trainer_of_file(path: Path) -> type[CommandTrainer]:
    """Make the trainer that a file describes.

    Raises:
        InputError: the file is wrong; the sentence says where.
    """
    file = read_command_file(path)
    members = {"name": file.name, "summary": file.summary, "toml": path.resolve(), "file": file}
    return cast(
        type[CommandTrainer], type(f"Command_{file.name}", (CommandTrainer,), {**members, "__doc__": file.summary})
    )


def share_done(line: str) -> float | None:
    """What a line of output tells of progress: its first percentage as a share; None where it is above 100."""
    found = _PERCENT.search(line)
    share = None if found is None else float(found[1]) / 100
    return None if share is None or share > 1 else share


def _filled(argument: str, values: Mapping[str, Any]) -> str:
    return Formatter().vformat(argument, (), {name: _key(value) for name, value in values.items()})


def _key(value: Any) -> str:
    """A value as commands take it: true and false as in TOML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(limits: Any) -> str:
    return ", ".join(map(_key, limits)) if isinstance(limits, tuple) else str(limits)


def _found(program: str, folder: Path) -> str | None:
    """Where a program is: a name with a slash counts from the file's folder, another is looked for on the PATH."""
    return shutil.which(str(folder / program) if "/" in program else program)


@cache
def _first_line(command: tuple[str, ...], folder: Path) -> str:
    """The first line of what a command says, or why there is none."""
    try:
        with Program(command, directory=folder) as program:
            program.watch(timeout=20)
    except TrainingError as error:
        return f"unknown: {error}"
    return program.output.first() or "unknown"
