"""Files from the net: checked, resumed where that is safe, put by hand where there is no net."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from .archives import content_sha256
from .cache import explained
from .errors import InputError, NotAvailable
from .partial_download import CutError, Part, TooLargeError, status_of

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times one address is tried while the connection breaks."""

MOST_BYTES = 1 << 30
"""Of a file whose size is not known beforehand: question sets, of which the largest has a few megabytes."""


def fetch_file(
    name: str,
    urls: Sequence[str],
    target: Path,
    *,
    sha256: str | None,
    checked_later: bool = False,
    size: int | None = None,
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
        size: its bytes, where they are known; without, a file of more than ``MOST_BYTES`` is not taken.

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
            problem = _attempt(url, target, sha256, size or MOST_BYTES)
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


def _attempt(url: str, target: Path, sha256: str | None, most: int) -> str | None:
    """Download from one address; return why it failed, or None."""
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    part = Part(target, url, resumable_blindly=sha256 is not None, most=most)
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
            return f"the server answers {status_of(error)} {getattr(error.response, 'reason', '')}".rstrip()
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
            CutError,
        ) as error:
            problem = _connection_problem(error, part)
            if not part.answered:
                return problem
        except TooLargeError:
            return f"the file there is larger than {most:,} bytes, which is all that it may have"
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


def _connection_problem(error: Exception, part: "Part") -> str:
    if isinstance(error, CutError):
        return str(error)
    if part.answered:
        return "the connection broke before the file was through"
    return "no answer in time" if "timed out" in str(error).lower() else "no connection"


@contextlib.contextmanager
def explained_disk(directory: Path, part: Part) -> Iterator[None]:
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
