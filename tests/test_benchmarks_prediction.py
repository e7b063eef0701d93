"""What training costs on paper: against hand counts, and against the units that the example generator really makes."""

from functools import cache

import numpy as np
import pytest

from bench.benchmarks.plan import make_plan
from bench.benchmarks.prediction import Ceilings, ceilings_of, cold, predict, predicted, sharing_of
from bench.benchmarks.runner import _corpus_record
from bench.benchmarks.store import check_resumable
from bench.benchmarks.word_coverage import counts_of, coverage
from bench.benchmarks.work import unit_inputs, work
from bench.datasets.corpus import Corpus
from bench.datasets.errors import InputError
from bench.datasets.vocabulary import Vocabulary
from bench.implementations.counter_random import sentence_keys
from bench.implementations.examples import NoiseTargets, PathTargets, Sharing, cbow_units, skipgram_units, windows
from bench.implementations.huffman import HuffmanTree, huffman_tree
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.noise import alias_table, noise_weights
from bench.implementations.subsampling import keep_probabilities, keep_thresholds

LONG = 100_000
"""Words of a sentence whose ends do not count."""
WORDS, SENTENCES, LENGTH = 20_000, 60, 100

MACHINE = Ceilings(
    threads=2, lanes=8, multiply_adds_per_second=1e11, memory_read_bytes_per_second=2e10,
    memory_update_bytes_per_second=1e10, cache_update_bytes_per_second=1e11, cache_bytes=1 << 25,
    core_cache_bytes=1 << 19,
)  # fmt: skip


@pytest.mark.parametrize(
    ("negatives", "kiloflops", "rows"), [("pair", 21.6, 84), ("window", 21.6, 24)], ids=["pair", "window"]
)
def test_word2vec_at_window_5_and_negative_5(negatives: str, kiloflops: float, rows: float) -> None:
    """Six pairs of context and centre, six outputs each; 100 dimensions."""
    found = work(Hyperparameters(), Sharing.parse(negatives), LONG)
    assert 2 * found.multiply_adds / 1000 == pytest.approx(kiloflops, rel=1e-3)
    assert found.rows == pytest.approx(rows, rel=1e-3)
    assert found.noise == pytest.approx(30 if negatives == "pair" else 5, rel=1e-3)


def test_cbow_reads_its_window_and_computes_once_for_it() -> None:
    found = work(Hyperparameters(model="cbow", window=3, negative=4, vector_size=10), Sharing(1), LONG)
    assert found.multiply_adds == pytest.approx(10 * (3 * 5 + 2 * 4), rel=1e-3)
    assert found.rows == pytest.approx(2 * (4 + 5), rel=1e-3)


def test_hierarchical_softmax_trains_the_nodes_of_the_path() -> None:
    h = Hyperparameters(loss="hs", window=1, vector_size=10)
    assert work(h, Sharing(1), LONG, path=12) == pytest.approx((10 * 3 * 2 * 12, 2 * (2 + 12), 0), rel=1e-3)
    assert work(h, Sharing(0), LONG, path=12) == pytest.approx((10 * 3 * 2 * 12, 2 * 2 * 13, 0), rel=1e-3)


@pytest.mark.parametrize("h", [{"loss": "softmax"}, {"loss": "hs"}])
def test_what_cannot_be_counted_is_refused(h: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"softmax|nodes"):
        work(Hyperparameters(**h), Sharing(3), LONG, path=10)


def test_a_lone_word_trains_nothing() -> None:
    assert work(Hyperparameters(), Sharing(0), 1) == (0, 0, 0)


def test_units_at_the_ends_of_a_sentence_by_hand() -> None:
    """Windows always of 2: a b c d e, in pairs of centres (a b) (c d) (e)."""
    inputs, centres = unit_inputs(5, 2, 2, shrink=False)
    assert inputs.tolist() == [4, 5, 2]  # abcd, abcde, cd
    assert centres.tolist() == [2, 2, 1]


