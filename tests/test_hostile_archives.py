"""Archives and vectors made to do harm: nothing is written elsewhere, nothing fills disk or memory, nothing is run."""

import bz2
import gzip
import io
import lzma
import os
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import archives, sources, text_sets
from bench.datasets.archives import join_members, unpack_folder
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.datasets.sources import read_blocks
from bench.datasets.text_sets import parse_labelled
from bench.evaluation.embeddings import read_embeddings
from bench.implementations.programs.vectors import read_vectors
from bench.implementations.trainer import TrainingError

TEXT = b"the king and the queen drink tea\n"


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def zip_bytes(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("text.txt", data)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zip_bytes])
def test_what_bursts_is_stopped_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(sources, "FREE", 1 << 20)
    (tmp_path / "bomb").write_bytes(pack(b"a " * (1 << 21)))
    read: list[int] = []
    with pytest.raises(InputError, match=r"more than 250 times its .* bytes.*unpack it first and name the text"):
        read.extend(len(block) for block in read_blocks(tmp_path / "bomb"))
    assert sum(read) < 3 << 20, "long before its end"
    with pytest.raises(InputError, match="unpacks to more than 250 times"):
        encode(tmp_path / "bomb", min_count=1, cache=tmp_path / "cache")
    assert not list((tmp_path / "cache" / "corpora").iterdir()), "and nothing is left of it"


def test_a_text_that_packs_well_is_read_whatever_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "FREE", 1 << 10)
    words = np.random.default_rng(1).integers(0, 400, 20_000)
    text = b" ".join(b"word%d" % word for word in words)
    for suffix, pack in ((".xz", lzma.compress), (".bz2", bz2.compress), (".gz", gzip.compress)):
        (tmp_path / f"text{suffix}").write_bytes(pack(text))
        assert b"".join(read_blocks(tmp_path / f"text{suffix}")) == text


def test_vectors_that_burst_are_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "FREE", 1 << 20)
    (tmp_path / "v.gz").write_bytes(gzip.compress(b"1 1\na " + b"1" * (3 << 20)))
    with pytest.raises(InputError, match="unpacks to more than"):
        read_embeddings(tmp_path / "v.gz")


def test_an_xz_header_that_asks_for_all_memory_is_refused(tmp_path: Path) -> None:
    packed = bytearray(lzma.compress(TEXT * 3, format=lzma.FORMAT_XZ))
    # The block's header: its size, flags, filter LZMA2 (0x21), one byte of properties, the dictionary's size; CRC-32.
    start = 12
    size = (packed[start] + 1) * 4
    at = bytes(packed[start : start + size]).index(b"\x21\x01") + 2
    packed[start + at] = 40  # 4 GiB
    packed[start + size - 4 : start + size] = struct.pack("<I", zlib.crc32(packed[start : start + size - 4]))
    (tmp_path / "text.xz").write_bytes(packed)
    with pytest.raises(InputError, match="more than 1 GiB of memory to unpack: unpack it first"):
        list(read_blocks(tmp_path / "text.xz"))
    assert lzma.LZMADecompressor().decompress(packed) == TEXT * 3, "to lzma itself it is a good file"


def test_xz_streams_follow_each_other_with_padding_and_garbage_is_no_stream(tmp_path: Path) -> None:
    path, one = tmp_path / "text.xz", lzma.compress(TEXT)
    path.write_bytes(one + bytes(8) + one + bytes(4))
    assert b"".join(read_blocks(path, 7)) == TEXT * 2
    path.write_bytes(one + b"garbage")
    with pytest.raises(InputError, match="truncated or damaged"):
        list(read_blocks(path))


def test_a_zip_of_a_rare_packing_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"text.txt": TEXT}, zipfile.ZIP_LZMA)
    with pytest.raises(InputError, match=r"method 14.*unpack it first"):
        list(read_blocks(path))


def repository(path: Path, members: dict[str, bytes]) -> Path:
    return zipped(path, {f"repo-abc/{name}": data for name, data in members.items()})


@pytest.mark.parametrize(
    "name", ["data/set/../../../evil", "data/set/../../evil", "../evil", "data/set/..", "/data/set/a\0b", "data/set"]
)
def test_members_that_lead_elsewhere_are_left_out(tmp_path: Path, name: str) -> None:
    place = tmp_path / "deep" / "place"
    place.mkdir(parents=True)
    archive = repository(tmp_path / "a.zip", {"data/set/good": b"1", name: b"2"})
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    unpack_folder(archive, "data/set", place / "set")
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert new
    assert all(path.is_relative_to(place / "set") for path in new)


