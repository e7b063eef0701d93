"""Large files of vectors, kept once in the cache as a plain matrix that can be mapped.

In word2vec's files rows stand at irregular places, between words of any length, so they cannot be mapped as a matrix;
and to find a row, all before it must be read. So a file whose matrix is over 1 GB is gone through once: its matrix,
words and the lengths of its vectors go into ``vectors`` in the cache directory, and from then on the matrix is mapped
from there. An entry belongs to one state of the file (device, inode, size, times); its ``.json``, written last, makes
it whole.
"""

import hashlib
import json
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..datasets.cache import atomic_file, cache_dir, explained
from ..datasets.fingerprint import SETTLED, signature
from .paged import PagedMatrix
from .source import Source
from .table import Distinct, Repeated, Table, check_finite, lengths

FORMAT = 1


def find(path: Path) -> Table | None:
    """The entry of a file as it is now, or None."""
    try:
        entry = _entry(path)
        meta = json.loads(entry.with_suffix(".json").read_text("utf-8"))
        words = entry.with_suffix(".words").read_bytes().decode("utf-8", "surrogateescape").split("\n")
        norms = np.fromfile(entry.with_suffix(".norms"), np.float64)
        counts = np.fromfile(entry.with_suffix(".counts"), np.int64) if meta["counts"] else None
        shape, matrix = (meta["words"], meta["dim"]), entry.with_suffix(".f32")
        sizes = {len(words), len(norms), len(norms if counts is None else counts)}
        if matrix.stat().st_size != 4 * shape[0] * shape[1] or sizes != {shape[0]}:
            return None
        repeated = Repeated(*meta["repeated"]) if meta["repeated"] else None
        return Table(words, PagedMatrix(matrix, shape), counts, norms, repeated)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None


def keep(path: Path, source: Source) -> Table:
    """Go through a file once and make its entry; it must not change meanwhile.

    Raises:
        InputError: the file is damaged or holds NaN or infinite values, or the cache cannot be written. Nothing is
            left behind.
    """
    # A file changed just now could change again and carry the same times.
    time.sleep(max(0.0, min(SETTLED, max(signature(path)[3:]) / 1e9 + SETTLED - time.time())))
    entry = _entry(path)
    distinct = Distinct()
    places: list[NDArray[np.int64]] = []
    norms: list[NDArray[np.float64]] = []
    with explained(entry.parent), ExitStack() as stack:
        entry.parent.mkdir(parents=True, exist_ok=True)
        matrix, norms_file, words_file, counts_file = (
            stack.enter_context(atomic_file(entry.with_suffix(suffix)))
            for suffix in (".f32", ".norms", ".words", ".counts")
        )
        for words, vectors in source.blocks:
            first_row = distinct.n_rows
            own = lengths(vectors)
            check_finite(path, words, own, first_row)
            new = distinct.first_seen(words)
            if len(new) < len(words):
                vectors, own = vectors[new], own[new]
            matrix.write(vectors.astype("<f4", copy=False).data)
            places.append(new + first_row)
            norms.append(own)
        words_file.write("\n".join(distinct.row_of).encode("utf-8", "surrogateescape"))
        norms_file.write(np.concatenate(norms).data)
        if source.counts is not None:
            counts_file.write(source.counts[np.concatenate(places)].data)
    facts = {"words": len(distinct.row_of), "dim": source.dim, "repeated": distinct.repeated}
    with explained(entry.parent), atomic_file(entry.with_suffix(".json")) as file:
        file.write(json.dumps({"file": str(path), "counts": source.counts is not None, **facts}).encode())
    del distinct, places, norms
    kept = find(path)
    assert kept is not None, "an entry that was just written can be read"
    return kept


def _entry(path: Path) -> Path:
    """The entry's files, without their suffixes."""
    key = hashlib.sha256(repr((FORMAT, signature(path))).encode()).hexdigest()[:32]
    return cache_dir() / "vectors" / key
