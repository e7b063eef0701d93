"""Text files, plain or packed: read whole, or refused with the file's name and what to do."""

import bz2
import gzip
import lzma
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.datasets.sources import packing, read_ahead, read_blocks

TEXT = os.urandom(50_000).hex().encode()


def zipped(members: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def zip_bytes(data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        return zipped({"a": data}, Path(directory, "a.zip")).read_bytes()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zip": zip_bytes,
}


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("name", ["text{}", "TEXT{}.part", "no-suffix"])
def test_packing_is_seen_in_the_content(tmp_path: Path, suffix: str, name: str) -> None:
    path = tmp_path / name.format(suffix)
    path.write_bytes(PACKERS[suffix](TEXT))
    assert b"".join(read_blocks(path, 1000)) == TEXT
    assert all(0 < len(block) <= 1000 for block in read_blocks(path, 1000))


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("share", [0.999, 0.5, 0.01])
def test_truncated_archives_are_refused(tmp_path: Path, suffix: str, share: float) -> None:
    data = PACKERS[suffix](TEXT)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=rf"cut\{suffix} is truncated or damaged.*fetch it again"):
        list(read_blocks(path))


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("position", [0.3, 0.6])
def test_damaged_archives_are_refused(tmp_path: Path, suffix: str, position: float) -> None:
    data = bytearray(PACKERS[suffix](TEXT))
    at = int(len(data) * position)
    data[at : at + 8] = bytes(byte ^ 0xFF for byte in data[at : at + 8])
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"bad\{suffix} is truncated or damaged"):
        list(read_blocks(path))


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_packed_name_on_plain_text_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"text{suffix}"
    path.write_bytes(b"plain text")
    with pytest.raises(InputError, match="named like a"):
        list(read_blocks(path))


def test_plain_text_that_begins_like_bzip2_is_plain(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"BZh is how bzip2 begins")
    assert packing(path) is None
    path.write_bytes(b"BZh9 is how bzip2 begins too")
    assert packing(path) is None


def test_zip_must_hold_exactly_one_file(tmp_path: Path) -> None:
    several = zipped({f"part{i}.txt": b"a b" for i in range(7)}, tmp_path / "several.zip")
    with pytest.raises(InputError, match=r"holds 7 files \(part0.txt, part1.txt, .*part4.txt, …\)"):
        list(read_blocks(several))
    with pytest.raises(InputError, match="zip archive with nothing in it"):
        list(read_blocks(zipped({}, tmp_path / "none.zip")))
    with pytest.raises(InputError, match="holds 0 files"):
        list(read_blocks(zipped({"folder/": b""}, tmp_path / "folder.zip")))


def test_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zipped({"a.txt": b"a b"}, tmp_path / "secret.zip")
    data = bytearray(path.read_bytes())
    # The flag stands in the local header and in the directory at the end.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="encrypted"):
        list(read_blocks(path))


@pytest.mark.parametrize(("magic", "kind"), [(b"\x28\xb5\x2f\xfd", "Zstandard"), (b"7z\xbc\xaf\x27\x1c", "7-Zip")])
def test_other_packings_are_named(tmp_path: Path, magic: bytes, kind: str) -> None:
    path = tmp_path / "text"
    path.write_bytes(magic + b"1234")
    with pytest.raises(InputError, match=f"packed with {kind}: unpack it first"):
        list(read_blocks(path))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("a b")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, message in {
        "absent.txt": "absent.txt does not exist",
        ".": "is a directory",
        "pipe": "not a regular file",
        "file/below": "cannot read .*file/below: Not a directory",
        "loop": "cannot read .*loop: ",
    }.items():
        with pytest.raises(InputError, match=message):
            encode(tmp_path / name, min_count=1, cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_file_without_permission_is_refused() -> None:
    # As root nothing is unreadable; another user is borrowed, who must be able to reach the directory.
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        path = Path(directory, "private.txt")
        path.write_text("a b")
        path.chmod(0)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            with pytest.raises(InputError, match=r"cannot read .*private.txt: .*ermission"):
                encode(path, min_count=1, cache=Path(directory, "cache"))
        finally:
            if root:
                os.seteuid(0)


def test_reading_ahead_keeps_order_and_errors() -> None:
    def blocks():  # type: ignore[no-untyped-def]
        yield b"one"
        yield b"two"
        raise InputError("broken")

    ahead = read_ahead(blocks())
    assert [next(ahead), next(ahead)] == [b"one", b"two"]
    with pytest.raises(InputError, match="broken"):
        next(ahead)
    abandoned = read_ahead(iter([b"one", b"two", b"three"]))
    assert next(abandoned) == b"one"
    abandoned.close()  # type: ignore[attr-defined]
