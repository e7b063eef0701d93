"""A text becomes token ids: one pass over the text, one over the ids, memory bounded by the vocabulary.

The first pass gives each distinct word a provisional id in order of appearance and writes those to disk. When the text
is through, the counts are known; the second pass puts the final ids in place of the provisional ones, in the same
file, drops rare words and ends the sentences.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .cache import beside, cache_dir, explained
from .corpus import MAX_SENTENCE, Corpus
from .entry import FORMAT, CheckedFile, load, publish, sweep, write_meta
from .errors import InputError
from .fingerprint import fingerprint, signature
from .sources import BLOCK_SIZE, check_file, packing, read_ahead, read_blocks

if TYPE_CHECKING:
    from .scanner import TypeTable

MAX_WORD_BYTES = 1 << 24
"""A longer run without white space is not a word of any language, and would have to be held in memory."""

_BOM = b"\xef\xbb\xbf"


def encode(
    path: Path,
    *,
    min_count: int,
    name: str | None = None,
    generated: str | None = None,
    cache: Path | None = None,
    block_size: int = BLOCK_SIZE,
) -> Corpus:
    """Encode a text file, or open what an earlier call left in the cache.

    Words are separated by ASCII white space; a sentence is a line, cut every ``MAX_SENTENCE`` words after those that
    occur less than ``min_count`` times are dropped (word2vec.c's rule). Sentences left without a word vanish. The
    text is UTF-8; a byte order mark at its beginning is dropped. Files packed with gzip, bzip2, xz or zip are unpacked
    on the way.

    The cache entry depends on the file's content, ``min_count`` and the format version only. An unchanged file is
    recognised without reading it.

    Args:
        path: the text.
        min_count: at least 1.
        name: what reports call the corpus; the file's name without suffixes by default.
        generated: what a reader must know about a made-up corpus.
        cache: the cache directory, ``cache_dir()`` by default.
        block_size: bytes read at a time; the result does not depend on it.

    Raises:
        InputError: the file cannot be read, is not text, has too few words to learn from, or the cache cannot be
            written.
    """
    if min_count < 1:
        raise InputError(f"min_count is {min_count}: it must be at least 1")
    check_file(path)
    root = (cache or cache_dir()).absolute()
    content = fingerprint(path, root)
    key = hashlib.sha256(f"{FORMAT} {MAX_SENTENCE} {min_count} {content}".encode()).hexdigest()[:32]
    directory = root / "corpora" / key
    corpus = load(directory)
    if corpus is None:
        with explained(root):
            directory.parent.mkdir(parents=True, exist_ok=True)
            sweep(directory.parent)
            temporary = beside(directory, ".part")
            try:
                temporary.mkdir()
                _encode_into(temporary, path, content, min_count, block_size)
                corpus = publish(temporary, directory)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    return replace(corpus, name=name or _plain_name(path), generated=generated)


def _plain_name(path: Path) -> str:
    stem = path.stem if path.suffix.lower() in (".gz", ".bz2", ".xz", ".zip") else path.name
    return stem.removesuffix(".txt") or path.name


def _encode_into(directory: Path, path: Path, content: str, min_count: int, block_size: int) -> None:
    from .scanner import TypeTable

    before = signature(path)
    table = TypeTable()
    text_sha256 = _first_pass(path, table, directory / "tokens", block_size)
    if signature(path) != before or (packing(path) is None and text_sha256 != content):
        raise InputError(f"{path} changed while it was being read: start again when it is complete")
    counts = table.counts[: table.size]
    kept = np.flatnonzero(counts >= min_count)
    _check_enough(path, counts, len(kept), min_count)

    words = table.words(kept)
    by_word = np.array(sorted(range(len(words)), key=words.__getitem__))
    order = by_word[np.argsort(-counts[kept][by_word], kind="stable")]
    final_id = np.full(table.size, -1, np.int32)
    final_id[kept[order]] = np.arange(len(order), dtype=np.int32)

    files = _second_pass(directory, final_id, block_size)
    if files["offsets"].size // 8 - 1 == files["tokens"].size // 4:
        raise InputError(
            f"every line of {path} keeps at most one word (min_count {min_count}): "
            "word2vec learns from words side by side, so put running text on each line"
        )
    for name, data in (
        ("counts", counts[kept][order]),
        ("words", b"".join(words[i] + b"\n" for i in order)),
    ):
        with (directory / name).open("wb") as file:
            files[name] = CheckedFile(file)
            files[name].write(data)
    facts = {
        "sha256": text_sha256,
        "min_count": min_count,
        "source_tokens": int(counts.sum()),
        "source_types": table.size,
    }
    write_meta(directory, facts, files)


def _check_enough(path: Path, counts: NDArray[np.int64], n_kept: int, min_count: int) -> None:
    if len(counts) == 0:
        raise InputError(f"{path} holds no words, only white space")
    if len(counts) == 1:
        raise InputError(f"{path} holds only one distinct word: there is nothing to learn from it")
    if n_kept == 0:
        raise InputError(
            f"every word of {path} occurs less than {min_count} times (the most frequent {counts.max()}): "
            "lower min_count or use a longer text"
        )
    if n_kept == 1:
        raise InputError(
            f"only one word of {path} occurs {min_count} times or more: lower min_count or use a longer text"
        )


def _first_pass(path: Path, table: "TypeTable", ids: Path, block_size: int) -> str:
    """Fill the table and write provisional ids; returns the SHA-256 of the unpacked text."""
    digest = hashlib.sha256()
    rest = b""
    position = 0
    line = 1
    with ids.open("wb") as out:
        blocks = read_ahead(_hashed(read_blocks(path, block_size), digest))
        while True:
            block = next(blocks, b"")
            data = rest + block
            if position == 0 and data.startswith(_BOM):
                data = data[len(_BOM) :]
                position = len(_BOM)
            scanned = table.scan(data, last=not block)
            _check_text(path, data, scanned.consumed, position, line)
            out.write(scanned.ids.data)
            rest = data[scanned.consumed :]
            if len(rest) > MAX_WORD_BYTES:
                raise InputError(
                    f"line {line + scanned.newlines} of {path} runs on for more than {MAX_WORD_BYTES >> 20} MiB "
                    "without white space: separate words by spaces"
                )
            position += scanned.consumed
            line += scanned.newlines
            if not block:
                return digest.hexdigest()


def _hashed(blocks: Iterator[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _check_text(path: Path, data: bytes, whole: int, position: int, line: int) -> None:
    """Refuse what is not UTF-8 text.

    ``data`` begins at byte ``position`` of the text, in line ``line``; its first ``whole`` bytes are whole words.
    """
    bad = data.find(b"\0")
    binary = bad >= 0
    if not binary:
        try:
            data[:whole].decode("utf-8")
            return
        except UnicodeDecodeError as error:
            bad = error.start
    if position == 0 and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{path} is UTF-16 text: convert it to UTF-8 first, for example with iconv -f utf-16 -t utf-8")
    line += data.count(b"\n", 0, bad)
    where = f"byte {position + bad}, line {line}"
    if binary:
        raise InputError(f"{path} looks like a binary file (NUL at {where}): a corpus is UTF-8 text")
    raise InputError(
        f"{path} is not valid UTF-8 ({where}): convert it first, for example with iconv -f latin1 -t utf-8"
    )


def _second_pass(directory: Path, final_id: NDArray[np.int32], block_size: int) -> dict[str, CheckedFile]:
    """Rewrite the provisional ids in place and write the offsets; a block is read before its shorter result goes back.

    Returns the checks of ``tokens`` and ``offsets``.
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
        while block := source.read(4 * n):
            provisional = np.frombuffer(block, np.int32)
            kept, ended, length = renumber(provisional, final_id, MAX_SENTENCE, total, length, tokens, ends)
            total += kept
            files["tokens"].write(tokens[:kept])
            files["offsets"].write(ends[:ended])
        if length:
            files["offsets"].write(np.array([total], np.int64))
        target.flush()
        target.truncate(4 * total)
    return files