@cache
def text() -> tuple[np.ndarray, np.ndarray]:
    """Sentences over many words, so that few occur twice in a unit; frequent ones by Zipf's law, flattened."""
    weights = 1 / np.arange(20, WORDS + 20)
    tokens = np.random.default_rng(1).choice(WORDS, SENTENCES * LENGTH, p=weights / weights.sum()).astype(np.int32)
    counts = np.maximum(1, np.rint(1e8 * weights / weights.sum())).astype(np.int64)
    return tokens.reshape(SENTENCES, LENGTH), counts


@cache
def tree_of_text() -> HuffmanTree:
    return huffman_tree(text()[1])


@pytest.mark.parametrize("sample", [0, 1e-3])
@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize(
    ("model", "loss", "negatives", "window"),
    [
        ("skipgram", "ns", "pair", 5), ("skipgram", "ns", "window", 5), ("skipgram", "ns", "window:3", 5),
        ("skipgram", "ns", "window:2", 3), ("skipgram", "ns", "window:4", 2), ("skipgram", "hs", "pair", 4),
        ("skipgram", "hs", "window", 4), ("cbow", "ns", "window", 5), ("cbow", "ns", "window:3", 4),
        ("cbow", "hs", "window", 5),
    ],
)  # fmt: skip
def test_counts_are_those_of_the_example_generator(
    model: str, loss: str, negatives: str, window: int, shrink: bool, sample: float
) -> None:
    """Every unit of a small text is laid out, and its rows and products are added up."""
    h = Hyperparameters(
        model=model, loss=loss, window=window, negative=5, sample=sample, shrink_windows=shrink, vector_size=8
    )
    sentences, counts = text()
    sharing, keep = Sharing.parse(negatives), keep_thresholds(counts, sample)
    tree = tree_of_text()
    targets = NoiseTargets(alias_table(noise_weights(counts, 0.75)), 5) if loss == "ns" else PathTargets(tree)
    lay = skipgram_units if model == "skipgram" else cbow_units
    multiply_adds = rows = words = 0
    for sentence, a, b in zip(sentences, *sentence_keys(1, 0, np.arange(SENTENCES)), strict=True):
        laid = windows(sentence, (a, b), keep, window, shrink)
        units = lay(laid, targets, sharing, (a, b))
        inputs, outputs = np.diff(units.input_bounds), np.diff(units.output_bounds)
        n = len(laid.words)
        words += n
        rows += 2 * int((inputs + outputs).sum())
        size = max(1, sharing.centres)
        centres = np.minimum(size, n - size * np.arange(len(units))) if sharing.centres else np.ones(len(units))
        products = 3 * inputs * outputs if model == "skipgram" else 3 * centres * outputs + 2 * inputs * centres
        multiply_adds += int(8 * products.sum())
    kept = counts * keep_probabilities(counts, sample)
    path = float(kept @ np.diff(tree.offsets) / kept.sum())
    found = work(h, sharing, words / SENTENCES, path)
    assert found.multiply_adds == pytest.approx(multiply_adds / words, rel=0.03)
    assert found.rows == pytest.approx(rows / words, rel=0.03)


@pytest.mark.parametrize("n_words", [1, 2, 3, 1000, 1024, 1025])
def test_coverage_gives_the_counts_back(n_words: int) -> None:
    counts = np.sort(np.random.default_rng(n_words).zipf(1.5, n_words).clip(max=10**6))[::-1].astype(np.int64)
    shares = coverage(counts)
    assert shares[-1] == 1
    assert shares == sorted(shares)
    found = counts_of(shares, n_words, int(counts.sum()))
    assert len(found) == n_words
    assert found.sum() == pytest.approx(counts.sum(), rel=1e-3)
    assert found[0] == pytest.approx(counts[0], rel=1e-3)


