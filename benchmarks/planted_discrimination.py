"""Does the planted corpus tell a correct trainer from a broken one? Prints a Markdown table of scores.

    python -m bench.benchmarks.planted_discrimination --seeds 5

Trains gensim's Word2Vec in one thread, as it should be and broken in one respect at a time, once for each seed (the
corpus's and the trainer's alike), and scores the vectors with gensim's own evaluation.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal, NamedTuple, cast

import numpy as np

from ..datasets.catalogue import find_file, load
from ..datasets.planted import write_planted
from ..datasets.question_sets import AnalogySet, SimilaritySet

CORRECT: dict[str, Any] = {
    "vector_size": 100,
    "window": 5,
    "negative": 5,
    "sample": 1e-3,
    "min_count": 5,
    "epochs": 5,
    "alpha": 0.025,
    "min_alpha": 0.0001,
    "sg": 1,
}
"""gensim's names; word2vec's usual skip-gram with negative sampling."""


class Scores(NamedTuple):
    """What gensim says of one set of vectors: share of google-30k answered, Spearman's rho on WordSim-353."""

    google: float
    wordsim: float


@dataclass(frozen=True)
class Variant:
    """One row of the table: what is changed of ``CORRECT``, of the text, or of the method."""

    title: str
    changes: dict[str, Any] = field(default_factory=dict)
    method: Literal["word2vec", "positives only", "counts"] = "word2vec"
    text: Literal["planted", "tokens permuted", "planted words exchanged"] = "planted"
    corpus_seed: int | None = None


CORRECT_ROWS = [
    Variant("skip-gram, negative sampling"),
    Variant("the same, all seeds on the corpus of seed 1", corpus_seed=1),
    Variant("the same, 50 dimensions", {"vector_size": 50}),
    Variant("the same, 15 epochs", {"epochs": 15}),
    Variant("CBOW, negative sampling", {"sg": 0}),
    Variant("skip-gram, hierarchical softmax", {"hs": 1, "negative": 0}),
    Variant("CBOW, hierarchical softmax", {"sg": 0, "hs": 1, "negative": 0}),
    Variant("no training: PPMI of the counts, SVD to 100 dimensions", method="counts"),
]
BROKEN_ROWS = [
    Variant("learning rate × 0.01", {"alpha": 0.00025, "min_alpha": 0.000001}),
    Variant("noise power 0 (uniform)", {"ns_exponent": 0.0}),
    Variant("one negative", {"negative": 1}),
    Variant("no negatives", method="positives only"),
    Variant("3 epochs", {"epochs": 3}),
    Variant("2 epochs", {"epochs": 2}),
    Variant("window 1", {"window": 1}),
    Variant("window 2", {"window": 2}),
    Variant("subsampling off", {"sample": 0}),
    Variant("subsampling threshold 1e-4", {"sample": 1e-4}),
    Variant("subsampling threshold 1e-5", {"sample": 1e-5}),
    Variant("tokens permuted over the corpus", text="tokens permuted"),
    Variant("planted words exchanged between lines", text="planted words exchanged"),
]


def planted_text(seed: int) -> list[list[str]]:
    """The lines of the planted corpus, as lists of words."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "planted.txt"
        write_planted(path, seed=seed)
        return [line.split() for line in path.read_text("ascii").splitlines()]


def permute_tokens(lines: Sequence[Sequence[str]], seed: int) -> list[list[str]]:
    """All tokens in random order, in lines of the same lengths: counts stay, every co-occurrence is chance."""
    tokens = [word for line in lines for word in line]
    order = iter(np.random.default_rng(seed).permutation(len(tokens)).tolist())
    return [[tokens[next(order)] for _ in line] for line in lines]


def exchange_planted(lines: Sequence[Sequence[str]], seed: int) -> list[list[str]]:
    """Each planted word put where another stood: signs and filler stay as they were, planted words lose their own."""
    planted = {word.lower() for name in ("google", "wordsim-353") for word in _words(name)}
    places = [(i, j) for i, line in enumerate(lines) for j, word in enumerate(line) if word in planted]
    words = [lines[i][j] for i, j in places]
    exchanged = [list(line) for line in lines]
    for (i, j), k in zip(places, np.random.default_rng(seed).permutation(len(words)), strict=True):
        exchanged[i][j] = words[k]
    return exchanged


def _words(name: str) -> Sequence[str]:
    return cast(AnalogySet | SimilaritySet, load(name)).words


def train(lines: Sequence[Sequence[str]], *, seed: int = 1, positives_only: bool = False, **changes: Any) -> Any:
    """Train in one thread; return gensim's KeyedVectors. Settings are ``CORRECT`` with the changes."""
    from gensim.models import Word2Vec

    settings = {**CORRECT, **changes}
    model = Word2Vec(workers=1, seed=seed, **settings)
    model.build_vocab(lines)
    if positives_only:
        # gensim itself refuses to train without negatives. With this table it draws the rarest word every time, so that
        # no other word is ever pushed away.
        model.cum_table[:-1] = 0
    model.train(lines, total_examples=model.corpus_count, epochs=settings["epochs"])
    return model.wv


