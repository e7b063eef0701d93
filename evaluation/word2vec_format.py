"""word2vec's text and binary files, and GloVe's text without a header.

Text: a header ``n_words vector_size``, then a line a word, the fields parted by single spaces. Binary: the same header,
then for each word its bytes, a space and vector_size little-endian float32. word2vec.c ends each binary row with a
newline, gensim does not; the reader takes both. GloVe writes the text without the header.

Words are UTF-8. Bytes that are not (word2vec.c cuts long words in the middle of a character) survive as surrogate
escapes: such a word equals no question word, and is written back as it was.
"""

import warnings
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from mmap import mmap
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError

Rows = tuple[list[str], NDArray[np.float32]]
"""Words, and float32 (n_words, vector_size)."""

LONGEST_WORD = 10_000
"""Bytes; where no space comes within this many, the file is not what its header says."""

_BLOCK = 1 << 24


def read_header(data: bytes | mmap) -> tuple[int, int, int] | None:
    """``(n_words, vector_size, position of the first row)``, or None where the first line is not two integers."""
    end = data.find(b"\n", 0, 64)
    try:
        n_words, dim = (int(field) for field in data[: max(end, 0)].split())
    except ValueError:
        return None
    return n_words, dim, end + 1


def is_binary(data: bytes | mmap, header: tuple[int, int, int]) -> bool:
    """Whether raw floats follow the first word, rather than numbers in decimal."""
    _, dim, start = header
    end = data.find(b"\n", start + 1)
    word, space, numbers = data[start : end if end >= 0 else len(data)].partition(b" ")
    if not space or (len(numbers.split()) == dim and _are_numbers(numbers)):
        return False
    # A text row with something wrong in it is still text, which raw floats are as good as never.
    first = start + len(word) + 1
    try:
        text = getincrementaldecoder("utf-8")().decode(data[first : first + max(4 * dim, 64)])
    except UnicodeDecodeError:
        return True
    return any(ord(character) < 32 and character not in "\t\r\n" for character in text)


def read_binary(data: bytes | mmap, header: tuple[int, int, int], path: Path) -> Rows:
    """All rows of a word2vec binary file.

    Raises:
        InputError: the file is cut short, or is longer than its header says.
    """
    n_words, dim, position = header
    _check_header(n_words, dim, path)
    size, row_bytes = len(data), 4 * dim
    if n_words * (row_bytes + 1) > size - position:
        _truncated(path, f"its header says {n_words} vectors of {dim}, for which {size} bytes are too few")
    starts = np.empty(n_words, dtype=np.int64)
    words: list[bytes] = []
    find = data.find
    for row in range(n_words):
        space = find(b" ", position, position + LONGEST_WORD)
        if space < 0:
            if position + LONGEST_WORD >= size:
                _truncated(path, f"it ends at byte {size} in row {row + 1} of {n_words}")
            raise InputError(
                f"{path}: no word at byte {position} where row {row + 1} of {n_words} should start; the header "
                f"({n_words} {dim}) does not fit the file, or the file is damaged"
            )
        words.append(data[position:space])
        starts[row] = space + 1
        position = space + 1 + row_bytes
        if position > size:
            _truncated(path, f"it ends at byte {size} in row {row + 1} of {n_words}")
    if (left := size - position) and data[position : position + 2] != b"\n":
        raise InputError(
            f"{path}: {left} bytes follow the last of the {n_words} vectors of {dim} that its header announces; "
            "the header is wrong or the file is damaged"
        )
    # Rows start at any byte: every one is taken as an opaque block of row_bytes, which is copied whole.
    blocks = np.ndarray((size - row_bytes + 1,), dtype=np.dtype((np.void, row_bytes)), buffer=data, strides=(1,))
    vectors = blocks[starts].view("<f4").reshape(n_words, dim)
    return _decode([word.lstrip(b"\n") for word in words], path), vectors.astype(np.float32, copy=False)


def read_text(data: bytes | mmap, header: tuple[int, int, int] | None, path: Path) -> Rows:
    """All rows of a word2vec text file, or of a GloVe file where ``header`` is None.

    In a GloVe file the first line gives the dimension; a later word may hold spaces, as some of GloVe 840B do.

    Raises:
        InputError: a row with too few or too many numbers, something that is no number, or more or fewer rows than
            the header says.
    """
    if header is None:
        start, expected = 0, None
        dim = len(_first_line(data).split()) - 1
        if dim < 1:
            raise InputError(f"{path}: line 1 is not a word followed by numbers; this is not a file of word vectors")
    else:
        expected, dim, start = header
        _check_header(expected, dim, path)
    words: list[bytes] = []
    parts: list[NDArray[np.float32]] = []
    line = 1 if header is None else 2
    for lines in _line_blocks(data, start):
        found, numbers = _parse(lines, dim, line, path, spaces=header is None)
        words += found
        parts.append(numbers)
        line += len(lines)
        if expected is not None and len(words) > expected:
            break
    if expected is not None and len(words) != expected:
        more = "more" if len(words) > expected else f"only {len(words)}"
        raise InputError(
            f"{path}: its header says {expected} vectors but the file holds {more}; the header is wrong or the file "
            "was cut short"
        )
    return _decode(words, path), np.concatenate(parts)