def test_twenty_numbers_tell_what_subsampling_keeps_and_which_rows_are_hot() -> None:
    _, counts = text()
    found = counts_of(coverage(counts), WORDS, int(counts.sum()))
    for sample in (1e-5, 1e-4, 1e-3):
        exact, estimated = (float(c @ keep_probabilities(c, sample) / c.sum()) for c in (counts, found))
        assert estimated == pytest.approx(exact, rel=0.01)
    for rows in (10, 1000, 15_000):
        exact, estimated = (cold(noise_weights(c, 0.75), rows) for c in (counts, found))
        assert estimated == pytest.approx(exact, rel=0.02)


def test_without_coverage_counts_follow_zipf() -> None:
    found = counts_of(None, 1000, 50_000)
    assert found.sum() == pytest.approx(50_000)
    assert found[0] / found[9] == pytest.approx(10)
    assert (counts_of([0.5, 1.0], 1000, 50_000) == found).all()  # that is the coverage of two words


def test_the_coldest_rows_are_what_a_cache_leaves() -> None:
    rates = np.array([0.1, 4.0, 0.2, 3.0])
    assert cold(rates, 2) == pytest.approx(0.3)
    assert cold(rates, 3.9) == pytest.approx(0.1)
    assert cold(rates, 0) == pytest.approx(7.3)
    assert cold(rates, 4) == 0


def flat(n_words: int) -> np.ndarray:
    """Words that all occur equally often: what is cached is a matter of division."""
    return np.full(n_words, 1000.0)


def test_limits_by_hand() -> None:
    """One window in which everything counts once: 1,000 rows of 4 kB in each matrix, a cache of half of all."""
    h = Hyperparameters(window=1, negative=1, sample=0, vector_size=1000)
    machine = MACHINE.model_copy(update={"cache_bytes": 4_000_000, "core_cache_bytes": 400_000})
    found = predict(h, Sharing(1), flat(1000), LONG, machine)
    # Two context words and two outputs: 12,000 multiply-adds. Fetched: the word as context, as centre, one as noise.
    assert found.flops == pytest.approx(24_000, rel=1e-3)
    assert found.row_bytes == pytest.approx(4000 * 2 * 4, rel=1e-3)
    assert found.arithmetic == pytest.approx(1e11 / 12_000, rel=1e-3)
    # Output rows are asked for twice as often, so they are what the cache of 1,000 rows holds; 100 lie in the core's.
    assert found.memory_bytes == pytest.approx(2 * 4000 * 1, rel=1e-3)
    assert found.cache_bytes == pytest.approx(2 * 4000 * (3 - 0.2) - 2 * 4000, rel=1e-3)
    assert found.bandwidth == pytest.approx(1 / (8000 / 1e10 + 14_400 / 1e11), rel=1e-3)
    assert found.limit == pytest.approx(min(found.arithmetic, found.bandwidth))
    near = machine.model_copy(update={"first_cache_update_bytes_per_second": 1e10})
    assert predict(h, Sharing(1), flat(1000), LONG, near).limit == pytest.approx(1e10 / 32_000, rel=1e-3)
    assert found.in_turn == pytest.approx(1 / (1 / found.arithmetic + 1 / found.bandwidth))
    assert found.intensity == pytest.approx(24_000 / 32_000, rel=1e-3)


def test_subsampled_words_cost_nothing() -> None:
    h = Hyperparameters(sample=1e-4, vector_size=64)
    counts = flat(100)  # each is a hundredth of the text, of which sqrt(.01) + .01 is kept
    kept = predict(h, Sharing(1), counts, LONG, MACHINE)
    all_of_it = predict(h.model_copy(update={"sample": 0.0}), Sharing(1), counts, LONG, MACHINE)
    assert kept.flops / all_of_it.flops == pytest.approx(0.11, rel=1e-3)
    assert kept.arithmetic / all_of_it.arithmetic == pytest.approx(1 / 0.11, rel=1e-3)


