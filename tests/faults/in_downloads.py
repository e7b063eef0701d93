"""Servers that misbehave, between a download and its address: a proxy answers in their place."""

import http.server
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from fault import fault
from sandbox import Ended, Sandbox

GROUP = "Downloads"
BODY = random.Random(1).randbytes(200_000)

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def _server(answer: Answer) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            with suppress(OSError):  # the client has had enough
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield running.server_port
        finally:
            running.shutdown()
            thread.join()


def _fetch(box: Sandbox, answer: Answer) -> Ended:
    with _server(answer) as port:
        own, nothing = f"http://127.0.0.1:{port}", "http://127.0.0.1:9"
        box.variables.update(http_proxy=own, https_proxy=nothing, HTTP_PROXY=own, HTTPS_PROXY=nothing, no_proxy="")
        ended = box.bench("data", "fetch", "text8")
    kept = [path.name for path in (box.cache / "downloads").glob("*") if not path.name.startswith(".")]
    assert not kept, f"taken for the file: {kept}"
    box.forgiven = r"downloads/\.text8"  # a lock, and the part that the next attempt continues
    return ended


def _head(handler: http.server.BaseHTTPRequestHandler, code: int, length: int | None, **more: str) -> None:
    handler.send_response(code)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    for name, value in more.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def _cut(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 200, len(BODY))
    handler.wfile.write(BODY[:70_000])


def _wrong(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 200, len(BODY))
    handler.wfile.write(BODY)


def _slow(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 200, 40)
    for _ in range(40):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def _round(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 302, 0, Location="http://mattmahoney.net/dc/text8.zip")


def _elsewhere(handler: http.server.BaseHTTPRequestHandler) -> None:
    if "elsewhere" in handler.path:
        _wrong(handler)
    else:
        _head(handler, 301, 0, Location="http://elsewhere.invalid/login.html")


def _to_a_file(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 302, 0, Location="file:///etc/passwd")


def _endless(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 200, None)
    while True:
        handler.wfile.write(BODY)


def _lies(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 200, 10**15)
    handler.wfile.write(BODY)


def _garbage(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.wfile.write(bytes(range(256)) * 4)


def _error(handler: http.server.BaseHTTPRequestHandler) -> None:
    _head(handler, 503, 0)


_CANNOT = r"cannot download text8 .*by other means and put it at"
_SERVERS: dict[str, tuple[Answer, str]] = {
    "the answer is cut, each time": (_cut, r"ended early|connection broke"),
    "another file is sent": (_wrong, "another sha256"),
    "a page is sent in place of the file, after a redirection": (_elsewhere, "another sha256"),
    "it redirects in a circle": (_round, "redirect"),
    "it redirects to a file of this machine": (_to_a_file, r"file:///etc/passwd|not a usable address"),
    "byte by byte, and then the wrong ones": (_slow, "another sha256"),
    "an answer without an end": (_endless, "larger than"),
    "it promises a petabyte": (_lies, r"larger than|ended early"),
    "bytes that are no HTTP": (_garbage, "no connection|broke|not a usable"),
    "it answers 503": (_error, "answers 503"),
}
for _what, (_answer, _says) in _SERVERS.items():
    fault(GROUP, _what, codes=2, says=rf"{_CANNOT}|{_says}" if _says == "" else _says, short="without an end" in _what)(
        lambda box, answer=_answer: _fetch(box, answer)  # type: ignore[misc]
    )


@fault(GROUP, "there is no net", codes=2, says=_CANNOT)
def _no_net(box: Sandbox) -> Ended:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        box.variables[name] = "http://127.0.0.1:9"
    box.forgiven = r"downloads/\.text8"
    return box.bench("data", "fetch", "text8")
