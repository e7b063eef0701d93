"""An .xz file as a stream, with a bound on the memory that its header may ask for.

A header may name a dictionary of up to 4 GiB, which the decoder then holds; ``lzma.LZMAFile`` has no way to refuse it.
``xz -9`` needs 65 MiB to unpack.
"""

import lzma
from typing import BinaryIO

MOST_MEMORY = 1 << 30
"""Bytes that unpacking may take."""

_PACKED_BLOCK = 1 << 16


class XzFile:
    """The unpacked bytes of all streams of a file, one after the other.

    Args:
        raw: the packed bytes.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._decoder = _decoder()

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end.

        Raises:
            lzma.LZMAError: the file is damaged, or needs more memory than it may.
            EOFError: it is cut short.
        """
        while True:
            if self._decoder.eof:
                packed = self._next_stream()
                if not packed:
                    return b""
                self._decoder = _decoder()
            else:
                packed = self._raw.read(_PACKED_BLOCK) if self._decoder.needs_input else b""
                if self._decoder.needs_input and not packed:
                    raise EOFError("it ended within a stream")
            if data := self._decoder.decompress(packed, size):
                return data

    def _next_stream(self) -> bytes:
        """The beginning of the next stream; between streams there may be zero bytes."""
        packed = self._decoder.unused_data.lstrip(b"\0")
        while not packed and (more := self._raw.read(_PACKED_BLOCK)):
            packed = more.lstrip(b"\0")
        return packed


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_MEMORY)
