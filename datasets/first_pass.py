"""The first pass over a text: shard after shard, its words are counted and numbered as they are met."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .decoding import Errors, Replacing, check_not_utf_16
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


class ReadText(NamedTuple):
    """What was read.

    Attributes:
        sha256: of the unpacked text as it stands in its files.
        shards: SHA-256 of each that is plain, None for the others.
        replaced: sequences of bytes that were no UTF-8.
    """

    sha256: str
    shards: list[str | None]
    replaced: int


def read_text(
    shards: Sequence[Path], counts: WordCounts, ids: Path, block_size: int, errors: Errors = "strict"
) -> ReadText:
    """Fill ``counts`` and write provisional ids.

    Raises:
        InputError: a shard cannot be read, is damaged, or is no text; the message names it.
    """
    whole, replacing = TextDigest(), Replacing() if errors == "replace" else None
    each: list[str | None] = []
    with ids.open("wb") as out:
        for shard in shards:
            plain = packing(shard) is None
            alone = hashlib.sha256() if plain and len(shards) > 1 else None
            blocks = whole.through(read_blocks(shard, block_size), alone)
            if replacing is not None:
                blocks = replacing.through(blocks, str(shard))
            _read_shard(shard, blocks, counts, out, exact=replacing is None)
            each.append(alone.hexdigest() if alone is not None else whole.hexdigest() if plain else None)
    return ReadText(whole.hexdigest(), each, 0 if replacing is None else replacing.count)


def _read_shard(path: Path, blocks: Iterator[bytes], counts: WordCounts, out: BinaryIO, *, exact: bool) -> None:
    """``exact``: the blocks are the file's bytes, so that a place in them is one in the file."""
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
        _check_text(path, data, scanned.consumed, position if exact else None, line)
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


def _check_text(path: Path, data: bytes, whole: int, position: int | None, line: int) -> None:
    """Refuse what is not UTF-8 text.

    ``data`` begins at byte ``position`` of the file (None where that is not known), in line ``line``; its first
    ``whole`` bytes are whole words.
    """
    bad = data.find(b"\0")
    binary = bad >= 0
    if not binary:
        try:
            data[:whole].decode("utf-8")
            return
        except UnicodeDecodeError as error:
            bad = error.start
    if position == 0:
        check_not_utf_16(data, str(path))
    line += data.count(b"\n", 0, bad)
    where = f"line {line}" if position is None else f"byte {position + bad}, line {line}"
    if binary:
        raise InputError(
            f"{path} looks like a binary file (NUL at {where}): a corpus is UTF-8 text; if it is one all the same, "
            "take the NULs out, for example with tr -d '\\000'"
        )
    raise InputError(
        f"{path} is not valid UTF-8 ({where}): convert it first, for example with iconv -f latin1 "
        "-t utf-8, or let wrong bytes be replaced (--errors replace)"
    )
