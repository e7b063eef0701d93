"""Makes one run in a process of its own: ``python -m bench.benchmarks.worker JOB.json``.

Nothing but the standard library is imported until the process is pinned and its thread counts are set.
"""

import json
import os
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .isolation import die_with, pin, thread_variables
from .turns import Turns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..datasets.corpus import Corpus
    from ..implementations.trainer import Trainer
    from .job import Job
    from .learning_curve import LearningCurve
    from .measure import Timing
    from .signals import SignalWriter

RECORD = "record.json"
VECTORS = "vectors.bin"
PARENT_VARIABLE = "BENCH_WORKER_PARENT"
SIGNAL_VARIABLE = "BENCH_WORKER_SIGNALS"
MOST_TRAININGS = 50
"""In one run, however short: preparing takes time as well."""
LONGEST_REASON = 1000
"""Characters of what a failed run says of itself; its log has all of it."""


def main(arguments: list[str]) -> int:
    """Make the run a job file describes and write ``record.json`` into its directory; 0 even where the run failed."""
    (job_file,) = arguments
    parent, descriptor = os.environ.pop(PARENT_VARIABLE, None), os.environ.pop(SIGNAL_VARIABLE, None)
    if parent is not None:
        die_with(int(parent))
    text = Path(job_file).read_text(encoding="utf-8")
    raw = json.loads(text)
    os.environ.update(thread_variables(raw["threads"]))
    cores = pin(raw["cores"])
    turns = Turns.of_environment()
    turns.wait()

    from ..datasets.printable import one_line
    from .files import write_atomically
    from .job import Job
    from .records import RunRecord
    from .signals import SignalWriter

    job = Job.model_validate_json(text)
    signals = SignalWriter(None if descriptor is None else int(descriptor))
    record: dict[str, Any] = {
        "id": job.id,
        "configuration": job.configuration,
        "code": job.code,
        "implementation": job.implementation,
        "status": "failed",
        "model": job.hyperparameters.model,
        "loss": job.hyperparameters.loss,
        "hyperparameters": job.hyperparameters,
        "options": job.options,
        "threads": job.threads,
        "cores": cores,
        "device": job.device,
        "machine": job.machine,
        "node": job.node,
        "seed": job.seed,
        "round": job.round,
        "started": datetime.now(UTC),
    }
    try:
        signals.phase("prepare")
        _measure(job, record, signals, turns)
        record["status"] = "ok"
    except Exception as error:
        traceback.print_exc()
        record["reason"] = one_line(_reason(error), LONGEST_REASON)
    write_atomically(job.directory / RECORD, RunRecord(**record).model_dump_json(indent=2))
    return 0


def _measure(job: "Job", record: dict[str, Any], signals: "SignalWriter", turns: Turns) -> None:
    """Prepare, train, check, save and score; what is known is put into ``record`` as soon as it is."""
    from ..datasets.carried import open_encoded
    from ..datasets.catalogue import open_corpus
    from ..datasets.errors import InputError
    from ..implementations import registry
    from .learning_curve import LearningCurve
    from .measure import load_average, mean, peak_gpu_memory, peak_memory, timed
    from .vector_checks import initial_vectors, trained_vectors

    for plugin in job.plugins:
        registry.load_plugin(plugin)
    trainer = registry.create(job.implementation, job.options)
    record.update(
        version=type(trainer).version(),
        options=dict(trainer.options),
        given=dict(trainer.given(job.hyperparameters)),
        timing_note=trainer.timing_note,
    )
    if job.encoded is None:
        corpus = open_corpus(job.corpus, min_count=job.hyperparameters.min_count, errors=job.errors)
    else:
        corpus = open_encoded(job.encoded, name=job.corpus)
    if corpus.sha256 != job.corpus_sha256:
        raise InputError(f"the corpus {job.corpus} has changed since the benchmark began")

    load_before = load_average()
    start = time.perf_counter()
    trainer.prepare(corpus, job.hyperparameters, threads=job.threads, seed=job.seed, device=job.device)
    record.update(
        prepare_seconds=time.perf_counter() - start,
        compile_seconds=trainer.compile_seconds,
        device=trainer.device,
        options=dict(trainer.options),  # what "auto" has come to is known now
        given=dict(trainer.given(job.hyperparameters)),
    )
    before = initial_vectors(trainer)

    signals.phase("train")
    curve = LearningCurve(trainer, corpus, job.hyperparameters, job.directory) if job.learning_curve else None
    with timed() as timing:
        if curve is not None:
            curve.follow(timing)
        trainer.train(signals.train)
    own_memory = peak_memory() if curve is None else curve.peak_memory()
    record.update(
        _clock(timing, load_before),
        peak_memory_bytes=own_memory and own_memory + (trainer.program_memory or 0),
        peak_gpu_memory_bytes=peak_gpu_memory(),
    )
    words, size = len(corpus.vocabulary), job.hyperparameters.vector_size
    vectors = trained_vectors(trainer, words=words, size=size, before=before)
    record["transfer_seconds"] = trainer.transfer_seconds
    if curve is not None:
        curve.ended()
        if trainer.transfer_seconds is not None:
            record["transfer_seconds"] = trainer.transfer_seconds - curve.transfer_seconds
    outputs = trainer.output_vectors() if job.save_vectors else None

    timings = [timing]
    while turns.again(
        enough=sum(one.seconds for one in timings) >= job.timed_seconds or len(timings) >= MOST_TRAININGS
    ):
        timings.append(_trained_again(job, corpus, signals))
    timing = mean(timings)
    record.update(
        trainings=len(timings),
        **_clock(timing, load_before),
        **_speeds(trainer, corpus.n_tokens * job.hyperparameters.epochs, timing.seconds),
    )
    signals.phase("evaluate")
    _score(job, record, corpus, vectors, outputs, curve)


