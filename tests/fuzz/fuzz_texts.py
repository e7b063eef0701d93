"""Targets: texts, plain and packed, and archives."""

import bz2
import gzip
import io
import lzma
import re
import shutil
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator

import numpy as np
from fuzz_harness import Target, folder, put, refused

from bench.datasets import sources
from bench.datasets.archives import join_members, unpack_folder
from bench.datasets.encode import encode
from bench.datasets.scanner import SENTENCE_END, TypeTable
from bench.datasets.sources import read_blocks
from bench.datasets.wikifil import filter_wikipedia

TEXT = (
    "the king and the queen\r\nthe caf\u00e9 \u6f22\u5b57 a\u0308\u200d\u202e\n\ta b a b aaaaaaaa aaaaaaaab\n".encode()
)
BOM = b"\xef\xbb\xbf"


def _sentences(data: bytes) -> Iterator[list[bytes]]:
    for line in data.split(b"\n"):
        words = re.findall(rb"[^ \t\r\v\f]+", line)
        if words:
            yield words


def corpus(data: bytes) -> None:
    """Encoding against five lines of Python. The first two bytes choose the options."""
    if len(data) < 3:
        return
    min_count, errors, block = 1 + data[0] % 3, "replace" if data[0] & 64 else "strict", 1 + data[1] % 61
    text = data[2:]
    path, cache = put("text.txt", text), folder() / "corpora-cache"
    try:
        with refused():
            found = encode(path, min_count=min_count, cache=cache, block_size=block, errors=errors)
            clean = text.decode(errors=errors).removeprefix("\ufeff").encode()
            assert b"\0" not in text
            sentences = list(_sentences(clean))
            counts = Counter(word for words in sentences for word in words)
            kept = sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
            assert [word.encode() for word in found.vocabulary.words] == kept
            assert found.vocabulary.counts.tolist() == [counts[word] for word in kept]
            ids = {word: i for i, word in enumerate(kept)}
            lines = [[ids[word] for word in words if word in ids] for words in sentences]
            cut = [line[i : i + 1000] for line in lines for i in range(0, len(line), 1000)]
            assert [part.tolist() for part in np.split(found.tokens, found.offsets[1:-1])] == cut
            signs = clean.count("\ufffd".encode()) - text.count("\ufffd".encode())
            assert (found.errors, found.replaced) == (errors, signs)
    finally:
        shutil.rmtree(cache, ignore_errors=True)


def scanner(data: bytes) -> None:
    """The table of words against Python, the text in blocks of the first byte's size."""
    if not data:
        return
    size, text = 1 + data[0] % 40, data[1:]
    table, ids, rest = TypeTable(), [], b""
    with np.errstate(over="ignore"):
        for start in range(0, len(text), size):
            block = rest + text[start : start + size]
            found = table.scan(block, last=False)
            ids += found.ids.tolist()
            rest = block[found.consumed :]
        ids += table.scan(rest + b"\n", last=True).ids.tolist()
    number: dict[bytes, int] = {}
    wanted = []
    for words in _sentences(text):
        wanted += [number.setdefault(word, len(number)) for word in words] + [SENTENCE_END]
    assert ids == wanted
    assert table.words(np.arange(table.size)) == list(number)
    counts = Counter(one for one in wanted if one != SENTENCE_END)
    assert table.counts[: table.size].tolist() == [counts[i] for i in range(len(number))]


def packed(data: bytes) -> None:
    """A file that says it is packed, by its first bytes."""
    path = put("packed", data)
    sources.FREE = 1 << 20  # so that what bursts does so within the time of one call
    with refused():
        size = sum(len(block) for block in read_blocks(path, 4096))
        assert size <= max(1 << 20, 250 * len(data)) + 4096


def zipped_folder(data: bytes) -> None:
    """The archive of a repository: nothing may come to lie outside of the folder that is asked for."""
    place = folder() / "unpacked"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    archive = put("repository.zip", data)
    with refused():
        unpack_folder(archive, "data/set", place / "set")
    assert {path.name for path in place.iterdir()} <= {"set"}
    for path in place.rglob("*"):
        assert not path.is_symlink()


def joined_tar(data: bytes) -> None:
    """The members of a .tar.gz; the input is the tar, so that a mutation is not lost in the packing's checksum."""
    place = folder() / "joined"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    archive = put("news.tar.gz", gzip.compress(data, 1, mtime=0))
    with refused():
        join_members(archive, "*/news.en-*", place / "out.txt")
    assert {path.name for path in place.iterdir()} <= {"out.txt"}


