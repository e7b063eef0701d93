"""Downloads against a server of our own: what arrives is the right file, whole, or there is a sentence that helps."""

import errno
import hashlib
import http.server
import json
import logging
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.datasets import download
from bench.datasets.download import fetch_file
from bench.datasets.errors import InputError, NotAvailable
from bench.datasets.partial_download import CHUNK

CONTENT = random.Random(5).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Server:
    """A server that tells how it was asked, and misbehaves as told.

    Attributes:
        files: content by path.
        cut: bytes after which an answer breaks off, by path; used once for each entry of the list.
        ranges: whether it answers a request for a part with that part.
        tag: its ETag.
        length: whether it tells how long an answer is.
        shift: bytes by which the part it sends is beside the one asked for.
    requests: (path, Range header) as they came.
    """

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, list[int]] = field(default_factory=dict)
    ranges: bool = True
    tag: str = '"v1"'
    length: bool = True
    most: int | None = None
    shift: int = 0
    requests: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.requests.append((self.path, wanted))
            if self.path not in state.files:
                self.send_error(404)
                return
            content, start = state.files[self.path], 0
            if wanted and state.ranges and self.headers.get("If-Range", state.tag) == state.tag:
                start = int(wanted.removeprefix("bytes=").removesuffix("-")) - state.shift
                if start >= len(content):
                    self.send_error(416)
                    return
                whole, content = len(content), content[: start + state.most if state.most else None]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{whole}")
            else:
                self.send_response(200)
            body = content[start:]
            if state.length:
                self.send_header("Content-Length", str(len(body)))
            if state.tag:
                self.send_header("ETag", state.tag)
            self.end_headers()
            cuts = state.cut.get(self.path)
            self.wfile.write(body[: cuts.pop(0)] if cuts else body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        state.port = running.server_port
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield state
        running.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> int:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as unused:
        return unused.server_port


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".part" in path.name)


def test_good_file_is_stored_once_and_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    target = tmp_path / "deep" / "a.bin"
    for _ in range(2):
        assert fetch_file("a", [server.url("/a.bin")], target, sha256=SHA256) == target
        assert target.read_bytes() == CONTENT
    assert len(server.requests) == 1
    assert visible(target.parent) == ["a.bin"]
    assert not parts(target.parent)


def test_the_file_can_be_read_by_others_as_the_umask_says(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    (plain := tmp_path / "plain").write_bytes(b"")
    target = fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256)
    assert target.stat().st_mode == plain.stat().st_mode


def test_wrong_hash_stores_nothing_and_says_what_was_expected_and_where_it_belongs(
    server: Server, tmp_path: Path
) -> None:
    server.files["/a.bin"] = b"something else"
    target = tmp_path / "a.bin"
    with pytest.raises(NotAvailable) as raised:
        fetch_file("a", [server.url("/a.bin")], target, sha256=SHA256)
    message = str(raised.value)
    assert "another sha256" in message
    assert all(part in message for part in (SHA256, str(target), server.url("/a.bin")))
    assert visible(tmp_path) == []
    assert not parts(tmp_path)


@pytest.mark.parametrize("told", [True, False])
def test_more_than_the_file_can_have_is_not_taken(told: bool, server: Server, tmp_path: Path) -> None:
    server.files["/a"] = CONTENT
    server.length = told
    with pytest.raises(NotAvailable, match="larger than 200,000 bytes"):
        fetch_file("a", [server.url("/a")], tmp_path / "a", sha256=SHA256, size=200_000)
    assert len(server.requests) == 1
    assert not visible(tmp_path)
    assert not parts(tmp_path)
    assert fetch_file("a", [server.url("/a")], tmp_path / "a", sha256=SHA256, size=len(CONTENT)).exists()


def test_missing_on_the_server(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NotAvailable, match="404"):
        fetch_file("a", [server.url("/gone")], tmp_path / "a.bin", sha256=SHA256)
    assert visible(tmp_path) == []
    assert not parts(tmp_path)


