"""Systems as they are named on a command line."""

from collections.abc import Sequence
from pathlib import Path

from ...datasets.errors import InputError


def systems_of(arguments: Sequence[str]) -> dict[str, list[Path]]:
    """Files by label: ``gensim=g1.bin,g2.bin`` is a system of two runs, a file by itself a system of one.

    A label may come several times, its files are joined. A file by itself is called by its name, or by its path where
    another is called the same. A file whose name holds a comma or an equals sign is best given by itself.

    Raises:
        InputError: a label without files or files without a label.
    """
    systems: dict[str, list[Path]] = {}
    alone = [argument for argument in arguments if "=" not in argument or Path(argument).is_file()]
    stems = [Path(argument).stem for argument in alone]
    for argument in arguments:
        if argument in alone:
            stem = Path(argument).stem
            systems.setdefault(stem if stems.count(stem) == 1 else argument, []).append(Path(argument))
            continue
        label, _, files = argument.partition("=")
        named = [Path(file.strip()) for file in files.split(",") if file.strip()]
        if not label.strip() or not named:
            raise InputError(f"{argument!r} is no system; write LABEL=FILE,FILE,… or the name of a file")
        systems.setdefault(label.strip(), []).extend(named)
    return systems
