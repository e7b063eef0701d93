"""Input that is wrong: one sentence that names it, exit code 2, and nothing half-made."""

import bz2
import gzip
import io
import lzma
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from fault import fault
from sandbox import TEXT, TRAINERS, Ended, Sandbox

TEXTS = "Texts"
VECTORS = "Vectors and question sets"
SETTINGS = "Flags, plans and plug-ins"

Contents = bytes | Callable[[Path], object]


def _zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


def _tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as file:
        member = tarfile.TarInfo("../../evil.txt")
        member.size = len(TEXT)
        file.addfile(member, io.BytesIO(TEXT.encode()))
    return buffer.getvalue()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _circle(path: Path) -> None:
    path.symlink_to(path)


_WORDS = TEXT.encode()
_BAD_TEXTS: dict[str, tuple[str, Contents | None, str]] = {
    "it is not there": ("none.txt", None, "none.txt"),
    "empty": ("t.txt", b"", "empty|no words|few"),
    "blank lines alone": ("t.txt", b"\n \n\t\n" * 50, "no words|empty|few|nothing"),
    "one word": ("t.txt", b"word\n", "few|word"),
    "one word, ten thousand times": ("t.txt", b"word " * 10_000, "few|one|only|word"),
    "each word once": ("t.txt", " ".join(f"w{i}" for i in range(5000)).encode(), "min.count|rare|few"),
    "a program": ("t.txt", bytes(range(256)) * 400, "not text|UTF-8|utf-8|binary"),
    "UTF-16": ("t.txt", ("\ufeff" + TEXT).encode("utf-16-le"), "UTF-16|UTF-8|not text"),
    "Latin-1": ("t.txt", (TEXT + "caf\xe9 " * 20).encode("latin-1"), "UTF-8|line 121"),
    "zero bytes": ("t.txt", b"\0" * 100_000, "zero|NUL|not text|few"),
    "gzip, cut": ("t.gz", gzip.compress(os.urandom(1000) + _WORDS)[:-30], "t.gz"),
    "bzip2, cut": ("t.bz2", bz2.compress(_WORDS)[:-9], "t.bz2"),
    "xz, a byte changed": ("t.xz", lzma.compress(_WORDS)[:-40] + b"x" * 40, "t.xz"),
    "a zip of two files": ("t.zip", _zipped(("a.txt", _WORDS), ("b.txt", _WORDS)), "one file|files|2"),
    "a zip with a path that leads outside": ("t.zip", _zipped(("../../../evil.txt", _WORDS), ("x", b"")), "t.zip"),
    "a zip bomb: 300 MB of one word in 300 kB": ("t.zip", lambda path: _bomb(path), "few|one|word|larger|unpack"),
    "a tar": ("t.tar.gz", _tarred(), "tar"),
    "a folder without a file": ("folder", lambda path: path.mkdir(), "folder"),
    "a named pipe that nobody writes to": ("t.fifo", _fifo, "t.fifo"),
    "a link to itself": ("t.link", _circle, "t.link"),
    "a device": ("/dev/zero", None, "/dev/zero"),
    "vectors": ("t.bin", b"3 2\nthe \x00\x00\x80?\x00\x00\x80?cat " + os.urandom(3000), "not text|UTF-8|line|few"),
}


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("t.txt", "w", force_zip64=True) as member:
        for _ in range(300):
            member.write(b"word " * 200_000)


def _put(box: Sandbox, name: str, contents: Contents | None) -> Path:
    path = box.root / "work" / name
    if callable(contents):
        contents(path)
    elif contents is not None:
        path.write_bytes(contents)
    return path


def _nothing_made(box: Sandbox) -> None:
    assert not box.out.exists(), f"made all the same: {sorted(path.name for path in box.out.rglob('*'))[:5]}"
    assert not list(box.root.parent.rglob("evil.txt")), "a file outside of the folder"


def _with_text(name: str, contents: Contents | None) -> Callable[[Sandbox], Ended]:
    def arrange(box: Sandbox) -> Ended:
        box.text = _put(box, name, contents)
        ended = box.run("quick")
        _nothing_made(box)
        return ended

    return arrange


for _what, (_name, _contents, _says) in _BAD_TEXTS.items():
    fault(TEXTS, _what, codes=2, says=rf"^error: .*({_says})", short=_what in ("empty", "a program"))(
        _with_text(_name, _contents)
    )


# Vectors and question sets.

