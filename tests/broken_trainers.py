"""Plug-in for the tests of the conformance checks: one sound trainer, and one for each way of breaking the contract.

The sound one is the template of docs/plugins.md; each of the others changes one thing of it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bench.implementations.given import REPEATABLE, SEED, Given
from bench.implementations.trainer import TrainingError

sys.path.insert(0, str(Path(__file__).parent.parent / "docs" / "template"))

from bench_batches import Batches


class Sound(Batches):
    name = "sound"
    summary = "the template"
    own: ClassVar[Mapping[str, Given]] = {}
    """What it says it was given besides."""

    @classmethod
    def version(cls) -> str:
        return "1"

    def given(self, hyperparameters: Any) -> Any:
        return {**super().given(hyperparameters), **self.own}


class ShuffledRows(Sound):
    """What a program does that counts words itself, in another order."""

    name = "shuffled-rows"

    def vectors(self) -> Any:
        return np.random.default_rng(5).permutation(super().vectors())


class ShiftedRows(Sound):
    """What a row </s> at the beginning does."""

    name = "shifted-rows"

    def vectors(self) -> Any:
        return np.roll(super().vectors(), 1, axis=0)


class TiesShuffled(Sound):
    """Orders the words by count as the vocabulary does, but words of equal count in another way."""

    name = "ties-shuffled"

    def vectors(self) -> Any:
        vocabulary = self.corpus.vocabulary
        theirs = sorted(range(len(vocabulary)), key=lambda i: (-vocabulary.counts[i], vocabulary.words[i][::-1]))
        return super().vectors()[theirs]


class NoOperation(Sound):
    name = "no-operation"

    def train(self, progress: Any) -> None:
        progress(1, 1)


class RandomVectors(Sound):
    """Trains, but returns something else, and nothing before."""

    name = "random-vectors"

    def prepare(self, *arguments: Any, **named: Any) -> None:
        super().prepare(*arguments, **named)
        self.ready = False

    def train(self, progress: Any) -> None:
        super().train(progress)
        self.ready = True

    def vectors(self) -> Any:
        if not self.ready:
            raise TrainingError("there are no vectors yet")
        return np.random.default_rng(1).random(self.inputs.shape, np.float32) - np.float32(0.5)


class CountsNothing(Sound):
    name = "counts-nothing"

    def train(self, progress: Any) -> None:
        super().train(progress)
        self.trained_words = 0


class Segfault(Sound):
    name = "segfault"

    def train(self, progress: Any) -> None:
        ctypes.string_at(0)


class Quits(Sound):
    name = "quits"

    def train(self, progress: Any) -> None:
        os._exit(0)


class Hangs(Sound):
    name = "hangs"

    def train(self, progress: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)


class CrashesOnSmallWindows(Sound):
    name = "crashes-on-small-windows"

    def train(self, progress: Any) -> None:
        if self.hyperparameters.window == 1:
            ctypes.string_at(0)
        super().train(progress)


class Narrow(Sound):
    name = "narrow"

    def vectors(self) -> Any:
        return super().vectors()[:, :-1]


class OneRowMore(Sound):
    name = "one-row-more"

    def vectors(self) -> Any:
        return np.vstack([super().vectors(), np.zeros((1, self.hyperparameters.vector_size), np.float32)])


class Doubles(Sound):
    name = "doubles"

    def vectors(self) -> Any:
        return super().vectors().astype(np.float64)


class NotFinite(Sound):
    name = "not-finite"

    def vectors(self) -> Any:
        found = super().vectors().copy()
        found[3, 0] = np.nan
        return found


class FixedSize(Sound):
    """Has one length of vectors, whatever is asked for."""

    name = "fixed-size"

    def prepare(self, corpus: Any, hyperparameters: Any, **named: Any) -> None:
        super().prepare(corpus, hyperparameters.model_copy(update={"vector_size": 16}), **named)


class IgnoresWindow(Sound):
    name = "ignores-window"

    def prepare(self, corpus: Any, hyperparameters: Any, **named: Any) -> None:
        super().prepare(corpus, hyperparameters.model_copy(update={"window": 4}), **named)


class SaysSo(IgnoresWindow):
    """The same, told as it should be: this one is sound."""

    name = "says-so"

    own: ClassVar = {"window": Given(value=4, note="has windows of 4 words only")}


class DeniesWindow(Sound):
    """Says that it has no windows, but uses them."""

    name = "denies-window"

    own: ClassVar = {"window": Given(value=None, note="has no windows")}


class DeniesWithoutWords(Sound):
    name = "denies-without-words"

    own: ClassVar = {"alpha": Given(value=None)}


class TrainsWhatItRefuses(Sound):
    name = "trains-what-it-refuses"

    def prepare(self, corpus: Any, hyperparameters: Any, **named: Any) -> None:
        super().prepare(corpus, hyperparameters.model_copy(update={"model": "skipgram", "loss": "ns"}), **named)


class RefusesInTraining(Sound):
    name = "refuses-in-training"

    def prepare(self, corpus: Any, hyperparameters: Any, **named: Any) -> None:
        if hyperparameters.ns_exponent != 0.75:
            raise TrainingError("the power of the noise is 0.75")
        super().prepare(corpus, hyperparameters, **named)


class IgnoresSeed(Sound):
    name = "ignores-seed"

    def prepare(self, *arguments: Any, seed: int, **named: Any) -> None:
        super().prepare(*arguments, seed=0, **named)


class SaysItHasNoSeed(IgnoresSeed):
    """The same, told as it should be."""

    name = "says-it-has-no-seed"

    own: ClassVar = {SEED: Given(value=None, note="has one seed, its own")}


class DeniesSeed(Sound):
    """Says that it has no seed, but uses it."""

    name = "denies-seed"

    own: ClassVar = {SEED: Given(value=None, note="has one seed, its own")}


class NotRepeatable(Sound):
    name = "not-repeatable"

    def prepare(self, *arguments: Any, seed: int, **named: Any) -> None:
        super().prepare(*arguments, seed=time.time_ns() % 2**32, **named)


class SaysItIsNotRepeatable(NotRepeatable):
    """The same, told as it should be."""

    name = "says-it-is-not-repeatable"

    own: ClassVar = {REPEATABLE: Given(value=False, note="takes its seed from the clock")}


class StopsAfterAThird(Sound):
    """Trains the first third of all words; its progress says that it trained all."""

    name = "stops-after-a-third"

    def train(self, progress: Any) -> None:
        self.left = self.hyperparameters.epochs * self.corpus.n_tokens // 3
        super().train(progress)

    def pairs(self, start: int) -> Any:
        found = super().pairs(start)
        self.left -= 2000
        return found if self.left > -2000 else np.empty((2, 0), np.int32)


class OneEpochOnly(Sound):
    name = "one-epoch-only"

    def train(self, progress: Any) -> None:
        self.left = self.corpus.n_tokens
        super().train(progress)

    def pairs(self, start: int) -> Any:
        found = super().pairs(start)
        self.left -= 2000
        return found if self.left > -2000 else np.empty((2, 0), np.int32)


class LosesUpdatesInThreads(Sound):
    name = "loses-updates-in-threads"

    def prepare(self, *arguments: Any, threads: int, **named: Any) -> None:
        super().prepare(*arguments, threads=threads, **named)
        self.threads = threads

    def train_pairs(self, pairs: Any, alpha: float) -> None:
        if self.threads == 1:
            super().train_pairs(pairs, alpha)


class GoesBack(Sound):
    name = "goes-back"

    def train(self, progress: Any) -> None:
        super().train(lambda done, total: progress(total - done, total))


class NeverDone(Sound):
    name = "never-done"

    def train(self, progress: Any) -> None:
        super().train(lambda done, total: progress(min(done, total - 1), total))


class PausesOnce(Sound):
    """Says that it pauses between epochs, and does so after the first only."""

    name = "pauses-once"

    def unpausable(self) -> str | None:
        return None

    def train(self, progress: Any) -> None:
        super().train(progress)
        if self.epoch_ended is not None:
            self.epoch_ended(1)


class WritesIntoTheCorpus(Sound):
    name = "writes-into-the-corpus"

    def train(self, progress: Any) -> None:
        super().train(progress)
        self.corpus.tokens.sort()


class PrintsGarbage(Sound):
    name = "prints-garbage"

    def train(self, progress: Any) -> None:
        sys.stdout.buffer.write(bytes(range(256)) * 100)
        super().train(progress)


class LeavesThings(Sound):
    """Leaves a file here, one among the temporary ones, and a process in a session of its own."""

    name = "leaves-things"

    def train(self, progress: Any) -> None:
        super().train(progress)
        Path("model.bin").write_bytes(b"x")
        tempfile.mkstemp(suffix=".corpus")
        subprocess.Popen(["sleep", "613"], start_new_session=True)


class StumblesOverOneWord(Sound):
    name = "stumbles-over-one-word"

    def prepare(self, corpus: Any, *arguments: Any, **named: Any) -> None:
        super().prepare(corpus, *arguments, **named)
        self.scale = 1 / (len(corpus.vocabulary) - 1)


class DoesNotStop(Sound):
    """Takes no notice of SIGTERM, and trains in another process."""

    name = "does-not-stop"

    def train(self, progress: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "614"], start_new_session=True)
        super().train(progress)
        child.kill()
        child.wait()


class Leaks(Sound):
    """Keeps the vectors of every epoch."""

    name = "leaks"

    def prepare(self, *arguments: Any, **named: Any) -> None:
        super().prepare(*arguments, **named)
        self.kept: list[Any] = []

    def pairs(self, start: int) -> Any:
        if start == 0:
            self.kept.append(self.inputs.copy())
        return super().pairs(start)


class Nameless(Sound):
    """Has a name, but nothing else that a table needs."""

    name = "nameless"
    summary = ""

    @classmethod
    def version(cls) -> Any:
        return 1.0


class RefusesAll(Sound):
    name = "refuses-all"

    def unsupported(self, hyperparameters: Any) -> str | None:
        return "the moon is not full"


class Absent(Sound):
    name = "absent"

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        return "the package absent is not installed: pip install absent"
