"""The systems' files: the words they share, and what each answers, one in memory at a time."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ...datasets.errors import InputError, NotAvailable
from ..embeddings import Embeddings, EmbeddingsWarning
from ..task import Task
from .collect import Collector, Missing, collector
from .collected import Collected

File = Path | str
Read = Callable[[File], Embeddings]

_COMPARED_WORDS = 1000
"""Words by whose vectors two files of one and the same run are known."""


def common_words(files: Sequence[File], read: Read) -> list[str]:
    """The words that all files have, in the first one's order of frequency.

    Raises:
        InputError: a file cannot be read, or the files have no word in common.
    """
    for path in files:
        if not Path(path).is_file():
            read(path)  # says why not, before minutes go into the others
    first, *others = files
    common = _in_order(read(first))
    for path in others:
        known = set(read(path).words)
        common = [word for word in common if word in known]
    if not common:
        raise InputError(f"{', '.join(map(str, files))} have no word in common")
    return common


def ask_all(
    systems: Mapping[str, Sequence[File]], words: Sequence[str], tasks: Sequence[Task], read: Read, *, seed: int
) -> list[Collected]:
    """What the files answer to each task; runs are numbered system by system.

    Raises:
        InputError: a file cannot be read, or two files of a system hold the same run.
    """
    collectors: list[Collector] = []
    for task in tasks:
        try:
            collectors.append(collector(task, seed=seed))
        except NotAvailable as error:
            collectors.append(Missing(task, str(error)))
    for label, paths in systems.items():
        known: dict[bytes, File] = {}
        for path in paths:
            run = _ask(path, words, collectors, read)
            if run in known:
                raise InputError(
                    f"{known[run]} and {path} of {label} hold the same vectors; name each training run once, as runs "
                    "count as independent"
                )
            known[run] = path
    return [one.collected() for one in collectors]


def _in_order(embeddings: Embeddings) -> list[str]:
    return [embeddings.words[row] for row in embeddings.frequency_order]


def _ask(path: File, words: Sequence[str], collectors: Sequence[Collector], read: Read) -> bytes:
    """Ask one file, which is then let go; what its run is known by."""
    with warnings.catch_warnings():
        # What the file has to say was said when its words were read.
        warnings.simplefilter("ignore", EmbeddingsWarning)
        embeddings = read(path).restricted(words)
    for one in collectors:
        one.add(embeddings)
    return embeddings.vectors[:_COMPARED_WORDS].tobytes()
