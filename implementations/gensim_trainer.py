"""gensim's Word2Vec in its fastest form, ``corpus_file``: the baseline."""

import importlib.metadata
import importlib.util
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..datasets.corpus import Corpus
from ..datasets.export import text_file
from .given import (
    HOGWILD,
    INITIAL_VECTORS,
    LEARNING_RATE,
    NEGATIVE_SAMPLES,
    OPTIMIZER,
    OWN_DRAWS,
    RANDOM_DRAWS,
    SENTENCES,
    SIGMOID,
    UPDATES,
    VECTORS,
    VOCABULARY,
    Given,
    as_asked,
    by_protocol,
)
from .hyperparameters import Hyperparameters
from .trainer import EpochEnded, Progress, Trainer, TrainingError


class GensimTrainer(Trainer):
    """Hyperparameters keep their names. The vocabulary is handed over, so it is the harness's own, in its order.

    gensim 4 differs from the protocol in five ways. Input vectors start uniform in ±1/vector_size, twice as wide. With
    ``corpus_file`` each worker lets the learning rate follow its own share of the sentences: with n workers it falls by
    1/n of an epoch's step, then jumps at the next epoch. An example whose logit lies beyond ±6 is skipped. CBOW without
    ``cbow_mean`` divides the error by the window's words. Several workers are not reproducible. The first two raise
    scores where training is short: on the planted corpus, google-30k with two workers 77 %, with one 74 %, with one and
    the narrower start 70 %, as the reference.
    """

    name: ClassVar[str] = "gensim"
    summary: ClassVar[str] = "Word2Vec(corpus_file=…) of gensim, the baseline"
    _threads: int | None = None
    """Known after ``prepare``."""

    @classmethod
    def version(cls) -> str:
        return importlib.metadata.version("gensim")

    @classmethod
    def unavailable(cls, device: str = "auto") -> str | None:
        if importlib.util.find_spec("gensim") is None:
            return "gensim is not installed: pip install gensim"
        if device not in ("auto", "cpu"):
            return f"gensim trains on the CPU only, not on {device}"
        return None

    def unsupported(self, hyperparameters: Hyperparameters) -> str | None:
        return "gensim has no full softmax" if hyperparameters.loss == "softmax" else None

    def given(self, hyperparameters: Hyperparameters) -> Mapping[str, Given]:
        own = by_protocol(SENTENCES, VOCABULARY, OPTIMIZER, VECTORS)
        if hyperparameters.loss == "ns":
            own |= by_protocol(NEGATIVE_SAMPLES)
        if hyperparameters.model == "cbow" and not hyperparameters.cbow_mean:
            note = "divides the error of a window by its number of words, also where it sums their vectors"
            own["cbow_mean"] = Given(value=False, note=note)
        own[INITIAL_VECTORS] = Given(value="±1/vector_size", note="starts from input vectors twice as wide")
        own[RANDOM_DRAWS] = OWN_DRAWS
        own[SIGMOID] = Given(
            value="cut at ±6",
            note="skips an example whose logit lies beyond ±6, and else looks up a table of 1,000 values",
        )
        own[LEARNING_RATE] = _learning_rate(self._threads)
        own |= by_protocol(UPDATES) if self._threads == 1 else {UPDATES: HOGWILD}
        return as_asked(hyperparameters, **own)

    def unpausable(self) -> str | None:
        return None  # gensim calls back when an epoch's workers are done, and starts others for the next one

    def prepare(
        self, corpus: Corpus, hyperparameters: Hyperparameters, *, threads: int, seed: int, device: str
    ) -> None:
        """Build the model from the counts and write the corpus as the text file that gensim reads.

        Raises:
            TrainingError: gensim made another vocabulary than the harness.
        """
        from gensim.models import Word2Vec

        if (reason := self.unsupported(hyperparameters)) is not None:
            raise TrainingError(reason)
        self._corpus, self._hyperparameters, self._threads = corpus, hyperparameters, threads
        self._text = str(text_file(corpus))
        vocabulary = corpus.vocabulary
        self._model = Word2Vec(
            vector_size=hyperparameters.vector_size,
            alpha=hyperparameters.alpha,
            min_alpha=hyperparameters.min_alpha,
            window=hyperparameters.window,
            min_count=hyperparameters.min_count,
            sample=hyperparameters.sample,
            seed=seed,
            workers=threads,
            sg=int(hyperparameters.model == "skipgram"),
            hs=int(hyperparameters.loss == "hs"),
            negative=hyperparameters.negative if hyperparameters.loss == "ns" else 0,
            ns_exponent=hyperparameters.ns_exponent,
            cbow_mean=int(hyperparameters.cbow_mean),
            epochs=hyperparameters.epochs,
            shrink_windows=hyperparameters.shrink_windows,
            sorted_vocab=0,  # it would break ties in an order of its own
        )
        self._model.build_vocab_from_freq(
            dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)),
            corpus_count=corpus.n_sentences,
        )
        keyed = self._model.wv
        counts = [keyed.get_vecattr(word, "count") for word in keyed.index_to_key]
        if keyed.index_to_key != list(vocabulary.words) or counts != vocabulary.counts.tolist():
            raise TrainingError(
                f"gensim's vocabulary ({len(keyed.index_to_key):,} words) is not the corpus's ({len(vocabulary):,})"
            )

    def train(self, progress: Progress) -> None:
        """Train all epochs with ``threads`` workers; progress comes once an epoch.

        Raises:
            TrainingError: the vectors became infinite or not a number.
        """
        n_tokens = self._corpus.n_tokens
        self.trained_words, _ = self._model.train(
            corpus_file=self._text,
            total_examples=self._corpus.n_sentences,
            total_words=n_tokens,
            epochs=self._hyperparameters.epochs,
            callbacks=[_epoch_callback(progress, n_tokens, self._hyperparameters.epochs, self.epoch_ended)],
        )
        if not np.isfinite(self._model.wv.vectors).all():
            raise TrainingError(
                "training diverged: the vectors hold values that are not finite; "
                f"lower alpha ({self._hyperparameters.alpha:g})"
            )

    def vectors(self) -> NDArray[np.float32]:
        return np.asarray(self._model.wv.vectors, np.float32)

    def output_vectors(self) -> NDArray[np.float32] | None:
        return np.asarray(self._model.syn1neg, np.float32) if self._hyperparameters.loss == "ns" else None


def _learning_rate(workers: int | None) -> Given:
    if workers == 1:
        return Given(
            value="by sentences", note="lets the learning rate follow the sentences that are read, not the words"
        )
    share = "an epoch's step divided by their number" if workers is None else f"1/{workers} of an epoch's step"
    note = (
        "each worker lets the learning rate follow its own share of all sentences: within an epoch it falls by "
        f"{share}, and jumps down at the next"
    )
    return Given(value="by worker", note=note)


def _epoch_callback(progress: Progress, n_tokens: int, epochs: int, ended: EpochEnded | None) -> Any:
    """A gensim callback; made here so that gensim is imported only when it is used."""
    from gensim.models.callbacks import CallbackAny2Vec

    class EpochProgress(CallbackAny2Vec):  # type: ignore[misc]
        done = 0

        def on_epoch_end(self, model: object) -> None:
            self.done += 1
            progress(self.done * n_tokens, epochs * n_tokens)
            if ended is not None:
                ended(self.done)

    return EpochProgress()
