"""Bytes of a text that are not UTF-8: what is done about them."""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Literal

from .errors import InputError

Errors = Literal["strict", "replace"]
"""``strict``: the text is refused; ``replace``: U+FFFD stands for them, as in ``bytes.decode(errors="replace")``."""

SIGN = "\N{REPLACEMENT CHARACTER}"
_SIGN = SIGN.encode()


class Replacing:
    """Makes UTF-8 of the blocks of texts.

    Attributes:
        count: signs U+FFFD put in so far; those that a text has itself do not count.
    """

    def __init__(self) -> None:
        self.count = 0

    def through(self, blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
        """The blocks of a text with U+FFFD for each sequence that is no character.

        A character may be cut by the end of a block, so blocks are not passed on one for one.

        Raises:
            InputError: the text is UTF-16; ``name`` is its own.
        """
        decoder = getincrementaldecoder("utf-8")("replace")
        own, tail, head = 0, b"", b""
        for block in blocks:
            if len(head) < 2:
                head += block[:2]
                check_not_utf_16(head, name)
            if block.isascii() and not decoder.getstate()[0]:
                tail = block[-2:]
                yield block
                continue
            # A sign whose bytes lie in two blocks counts with the second one.
            own += (tail + block).count(_SIGN)
            tail = (tail + block)[-2:]
            text = decoder.decode(block)
            self.count += text.count(SIGN)
            if text:
                yield text.encode()
        text = decoder.decode(b"", final=True)
        self.count += text.count(SIGN) - own
        if text:
            yield text.encode()


def check_not_utf_16(head: bytes, name: str) -> None:
    """Tell by its first two bytes.

    Raises:
        InputError: they are UTF-16's byte order mark.
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{name} is UTF-16 text: convert it to UTF-8 first, for example with iconv -f utf-16 -t utf-8")
