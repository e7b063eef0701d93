"""The first pass over a text: shard after shard, its words are counted and numbered as they are met."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from .errors import InputError
from .sources import packing, read_ahead, read_blocks
from .word_counts import WordCounts

MAX_WORD_BYTES = 1 << 24
"""A longer run without white space is not a word of any language, and would have to be held in memory."""

_BOM = b"\xef\xbb\xbf"


class TextDigest:
    """SHA-256 of the text that shards make together, which is what the encoding is that of.

    A line never runs over from one shard to the next: where a shard leaves its last line open, the text has a newline
    before whatever comes next. A byte order mark is part of the text only where the text begins with it.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._last = b""

    def through(self, blocks: Iterator[bytes], alone: "hashlib._Hash | None") -> Iterator[bytes]:
        """The blocks of the next shard unchanged; ``alone`` takes them up as they are."""
        head: bytes | None = b""
        for block in blocks:
            if alone is not None:
                alone.update(block)
            if head is None:
                self._take(block)
            else:
                head += block
                if len(head) > len(_BOM):
                    self._begin(head)
                    head = None
            yield block
        if head:
            self._begin(head)

    def _begin(self, head: bytes) -> None:
        if self._last:
            head = head.removeprefix(_BOM)
            if head and self._last != b"\n":
                self._digest.update(b"\n")
        self._take(head)

    def _take(self, data: bytes) -> None:
        self._digest.update(data)
        self._last = data[-1:] or self._last

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def read_text(shards: Sequence[Path], counts: WordCounts, ids: Path, block_size: int) -> tuple[str, list[str | None]]:
    """Fill ``counts`` and write provisional ids.

    Returns:
        SHA-256 of the unpacked text, and of each shard that is plain.

    Raises:
        InputError: a shard cannot be read, is damaged, or is no text; the message names it.
    """
    whole = TextDigest()
    each: list[str | None] = []
    with ids.open("wb") as out:
        for shard in shards:
            plain = packing(shard) is None
            alone = hashlib.sha256() if plain and len(shards) > 1 else None
            _read_shard(shard, whole.through(read_blocks(shard, block_size), alone), counts, out)
            each.append(alone.hexdigest() if alone is not None else whole.hexdigest() if plain else None)
    return whole.hexdigest(), each


def _read_shard(path: Path, blocks: Iterator[bytes], counts: WordCounts, out: BinaryIO) -> None:
    rest = b""
    position = 0
    line = 1
    ahead = read_ahead(blocks)
    while True:
        block = next(ahead, b"")
        data = rest + block
        if position == 0 and data.startswith(_BOM):
            data = data[len(_BOM) :]
            position = len(_BOM)
        scanned = counts.scan(data, last=not block)
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
            out.write(counts.scan(b"\n", last=True).ids.data)
            return


def _check_text(path: Path, data: bytes, whole: int, position: int, line: int) -> None:
    """Refuse what is not UTF-8 text.

    ``data`` begins at byte ``position`` of the file, in line ``line``; its first ``whole`` bytes are whole words.
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
