"""The torch trainer: dense batches in plain torch on any device, and Triton kernels on a GPU."""

import importlib.metadata
import importlib.util
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from .examples import Sharing
from .given import HOGWILD, OPTIMIZER, THREADS, UPDATES, Given, as_asked
from .house_settings import house_settings
from .hyperparameters import Hyperparameters
from .trainer import Progress, Trainer, TrainingError

if TYPE_CHECKING:
    from torch import Tensor

    from .torch_kernels.plain import PlainPath
    from .torch_kernels.problem import Problem
    from .torch_kernels.triton_path import TritonPath

PATHS = ("auto", "plain", "triton")
PRODUCTS = ("fma", "tf32", "tf32x3", "ieee")
OPTIMIZERS = ("sgd", "adagrad", "adam")
SLICE_TOKENS = {"cpu": 1 << 14, "cuda": 1 << 20, "triton": 1 << 24}
"""Words of the corpus that are drawn at once: so few that the CPU's caches hold them, so many that a GPU is filled."""
WARM_UP_TOKENS = 4096


class TorchTrainer(Trainer):
    """Word2vec in torch.

    The plain path computes batches of windows from one state of the vectors and applies the sum of their gradients,
    damped for rows that a whole batch shares. With ``batch=1`` it is the NumPy reference. The Triton path runs many
    programs at once, each training its sentences one window after another; it is the default on a GPU where the
    kernels can do what is asked for.
    """

    name: ClassVar[str] = "torch"
    summary: ClassVar[str] = "PyTorch on CPU or GPU, Triton kernels on a GPU"
    option_choices: ClassVar[Mapping[str, str]] = {
        "negatives": "window or window:S (default window)",
        "path": "plain, triton or auto (default auto: triton on a GPU where it can)",
        "batch": "plain path: update units computed from one state of the vectors (default 512)",
        "programs": "triton path: windows trained at the same time (default 0: 8 a multiprocessor)",
        "warps": "triton path: warps of a program (default 0: as many as its registers need)",
        "damping": "units at once that may move a row undamped (default 16)",
        "products": "triton path, how skip-gram multiplies: fma, tf32, tf32x3 or ieee (default fma)",
        "optimizer": "plain path: sgd, adagrad or adam (default sgd)",
    }

    def __init__(
        self,
        negatives: str = "window",
        path: str = "auto",
        batch: int = 512,
        programs: int = 0,
        warps: int = 0,
        damping: float = 16.0,
        products: str = "fma",
        optimizer: str = "sgd",
    ) -> None:
        self._sharing = Sharing.parse(negatives)
        if self._sharing.centres == 0:
            raise ValueError("negatives must be window or window:S: torch computes whole windows")
        for name, value, known in (
            ("path", path, PATHS),
            ("products", products, PRODUCTS),
            ("optimizer", optimizer, OPTIMIZERS),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        if not 1 <= int(batch) <= 1 << 24:
            raise ValueError(f"batch must be from 1 to {1 << 24}, got {batch}")
        if not 0 <= int(programs) <= 1 << 20:
            raise ValueError(f"programs must be from 0 to {1 << 20}, got {programs}")
        if int(warps) not in (0, 1, 2, 4, 8, 16):
            raise ValueError(f"warps must be 0, 1, 2, 4, 8 or 16, got {warps}")
        if not float(damping) >= 1:
            raise ValueError(f"damping must be at least 1, got {damping}")
        if path == "triton" and optimizer != "sgd":
            raise ValueError("optimizer must be sgd on the triton path: it has no other")
        self._path, self._products, self._optimizer = path, products, optimizer
        self.path = path
        """The path taken; ``auto`` until ``prepare`` has chosen."""
        self._batch, self._damping = int(batch), float(damping)
        self._programs, self._warps = int(programs), int(warps)
        self._problem: Problem | None = None
        self._threads, self._workers = 1, 1

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "negatives": str(self._sharing),
            "path": self.path,
            "batch": self._batch,
            "programs": self._programs,
            "warps": self._warps,
            "damping": self._damping,
            "products": self._products,
            "optimizer": self._optimizer,
        }

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("torch")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        if importlib.util.find_spec("torch") is None:
            return "torch is not installed: pip install torch"
        if device in ("auto", "cpu"):
            return None  # known without importing torch
        from .torch_kernels.device import why_not

        return why_not(device)

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        if hyperparameters.loss == "softmax":
            return "torch has no full softmax; use loss ns or hs"
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        own = house_settings(hyperparameters, self._sharing)
        own |= self._updates()
        if self._optimizer != "sgd":
            note = "gives each row steps of its own size, from the squares of its gradients"
            own[OPTIMIZER] = Given(value=self._optimizer, note=note)
            if self._threads > 1 and self.path == "plain":
                own[THREADS] = Given(value=1, note="computes the batches of this optimizer one after another")
        if self.path == "triton" and self._products == "tf32":
            own["products"] = Given(value="tf32", note="multiplies numbers that are rounded to 11 significant bits")
        return as_asked(hyperparameters, **own)

    def _updates(self) -> dict[str, Given]:
        """What is computed from one state of the vectors, where that is more than one unit."""
        damped = ", damped for rows that many of them share" if self._optimizer == "sgd" else ""
        if self.path == "triton":
            programs: int | None = getattr(self._run, "programs", 1) if self._problem is not None else None
            if programs == 1:
                return {}
            number = "many" if programs is None else f"{programs:,}"
            note = f"{number} programs of a GPU train a window each at the same time, without locks{damped}"
            return {UPDATES: Given(value=f"{number} at once", note=note)}
        windows = self._batch * self._sharing.centres
        if self._batch > 1:
            note = f"computes {windows:,} windows from one state of the vectors and adds up their steps{damped}"
            if self._workers > 1:
                note += f"; {self._workers} threads do so without waiting for one another"
            return {UPDATES: Given(value=f"{windows:,} at once", note=note)}
        return {UPDATES: HOGWILD} if self._workers > 1 else {}

    def unpausable(self) -> str | None:
        return None  # no slice reaches into the next epoch, on any path

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Copy the corpus to the device, allocate, compile the kernels and warm up.

        Raises:
            TrainingError: no such device, it has too little memory, or the hyperparameters are not supported.
        """
        reason = self.unsupported(hyperparameters)
        if reason is not None:
            raise TrainingError(reason)
        if hyperparameters.loss == "hs" and len(corpus.vocabulary) < 2:
            raise TrainingError("hierarchical softmax needs a vocabulary of at least two words")
        from .torch_kernels.device import resolve
        from .torch_kernels.problem import Problem

        self._device, self._threads = resolve(device), threads
        # The adaptive methods sum a batch's gradients in a buffer that two batches cannot share.
        self._workers = threads if self._device.type == "cpu" and self._optimizer == "sgd" else 1
        with self._faults_in_words(), self._torch_settings():
            problem = Problem(corpus, hyperparameters, seed=seed, device=self._device)
            self.path = self._choose_path(hyperparameters)
            if self.path == "triton":
                self._workers = 1
            tokens = SLICE_TOKENS["triton" if self.path == "triton" else self._device.type]
            self._slices = _slices(np.asarray(corpus.offsets), tokens)
            # A thread without a slice trains nothing, and the others need not be damped for its sake.
            self._workers = min(self._workers, len(self._slices))
            start = time.perf_counter()
            warm_up = 1 if self.path == "triton" else WARM_UP_TOKENS
            self._make_path(problem).train(0, *_slices(np.asarray(corpus.offsets), warm_up)[0])
            problem.synchronize()
            self.compile_seconds = time.perf_counter() - start if self.path == "triton" else 0.0
            problem.reset()
            self._run = self._make_path(problem)
            problem.synchronize()
        self._note_transfers(problem)
        self._problem, self.trained_words = problem, 0

    def _choose_path(self, hyperparameters: Hyperparameters) -> str:
        """Which path trains; ``auto`` takes the kernels on a GPU where they can do all that is asked for."""
        if self._path == "plain" or (self._path == "auto" and self._device.type != "cuda"):
            return "plain"
        reason = self._why_no_kernels(hyperparameters)
        if reason is not None and self._path == "triton":
            raise TrainingError(f"the triton kernels cannot train this: {reason}; use path=plain")
        return "triton" if reason is None else "plain"

    def _why_no_kernels(self, hyperparameters: Hyperparameters) -> str | None:
        if importlib.util.find_spec("triton") is None:
            return "the package triton is not installed"
        if self._sharing.centres != 1:
            return "they share noise words over one window"
        if self._optimizer != "sgd":
            return "they have sgd only"
        from .torch_kernels.triton_path import why_not

        return why_not(hyperparameters, self._device)

    def _make_path(self, problem: "Problem") -> "PlainPath | TritonPath":
        unit = self._sharing.centres
        if self.path == "triton":
            from .torch_kernels.triton_path import TritonPath

            return TritonPath(
                problem,
                programs=self._programs or None,
                limit=self._damping,
                products=self._products,
                warps=self._warps or None,
            )
        from .torch_kernels.plain import PlainPath

        return PlainPath(
            problem,
            batch=self._batch * unit,
            unit=unit,
            limit=self._damping,
            optimizer=self._optimizer,
            workers=self._workers,
        )

    def train(self, progress: Progress) -> None:
        """Train all epochs; the device has finished when it returns.

        Raises:
            TrainingError: the vectors became infinite or not a number, or the device failed.
        """
        problem = self._problem
        if problem is None:
            raise TrainingError("train() was called before prepare()")
        h, corpus = problem.hyperparameters, problem.corpus
        total = h.epochs * corpus.n_tokens
        with self._faults_in_words(), self._torch_settings():
            for epoch in range(h.epochs):
                done = epoch * corpus.n_tokens
                for first, last in self._trained_slices(epoch):
                    done += int(corpus.offsets[last] - corpus.offsets[first])
                    progress(done, total)
                if not problem.sane():
                    raise TrainingError(
                        f"training diverged in epoch {epoch + 1}: the vectors grew beyond all bounds; "
                        f"lower alpha ({h.alpha:g}), batch or damping"
                    )
                if self.epoch_ended is not None:
                    problem.synchronize()
                    self.epoch_ended(epoch + 1)
            problem.synchronize()
            self.trained_words = self._run.kept_words()

    def _trained_slices(self, epoch: int) -> Iterator[tuple[int, int]]:
        """Train an epoch; yields each slice when it is done, in the order they finish."""
        if self._workers == 1:
            for slice_ in self._slices:
                self._run.train(epoch, *slice_)
                yield slice_
            return
        # Threads that each train slices of their own wait for one another once an epoch; threads inside every small
        # operation would wait thousands of times a second. Their updates race, as those of word2vec.c's threads do.
        with ThreadPoolExecutor(self._workers) as pool:
            running = {pool.submit(self._run.train, epoch, *slice_): slice_ for slice_ in self._slices}
            try:
                for future in as_completed(running):
                    future.result()
                    yield running[future]
            finally:
                pool.shutdown(cancel_futures=True)

    def vectors(self) -> NDArray[np.float32]:
        if self._problem is None:
            raise TrainingError("there are no vectors before prepare()")
        return self._download(self._problem.inputs)

    def output_vectors(self) -> NDArray[np.float32] | None:
        if self._problem is None or self._problem.tree is not None:
            return None
        return self.output_rows()

    def output_rows(self) -> NDArray[np.float32]:
        """Every output row, float32: words, or the tree's inner nodes (n_words - 1, vector_size)."""
        if self._problem is None:
            raise TrainingError("there are no vectors before prepare()")
        return self._download(self._problem.outputs)

    def _download(self, matrix: "Tensor") -> NDArray[np.float32]:
        assert self._problem is not None
        array = self._problem.download(matrix)
        self._note_transfers(self._problem)
        return array

    def _note_transfers(self, problem: "Problem") -> None:
        self.transfer_seconds = problem.transfer_seconds if self._device.type == "cuda" else None

    @property
    def device(self) -> str:
        return str(self._device)

    @contextmanager
    def _torch_settings(self) -> Iterator[None]:
        """Torch's threads, and the device that kernels are launched on, as this trainer needs them."""
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(self._threads if self._workers == 1 else 1)
        try:
            with torch.cuda.device(self._device) if self._device.type == "cuda" else nullcontext():
                yield
        finally:
            torch.set_num_threads(before)

    @contextmanager
    def _faults_in_words(self) -> Iterator[None]:
        from .torch_kernels.device import in_words

        try:
            yield
        except TrainingError:
            raise
        except Exception as error:
            reason = in_words(error, str(self._device))
            if reason is None:
                raise
            raise reason from error


def _slices(offsets: NDArray[np.int64], tokens: int) -> list[tuple[int, int]]:
    """Cut the sentences into runs of about so many tokens: (first, one past the last)."""
    slices, first = [], 0
    while first < len(offsets) - 1:
        last = int(np.searchsorted(offsets, offsets[first] + tokens, side="right")) - 1
        last = min(max(last, first + 1), len(offsets) - 1)
        slices.append((first, last))
        first = last
    return slices