def wikipedia(data: bytes) -> None:
    """The same words whatever the blocks, and nothing but words."""
    if not data:
        return
    size, text = 1 + data[0] % 50, data[1:]
    blocks = [text[start : start + size] for start in range(0, len(text), size)]
    with refused():
        found = b"".join(filter_wikipedia(blocks))
        assert found == b"".join(filter_wikipedia([text]))
        assert re.fullmatch(rb"( [a-z]+)*", found)


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def _packed_seeds() -> list[bytes]:
    large = TEXT * 20
    return [
        *(pack(large) for pack in (gzip.compress, bz2.compress, lzma.compress)),
        gzip.compress(TEXT) + gzip.compress(TEXT),
        lzma.compress(TEXT) + bytes(8) + lzma.compress(TEXT),
        _zip({"text.txt": large}),
        _zip({"text.txt": large}, zipfile.ZIP_BZIP2),
        _zip({"a.txt": TEXT, "__MACOSX/a.txt": b"x"}, zipfile.ZIP_STORED),
        _zip({"a.txt": TEXT, "b.txt": TEXT}),
        gzip.compress(bytes(3 << 20), 9),
        lzma.compress(bytes(3 << 20)),
        b"BZh91AY&SY",
        b"PK\x05\x06" + bytes(18),
    ]


def _tar(link: bytes = tarfile.REGTYPE) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a/news.en-1", "a/news.en-2", "a/other", "a/news.en-\u00e9" * 12):
            member = tarfile.TarInfo(name)
            member.type = link
            member.linkname = "../../etc/passwd"
            member.size = len(TEXT) if link == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(TEXT))
    return out.getvalue()


_XML = (
    b'<page><text xml:space="preserve">The [[king|kings]] of {{a}} {|b|} 3 &lt;ref&gt;x&lt;/ref&gt; [http://a.b c] '
    b"[[Image:x.png|thumb|200px|A caption]] [[Category:Dogs|x]] [[fr:Roi]] &amp;nbsp; Caf\xc3\xa9</text></page>"
    b"<text >#REDIRECT [[x]]</text>\n<text >A b < c\n d > e</text>"
)

TARGETS = [
    Target(
        "corpus",
        "texts: encode, strict and replace",
        corpus,
        lambda: [
            bytes([i, i * 3]) + text for i in (0, 1, 64, 65) for text in (TEXT, BOM + TEXT, TEXT + b"\xff\xe2\x82 x\n")
        ],
        (b"\n", b" ", b"\r\n", BOM, b"\0", b"\xff\xfe", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xc3", b"\xef\xbf\xbd"),
        longest=512,
    ),
    Target("scanner", "texts: the compiled scanner", scanner, lambda: [b"\7" + TEXT, b"\0" + TEXT * 3], (b"\n", b" ")),
    Target(
        "scanner-plain",
        "texts: the scanner as Python",
        scanner,
        lambda: [b"\7" + TEXT],
        (b"\n", b" "),
        longest=200,
        compiled=False,
    ),
    Target(
        "packed",
        "packed texts: gzip, bzip2, xz, zip",
        packed,
        _packed_seeds,
        (b"\x1f\x8b\x08", b"BZh9", b"1AY&SY", b"\xfd7zXZ\0", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"),
    ),
    Target(
        "zip-folder",
        "archives: a folder of a zip",
        zipped_folder,
        lambda: [
            _zip({"r/data/set/a.txt": b"oak\n", "r/data/set/b/c.txt": b"elm\n", "r/x": b"y"}),
            _zip({"r/data/set/../../../evil": b"x", "/data/set/abs": b"y", "r/data/set": b"z"}, zipfile.ZIP_STORED),
            _zip({"r/data/set/a": b"x", "r/data/set/a/b": b"y"}, zipfile.ZIP_BZIP2),
        ],
        (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"data/set/", b"../", b"/"),
    ),
    Target(
        "tar",
        "archives: members of a .tar.gz",
        joined_tar,
        lambda: [_tar(), _tar(tarfile.SYMTYPE), _tar(tarfile.LNKTYPE), _tar(tarfile.FIFOTYPE)],
        (b"ustar\x0000", b"a/news.en-", b"size=", b"path=", b"GNU.sparse.map="),
        longest=1 << 14,
    ),
    Target(
        "wikifil",
        "Wikipedia's dump",
        wikipedia,
        lambda: [b"\3" + _XML, b"\x2f" + _XML * 2],
        (
            b"<text ",
            b"</text>",
            b"<ref",
            b"</ref>",
            b"[[",
            b"]]",
            b"{{",
            b"}}",
            b"[[image:",
            b"|thumb",
            b"&lt;",
            b"#redirect",
        ),
    ),
]