def test_what_fits_the_caches_is_bound_by_arithmetic_alone() -> None:
    found = predict(Hyperparameters(vector_size=16), Sharing(1), flat(100), LONG, MACHINE)
    assert found.bandwidth is None
    assert found.limit == found.in_turn == found.arithmetic


def test_without_the_sizes_of_the_caches_only_arithmetic_is_known() -> None:
    unknown = MACHINE.model_copy(update={"cache_bytes": None, "cache_update_bytes_per_second": None})
    found = predict(Hyperparameters(), Sharing(1), flat(10**6), 20, unknown)
    assert found.bandwidth is None


def test_a_larger_vocabulary_or_vector_is_never_faster() -> None:
    limits = [
        predict(Hyperparameters(vector_size=size, loss=loss), Sharing(1), counts_of(None, n, 10**8), 20, MACHINE).limit
        for loss in ("ns", "hs")
        for size in (100, 300)
        for n in (1000, 100_000, 1_000_000)
    ]
    for group in (limits[:3], limits[3:6], limits[6:9], limits[9:]):
        assert group == sorted(group, reverse=True)
    assert all(small > large for small, large in zip(limits[:3], limits[3:6], strict=True))


@pytest.mark.parametrize(
    ("fields", "centres"),
    [
        ({"options": {"negatives": "window:3"}}, 3), ({"options": {}}, 0), ({"options": {"negatives": "x"}}, None),
        ({"device": "cuda"}, None), ({"given": {"objective": {"value": "least squares", "note": "no pairs"}}}, None),
    ],
)  # fmt: skip
def test_the_scheme_of_a_run(make_results, fields: dict[str, object], centres: int | None) -> None:  # type: ignore[no-untyped-def]
    run = make_results({"implementation": "a", "speeds": [1e6], **fields}).runs[0]
    found = sharing_of(run)
    assert found == (None if centres is None else Sharing(centres))


def test_a_run_is_predicted_where_its_threads_were_measured(make_results) -> None:  # type: ignore[no-untyped-def]
    results = make_results({"implementation": "a", "speeds": [1e6]})
    run = results.runs[0]
    assert predicted(run, results.corpus, {1: MACHINE}) is None
    found = predicted(run, results.corpus, {2: MACHINE})
    assert found is not None
    assert found.limit > 0
    softmax = run.model_copy(update={"hyperparameters": Hyperparameters(loss="softmax")})
    assert predicted(softmax, results.corpus, {2: MACHINE}) is None


def test_ceilings_are_read_from_results_and_rubbish_is_passed_over() -> None:
    recorded = [MACHINE.model_dump(), {"threads": 4}, "x", {**MACHINE.model_dump(), "threads": 8, "later": 1}]
    assert set(ceilings_of({"ceilings": recorded})) == {2, 8}
    assert ceilings_of({"ceilings": recorded})[2] == MACHINE
    assert ceilings_of({}) == ceilings_of({"ceilings": None}) == ceilings_of({"ceilings": "x"}) == {}


def test_a_benchmark_records_the_coverage_and_resumes_one_that_has_none(make_results) -> None:  # type: ignore[no-untyped-def]
    _, counts = text()
    words = Vocabulary([f"w{i}" for i in range(WORDS)], counts)
    made = Corpus("made", "ab" * 32, 1, words, np.zeros(7, np.int32), np.array([0, 7]), 7, WORDS)
    assert _corpus_record(made).coverage == coverage(counts)
    now = make_results({"implementation": "a", "speeds": [1e6]}, plan=make_plan({}).settled())
    told = now.model_copy(update={"corpus": now.corpus.model_copy(update={"coverage": [0.5, 1.0]}), "runs": []})
    check_resumable(now.model_copy(update={"runs": []}), told, [])
    other = told.model_copy(update={"corpus": told.corpus.model_copy(update={"tokens": 5})})
    with pytest.raises(InputError, match="another corpus"):
        check_resumable(now, other, [])