def count_vectors(lines: Sequence[Sequence[str]], *, window: int = 5, dimensions: int = 100) -> Any:
    """KeyedVectors from counts alone: positive PMI within the window, reduced by SVD (Levy & Goldberg 2014)."""
    from gensim.models import KeyedVectors
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import svds

    counts = Counter(word for line in lines for word in line)
    words = [word for word, n in counts.most_common() if n >= CORRECT["min_count"]]
    index = {word: i for i, word in enumerate(words)}
    pairs: Counter[tuple[int, int]] = Counter()
    for line in lines:
        ids = [index[word] for word in line if word in index]
        for distance in range(1, window + 1):
            pairs.update(zip(ids, ids[distance:], strict=False))
            pairs.update(zip(ids[distance:], ids, strict=False))
    row, column = np.array(list(pairs)).T
    n = np.fromiter(pairs.values(), dtype=np.float64)
    marginal = np.bincount(row, weights=n, minlength=len(words))
    noise = marginal**0.75 / (marginal**0.75).sum()
    pmi = np.log(n / (marginal[row] * noise[column]))
    matrix = coo_array((np.maximum(pmi, 0), (row, column)), shape=(len(words), len(words))).tocsr()
    u, s, _ = svds(matrix, k=dimensions, rng=np.random.default_rng(0))
    vectors = KeyedVectors(dimensions)
    vectors.add_vectors(words, (u * np.sqrt(s)).astype(np.float32))
    return vectors


def score(vectors: Any) -> Scores:
    """Score KeyedVectors as gensim itself does."""
    google, _ = vectors.evaluate_word_analogies(str(find_file("google")), restrict_vocab=30_000)
    _, spearman, _ = vectors.evaluate_word_pairs(str(find_file("wordsim-353")))
    return Scores(float(google), float(spearman[0]))


def run(variant: Variant, seed: int) -> Scores:
    """Generate, train and score once."""
    lines = planted_text(seed if variant.corpus_seed is None else variant.corpus_seed)
    if variant.text == "tokens permuted":
        lines = permute_tokens(lines, seed)
    elif variant.text == "planted words exchanged":
        lines = exchange_planted(lines, seed)
    if variant.method == "counts":
        return score(count_vectors(lines))
    return score(train(lines, seed=seed, positives_only=variant.method == "positives only", **variant.changes))


def spread(values: Sequence[float], scale: float, digits: int) -> str:
    """Mean and sample standard deviation."""
    return f"{scale * mean(values):.{digits}f} ± {scale * stdev(values):.{digits}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Table: scores of correct and broken training on the planted corpus")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each row, at least 2 (default 5)")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time (default 1)")
    arguments = parser.parse_args()
    if arguments.seeds < 2 or arguments.jobs < 1:
        parser.error("--seeds must be at least 2 and --jobs at least 1")
    seeds = range(1, arguments.seeds + 1)
    print("| training | google-30k, % correct | WordSim-353, ρ |\n|---|---:|---:|")
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for heading, variants in (("**correct**", CORRECT_ROWS), ("**broken**", BROKEN_ROWS)):
            print(f"| {heading} | | |")
            for variant in variants:
                scores = list(pool.map(partial(run, variant), seeds))
                google = spread([s.google for s in scores], 100, 1)
                print(f"| {variant.title} | {google} | {spread([s.wordsim for s in scores], 1, 3)} |", flush=True)


if __name__ == "__main__":
    main()
