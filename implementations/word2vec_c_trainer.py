"""The original word2vec program (Mikolov et al. 2013), from the package ``word2vec``, which compiles it."""

import signal
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from ..datasets.vocabulary import Vocabulary
from . import word2vec_c_program, word2vec_c_settings
from .given import Given
from .hyperparameters import Hyperparameters
from .programs.program import Program
from .programs.vectors import read_vectors
from .programs.workspace import Workspace
from .trainer import Progress, Trainer, TrainingError
from .word2vec_c_settings import LINE_END

LONGEST_WORD = 98
"""Bytes of a word that it keeps (MAX_STRING less two)."""

LARGEST = 1e6
"""Elements of vectors: hierarchical softmax skips what is saturated, so they stay finite where it diverges."""

TRAINED = 0.95
"""Share of all words that it must have told of."""


class Word2VecCTrainer(Trainer):
    """A program of its own that reads the corpus as text and writes its vectors into a file.

    It is handed the vocabulary with its counts, so it does not count again; its rows come back in the corpus's order.
    It is started in ``prepare`` and held where its training threads begin, which is where its own clock starts:
    reading the vocabulary, allocating, and the table of noise words are not timed, as for the other implementations.
    ``train`` lets it go and lasts until it has ended, so writing the vectors is timed.

    What it does otherwise than the protocol (``given`` tells of it run by run, docs/word2vec-c.md at length):

    - The end of a line is a word, ``</s>``, to its counts: it raises the number of words that the learning rate and the
      subsampling threshold go by. It is never trained, and where it is drawn as noise any word is taken instead.
    - The seed is not honoured: the start is the same each time, and thread i draws from a generator seeded with i. With
      one thread every run gives the same bits, whatever the seed.
    - A thread starts at its share of the file's bytes, in the middle of a word, and trains its share of the words.
    - The learning rate falls to alpha / 10,000, in steps of 10,000 words.
    - The logistic function is a table over ±6; beyond, hierarchical softmax skips the example.
    """

    name: ClassVar[str] = "word2vec-c"
    summary: ClassVar[str] = "the original C program, as the package word2vec compiles it"
    timing_note: ClassVar[str | None] = (
        "reads the text anew in each epoch and looks its words up, which is timed, as is writing its vectors to a file"
    )
    _corpus: Corpus | None = None
    _threads: int | None = None
    _vectors: NDArray[np.float32] | None = None
    _program: Program | None = None
    _trained = False

    @classmethod
    def version(cls) -> str:
        return word2vec_c_program.version()

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        if word2vec_c_program.find() is None:
            return 'the program word2vec is not installed: pip install word2vec (extra "peers"; needs a C compiler)'
        if device not in ("auto", "cpu"):
            return f"word2vec-c trains on the CPU only, not on {device}"
        return None

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        return word2vec_c_settings.unsupported(hyperparameters)

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        return word2vec_c_settings.given(hyperparameters, self._corpus, self._threads)

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Write the files that it reads, start it, and hold it where its training begins.

        Raises:
            TrainingError: it is not there, does not do what is asked for, does not train all epochs, cannot tell the
                words apart, or fails.
        """
        if reason := self.unsupported(hyperparameters):
            raise TrainingError(reason)
        program = word2vec_c_program.find()
        if program is None:
            raise TrainingError(str(self.unavailable()))
        if len(corpus.vocabulary) < 2:
            raise TrainingError(
                "word2vec-c needs a vocabulary of at least two words: there is nothing to learn from one"
            )
        self._rows = _rows(corpus.vocabulary)
        word2vec_c_program.check_epochs(program)
        self._corpus, self._threads = corpus, threads
        self._size, self._alpha = hyperparameters.vector_size, hyperparameters.alpha
        self._epochs = hyperparameters.epochs
        self._words = corpus.n_tokens * hyperparameters.epochs
        self._counted = self._words + corpus.n_sentences * hyperparameters.epochs
        self._workspace = space = Workspace(corpus)
        (space.directory / "counts").write_bytes(_counts(self._rows, corpus))
        # It keeps 100 bytes for the name of a file, and does not look whether that is enough: none has a folder.
        files = ["-train", space.corpus.name, "-output", space.vectors.name, "-read-vocab", "counts", "-binary", "1"]
        self._command = [str(program), *files, *word2vec_c_settings.arguments(hyperparameters, threads)]
        self._progress: Progress = _nothing
        running = self._start()
        # It has one thread until it trains. Where it has ended before it can be held, `train` runs it once more.
        if running.watch(lambda: running.thread_count() > 1, every=0.001) and running.hold():
            self._program = running
        else:
            _finish(running)

    def train(self, progress: Progress) -> None:
        """Let it train.

        Raises:
            TrainingError: it failed, or told of less than all epochs.
        """
        self._progress = progress
        with self._program or self._start() as program:
            if self._program is not None:
                program.go_on()
            _finish(program)
        self._program, self.program_memory, self._trained = None, program.memory, True
        threads = self._threads or 1
        step = word2vec_c_program.STEP + 1000  # and what is left of a sentence
        # It counts its steps anew in each epoch: where a thread's share of the text is shorter, it tells of nothing.
        tells = self._counted > step * threads * self._epochs
        if tells and self._done + threads * step / self._counted < TRAINED:
            raise TrainingError(
                f"it told of {self._done:.1%} of the words when it ended, and must have skipped others; use one thread"
            )
        progress(self._words, self._words)

    def vectors(self) -> NDArray[np.float32]:
        if self._vectors is None:
            if not self._trained:
                raise TrainingError("word2vec-c has not trained yet")
            path = self._workspace.vectors
            vectors = read_vectors(path, self._rows, self._size, kind="binary", ignore=(LINE_END,))
            _check(vectors, self._alpha)
            self._vectors = vectors
            self._workspace.close()
        return self._vectors

    def _start(self) -> Program:
        self._done = 0.0
        return Program(self._command, directory=self._workspace.directory, said=self._said, shown=True)

    def _said(self, line: str) -> None:
        told = word2vec_c_program.progress(line)
        if told is not None:
            self._done = max(self._done, told[0])
            self._progress(min(self._words, round(told[0] * self._words)), self._words)


def _counts(rows: Mapping[str, int], corpus: Corpus) -> bytes:
    """The vocabulary with the counts that it would find itself; first must come that of ends of lines."""
    words = zip(rows, corpus.vocabulary.counts.tolist(), strict=True)
    text = "".join([f"{LINE_END} {corpus.n_sentences}\n", *(f"{word} {count}\n" for word, count in words)])
    return text.encode("utf-8", "surrogateescape")


def _rows(vocabulary: Vocabulary) -> dict[str, int]:
    """The row of each word as the program spells it, in the corpus's order.

    Raises:
        TrainingError: two words are one to it.
    """
    rows: dict[str, int] = {}
    for row, word in enumerate(vocabulary.words):
        if word == LINE_END:
            raise TrainingError(f"the corpus has the word {LINE_END}, which word2vec-c takes for the end of a line")
        spelled = word.encode("utf-8")[:LONGEST_WORD].decode("utf-8", "surrogateescape")
        if rows.setdefault(spelled, row) != row:
            other = vocabulary.words[rows[spelled]]
            raise TrainingError(
                f"word2vec-c keeps {LONGEST_WORD} bytes of a word, so {other!r} and {word!r} are one to it; shorten "
                "them in the text"
            )
    return rows


def _finish(program: Program) -> None:
    """Wait for its end; a logit that is no number leads it outside the table of its logistic function.

    Raises:
        TrainingError: it failed.
    """
    try:
        program.finish()
    except TrainingError as error:
        if program.code != -signal.SIGSEGV:
            raise
        raise TrainingError(f"{error}; so it ends where it diverges: try a smaller alpha") from error


def _check(vectors: NDArray[np.float32], alpha: float) -> None:
    """Refuse what hierarchical softmax leaves behind where alpha is far too large: it skips all that is saturated.

    Raises:
        TrainingError: elements are huge, or none has left the range in which they start.
    """
    largest = np.abs(vectors).max()
    if largest > LARGEST:
        raise TrainingError(f"it diverged: vectors have elements above {LARGEST:,.0f}; try a smaller alpha")
    if alpha > 1 and largest <= 0.5 / vectors.shape[1]:
        raise TrainingError(f"it diverged at once, and trained no vector: alpha {alpha:g} is too large")


def _nothing(done: int, total: int) -> None:
    """No progress is told before ``train``."""
