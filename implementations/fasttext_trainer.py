"""fastText (Bojanowski et al. 2017) from its package: word2vec with ``maxn=0``, with n-grams of characters else."""

import importlib.metadata
import importlib.util
from collections.abc import Mapping
from threading import Thread
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from ..datasets.export import text_file
from .fasttext_settings import (
    EOS,
    FRESH_BYTES,
    LR_UPDATE_RATE,
    UNLIMITED_SAMPLE,
    Ngrams,
    rows_to_initialise,
    settings,
)
from .file_passes import FilePasses
from .given import Given
from .hyperparameters import Hyperparameters
from .trainer import Progress, Trainer, TrainingError

_POLL_SECONDS = 0.2


class FastTextTrainer(Trainer):
    """The C++ program behind the package's Python layer, which passes on neither the seed nor progress.

    fastText reads a text and counts its words by itself. The harness's text holds nothing but words of the vocabulary,
    so it finds the same words and counts (``prepare`` makes sure), in an order of its own, and rows are brought back
    into the vocabulary's. ``fasttext_settings`` tells how it departs from the protocol. One thread is deterministic.
    """

    name: ClassVar[str] = "fasttext"
    summary: ClassVar[str] = "fastText's C++ program; no n-grams by default"
    timing_note: ClassVar[str | None] = (
        "reads and counts the text, and allocates the vectors, inside the timed call: one pass in one thread"
    )
    option_choices: ClassVar[Mapping[str, str]] = {
        "minn": "characters of the shortest n-gram (default 0)",
        "maxn": "characters of the longest n-gram; 0 for none: word2vec proper (default 0)",
        "bucket": "rows that n-grams are hashed to (default 2000000; only with maxn)",
        "eos": "true: </s> is a word at the end of each sentence, as fastText has it by itself (default false)",
    }

    def __init__(self, minn: int = 0, maxn: int = 0, bucket: int | None = None, eos: bool = False) -> None:
        self._ngrams = Ngrams.checked(minn, maxn, bucket)
        if not isinstance(eos, bool):
            raise ValueError(f"eos must be true or false, got {eos!r}")
        self._eos = eos
        self._threads: int | None = None
        self._model: Any = None

    @property
    def options(self) -> Mapping[str, Any]:
        return {"minn": self._ngrams.shortest, "maxn": self._ngrams.longest, "eos": self._eos} | (
            {"bucket": self._ngrams.bucket} if self._ngrams.longest else {}
        )

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("fasttext")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        try:
            cls.version()
        except importlib.metadata.PackageNotFoundError:
            return "fasttext is not installed: pip install fasttext, which compiles it"
        if importlib.util.find_spec("fasttext_pybind") is None:
            return "fasttext is installed without its compiled module: pip install --force-reinstall fasttext"
        if device not in ("auto", "cpu"):
            return f"fasttext trains on the CPU only, not on {device}"
        return None

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        if not hyperparameters.shrink_windows:
            return "fastText always draws a window's size; leave shrink_windows true"
        if hyperparameters.model == "cbow" and not hyperparameters.cbow_mean:
            return "fastText's CBOW always averages; leave cbow_mean true"
        if hyperparameters.loss == "ns" and hyperparameters.ns_exponent not in (0.75, 0.5):
            return (
                "fastText's noise distribution is count^0.5, fixed; leave ns_exponent at 0.75, which is then reported "
                "as not honoured, or set 0.5"
            )
        if hyperparameters.min_alpha > hyperparameters.alpha / 10:
            return "fastText's learning rate always falls to 0; set min_alpha to a tenth of alpha or less"
        return None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        return settings(hyperparameters, self._ngrams, eos=self._eos, threads=self._threads)

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Write the corpus as text, and let fastText read it once without training, to compare vocabularies.

        Raises:
            TrainingError: it cannot do what is asked for, a vocabulary of less than two words, fastText finds other
                words in the text, or the table of n-grams is too small.
        """
        if reason := self.unsupported(hyperparameters):
            raise TrainingError(reason)
        if len(corpus.vocabulary) < 2:
            raise TrainingError("fastText needs a vocabulary of at least two words; lower min_count or take more text")
        self._corpus, self._hyperparameters, self._threads, self._seed = corpus, hyperparameters, threads, seed
        self._bucket = self._bucket_for(len(corpus.vocabulary) + self._eos)
        self._text = text_file(corpus)
        self._model = self._trained(epochs=0)
        self._rows = self._order(corpus)

    def train(self, progress: Progress) -> None:
        """Read, count and train in one call of fastText.

        Raises:
            TrainingError: the vectors became infinite or not a number, or nothing was trained.
        """
        total = self._corpus.n_tokens * self._hyperparameters.epochs
        self._model = None
        done: list[Any] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                done.append(self._trained(self._hyperparameters.epochs))
            except BaseException as error:
                errors.append(error)

        passes = FilePasses(self._text)
        worker = Thread(target=work, daemon=True)  # so that an interrupt need not wait for it
        worker.start()
        while worker.is_alive():
            worker.join(_POLL_SECONDS)
            read = passes.done() - 1  # the first pass counts the words
            progress(min(total, max(0, int(read * self._corpus.n_tokens))), total)
        if errors:
            raise self._explained(errors[0]) from errors[0]
        (self._model,) = done
        self._check()
        progress(total, total)

    def vectors(self) -> NDArray[np.float32]:
        if self._ngrams.longest == 0:
            return self._matrix(self._model.getInputMatrix())
        import fasttext_pybind

        one = fasttext_pybind.Vector(self._hyperparameters.vector_size)
        words = self._corpus.vocabulary.words
        found = np.empty((len(words), self._hyperparameters.vector_size), np.float32)
        for row, word in zip(found, words, strict=True):
            self._model.getWordVector(one, word)
            row[:] = np.asarray(one)
        return found

    def output_vectors(self) -> NDArray[np.float32] | None:
        return None if self._hyperparameters.loss == "hs" else self._matrix(self._model.getOutputMatrix())

    def _matrix(self, rows: Any) -> NDArray[np.float32]:
        """Rows of a matrix of fastText in the vocabulary's order, a copy: float32 (n_words, vector_size)."""
        matrix: NDArray[np.float32] = np.asarray(rows)[self._rows]
        return matrix

    def _bucket_for(self, words: int) -> int:
        """Rows beside those of words: for n-grams, else so many that all words are initialised."""
        size, threads = self._hyperparameters.vector_size, self._threads or 1
        if self._ngrams.longest == 0:
            return rows_to_initialise(words, size, threads) - words
        needed = -(-FRESH_BYTES // (4 * size)) - words
        if threads < 10 and self._ngrams.bucket < needed:
            raise TrainingError(
                "fastText starts the n-grams of a small table from whatever the memory holds; take a bucket of "
                f"{needed:,} or more"
            )
        return self._ngrams.bucket

    def _trained(self, epochs: int) -> Any:
        """A model of fastText after so many epochs; every argument that plays a part is set."""
        import fasttext_pybind as library

        h, arguments = self._hyperparameters, library.args()
        model = library.model_name.skipgram if h.model == "skipgram" else library.model_name.cbow
        for name, value in {
            "input": str(self._text),
            "model": model,
            "loss": getattr(library.loss_name, h.loss),
            "dim": h.vector_size,
            "ws": h.window,
            "neg": h.negative,
            "t": h.sample or UNLIMITED_SAMPLE,
            "epoch": epochs,
            "lr": h.alpha,
            "lrUpdateRate": LR_UPDATE_RATE,
            "minCount": 1,  # rare words are gone, and </s> must stay: fastText ends lines by it
            "minCountLabel": 0,
            "label": "__label__" if self._eos else EOS,  # a label is no word: neither trained nor drawn as noise
            "wordNgrams": 1,
            "minn": self._ngrams.shortest,
            "maxn": self._ngrams.longest,
            "bucket": self._bucket,
            "thread": self._threads,
            "seed": 1 + self._seed % (2**31 - 2),  # its generator makes the same of 0 and 1, and ends below 2^31 - 1
            "verbose": 0,
        }.items():
            setattr(arguments, name, value)
        made = library.fasttext()
        library.train(made, arguments)
        return made

    def _order(self, corpus: Corpus) -> NDArray[np.int64]:
        """Where fastText has each word of the vocabulary.

        Raises:
            TrainingError: it has other words, or others counts.
        """
        words, counts = self._model.getVocab("strict")
        found = {word: (row, count) for row, (word, count) in enumerate(zip(words, counts, strict=True)) if word != EOS}
        wanted = dict(zip(corpus.vocabulary.words, corpus.vocabulary.counts.tolist(), strict=True))
        for word, count in wanted.items():
            if found.get(word, (0, 0))[1] != count:
                raise TrainingError(
                    f"fastText does not read the corpus as it is: it finds {word!r} {found.get(word, (0, 0))[1]:,} "
                    f"times, not {count:,}; it splits words at control characters and takes {EOS} for a line's end"
                )
        return np.array([found[word][0] for word in wanted], np.int64)

    def _check(self) -> None:
        inputs, outputs = np.asarray(self._model.getInputMatrix()), np.asarray(self._model.getOutputMatrix())
        if self._ngrams.longest == 0:
            inputs = inputs[: len(outputs)]  # below are rows that were never written
        # Extremes carry an infinity and a NaN, and take no array of flags.
        if not np.isfinite([f(rows) for rows in (inputs, outputs) for f in (np.min, np.max)]).all():
            raise self._diverged()
        if not outputs.any():  # where they started
            raise TrainingError("fastText trained nothing: subsampling left no two words together; try a larger sample")

    def _explained(self, error: BaseException) -> BaseException:
        return self._diverged() if isinstance(error, RuntimeError) and "NaN" in str(error) else error

    def _diverged(self) -> TrainingError:
        return TrainingError(
            "training diverged: the vectors hold values that are not finite; "
            f"lower alpha ({self._hyperparameters.alpha:g})"
        )
