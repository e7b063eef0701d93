"""A download that can go on after it broke off, joined only from parts of one and the same file."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .download_bar import progress_bar

if TYPE_CHECKING:
    import requests

CHUNK = 1 << 14
"""Bytes written at a time; of a connection that breaks, what came after the last whole chunk is lost."""

TIMEOUT = (10, 60)
"""Seconds to wait for a connection, and for more of an answer."""

_RANGE = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<total>\d+)")


class CutError(Exception):
    """The answer ended before the length the server gave."""


class TooLargeError(Exception):
    """The server sends more than the file can have."""


class _Limited:
    """A file that takes no more than so many bytes, so that an answer without an end does not fill the disk."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._most = most
        self.flush = file.flush

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._most:
            raise TooLargeError
        return self._file.write(data)


class Part:
    """What has come of a file so far, hidden beside it, with what is needed to ask for the rest."""

    def __init__(self, target: Path, url: str, *, resumable_blindly: bool, most: int) -> None:
        self.path = target.with_name(f".{target.name}.part")
        self.note = target.with_name(f".{target.name}.part.json")
        self.url = url
        self.blind = resumable_blindly
        self.most = most
        self.answered = False
        """Whether the server began to send the file in the last request."""
        self.resumed = False
        """Whether the last request continued an earlier one."""

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def download(self, url: str, output_file: str, _pooch: object) -> None:
        """Fetch ``url``, or what is missing of it, into ``output_file`` (the signature pooch asks for)."""
        import requests

        start, validator = self._known()
        try:
            self._transfer(start, validator)
        except requests.HTTPError as error:
            if not (start and status_of(error) == 416):  # nothing after what is kept: then that is not of this file
                raise
            self._transfer(0, None)
        except TooLargeError:
            self.remove()
            raise
        self.note.unlink(missing_ok=True)
        self.path.replace(output_file)

    def _known(self) -> tuple[int, str | None]:
        """Bytes that can be kept, and the server's mark of the version they are of."""
        try:
            note = json.loads(self.note.read_text())
            mark = note["validator"]
            if note["url"] == self.url and (mark or self.blind) and (mark is None or isinstance(mark, str)):
                return self.path.stat().st_size, mark
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            pass
        return 0, None

    def _transfer(self, start: int, validator: str | None) -> None:
        import pooch

        self.answered, self.resumed = False, False
        end: int | None = None
        # Packed on the way, neither lengths nor ranges would be those of the file.
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            if validator:
                headers["If-Range"] = validator

        with self.path.open("ab" if start else "wb") as file, progress_bar(self.path, start) as bar:

            def begin(response: Any, *_args: object, **_kwargs: object) -> None:
                nonlocal end
                length = response.headers.get("Content-Length")
                end = None if length is None else int(length)
                if response.status_code == 206:
                    given = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
                    if given is None or int(given["first"]) != start:
                        self.note.unlink(missing_ok=True)  # the next attempt starts anew
                        self.answered = True
                        raise CutError("the server sent another range than the one asked for")
                    self.resumed = True
                    end = int(given["total"])
                elif response.status_code == 200:
                    file.seek(0)
                    file.truncate()
                    self._remember(response.headers)
                    if bar is not None:
                        bar.start = 0
                else:
                    return
                self.answered = True
                if end is not None and end > self.most:
                    raise TooLargeError

            try:
                # requests calls the hook before any of the body is read, so a server that ignores the range (200, not
                # 206) is seen in time to start over.
                fetch = pooch.HTTPDownloader(
                    progressbar=bar or False,
                    chunk_size=CHUNK,
                    headers=headers,
                    timeout=TIMEOUT,
                    hooks={"response": begin},
                )
                fetch(self.url, _Limited(file, self.most), None)
            finally:
                size = file.tell()
                if not size:
                    self.remove()
        if end is not None and size != end:
            raise CutError("the answer ended early")

    def _remember(self, headers: Any) -> None:
        tag = headers.get("ETag", "")
        # A weak tag does not promise the same bytes.
        validator = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")
        self.note.write_text(json.dumps({"url": self.url, "validator": validator}))


def status_of(error: "requests.HTTPError") -> int:
    return 0 if error.response is None else error.response.status_code
