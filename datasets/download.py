"""Files from the net: checked, resumed where that is safe, put by hand where there is no net."""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .archives import content_sha256
from .cache import explained
from .errors import InputError, NotAvailable

if TYPE_CHECKING:
    import requests

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times one address is tried while the connection breaks."""

CHUNK = 1 << 14
"""Bytes written at a time; of a connection that breaks, what came after the last whole chunk is lost."""

TIMEOUT = (10, 60)
"""Seconds to wait for a connection, and for more of an answer."""


def fetch_file(
    name: str, urls: Sequence[str], target: Path, *, sha256: str | None, checked_later: bool = False
) -> Path:
    """Return ``target``, downloaded from the first of ``urls`` that gives the right file if it is not there yet.

    A file without a published sha256 is trusted the first time, with a warning that tells its hash; the hash is noted
    beside it (``NAME.sha256``, as sha256sum writes it) and must be the same from then on. A cut download leaves its
    part, hidden, beside the target, and the next attempt continues it where the server can.

    Args:
        name: what messages call the file.
        urls: the address and its mirrors, in the order to try.
        target: where the file belongs, also when it is put there by hand.
        sha256: what the file must hash to, where that is known.
        checked_later: the caller checks what it unpacks from the file; nothing is noted or warned of here.

    Raises:
        NotAvailable: no address gave the file; the message says what to put where by hand.
        InputError: the file at ``target`` is another one, or the disk is full or not writable.
    """
    if target.exists():
        return _checked(target, sha256, checked_later)
    with explained(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(target):
        if target.exists():  # another process fetched it while this one waited
            return _checked(target, sha256, checked_later)
        failures = []
        for url in urls:
            problem = _attempt(url, target, sha256)
            if problem is None:
                return _checked(target, sha256, checked_later)
            failures.append(f"{url}: {problem}")
            log.info("%s from %s: %s", name, url, problem)
    raise NotAvailable(by_hand(name, urls, target, sha256, "; ".join(failures)))


def by_hand(name: str, urls: Sequence[str], target: Path, sha256: str | None, why: str) -> str:
    """The sentence that tells where a file can be had, what it must be and where it belongs."""
    known = f"sha256 {sha256}" if sha256 else "its sha256 is not known"
    first = urls[0] if urls else "no address"
    return f"cannot download {name} ({why}): get {first} ({known}) by other means and put it at {target}"


def _checked(target: Path, sha256: str | None, checked_later: bool) -> Path:
    try:
        found = content_sha256(target)
    except OSError as error:
        raise InputError(f"cannot read {target}: {error.strerror or error}") from error
    note = target.with_name(target.name + ".sha256")
    expected, origin = sha256, "as published"
    if expected is None and not checked_later:
        if note.exists():
            expected, origin = note.read_text().split(" ")[0].strip(), f"as when it was first used (see {note})"
        else:
            with explained(target.parent):
                note.write_text(f"{found}  {target.name}\n")
            log.warning(
                "%s could not be checked: no sha256 of it is published. It has %s; from now on it must stay so.",
                target,
                found,
            )
    if expected is not None and found != expected:
        raise InputError(
            f"{target} is not the right file: its sha256 is {found}, not {expected} {origin}; "
            "delete it to have it downloaded again, or put the right file there"
        )
    return target


def _attempt(url: str, target: Path, sha256: str | None) -> str | None:
    """Download from one address; return why it failed, or None."""
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    part = _Part(target, url, resumable_blindly=sha256 is not None)
    problem = "no attempt made"
    for _ in range(ATTEMPTS):
        try:
            with explained_disk(target.parent, part):
                pooch.retrieve(
                    url,
                    known_hash=None if sha256 is None else f"sha256:{sha256}",
                    fname=target.name,
                    path=target.parent,
                    downloader=part.download,
                )
        except requests.HTTPError as error:
            return f"the server answers {_status(error)} {getattr(error.response, 'reason', '')}".rstrip()
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
            _CutError,
        ) as error:
            problem = _connection_problem(error, part)
            if not part.answered:
                return problem
        except requests.RequestException as error:
            return f"not a usable address ({error})"
        except ValueError:  # pooch: another hash than the expected one; it has removed the file
            problem = "the file there has another sha256"
            if not part.resumed:
                return problem
            # The part kept from earlier may be what was wrong: once more from the start.
        else:
            return None
    return problem


def _status(error: "requests.HTTPError") -> int:
    return 0 if error.response is None else error.response.status_code


def _connection_problem(error: Exception, part: "_Part") -> str:
    if isinstance(error, _CutError):
        return str(error)
    if part.answered:
        return "the connection broke before the file was through"
    return "no answer in time" if "timed out" in str(error).lower() else "no connection"


class _CutError(Exception):
    """The answer ended before the length the server gave."""


class _Part:
    """What has come of a file so far, hidden beside it, with what is needed to ask for the rest."""

    def __init__(self, target: Path, url: str, *, resumable_blindly: bool) -> None:
        self.path = target.with_name(f".{target.name}.part")
        self.note = target.with_name(f".{target.name}.part.json")
        self.url = url
        self.blind = resumable_blindly
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
            if not (start and _status(error) == 416):  # nothing after what is kept: then that is not of this file
                raise
            self._transfer(0, None)
        self.note.unlink(missing_ok=True)
        self.path.replace(output_file)

    def _known(self) -> tuple[int, str | None]:
        """Bytes that can be kept, and the server's mark of the version they are of."""
        try:
            note = json.loads(self.note.read_text())
            if note["url"] == self.url and (note["validator"] or self.blind):
                return self.path.stat().st_size, note["validator"]
        except (OSError, ValueError, KeyError, TypeError):
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

        with self.path.open("ab" if start else "wb") as file, _progress_bar(self.path, start) as bar:

            def begin(response: Any, *_args: object, **_kwargs: object) -> None:
                nonlocal end
                length = response.headers.get("Content-Length")
                if response.status_code == 206:
                    if response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                        self.resumed = True
                    else:
                        raise _CutError("the server sent another range than the one asked for")
                elif response.status_code == 200:
                    file.seek(0)
                    file.truncate()
                    self._remember(response.headers)
                    if bar is not None:
                        bar.start = 0
                else:
                    return
                self.answered = True
                end = None if length is None else file.tell() + int(length)

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
                fetch(self.url, file, None)
            finally:
                size = file.tell()
                if not size:
                    self.remove()
        if end is not None and size != end:
            raise _CutError("the answer ended early")

    def _remember(self, headers: Any) -> None:
        tag = headers.get("ETag", "")
        # A weak tag does not promise the same bytes.
        validator = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")
        self.note.write_text(json.dumps({"url": self.url, "validator": validator}))