def test_server_gone(closed_port: int, tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    with pytest.raises(NotAvailable, match="no connection") as raised:
        fetch_file("a", [f"http://127.0.0.1:{closed_port}/a.bin"], target, sha256=SHA256)
    assert str(target) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not parts(tmp_path)


def test_not_an_address(tmp_path: Path) -> None:
    with pytest.raises(NotAvailable, match="not a usable address"):
        fetch_file("a", ["nonsense://host/a"], tmp_path / "a.bin", sha256=SHA256)


@pytest.mark.parametrize("known", [True, False])
def test_an_answer_that_always_breaks_off_is_never_taken_for_the_file(
    server: Server, tmp_path: Path, known: bool
) -> None:
    server.files["/a.bin"] = CONTENT
    server.ranges = False
    server.cut["/a.bin"] = [200_000] * download.ATTEMPTS
    with pytest.raises(NotAvailable, match="broke before"):
        fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256 if known else None)
    assert visible(tmp_path) == []


def test_a_cut_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    server.cut["/a.bin"] = [6 * CHUNK, 3 * CHUNK]
    target = fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [None, f"bytes={6 * CHUNK}-", f"bytes={9 * CHUNK}-"]


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    server.cut["/a.bin"] = [3 * CHUNK] * download.ATTEMPTS
    with pytest.raises(NotAvailable):
        fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256)
    server.requests.clear()
    target = fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [f"bytes={3 * CHUNK * download.ATTEMPTS}-"]
    assert not parts(tmp_path)


def test_a_server_that_sends_less_than_asked_for_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    server.cut["/a.bin"] = [6 * CHUNK]
    server.most = 7 * CHUNK
    assert fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=None).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [None, f"bytes={6 * CHUNK}-", f"bytes={13 * CHUNK}-"]


def test_a_server_that_sends_another_part_than_asked_for_is_not_believed(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    server.cut["/a.bin"] = [6 * CHUNK]
    server.shift = 1
    assert fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=None).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [None, f"bytes={6 * CHUNK}-", None]


def test_a_server_without_ranges_makes_it_start_over(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    server.ranges = False
    server.cut["/a.bin"] = [100_000]
    assert fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256).read_bytes() == CONTENT


@pytest.mark.parametrize("known", [True, False])
def test_two_versions_of_a_file_are_never_joined(server: Server, tmp_path: Path, known: bool) -> None:
    server.files["/a.bin"] = bytes(len(CONTENT))
    server.cut["/a.bin"] = [3 * CHUNK] * download.ATTEMPTS
    with pytest.raises(NotAvailable):
        fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256 if known else None)
    server.files["/a.bin"], server.tag = CONTENT, '"v2"'
    target = fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256 if known else None)
    assert target.read_bytes() == CONTENT


def test_a_part_that_proves_wrong_is_dropped_and_fetched_anew(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    (tmp_path / ".a.bin.part").write_bytes(b"x" * 1000)
    (tmp_path / ".a.bin.part.json").write_text(json.dumps({"url": server.url("/a.bin"), "validator": server.tag}))
    assert fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == ["bytes=1000-", None]


def test_a_part_as_long_as_the_file_is_dropped_and_fetched_anew(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    (tmp_path / ".a.bin.part").write_bytes(CONTENT)
    (tmp_path / ".a.bin.part.json").write_text(json.dumps({"url": server.url("/a.bin"), "validator": server.tag}))
    assert fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256).read_bytes() == CONTENT


def test_nothing_is_continued_that_nothing_can_vouch_for(server: Server, tmp_path: Path) -> None:
    """Without a sha256 and without a version from the server, two halves might be of two files."""
    server.files["/a.bin"] = CONTENT
    server.tag = ""
    server.cut["/a.bin"] = [100_000]
    assert fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=None).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [None, None]


