"""Makes the trainings of one trial: ``python -m bench.benchmarks.conformance.trial_worker TRIAL.json``.

What became of a training is written as soon as it ends: the next one may take the process with it.
"""

import gc
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..isolation import die_with, pin
from ..worker import PARENT_VARIABLE, SIGNAL_VARIABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...implementations.trainer import Trainer
    from ..signals import SignalWriter
    from .trial import Made, Step, Trial

MOST_NUMBERS = 50_000_000
"""A larger array is not kept: no step asks for one."""


def main(arguments: list[str]) -> int:
    """Do what a trial's file says; 0 whatever the trainer does."""
    (file,) = arguments
    parent, descriptor = os.environ.pop(PARENT_VARIABLE, None), os.environ.pop(SIGNAL_VARIABLE, None)
    if parent is not None:
        die_with(int(parent))
    text = Path(file).read_text(encoding="utf-8")
    pin(json.loads(text)["cores"])

    from ...implementations import registry
    from ..files import write_atomically
    from ..signals import SignalWriter
    from .trial import DECLARATION, Trial

    trial = Trial.model_validate_json(text)
    signals = SignalWriter(None if descriptor is None else int(descriptor))
    signals.phase("prepare")
    if not trial.steps:
        from .declaring import declare

        write_atomically(trial.directory / DECLARATION, declare(trial).model_dump_json())
        return 0
    for plugin in trial.plugins:
        registry.load_plugin(plugin)
    for step in trial.steps:
        made = _made(trial, step, signals)
        write_atomically(trial.directory / f"{step.name}.json", made.model_dump_json())
        gc.collect()
    return 0


def _made(trial: "Trial", step: "Step", signals: "SignalWriter") -> "Made":
    from ...datasets.errors import InputError
    from ...implementations import registry
    from ...implementations.trainer import TrainingError
    from .trial import Made

    found: dict[str, Any] = {}
    signals.phase("prepare")
    try:
        trainer = registry.create(str(trial.implementation), trial.options)
        found["unsupported"] = trainer.unsupported(step.hyperparameters)
        _train(trial, step, trainer, signals, found)
        return Made(status="trained", **found)
    except (TrainingError, InputError) as error:
        return Made(status="refused", words=str(error), **found)
    except Exception as error:
        traceback.print_exc()
        return Made(status="raised", words=f"{type(error).__name__}: {error}", **found)


def _train(trial: "Trial", step: "Step", trainer: "Trainer", signals: "SignalWriter", found: dict[str, Any]) -> None:
    """Train as a run does, and put what is known into ``found`` as soon as it is."""
    from ..measure import forget_peak_memory, peak_memory
    from ..vector_checks import initial_vectors
    from .declaring import given_of
    from .heard import EpochEnds, Heard
    from .lent_corpus import lend, what_became_of

    hyperparameters = step.hyperparameters
    corpus, original = lend(trial, step)
    trainer.prepare(corpus, hyperparameters, threads=step.threads, seed=step.seed, device=trial.device)
    found["given"], found["unpausable"] = given_of(trainer, hyperparameters), trainer.unpausable()
    before = initial_vectors(trainer)
    heard, ends = Heard(signals), EpochEnds(trainer)
    if step.paused and found["unpausable"] is None:
        trainer.epoch_ended = ends
    forget_peak_memory()
    signals.phase("train")
    try:
        trainer.train(heard)
    finally:
        found.update(
            memory=None if (own := peak_memory()) is None else own + (trainer.program_memory or 0),
            progress_calls=heard.calls,
            progress_fault=heard.fault,
            progress_end=heard.last,
            epoch_ends=ends.told,
            corpus_faults=what_became_of(corpus, original),
        )
    trainer.epoch_ended = None
    found["trained_words"] = trainer.trained_words
    shape = len(original.vocabulary), hyperparameters.vector_size
    raw = trainer.vectors()
    found["faults"] = [*array_faults("vectors()", raw, shape), *_output_faults(trainer, shape), *ends.faults]
    kept = _keep(trial, step, raw)
    found["changed"] = None if before is None or kept is None else _differs(before, kept)


def array_faults(what: str, raw: Any, shape: tuple[int, int]) -> list[str]:
    """What is wrong with an array that is to be float32 of this shape."""
    import numpy as np

    array = np.asarray(raw)
    if array.shape != shape:
        return [f"{what} has shape {array.shape}, not {shape}: a row for each word of the vocabulary"]
    if array.dtype != np.float32:
        return [f"{what} is {array.dtype}, not float32"]
    broken = int((~np.isfinite(array).all(axis=1)).sum())
    return [f"{what} has {broken:,} of {shape[0]:,} rows that are not finite"] if broken else []


def _output_faults(trainer: "Trainer", shape: tuple[int, int]) -> list[str]:
    outputs = trainer.output_vectors()
    return [] if outputs is None else array_faults("output_vectors()", outputs, shape)


def _keep(trial: "Trial", step: "Step", raw: Any) -> "NDArray[Any] | None":
    """Write the vectors beside the facts, where they are a matrix of numbers."""
    import numpy as np

    array = np.asarray(raw)
    if array.ndim != 2 or not np.issubdtype(array.dtype, np.number) or array.size > MOST_NUMBERS:
        return None
    kept = np.ascontiguousarray(array)
    np.save(trial.directory / f"{step.name}.npy", kept)
    return kept


def _differs(before: "NDArray[Any]", after: "NDArray[Any]") -> bool:
    import numpy as np

    return not np.array_equal(before, after[: len(before)])


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # as a run's worker ends