def _trained_again(job: "Job", corpus: "Corpus", signals: "SignalWriter") -> "Timing":
    """The same training once more."""
    from ..implementations import registry
    from .measure import timed

    trainer = registry.create(job.implementation, job.options)
    trainer.prepare(corpus, job.hyperparameters, threads=job.threads, seed=job.seed, device=job.device)
    with timed() as timing:
        trainer.train(signals.train)
    return timing


def _score(
    job: "Job",
    record: dict[str, Any],
    corpus: "Corpus",
    vectors: "NDArray[np.float32]",
    outputs: "NDArray[np.float32] | None",
    curve: "LearningCurve | None",
) -> None:
    """Save and score. Its imports stand here, so that they do not count into the training's peak memory."""
    from ..evaluation.embeddings import Embeddings, write_embeddings
    from ..evaluation.evaluate import evaluate
    from ..evaluation.tasks import find_tasks

    embeddings = Embeddings(corpus.vocabulary.words, vectors, corpus.vocabulary.counts)
    if job.save_vectors:
        write_embeddings(job.directory / VECTORS, embeddings, binary=True)
        record["vectors"] = f"{job.directory.parent.name}/{job.directory.name}/{VECTORS}"
        if outputs is not None:
            _save_outputs(job, corpus, outputs)
    start, tasks = time.perf_counter(), find_tasks(job.tasks)
    record["scores"] = evaluate(embeddings, tasks)
    record["evaluate_seconds"] = time.perf_counter() - start
    if curve is not None:
        record["curve"] = curve.points(tasks, record["scores"])


def _save_outputs(job: "Job", corpus: "Corpus", outputs: "NDArray[np.float32]") -> None:
    """Keep the output vectors beside the others, where there is one for each word, for ``evaluate --vectors``."""
    import numpy as np

    from ..evaluation.combination import OUTPUT_VECTORS
    from ..evaluation.embeddings import Embeddings, write_embeddings

    rows = np.ascontiguousarray(outputs, dtype=np.float32)
    if len(rows) == len(corpus.vocabulary):
        embeddings = Embeddings(corpus.vocabulary.words, rows, corpus.vocabulary.counts)
        write_embeddings(job.directory / OUTPUT_VECTORS, embeddings, binary=True)


def _clock(timing: "Timing", load_before: float | None) -> dict[str, Any]:
    """What a run that fails the checks of its vectors has, too."""
    from .measure import conditions

    return {
        "train_seconds": timing.seconds,
        "cpu_seconds": timing.cpu_seconds,
        "conditions": conditions(timing, load_before),
    }


def _speeds(trainer: "Trainer", words: int, seconds: float) -> dict[str, float]:
    speeds = {"words_per_second": words / seconds}
    if trainer.trained_words is not None:
        speeds["trained_words_per_second"] = trainer.trained_words / seconds
    return speeds


def _reason(error: Exception) -> str:
    from ..datasets.errors import InputError
    from ..implementations.trainer import TrainingError

    if isinstance(error, InputError | TrainingError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"out of memory: {error}" if str(error) else "out of memory"
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a trainer's forgotten threads and exit handlers do not hold up the benchmark