@contextlib.contextmanager
def explained_disk(directory: Path, part: _Part) -> Iterator[None]:
    """Turn a full or read-only disk into an InputError and leave nothing of the part there; let net errors through."""
    import requests

    try:
        yield
    except requests.RequestException:  # an OSError too, but not of the disk
        raise
    except OSError:
        with contextlib.suppress(OSError):
            part.remove()
        with explained(directory):
            raise


@contextlib.contextmanager
def _only_one(target: Path) -> Iterator[None]:
    """Hold back other processes that would fetch the same file; without effect where there is no flock."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    lock = target.with_name(f".{target.name}.lock")
    with explained(target.parent):
        file = lock.open("w")
    with file:
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        # The lock file stays: removing it would let a third process lock a new one beside the second's.
        yield


@contextlib.contextmanager
def _progress_bar(path: Path, start: int) -> Iterator["_Bar | None"]:
    """A progress bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        yield _Bar(progress, path.name.removeprefix(".").removesuffix(".part"), start)


class _Bar:
    """What pooch expects of a progress bar, drawn by rich."""

    def __init__(self, progress: Any, description: str, start: int) -> None:
        self.progress = progress
        self.start = start
        self.task = progress.add_task(description, total=None)

    @property
    def total(self) -> int:
        """Bytes of this request; pooch sets it when the answer begins."""
        return self._total

    @total.setter
    def total(self, value: int) -> None:
        self._total = value
        self.progress.update(self.task, total=self.start + value, completed=self.start)

    def update(self, count: int) -> None:
        self.progress.advance(self.task, count)

    def reset(self) -> None:
        self.progress.update(self.task, completed=self.start)

    def close(self) -> None:
        """The surrounding block closes it."""