def binary_rows(words: Sequence[str], vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """The bytes of a word2vec binary file as word2vec.c writes it, in pieces."""
    yield b"%d %d\n" % vectors.shape
    little_endian = vectors.astype("<f4", copy=False)
    for start in range(0, len(words), 4096):
        rows = little_endian[start : start + 4096]
        yield b"".join(
            word.encode("utf-8", "surrogateescape") + b" " + row.tobytes() + b"\n"
            for word, row in zip(words[start : start + 4096], rows, strict=True)
        )


def text_rows(words: Sequence[str], vectors: NDArray[np.float32]) -> Iterator[bytes]:
    """The bytes of a word2vec text file, in pieces; nine significant digits give back the same float32."""
    yield b"%d %d\n" % vectors.shape
    pattern = " %.9g" * vectors.shape[1] + "\n"
    for start in range(0, len(words), 4096):
        rows = vectors[start : start + 4096].tolist()
        yield "".join(
            word + pattern % tuple(row) for word, row in zip(words[start : start + 4096], rows, strict=True)
        ).encode("utf-8", "surrogateescape")


def _check_header(n_words: int, dim: int, path: Path) -> None:
    if n_words < 1 or dim < 1:
        raise InputError(f"{path}: its header says {n_words} vectors of {dim} numbers; there is nothing to read")


def _truncated(path: Path, what: str) -> NoReturn:
    raise InputError(f"{path} is cut short: {what}; copy or save it again")


def _first_line(data: bytes | mmap) -> bytes:
    end = data.find(b"\n")
    return data[: end if end >= 0 else len(data)]


def _line_blocks(data: bytes | mmap, start: int) -> Iterator[list[bytes]]:
    """Lines without their ends, some megabytes at a time."""
    size = len(data)
    while start < size:
        end = data.rfind(b"\n", start, start + _BLOCK) + 1
        if end <= start:
            end = data.find(b"\n", start + _BLOCK) + 1
        if end <= start:
            end = size
        block = data[start:end]
        start = end
        if start == size:
            block = block.rstrip()
        yield block.removesuffix(b"\n").split(b"\n")


def _parse(
    lines: list[bytes], dim: int, line: int, path: Path, *, spaces: bool
) -> tuple[list[bytes], NDArray[np.float32]]:
    """Words and numbers of lines, the first of which is line ``line``; ``spaces`` allows them within words."""
    words: list[bytes] = []
    fields: list[bytes] = []
    for i, row in enumerate(lines):
        trimmed = row.rstrip(b" \t\r")
        word, _, numbers = trimmed.partition(b" ")
        if numbers.count(b" ") != dim - 1 or not numbers:  # tabs, or a word that holds spaces
            split = trimmed.rsplit(None, dim)
            inside = split[0].split() if split else []
            if len(split) != dim + 1 or (len(inside) > 1 and (not spaces or _are_numbers(inside[-1]))):
                _bad_line(trimmed, dim, line + i, path)
            word, numbers = split[0], b" ".join(split[1:])
        words.append(word)
        fields.append(numbers)
    with warnings.catch_warnings():
        # NumPy only warns where it meets what is no number; the count below finds it.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            values = np.fromstring(b" ".join(fields), dtype=np.float32, sep=" ")
        except ValueError:
            values = np.empty(0, dtype=np.float32)
    if len(values) != len(lines) * dim:
        for i, (row, numbers) in enumerate(zip(lines, fields, strict=True)):
            if not _are_numbers(numbers):
                _bad_line(row, dim, line + i, path)
        raise InputError(f"{path}: lines {line} to {line + len(lines) - 1} hold something that is not a number")
    return words, values.reshape(len(lines), dim)


def _are_numbers(fields: bytes) -> bool:
    try:
        for number in fields.split():
            float(number)
    except ValueError:
        return False
    return True


def _bad_line(row: bytes, dim: int, line: int, path: Path) -> NoReturn:
    fields = row.split()[1:]
    for number in fields if len(fields) == dim else []:
        if not _are_numbers(number):
            shown = number[:40].decode("utf-8", "replace")
            raise InputError(f"{path}: line {line} holds {shown!r} where a number should be")
    raise InputError(f"{path}: line {line} holds {len(fields)} numbers after its word, not {dim}")


def _decode(words: list[bytes], path: Path) -> list[str]:
    if b"" in words:
        raise InputError(f"{path}: row {words.index(b'') + 1} has no word")
    decoded = b"\n".join(words).decode("utf-8", "surrogateescape").split("\n")
    if len(decoded) != len(words):
        row = next(i for i, word in enumerate(words) if b"\n" in word)
        raise InputError(
            f"{path}: the word of row {row + 1} holds a line break; the header is wrong or the file damaged"
        )
    return decoded