def test_mirrors_are_tried_in_order(server: Server, closed_port: int, tmp_path: Path) -> None:
    server.files |= {"/wrong": b"other", "/right": CONTENT, "/never": CONTENT}
    urls = [f"http://127.0.0.1:{closed_port}/a", *map(server.url, ("/missing", "/wrong", "/right", "/never"))]
    assert fetch_file("a", urls, tmp_path / "a.bin", sha256=SHA256).read_bytes() == CONTENT
    assert [path for path, _ in server.requests] == ["/missing", "/wrong", "/right"]


def test_every_failure_is_told(server: Server, closed_port: int, tmp_path: Path) -> None:
    server.files["/wrong"] = b"other"
    urls = [f"http://127.0.0.1:{closed_port}/a", server.url("/missing"), server.url("/wrong")]
    with pytest.raises(NotAvailable) as raised:
        fetch_file("a", urls, tmp_path / "a.bin", sha256=SHA256)
    assert all(url in str(raised.value) for url in urls)


def test_a_part_of_one_mirror_is_not_continued_from_another(server: Server, tmp_path: Path) -> None:
    server.files |= {"/one": bytes(len(CONTENT)), "/two": CONTENT}
    server.cut["/one"] = [10_000] * download.ATTEMPTS
    target = fetch_file("a", [server.url("/one"), server.url("/two")], tmp_path / "a.bin", sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert [wanted for path, wanted in server.requests if path == "/two"] == [None]


def test_a_right_file_put_there_by_hand_is_taken_without_the_net(closed_port: int, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)
    assert fetch_file("a", [f"http://127.0.0.1:{closed_port}/a"], tmp_path / "a.bin", sha256=SHA256).is_file()


def test_a_wrong_file_put_there_by_hand_is_refused_and_left_alone(server: Server, tmp_path: Path) -> None:
    server.files["/a.bin"] = CONTENT
    target = tmp_path / "a.bin"
    target.write_bytes(b"wrong")
    with pytest.raises(InputError) as raised:
        fetch_file("a", [server.url("/a.bin")], target, sha256=SHA256)
    assert all(part in str(raised.value) for part in (str(target), SHA256, hashlib.sha256(b"wrong").hexdigest()))
    assert target.read_bytes() == b"wrong"
    assert server.requests == []


def test_without_a_published_hash_the_first_use_warns_and_later_ones_hold_to_it(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.files["/a.bin"] = CONTENT
    target = tmp_path / "a.bin"
    with caplog.at_level(logging.WARNING):
        fetch_file("a", [server.url("/a.bin")], target, sha256=None)
        assert SHA256 in caplog.text
        assert "could not be checked" in caplog.text
        caplog.clear()
        fetch_file("a", [server.url("/a.bin")], target, sha256=None)
        assert not caplog.text
    assert (tmp_path / "a.bin.sha256").read_text() == f"{SHA256}  a.bin\n"
    target.write_bytes(CONTENT + b"!")
    with pytest.raises(InputError, match="not the right file"):
        fetch_file("a", [server.url("/a.bin")], target, sha256=None)


def test_a_full_disk_is_a_sentence_and_leaves_no_part(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pooch

    def full(*_args: object, **_kwargs: object) -> None:
        (tmp_path / ".a.bin.part").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch, "retrieve", full)
    with pytest.raises(InputError, match="no space left"):
        fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256)
    assert not parts(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot write"):
        fetch_file("a", [server.url("/a.bin")], tmp_path / "file" / "a.bin", sha256=SHA256)


def test_two_at_once_ask_once(server: Server, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    server.files["/a.bin"] = CONTENT
    found: list[bytes] = []

    def fetch() -> None:
        found.append(fetch_file("a", [server.url("/a.bin")], tmp_path / "a.bin", sha256=SHA256).read_bytes())

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [CONTENT] * 4
    assert len(server.requests) == 1