_HEAD = b"3 2\n"
_BAD_VECTORS: dict[str, tuple[str, Contents | None, str]] = {
    "they are not there": ("none.txt", None, "none.txt"),
    "empty": ("v.txt", b"", "empty|no "),
    "a header, and no rows": ("v.txt", _HEAD, "v.txt"),
    "a row with too few numbers": ("v.txt", _HEAD + b"a 1 2\nb 1\nc 1 2\n", "v.txt"),
    "words in place of numbers": ("v.txt", _HEAD + b"a 1 2\nb x y\nc 1 2\n", "v.txt"),
    "NaN": ("v.txt", _HEAD + b"a 1 2\nb nan 1\nc 1 2\n", "NaN|finite|nan"),
    "a header that promises a trillion rows": ("v.bin", b"1000000000000 300\n" + b"a " + os.urandom(1200), "v.bin"),
    "a binary file, cut": ("v.bin", b"3 200\na " + os.urandom(800) + b"b " + os.urandom(100), "v.bin"),
    "a word twice": ("v.txt", _HEAD + b"a 1 2\nb 1 2\na 1 2\n", "twice|first-duplicate|more than once"),
    "a pickle": ("v.model", pickle.dumps({"a": [1.0]}), "pickle"),
    "an array of objects": ("v.npy", lambda path: _objects(path), "v.npy"),
    "a folder without vectors": ("folder", lambda path: path.mkdir(), "folder"),
    "a text": ("v.txt", _WORDS, "v.txt"),
}


def _objects(path: Path) -> None:
    import numpy as np

    np.save(path, np.array([{"a": 1}, None], dtype=object), allow_pickle=True)


def _evaluated(name: str, contents: Contents | None) -> Callable[[Sandbox], Ended]:
    return lambda box: box.bench("evaluate", str(_put(box, name, contents)), "--tasks", "wordsim-353")


for _what, (_name, _contents, _says) in _BAD_VECTORS.items():
    fault(VECTORS, f"vectors: {_what}", codes=2, says=rf"^error: .*({_says})", short=_what == "a pickle")(
        _evaluated(_name, _contents)
    )

_BAD_SETS: dict[str, tuple[bytes | None, str]] = {
    "it is not there": (None, "q.txt"),
    "empty": (b"", "empty"),
    "a question of three words": (b": family\nking man queen\n", "line 2"),
    "a score that is no number": (b"tiger\tcat\t7.35\nking\tqueen\tvery\n", "line 2|q.txt"),
    "bytes that are no text": (b": family\nking \xff\xfe queen woman\n", "UTF-8|line 2"),
    "neither form": (b"lorem ipsum\n", "q.txt"),
}
for _what, (_data, _says) in _BAD_SETS.items():

    def _asked(box: Sandbox, data: bytes | None = _data) -> Ended:
        vectors = _put(box, "v.txt", b"3 2\nking 1 2\nman 2 1\nqueen 1 1\n")
        return box.bench("evaluate", str(vectors), "--tasks", str(_put(box, "q.txt", data)))

    fault(VECTORS, f"a set of one's own: {_what}", codes=2, says=rf"^error: .*({_says})")(_asked)


# Flags, plans and plug-ins.

_RUN = ("--corpus", "TEXT", "--repeats", "1", "--out", "OUT")
_BAD_FLAGS: dict[str, tuple[Sequence[str], str]] = {
    "a flag that does not exist": (["run", "--vector-sise", "5"], "vector-si[sz]e"),
    "a verb that does not exist": (["rum"], "rum"),
    "a size of 0": (["run", *_RUN, "--vector-size", "0"], "vector.size.*at least 1"),
    "alpha is NaN": (["run", *_RUN, "--alpha", "nan"], "alpha"),
    "a window of minus 3": (["run", *_RUN, "--window", "-3"], "window"),
    "a size that no memory holds": (
        ["run", *_RUN, "--impl", "numpy", "--vector-size", "1000000000000"],
        "vector.size|memory",
    ),
    "a trainer misspelt": (["run", *_RUN, "--impl", "nunba"], "numba"),
    "an option that it has not": (["run", *_RUN, "--impl", "numpy[speed=9]"], "speed"),
    "brackets left open": (["run", *_RUN, "--impl", "numpy[negatives=pair"], r"\["),
    "a task misspelt": (["run", *_RUN, "--tasks", "wordsim-354"], "wordsim-353"),
    "a corpus misspelt": (["run", "--corpus", "wiki1n", "--out", "OUT"], "wiki1n"),
    "a graphics card that is not there": (["run", *_RUN, "--impl", "torch", "--device", "cuda:97"], "cuda"),
    "results of nothing": (["report", "OUT"], "no results"),
    "a data set that does not exist": (["data", "fetch", "txet8"], "text8"),
    "a budget that is no time": (["run", *_RUN, "--budget", "soon"], "budget"),
}


