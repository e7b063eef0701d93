"""Targets: files of word vectors, and what programs write."""

import io
import pickle
import re
from typing import Any

import numpy as np
from fuzz_harness import Target, folder, put, refused

from bench.datasets.errors import InputError
from bench.evaluation.embeddings import read_embeddings, write_embeddings
from bench.implementations.command_trainer import share_done
from bench.implementations.programs.output import Output
from bench.implementations.programs.vectors import read_vectors
from bench.implementations.trainer import TrainingError
from bench.implementations.word2vec_c_program import progress

ROWS = np.array([[1.5, -2, 0.25], [0, 1e-30, 3e38], [7, 8, 9]], "<f4")
WORDS = [b"king", "caf\u00e9".encode(), b"cut\xc3"]


def vectors(data: bytes) -> None:
    """Any of the formats; what is read is read again from the binary and the text form, to the bit."""
    found = None
    with refused():
        found = read_embeddings(put("vectors", data), duplicates="first")
    if found is not None:
        _same_again(found)


def _same_again(found: Any) -> None:
    for binary in (True, False):
        if binary and re.fullmatch(rb"[\s!-~]*", found.vectors[0].tobytes()):
            continue  # floats whose bytes can be printed make a text as well, and are read as one
        again = folder() / "again"
        try:
            write_embeddings(again, found, binary=binary)
        except InputError:  # a word of GloVe's that holds a space
            return
        copy = read_embeddings(again)
        assert list(copy.words) == list(found.words)
        assert np.array_equal(copy.vectors.view(np.uint32), np.asarray(found.vectors).view(np.uint32)) or (
            np.array_equal(copy.vectors, found.vectors)  # a zero loses its sign in the text
        )


def array(data: bytes) -> None:
    """A NumPy file and its list of words, whose length the first byte gives."""
    if not data:
        return
    end = 1 + data[0]
    put("array.words", data[1:end])
    with refused():
        found = read_embeddings(put("array.npy", data[end:]), duplicates="first")
        assert found.vectors.shape == (len(found.words), found.dim)


def from_program(data: bytes) -> None:
    """What a trainer that is a program leaves: a vector for each of three words, or a reason."""
    rows = {"king": 0, "caf\u00e9": 1, "cut\udcc3": 2}
    with refused(TrainingError):
        found = read_vectors(put("program.vec", data), rows, 3)
        assert found.shape == (3, 3)
        assert np.isfinite(found).all()


def said(data: bytes) -> None:
    """What a program says while it runs, its progress for one, in pieces of the first byte's size."""
    if not data:
        return

    def heard(line: str) -> None:
        assert 0 <= (share_done(line) or 0) <= 1
        told = progress(line)
        assert told is None or min(told) >= 0

    output, size = Output(heard), 1 + data[0]
    for start in range(1, len(data), size):
        output.feed(data[start : start + size])
    output.close()
    end = output.end()
    assert len(end) <= 601
    assert end.isprintable()
    assert len(output.first()) <= 1 << 16


def _binary(newline: bytes = b"\n") -> bytes:
    return b"3 3\n" + b"".join(w + b" " + r.tobytes() + newline for w, r in zip(WORDS, ROWS, strict=True))


def _text(header: bytes = b"3 3\n") -> bytes:
    lines = [w + b"".join(b" %.9g" % x for x in r) + b"\n" for w, r in zip(WORDS, ROWS.tolist(), strict=True)]
    return header + b"".join(lines)


def _npy(dtype: str = "<f4", order: str = "C", version: tuple[int, int] | None = None) -> bytes:
    out = io.BytesIO()
    with np.errstate(over="ignore"):
        array = np.asarray(ROWS, dtype, order=order)
    np.lib.format.write_array(out, array, version=version, allow_pickle=False)  # type: ignore[call-overload]
    return out.getvalue()


def _arrays() -> list[bytes]:
    words = (b"king\ncafe\nx\n", b"king\t9\ncafe\t8\nx\t7", b"king 9\r\ncafe 8\r\nx 99999999999999999999\r\n")
    files = (_npy(), _npy("<f8", "F"), _npy(">f2"), _npy(version=(2, 0)), _npy(version=(3, 0)))
    return [bytes([len(w)]) + w + f for w in words for f in files]


TARGETS = [
    Target(
        "vectors",
        "vectors: text, binary, GloVe's",
        vectors,
        lambda: [
            _binary(),
            _binary(b""),
            _text(),
            _text(b""),
            b"2 2\na 1 2\na 3 4\n",
            b"1 99999999999999999999\na 1\n",
            b"1 100000000\na 1 2\n",
            b"9000000000000 4\na 1 2 3 4",
            b"a b 1 2\nc 3 4\n",
            b"2 2\na\t1\t2\nb 3 4\r\n",
            pickle.dumps({"a": [1.0]}),
            b"\xba\x16\x4f\x2f" + bytes(20),
            _npy(),
        ],
        (
            b"\n",
            b" ",
            b"1 2\n",
            b"nan",
            b"inf",
            b"-0",
            b"1e39",
            b"1_0",
            b"0x1p3",
            b"\t",
            b"\r\n",
            b"\x93NUMPY",
            b"\x80\x04",
        ),
    ),
    Target(
        "array",
        "vectors: NumPy arrays and their words",
        array,
        _arrays,
        (
            b"'descr': '<f4'",
            b"'fortran_order': True",
            b"'shape': (3, 3)",
            b"|O",
            b"(1,)",
            b"(9,",
            b"\x93NUMPY\1\0",
            b"\n",
            b"\t1",
        ),
    ),
    Target(
        "program-vectors",
        "vectors: of a program",
        from_program,
        lambda: [_binary(), _text(), _text(b""), _text(b"4 3\n</s> 0 0 0\n")],
        (b"\n", b" ", b"</s>", b"<unk>", b"king", b"nan", b"3 3\n"),
    ),
    Target(
        "program-output",
        "what a program says",
        said,
        lambda: [
            b"\5Progress: 10%\rProgress: 99.5%  Words/thread/sec: 9k\r\n\x1b[31merror\x1b[0m\n",
            b"\xff" + b"x" * 3000,
        ],
        (b"\r", b"\n", b"\x1b[", b"%", b"Progress: 1%", b"Words/thread/sec: 1k"),
    ),
]
