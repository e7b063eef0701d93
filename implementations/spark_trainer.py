"""Word2Vec of Apache Spark's MLlib, in local mode or on a cluster."""

import importlib.metadata
import os
import re
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import MAX_SENTENCE, Corpus
from ..datasets.export import text_file
from .given import Given
from .hyperparameters import Hyperparameters
from .programs.processes import resident_peak
from .spark_program import SparkProgram, missing
from .spark_settings import obstacle, settings
from .trainer import Progress, Trainer, TrainingError

MASTER_VARIABLE = "BENCH_SPARK_MASTER"

_JOBS = "word2vec-bench"
_POLL_SECONDS = 0.2
_FETCHED_VALUES = 10_000_000
"""Of vectors, brought over at a time: each is a Python object on its way."""


class SparkTrainer(Trainer):
    """Skip-gram with hierarchical softmax is all there is in Spark.

    Sentences are dealt out to ``partitions``. Each is trained by one thread; what several have made of a vector is
    averaged when an epoch ends. Partitions in one process of Java write the same arrays, though, as Hogwild threads do:
    all of them in local mode. One partition is deterministic.

    The vocabulary is counted by Spark, and holds the corpus's words because the text holds no others.
    """

    name: ClassVar[str] = "spark"
    summary: ClassVar[str] = "Word2Vec of Apache Spark, local or on a cluster: skip-gram, hierarchical softmax"
    timing_note: ClassVar[str | None] = (
        "reads the text, counts the words and moves models between processes inside the timed call; "
        "starting Java and taking the vectors out of it is not timed"
    )
    option_choices: ClassVar[Mapping[str, str]] = {
        "partitions": "parts of the corpus that are trained side by side (default as many as threads)",
        "master": f"local, or a cluster's address such as spark://host:7077 (default ${MASTER_VARIABLE}, else local)",
        "memory": "largest heap of each process of Java (default 2g)",
    }

    def __init__(self, partitions: int | None = None, master: str | None = None, memory: str = "2g") -> None:
        if partitions is not None and (isinstance(partitions, bool) or not isinstance(partitions, int)):
            raise ValueError(f"partitions must be a whole number, got {partitions!r}")
        if partitions is not None and partitions < 1:
            raise ValueError(f"partitions must be 1 or more, got {partitions}")
        self._wanted, self._partitions = partitions, partitions
        self._master = master or os.environ.get(MASTER_VARIABLE) or "local"
        if self._master != "local" and not re.match(r"(spark|k8s)://.|yarn$", self._master):
            raise ValueError(f"master must be local or an address such as spark://host:7077, got {self._master!r}")
        if not re.fullmatch(r"[1-9]\d*[mg]", str(memory)):
            raise ValueError(f"memory must be a size such as 2g or 512m, got {memory!r}")
        self._memory = str(memory)
        self._threads: int | None = None
        self._program: SparkProgram | None = None
        self._model: Any = None
        self._vectors: NDArray[np.float32] | None = None

    @property
    def options(self) -> Mapping[str, Any]:
        chosen = {} if self._partitions is None else {"partitions": self._partitions}
        return chosen | {"master": self._master, "memory": self._memory}

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("pyspark")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        if device not in ("auto", "cpu"):
            return f"Spark trains on the CPU only, not on {device}"
        return missing()

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        return obstacle(hyperparameters)

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        return settings(hyperparameters, partitions=self._partitions, threads=self._threads)

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Start Spark, write the corpus as text, and train on a little of it, so that everything is loaded.

        Raises:
            TrainingError: it cannot do what is asked for, a vocabulary of less than two words, or Spark does not start
                or cannot read the text.
        """
        if reason := self.unsupported(hyperparameters):
            raise TrainingError(reason)
        if len(corpus.vocabulary) < 2:
            raise TrainingError("hierarchical softmax needs a vocabulary of at least two words")
        self._corpus, self._hyperparameters, self._threads, self._seed = corpus, hyperparameters, threads, seed
        self._partitions = self._wanted or threads
        text = text_file(corpus)
        self._program = SparkProgram(master=self._master, threads=threads, memory=self._memory)
        try:
            self._sentences = _sentences(self._program, text)
            warm_up = self._estimator(maxIter=1, vectorSize=8, minCount=0)
            warm_up.fit(self._sentences.limit(100))
        except Exception as error:
            explained = self._program.explained(error)
            self._program.close()
            raise explained from error

    def train(self, progress: Progress) -> None:
        """Fit the model; progress comes with each epoch.

        Raises:
            TrainingError: Spark failed.
        """
        program, total = self._started(), self._corpus.n_tokens * self._hyperparameters.epochs
        done: list[Any] = []
        errors: list[Exception] = []

        def work() -> None:
            try:
                program.context.setJobGroup(_JOBS, "Word2Vec")
                done.append(self._estimator().fit(self._sentences))
            except Exception as error:
                errors.append(error)

        worker = Thread(target=work, daemon=True)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(_POLL_SECONDS)
                if worker.is_alive():
                    progress(min(total, self._corpus.n_tokens * _epochs_done(program)), total)
            if errors:
                raise program.explained(errors[0]) from errors[0]
        except BaseException:
            program.close()
            raise
        (self._model,) = done
        self.program_memory = resident_peak(program.pid)
        progress(total, total)

    def vectors(self) -> NDArray[np.float32]:
        """Taken out of Java by the first call after training, which ends Spark.

        Raises:
            TrainingError: nothing is trained yet, Spark has other words, or it failed.
        """
        if self._vectors is None:
            program = self._started()
            if self._model is None:
                raise TrainingError("Spark has no vectors before it has trained")
            try:
                self._vectors = self._fetched()
            except TrainingError:
                raise
            except Exception as error:
                raise program.explained(error) from error
            finally:
                self._model = self._sentences = None  # their handles go before what they point into
                program.close()
        return self._vectors

    def _started(self) -> SparkProgram:
        if self._program is None or not self._program.close.alive:
            raise TrainingError("Spark is not running: call prepare first")
        return self._program

    def _estimator(self, **instead: Any) -> Any:
        from pyspark.ml.feature import Word2Vec

        h = self._hyperparameters
        return Word2Vec(
            **{
                "inputCol": "sentence",
                "outputCol": "vector",
                "vectorSize": h.vector_size,
                "windowSize": h.window,
                "minCount": h.min_count,
                "maxIter": h.epochs,
                "stepSize": h.alpha,
                "numPartitions": self._partitions,
                "maxSentenceLength": MAX_SENTENCE,
                "seed": self._seed,
                **instead,
            }
        )

    def _fetched(self) -> NDArray[np.float32]:
        from pyspark.ml.functions import vector_to_array

        index = self._corpus.vocabulary.index
        found = np.full((len(index), self._hyperparameters.vector_size), np.nan, np.float32)
        table = self._model.getVectors()
        rows = table.select("word", vector_to_array(table.vector, "float32").alias("values"))
        words = 0
        for row in rows.repartition(1 + found.size // _FETCHED_VALUES).toLocalIterator():
            if row.word not in index:
                raise TrainingError(f"Spark reads {row.word!r}, which is no word of the corpus")
            found[index[row.word]] = row["values"]
            words += 1
        if words != len(index):
            raise TrainingError(f"Spark has {words:,} words, the corpus has {len(index):,}")
        return found


def _sentences(program: SparkProgram, text: Path) -> Any:
    """The corpus as a table with one column of lists of words."""
    from pyspark.sql.functions import split

    lines = program.session.read.text(text.resolve().as_uri(), lineSep="\n")
    return lines.select(split(lines.value, " ").alias("sentence"))


def _epochs_done(program: SparkProgram) -> int:
    """One job counts the words, then there is one an epoch."""
    tracker = program.context.statusTracker()
    jobs = map(tracker.getJobInfo, tracker.getJobIdsForGroup(_JOBS))
    return max(0, len([job for job in jobs if job is not None and job.status == "SUCCEEDED"]) - 1)
