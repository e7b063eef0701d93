"""Finds trainers by name: built-ins, entry points of installed packages, and plug-in files.

A name stands for ``"module:Class"`` and is imported only when it is used. A plug-in is Python, or TOML that describes a
command.
"""

import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ..datasets.errors import InputError
from ..datasets.paths import is_file
from ..datasets.suggestion import suggestion
from .trainer import Trainer

ENTRY_POINTS = "bench.implementations"

BUILTINS = {
    "numpy": f"{__package__}.numpy_trainer:NumpyTrainer",
    "numba": f"{__package__}.numba_trainer:NumbaTrainer",
    "torch": f"{__package__}.torch_trainer:TorchTrainer",
    "gensim": f"{__package__}.gensim_trainer:GensimTrainer",
    "word2vec-c": f"{__package__}.word2vec_c_trainer:Word2VecCTrainer",
    "fasttext": f"{__package__}.fasttext_trainer:FastTextTrainer",
    "glove": f"{__package__}.glove.trainer:GloveTrainer",
    "ppmi-svd": f"{__package__}.ppmi_svd.trainer:PpmiSvdTrainer",
    "spark": f"{__package__}.spark_trainer:SparkTrainer",
}

DEFAULTS = ("numpy", "numba", "torch", "gensim")
"""What a run without ``--impl`` trains, where it is available."""

_plugins: dict[str, type[Trainer]] = {}


def names() -> list[str]:
    """Every name known now: built-ins first, then entry points and loaded plug-ins.

    Raises:
        InputError: two trainers claim one name.
    """
    return list(_targets())


def trainer_class(name: str) -> type[Trainer]:
    """Import the trainer behind a name.

    Raises:
        InputError: no such name (the message suggests near ones), or what it names cannot be imported or is no trainer.
    """
    targets = _targets()
    if name not in targets:
        hint = suggestion(name, list(targets), most=1, cutoff=0.6) or f"known are {', '.join(targets)}"
        raise InputError(f"there is no implementation {name!r}; {hint}")
    target = targets[name]
    if not isinstance(target, str):
        return target
    module_name, _, attribute = target.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except Exception as error:
        raise InputError(
            f"implementation {name!r} ({target}) cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    return _checked(found, f"{name!r} ({target})")


def create(name: str, options: dict[str, Any] | None = None) -> Trainer:
    """Make a trainer with its own options.

    Raises:
        InputError: no such name, or the trainer does not take these options.
    """
    cls = trainer_class(name)
    try:
        return cls(**(options or {}))
    except (TypeError, ValueError) as error:
        raise InputError(f"implementation {name}: {error}") from error


def load_plugin(path: Path) -> list[str]:
    """Register the trainers of a file: every class that a Python file defines, or the command of a .toml file.

    A Python file is executed.

    Returns:
        The names it added.

    Raises:
        InputError: the file is missing, fails to import, is wrong, defines no trainer or takes a name that exists.
    """
    if not is_file(path):
        raise InputError(f"plug-in {path} is not a file")
    classes = _command(path) if path.suffix == ".toml" else _classes(path)
    for cls in classes:
        _checked(cls, f"{cls.__name__} in {path}")
        known = _plugins.get(cls.name)
        if known is not None and source(known) == source(cls):
            continue
        if cls.name in _targets():
            raise InputError(f"plug-in {path} defines {cls.name!r}, but an implementation of that name exists")
        _plugins[cls.name] = cls
    return [cls.name for cls in classes]


def _command(path: Path) -> list[type[Trainer]]:
    from .command_trainer import trainer_of_file

    return [trainer_of_file(path)]


def _classes(path: Path) -> list[type[Trainer]]:
    module = _import_file(path)
    classes = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Trainer) and member.__module__ == module.__name__ and not inspect.isabstract(member)
    ]
    if not classes:
        raise InputError(f"plug-in {path} defines no trainer: a subclass of bench.implementations.trainer.Trainer")
    return classes


def source(cls: type[Trainer]) -> Path | None:
    """The file that a trainer came from: Python, or the TOML of a command."""
    toml = getattr(cls, "toml", None)
    if isinstance(toml, Path):
        return toml
    file = inspect.getsourcefile(cls)
    return None if file is None else Path(file)


def _targets() -> dict[str, str | type[Trainer]]:
    targets: dict[str, str | type[Trainer]] = dict(BUILTINS)
    for name, value in _entry_points():
        if targets.get(name, value) != value:
            raise InputError(
                f"two implementations are called {name!r}: {targets[name]} and {value}; uninstall one of the packages"
            )
        targets[name] = value
    for name, cls in _plugins.items():
        if name in targets:
            raise InputError(f"two implementations are called {name!r}: {targets[name]} and a loaded plug-in")
        targets[name] = cls
    return targets


@functools.cache
def _entry_points() -> tuple[tuple[str, str], ...]:
    """Name and target of what installed packages register. Finding them reads a file of each package."""
    return tuple((point.name, point.value) for point in importlib.metadata.entry_points(group=ENTRY_POINTS))


def _import_file(path: Path) -> ModuleType:
    name = f"bench_plugin_{path.stem}_{abs(hash(str(path.resolve()))):x}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"plug-in {path} is not a Python file; its name must end in .py, or in .toml for a command")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InputError(f"plug-in {path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _checked(found: object, what: str) -> type[Trainer]:
    if not (inspect.isclass(found) and issubclass(found, Trainer)):
        raise InputError(f"{what} is no trainer: it must be a subclass of bench.implementations.trainer.Trainer")
    if not isinstance(getattr(found, "name", None), str):
        raise InputError(f"{what} has no name: set the class attribute `name`")
    return found
