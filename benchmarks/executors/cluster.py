"""A Dask scheduler as this project needs it: who is there, and a function called on one named worker."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from ...datasets.errors import InputError
from .executor import Lost

RESOURCE = "bench"
"""A worker offers one of it, and each task takes it: so nothing of ours runs beside a timed run, whoever sent it."""

GPU = "GPU"

CONNECT_SECONDS = 10
_POLL_SECONDS = 0.1
_CLEANUP_SECONDS = 15


class Died(Exception):  # noqa: N818 - the others go on
    """The worker that had the call has gone."""


class Stopped(Exception):  # noqa: N818 - it was asked for
    """The call was taken back."""


class Cluster:
    """A connection to a scheduler, to be used from several threads; a context manager.

    Args:
        address: of the scheduler, such as ``tcp://host:8786``.

    Raises:
        InputError: distributed is not installed, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise InputError(
                "--executor dask needs the package distributed: pip install 'word2vec-bench[dask]'"
            ) from None
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is told in words of our own
        self.address = address
        self._stopping, self._lost = threading.Event(), False
        self._alive: Mapping[str, Mapping[str, Any]] = {}
        try:
            self._client = Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, direct_to_workers=False, name="bench"
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"no Dask scheduler answers at {address}: start one with `dask scheduler`, and give the address that "
                f"it prints ({str(error) or type(error).__name__})"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close(timeout=2)

    def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Workers that are there now, by address: ``resources``, ``host``, ``name`` and more that Dask tells.

        Raises:
            Lost: the scheduler has gone.
        """
        try:
            if self._client.status != "running":
                raise OSError("not connected")
            self._alive = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TimeoutError) as error:
            self._stopping.set()
            self._lost = True
            raise Lost(f"the Dask scheduler at {self.address} has gone") from error
        return self._alive

    def has(self, worker: str) -> bool:
        """Whether the worker was there when ``workers`` was last asked."""
        return worker in self._alive

    def resources(self, worker: str) -> Mapping[str, float]:
        """What the worker offered then."""
        told: Mapping[str, float] = self._alive.get(worker, {}).get("resources", {})
        return told

    def stop(self) -> None:
        """Take back every call, now and later."""
        self._stopping.set()

    def call(self, worker: str, function: Callable[..., Any], *arguments: Any, gpu: bool = False) -> Any:
        """What a function gives on a worker; ``workers`` has to be asked meanwhile, from another thread.

        Raises:
            Died: the worker has gone.
            Stopped: ``stop`` was called; what the function had started is being ended.
            Exception: of the function.
        """
        from distributed import KilledWorker

        try:
            value, error = self._outcome(worker, function, arguments, gpu=gpu)
        except (Died, Stopped):
            raise
        except Exception:  # of Dask's own: the result, or the connection, is gone
            raise self._gone(worker) from None
        if isinstance(error, KilledWorker):
            raise Died(worker)
        if error is not None:
            raise error
        return value

    def _outcome(
        self, worker: str, function: Callable[..., Any], arguments: tuple[Any, ...], *, gpu: bool
    ) -> tuple[Any, BaseException | None]:
        """What the function gave, or the error that it raised."""
        future = self._client.submit(
            function,
            *arguments,
            key=f"bench-{function.__name__}-{uuid.uuid4().hex}",
            workers=[worker],
            allow_other_workers=False,
            resources={RESOURCE: 1, **({GPU: 1} if gpu else {})},
            pure=False,
        )
        try:
            while future.status == "pending":
                if self._stopping.is_set():
                    raise Stopped
                if not self.has(worker):
                    raise Died(worker)
                time.sleep(_POLL_SECONDS)
            if future.status == "finished":
                return future.result(timeout=_CLEANUP_SECONDS), None
            if future.status == "error":
                return None, future.exception(timeout=_CLEANUP_SECONDS)
            raise self._gone(worker)
        finally:
            if future.status == "pending":
                future.cancel(force=True)
            future.release()

    def _gone(self, worker: str) -> Died | Stopped:
        lost = self._stopping.is_set() or self._client.status != "running"
        return Stopped() if lost else Died(worker)

    def send(self, worker: str, data: bytes, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on a worker with bytes as its last argument; they go as data of Dask's, not in the task.

        Raises:
            Died, Stopped, Exception: as ``call``.
        """
        try:
            carried = self._client.scatter(data, workers=[worker], hash=False)
        except Exception:
            raise self._gone(worker) from None
        return self.call(worker, function, *arguments, carried)

    def quiet(self, workers: list[str], busy: Callable[[], int]) -> bool:
        """Wait until none of the workers has a process of ours left; False where they do not come to an end.

        Workers that have lost their scheduler end by themselves, and their processes with them.
        """
        deadline = time.monotonic() + _CLEANUP_SECONDS
        while not self._lost and time.monotonic() < deadline:
            try:
                there = self._client.scheduler_info(n_workers=-1)["workers"]
                told = self._client.run(busy, workers=[one for one in workers if one in there], on_error="ignore")
            except (OSError, TimeoutError, ValueError, KeyError):
                return self._lost
            if not any(told.values()):
                return True
            time.sleep(_POLL_SECONDS)
        return self._lost