def _commanded(arguments: Sequence[str]) -> Callable[[Sandbox], Ended]:
    def arrange(box: Sandbox) -> Ended:
        places = {"TEXT": str(box.text), "OUT": str(box.out)}
        ended = box.bench(*[places.get(one, one) for one in arguments])
        if ended.code != 3:  # then there is a row that says why
            _nothing_made(box)
        return ended

    return arrange


for _what, (_arguments, _says) in _BAD_FLAGS.items():
    fault(SETTINGS, _what, codes=3 if "cuda:97" in _arguments else 2, says=_says, short="misspelt" in _what)(
        _commanded(_arguments)
    )

_BAD_PLANS: dict[str, tuple[bytes | None, str]] = {
    "it is not there": (None, "plan.toml"),
    "no TOML": (b'impl = "quick\nrepeats 3', "line 1|line 2"),
    "a key misspelt": (b'impl = "numpy"\nvector_sise = 5\n', "vector_size"),
    "a value of the wrong kind": (b'impl = "numpy"\nepochs = "many"\n', "epochs.*whole number"),
    "a grid of a trillion cells": (b"impl = 'numpy'\n" + b"".join(
        b"%s = [%s]\n" % (key, b", ".join(b"%d" % value for value in range(1, 1001)))
        for key in (b"vector_size", b"window", b"negative", b"epochs")), "combinations|cells|runs"),
    "bytes that are no text": (b"\xff\xfe\x00", "[Uu][Tt][Ff]-8|text"),
}  # fmt: skip
for _what, (_data, _says) in _BAD_PLANS.items():

    def _planned(box: Sandbox, data: bytes | None = _data) -> Ended:
        ended = box.bench("run", "--plan", str(_put(box, "plan.toml", data)), "--out", str(box.out))
        _nothing_made(box)
        return ended

    fault(SETTINGS, f"a plan: {_what}", codes=2, says=rf"^error: .*({_says})", short=_what == "a key misspelt")(
        _planned
    )

_BAD_PLUGINS: dict[str, tuple[str, bytes | None, str]] = {
    "it is not there": ("p.py", None, "p.py"),
    "a syntax error": ("p.py", b"class X(:\n", "p.py.*line 1|syntax"),
    "an error when imported": ("p.py", b"1 / 0\n", "ZeroDivisionError|division"),
    "it ends Python when imported": ("p.py", b"import sys\nsys.exit(0)\n", "p.py"),
    "it holds no trainer": ("p.py", b"x = 1\n", "p.py.*no trainer|no trainer"),
    "the name of a trainer that there is": (
        "p.py",
        b"from bench.implementations.numpy_trainer import NumpyTrainer as N\n\nclass Mine(N):\n    name = 'numpy'\n",
        "numpy",
    ),
    "a command in TOML without a name": ("p.toml", b'[command]\ntrain = "x"\n', "p.toml"),
    "bytes that are no text": ("p.toml", b"\xff\xfe", "p.toml"),
}
for _what, (_name, _data, _says) in _BAD_PLUGINS.items():

    def _plugged(box: Sandbox, name: str = _name, data: bytes | None = _data) -> Ended:
        plugin = _put(box, name, data)
        ended = box.bench(
            "run", "--impl", "mine", "--plugin", str(plugin), "--corpus", str(box.text), "--out", str(box.out)
        )
        _nothing_made(box)
        return ended

    fault(SETTINGS, f"a plug-in: {_what}", codes=2, says=rf"^error: .*({_says})")(_plugged)


@fault(SETTINGS, "results are to go where a file lies", codes=2, says="is a file")
def _out_is_a_file(box: Sandbox) -> Ended:
    box.out.write_text("mine")
    ended = box.bench(
        "run", "--impl", "quick", "--plugin", str(TRAINERS), "--corpus", str(box.text), "--out", str(box.out)
    )
    assert box.out.read_text() == "mine"
    return ended
