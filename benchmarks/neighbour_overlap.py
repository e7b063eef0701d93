"""How many nearest neighbours saved vectors share, within and between configurations: a sample, done in seconds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .saved_vectors import System

GROUPS = 6
"""Configurations that are looked at."""

FILES = 20
"""Of all of them together, at most: each takes half a second."""

RUNS = 5
"""Of a configuration, at most."""

WORDS = 100
"""Asked of each of the four bands of frequency."""

VOCABULARY = 30_000
"""Words read of each file, the most frequent ones: neighbours are sought among them."""

_KEPT_BYTES = 400_000_000
"""Files that are together no larger than this are kept between the two passes over them."""


def neighbour_overlap(systems: Mapping[str, System], *, words: int = WORDS) -> dict[str, Any]:
    """Mean overlap of the ten nearest neighbours, as ``evaluation.geometry.stability`` has it.

    Args:
        systems: files of vectors by label, at most ``GROUPS``; of each the first runs are taken.
        words: asked of each band of frequency.

    Returns:
        The record of ``evaluation.geometry.stability``; runs of one seed are not compared where seeds are known.

    Raises:
        InputError: a file cannot be read, or the files share fewer than two words.
        ValueError: there are too many systems.
    """
    from ..evaluation.embeddings import Embeddings, read_embeddings
    from ..evaluation.geometry.stability import stability

    if len(systems) > GROUPS:
        raise ValueError(f"{len(systems)} configurations are more than {GROUPS}")
    runs = min(RUNS, FILES // max(len(systems), 1))
    files = {label: system.files[:runs] for label, system in systems.items()}
    seeds = {label: system.seeds[:runs] for label, system in systems.items() if system.seeds is not None}
    keep = sum(_size(path) for paths in files.values() for path in paths) <= _KEPT_BYTES
    kept: dict[Path | str, Embeddings] = {}

    def read(path: Path | str) -> Embeddings:
        if path in kept:
            return kept[path]
        vectors = read_embeddings(path, limit=VOCABULARY)
        if keep:
            kept[path] = vectors
        return vectors

    return stability(files, sample=words, seeds=seeds if len(seeds) == len(files) else None, read=read)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it says what is wrong
