"""A text becomes token ids: one pass over the text, one over the ids, memory bounded however long the text.

The first pass gives each distinct word a provisional id in order of appearance and writes those to disk. When the text
is through, the counts are known; the second pass puts the final ids in place of the provisional ones, in the same
file, drops rare words and ends the sentences.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .cache import beside, cache_dir, explained
from .corpus import MAX_SENTENCE, Corpus
from .decoding import Errors
from .entry import FORMAT, CheckedFile, load, publish, sweep, write_meta
from .errors import InputError
from .fingerprint import fingerprint, signature
from .printable import printable
from .shards import plain_name
from .sources import BLOCK_SIZE, PACKED, check_file

if TYPE_CHECKING:
    from .word_counts import Settled


def encode(
    text: Path | Sequence[Path],
    *,
    min_count: int,
    name: str | None = None,
    generated: str | None = None,
    cache: Path | None = None,
    block_size: int = BLOCK_SIZE,
    errors: Errors = "strict",
) -> Corpus:
    """Encode a text file, or several as one text, or open what an earlier call left in the cache.

    Words are separated by ASCII white space; a sentence is a line, cut every ``MAX_SENTENCE`` words after those that
    occur less than ``min_count`` times are dropped (word2vec.c's rule). Sentences left without a word vanish. The
    text is UTF-8; a byte order mark at its beginning is dropped. Files packed with gzip, bzip2, xz or zip are unpacked
    on the way.

    Several files (shards) give what their unpacked contents give in one file, in the order of ``text``: where one does
    not end its last line, a newline is put before the next; byte order marks after the first are left out; plain files
    without a byte are passed over. Each may be packed in its own way.

    The cache entry depends on the files' contents, ``min_count``, ``errors`` and the format version only. Unchanged
    files are recognised without reading them.

    Args:
        text: the file or files.
        min_count: at least 1.
        name: what reports call the corpus; the first file's name without suffixes by default.
        generated: what a reader must know about a made-up corpus.
        cache: the cache directory, ``cache_dir()`` by default.
        block_size: bytes read at a time; the result does not depend on it.
        errors: what is done about bytes that are not UTF-8: ``strict`` refuses the text, ``replace`` puts U+FFFD in
            their place and counts them. A NUL is refused in any case.

    Raises:
        InputError: a file cannot be read, is not text or changes meanwhile; there are too few words to learn from; the
            cache cannot be written.
    """
    if min_count < 1:
        raise InputError(f"min_count is {min_count}: it must be at least 1")
    shards = [Shard(path) for path in _filled(text)]
    root = (cache or cache_dir()).absolute()
    # A text in one file is known by that file's hash.
    content = " ".join([shard.fingerprint(root) for shard in shards])
    told = "" if errors == "strict" else f" {errors}"
    key = hashlib.sha256(f"{FORMAT} {MAX_SENTENCE} {min_count} {content}{told}".encode()).hexdigest()[:32]
    directory = root / "corpora" / key
    corpus = load(directory)
    if corpus is None:
        with explained(root):
            directory.parent.mkdir(parents=True, exist_ok=True)
            sweep(directory.parent)
            temporary = beside(directory, ".part")
            try:
                temporary.mkdir()
                _encode_into(temporary, shards, min_count, block_size, errors)
                corpus = publish(temporary, directory)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    return replace(corpus, name=printable(name or plain_name(shards[0].path)), generated=generated)


class Shard:
    """A file of the text, as it was when encoding began."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._signature = signature(path)
        self._fingerprint = ""

    def fingerprint(self, cache: Path) -> str:
        """Of the file as it lies on disk."""
        self._fingerprint = fingerprint(self.path, cache)
        return self._fingerprint

    def check(self, read: str | None) -> None:
        """Compare with what it is now.

        Args:
            read: SHA-256 of what was read of a plain file, None for a packed one.

        Raises:
            InputError: it is another one now, or what was read is not what was hashed.
        """
        try:
            same = signature(self.path) == self._signature and read in (None, self._fingerprint)
        except OSError:
            same = False
        if not same:
            raise InputError(f"{self.path} changed while it was being read: start again when it is complete")


def _filled(text: Path | Sequence[Path]) -> list[Path]:
    """The files that hold something, checked."""
    if isinstance(text, Path):
        text = [text]
    if len(text) == 1:
        check_file(text[0])
        return list(text)
    for path in text:
        check_file(path, may_be_empty=path.suffix.lower() not in PACKED)
    filled = [path for path in text if path.stat().st_size > 0]
    if not filled:
        raise InputError(f"{_named(list(text))} is empty: a corpus is a text with one sentence or paragraph a line")
    return filled


def _named(paths: Sequence[Path]) -> str:
    """A text in messages that are not about one of its files."""
    others = len(paths) - 1
    return str(paths[0]) if not others else f"the text of {paths[0]} and {others} other file{'s' * (others > 1)}"


def _encode_into(directory: Path, shards: Sequence[Shard], min_count: int, block_size: int, errors: Errors) -> None:
    from .first_pass import read_text
    from .word_counts import WordCounts

    text = _named([shard.path for shard in shards])
    words = WordCounts(directory / "words.part")
    try:
        read = read_text([shard.path for shard in shards], words, directory / "tokens", block_size, errors)
        for shard, found in zip(shards, read.shards, strict=True):
            shard.check(found)
        settled = words.settle(min_count)
        _check_enough(text, settled, min_count)
        files = _second_pass(directory, settled.ids, block_size)
    finally:
        words.close()
    if files["offsets"].size // 8 - 1 == files["tokens"].size // 4:
        raise InputError(
            f"every line of {text} keeps at most one word (min_count {min_count}): "
            "word2vec learns from words side by side, so put running text on each line"
        )
    for name, data in (("counts", settled.counts), ("words", b"".join(word + b"\n" for word in settled.words))):
        with (directory / name).open("wb") as file:
            files[name] = CheckedFile(file)
            files[name].write(data)
    facts: dict[str, Any] = {
        "sha256": read.sha256,
        "min_count": min_count,
        "source_tokens": settled.n_tokens,
        "source_types": settled.n_types,
    }
    if errors != "strict":
        facts |= {"errors": errors, "replaced": read.replaced}
    write_meta(directory, facts, files)


def _check_enough(text: str, settled: "Settled", min_count: int) -> None:
    if settled.n_types == 0:
        raise InputError(f"{text} holds no words, only white space")
    if settled.n_types == 1:
        raise InputError(f"{text} holds only one distinct word: there is nothing to learn from it")
    if not settled.words:
        raise InputError(
            f"every word of {text} occurs less than {min_count} times (the most frequent {settled.largest}): "
            "lower min_count or use a longer text"
        )
    if len(settled.words) == 1:
        raise InputError(
            f"only one word of {text} occurs {min_count} times or more: lower min_count or use a longer text"
        )


def _second_pass(
    directory: Path, generations: Iterator[tuple[int, NDArray[np.int32]]], block_size: int
) -> dict[str, CheckedFile]:
    """Rewrite the provisional ids in place and write the offsets; a block is read before its shorter result goes back.

    Args:
        directory: holds ``tokens``.
        generations: as ``Settled.ids``.
        block_size: bytes read at a time.

    Returns:
        The checks of ``tokens`` and ``offsets``.
    """
    from .scanner import renumber

    n = max(block_size // 4, 1)
    tokens = np.empty(n, np.int32)
    ends = np.empty(n, np.int64)
    total = length = 0
    path = directory / "tokens"
    with path.open("rb") as source, path.open("r+b") as target, (directory / "offsets").open("wb") as offsets:
        files = {"tokens": CheckedFile(target), "offsets": CheckedFile(offsets)}
        files["offsets"].write(np.zeros(1, np.int64))
        for left, final_id in generations:
            while left > 0 and (block := source.read(4 * min(n, left))):
                provisional = np.frombuffer(block, np.int32)
                left -= len(provisional)
                kept, ended, length = renumber(provisional, final_id, MAX_SENTENCE, total, length, tokens, ends)
                total += kept
                files["tokens"].write(tokens[:kept])
                files["offsets"].write(ends[:ended])
        if length:
            files["offsets"].write(np.array([total], np.int64))
        target.flush()
        target.truncate(4 * total)
    return files