def test_an_absolute_member_stays_below_the_folder(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"/data/set/etc/passwd": b"x", "r/data/set/good": b"1"})
    unpack_folder(archive, "data/set", tmp_path / "set")
    found = {path.relative_to(tmp_path / "set").as_posix() for path in (tmp_path / "set").rglob("*") if path.is_file()}
    assert found == {"etc/passwd", "good"}


def test_a_link_in_a_zip_becomes_a_file(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("r/data/set/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    unpack_folder(tmp_path / "a.zip", "data/set", tmp_path / "set")
    assert not (tmp_path / "set" / "link").is_symlink()
    assert (tmp_path / "set" / "link").read_text() == "/etc/passwd"


def test_a_set_that_is_too_large_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_SET", 1000)
    archive = repository(tmp_path / "a.zip", {"data/set/a": bytes(600), "data/set/b": bytes(600)})
    with pytest.raises(InputError, match="unpacks to 600 bytes, where at most 400 were expected"):
        unpack_folder(archive, "data/set", tmp_path / "set")
    assert not (tmp_path / "set").exists()
    monkeypatch.setattr(text_sets, "LARGEST", 10)
    with pytest.raises(InputError, match="where at most 10 were expected"):
        parse_labelled(zipped(tmp_path / "b.zip", {"a": b"x" * 20}), classes={"a": "x"})


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_only_files_of_a_tar_are_joined(tmp_path: Path, kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, type_ in enumerate((tarfile.REGTYPE, kind, tarfile.REGTYPE)):
            member = tarfile.TarInfo(f"x/../../news.en-{number}")
            member.type, member.linkname = type_, "/etc/passwd"
            member.size = len(TEXT) if type_ == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(TEXT))
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(out.getvalue()))
    join_members(tmp_path / "a.tar.gz", "*/news.en-*", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_bytes() == TEXT * 2
    assert {path.name for path in tmp_path.iterdir()} == {"a.tar.gz", "out.txt"}


def test_a_tar_that_bursts_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "FREE", 1 << 20)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("x/news.en-1")
        member.size = 20 << 20
        archive.addfile(member, io.BytesIO(bytes(member.size)))
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(out.getvalue(), 9))
    with pytest.raises(InputError, match="unpacks to more than 250 times"):
        join_members(tmp_path / "a.tar.gz", "*/news.en-*", tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


class Trap:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def _saved_array(trap: Trap, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([[trap]], dtype=object), allow_pickle=True)
    path.with_suffix(".words").write_text("a\n")


def _packed_arrays(trap: Trap, path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, np.array([trap], dtype=object))


@pytest.mark.parametrize(
    "save",
    [
        _saved_array,
        _packed_arrays,
        lambda trap, path: path.write_bytes(gzip.compress(pickle.dumps(trap))),
        *(
            lambda trap, path, p=p: path.write_bytes(pickle.dumps(trap, protocol=p))
            for p in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
    ids=["npy", "npz", "gzip", *(f"protocol {p}" for p in range(pickle.HIGHEST_PROTOCOL + 1))],
)
def test_no_pickle_is_ever_loaded(tmp_path: Path, save: Callable[[Trap, Path], object]) -> None:
    sprung = tmp_path / "sprung"
    for name in ("v.npy", "v.model", "v.bin"):
        save(Trap(sprung), tmp_path / name)
        with pytest.raises(InputError):
            read_embeddings(tmp_path / name)
        with pytest.raises(TrainingError):
            read_vectors(tmp_path / name, {"a": 0, "b": 1}, 2)
    assert not sprung.exists()
    if save is _saved_array:
        np.load(tmp_path / "v.npy", allow_pickle=True)
        assert sprung.exists(), "the trap works"


def test_no_reader_of_the_package_unpickles() -> None:
    package = Path(__file__).parent.parent
    readers = ("pickle.load", "pickle.loads", "torch.load", "joblib.load", "allow_pickle=True", "shelve.", "marshal.")
    for room in ("datasets", "evaluation", "implementations", "benchmarks", "reports"):
        for path in (package / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not [reader for reader in readers if reader in text], path


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        read_embeddings(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"1 99999999999999999999\na 1\n", "is cut short"),
        (b"1 500000000\na 1 2\n", "is cut short: its header says 1 vectors of 500000000, for which 18 bytes"),
        (b"99999999999999999999 2\na 1 2\n", "holds only 1"),
    ],
)
def test_a_header_reserves_no_memory_that_the_file_cannot_fill(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "v").write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_embeddings(tmp_path / "v")
