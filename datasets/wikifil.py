"""Wikipedia's XML dump as plain words: the normalisation that makes fil9 of enwik9, and whose start is text8.

Follows the rules of Matt Mahoney's ``wikifil.pl`` (2006, public domain, mattmahoney.net/dc/textdata.html, appendix A),
in this order and byte for byte, oddities included: the text is taken in pieces that end at a ``>``, and each rule sees
one piece. Image captions and the text of links are kept, tables and references are not; digits are spelled out; all
that is not a-z becomes a space.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from .errors import InputError


def _if_closed(replacement: bytes) -> Callable[[re.Match[bytes]], bytes]:
    """For a pattern whose last group may be missing, in which case nothing is replaced."""
    return lambda match: replacement if match[1] else match[0]


def _category(match: re.Match[bytes]) -> bytes:
    return b"[[" + match[1] + b"]]" if match[2] else match[0]


# What opens and is never closed is matched, too, and left as it is: whatever opens inside it is not closed either, and
# to look there again, and again, would take hours for some megabytes made to do harm.
_RULES: list[tuple[re.Pattern[bytes], bytes | Callable[[re.Match[bytes]], bytes]]] = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rb"<ref[^<]*</ref>", b""),  # references
        (rb"<[^>]*+(>)?", _if_closed(b"")),  # other tags
        (rb"\[http:[^] ]*", b"["),  # the address of an external link; its text stays
        (rb"(?i)\|thumb", b""),  # layout of images; the caption stays
        (rb"(?i)\|left", b""),
        (rb"(?i)\|right", b""),
        (rb"(?i)\|[0-9]+px", b""),
        (rb"(?i)\[\[image:[^\[\]]*\|", b""),
        (rb"(?i)\[\[category:([^|\]]*+)[^]]*+(\]\])?", _category),
        (rb"\[\[[a-z\-]*+:[^\]]*+(\]\])?", _if_closed(b"")),  # the same article in other languages
        (rb"\[\[[^|\]]*+(\|)?", _if_closed(b"[[")),  # the target of a link; its text stays
        (rb"\{\{[^}]*+(\}\})?", _if_closed(b"")),  # templates
        (rb"\{[^}]*+(\})?", _if_closed(b"")),  # tables
        (rb"[\[\]]", b""),
        (rb"&[^;]*+(;)?", _if_closed(b" ")),  # other entities
    )
]
MOST_PIECE = 1 << 26
"""Bytes between two ``>``, which are held in memory."""

_REDIRECT = re.compile(rb"(?i)#redirect")
_DIGITS = [
    (str(digit).encode(), b" " + word + b" ")
    for digit, word in enumerate(b"zero one two three four five six seven eight nine".split())
]
_LETTERS_ONLY = bytes(
    byte if chr(byte).islower() and byte < 128 else byte + 32 if 65 <= byte <= 90 else 32 for byte in range(256)
)


def filter_wikipedia(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the words of a dump, each after one space, from its XML in blocks of any size.

    Memory holds one block and the unfinished piece before it.

    Raises:
        InputError: a piece does not end.
    """
    inside = False
    for piece in _pieces(blocks):
        if b"<text " in piece:
            inside = True
        if _REDIRECT.search(piece):
            inside = False
        if not inside:
            continue
        if b"</text>" in piece:
            inside = False
        words = _words(piece)
        if words:
            yield b" " + b" ".join(words)


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The text cut after each ``>``."""
    begun: list[bytes] = []
    held = 0
    for block in blocks:
        *ends, rest = block.split(b">")
        for end in ends:
            yield b"".join((*begun, end, b">"))
            begun, held = [], 0
        begun.append(rest)
        held += len(rest)
        if held > MOST_PIECE:
            raise InputError(
                f"the dump has no tag within {MOST_PIECE >> 20} MiB: it is none of Wikipedia; fetch it again"
            )
    if held:
        yield b"".join(begun)


def _words(piece: bytes) -> list[bytes]:
    # The first rule of all: the tag at the end, from the first "<" of the last line.
    tag = piece.find(b"<", piece.rfind(b"\n") + 1) if piece.endswith(b">") else -1
    text = piece if tag < 0 else piece[:tag]
    text = text.replace(b"&amp;", b"&").replace(b"&lt;", b"<").replace(b"&gt;", b">")
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    for digit, word in _DIGITS:
        text = text.replace(digit, word)
    return text.translate(_LETTERS_ONLY).split()
