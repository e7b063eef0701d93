"""Skip-gram with negative sampling in batches of NumPy."""

import numpy as np

from bench.implementations.given import Given, as_asked
from bench.implementations.trainer import Trainer, TrainingError

__version__ = "0.1"
BLOCK = 2000  # words whose pairs are made at once
BATCH = 256  # pairs that are trained at once


class Batches(Trainer):
    name = "batches"
    summary = "skip-gram in batches of NumPy"

    @classmethod
    def version(cls):
        return __version__

    def unsupported(self, hyperparameters):
        if (hyperparameters.model, hyperparameters.loss) != ("skipgram", "ns"):
            return "batches trains skip-gram with negative sampling only"
        return None

    def given(self, hyperparameters):
        sample = Given(value=None, note="keeps every word, however frequent")
        shrink = Given(value=None, note="takes the whole window around every word")
        return as_asked(hyperparameters, sample=sample, shrink_windows=shrink)

    def prepare(self, corpus, hyperparameters, *, threads, seed, device):
        if (reason := self.unsupported(hyperparameters)) is not None:
            raise TrainingError(reason)
        self.corpus, self.hyperparameters, self.random = corpus, hyperparameters, np.random.default_rng(seed)
        weights = np.cumsum(corpus.vocabulary.counts**hyperparameters.ns_exponent)
        self.noise = weights / weights[-1]
        shape = len(weights), hyperparameters.vector_size
        self.inputs = (self.random.random(shape, np.float32) - np.float32(0.5)) / np.float32(shape[1])
        self.outputs = np.zeros(shape, np.float32)

    def train(self, progress):
        h, n_tokens = self.hyperparameters, self.corpus.n_tokens
        total = h.epochs * n_tokens
        for epoch in range(h.epochs):
            for start in range(0, n_tokens, BLOCK):
                done = epoch * n_tokens + start
                progress(done, total)
                self.train_pairs(self.pairs(start), h.alpha - (h.alpha - h.min_alpha) * done / total)
        progress(total, total)
        if not np.isfinite(self.inputs).all():
            raise TrainingError(f"training diverged: lower alpha ({h.alpha:g})")

    def pairs(self, start):
        """The pairs of words that are at most a window apart, in random order."""
        words, found = self.corpus.tokens[start : start + BLOCK], []
        sentence = np.searchsorted(self.corpus.offsets, np.arange(start, start + len(words)), side="right")
        for distance in range(1, self.hyperparameters.window + 1):
            left = np.flatnonzero(sentence[:-distance] == sentence[distance:])
            found += [(words[left], words[left + distance]), (words[left + distance], words[left])]
        return self.random.permutation(np.concatenate(found, axis=1), axis=1)

    def train_pairs(self, pairs, alpha):
        for start in range(0, pairs.shape[1], BATCH):
            contexts, centres = pairs[:, start : start + BATCH]
            noise = self.random.random((len(centres), self.hyperparameters.negative))
            targets = np.column_stack([centres, np.searchsorted(self.noise, noise, side="right")])
            x, y = self.inputs[contexts], self.outputs[targets]
            steps = -0.5 - 0.5 * np.tanh(np.einsum("bd,btd->bt", x, y) / 2)  # 0 - sigmoid, for the noise words
            steps[:, 1:][targets[:, 1:] == targets[:, :1]] = 0  # noise that is the centre itself
            steps[:, 0] += 1
            steps *= np.float32(alpha)
            add(self.inputs, contexts, np.einsum("bt,btd->bd", steps, y))
            add(self.outputs, targets.ravel(), (steps[:, :, None] * x[:, None]).reshape(-1, x.shape[1]))

    def vectors(self):
        return self.inputs

    def output_vectors(self):
        return self.outputs


def add(matrix, rows, steps):
    """Add each step to its row; several steps to one row are summed."""
    order = np.argsort(rows, kind="stable")
    distinct, first = np.unique(rows[order], return_index=True)
    matrix[distinct] += np.add.reduceat(steps[order], first)
