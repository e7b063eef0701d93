"""A comparison says what the answers allow, and no more."""

import json
import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from bench.benchmarks import saved_vectors
from bench.benchmarks.saved_vectors import System
from bench.datasets.catalogue import question_set
from bench.datasets.errors import InputError, NotAvailable
from bench.datasets.question_sets import AnalogySection, AnalogySet, SimilaritySet
from bench.evaluation.compare import compare
from bench.evaluation.comparison.result import Comparison, Contrast
from bench.evaluation.comparison.verdict import decide
from bench.evaluation.embeddings import Embeddings, read_embeddings, write_embeddings
from bench.evaluation.protocols import Protocol
from bench.evaluation.score import Score
from bench.evaluation.task import AnalogyTask, SimilarityTask, Task, describe

PAIRS, DIM = 30, 20
WORDS = [f"{side}{section}x{i}" for section in "pq" for i in range(PAIRS) for side in "ab"]


def truth() -> np.ndarray:
    """Vectors of which b = a + an offset of the section, so that analogies can be answered."""
    rng = np.random.default_rng(0)
    first, offsets = rng.normal(size=(2, PAIRS, DIM)), 2 * rng.normal(size=(2, 1, DIM))
    return np.stack([first, first + offsets], axis=2).reshape(-1, DIM)


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    sections = []
    for section in "pq":
        own = [(f"a{section}x{i}", f"b{section}x{i}") for i in range(PAIRS)]
        sections.append(AnalogySection(section, tuple((*one, *other) for one in own for other in own if one != other)))
    rng = np.random.default_rng(1)
    pairs = [(int(a), int(b)) for a, b in rng.integers(len(WORDS), size=(320, 2)) if a != b][:300]
    vectors = truth()
    gold = [float(np.corrcoef(vectors[a], vectors[b])[0, 1] + 0.2 * rng.normal()) for a, b in pairs]
    similarity = SimilaritySet("likeness", tuple((WORDS[a], WORDS[b]) for a, b in pairs), tuple(gold))
    return [
        analogy_task(AnalogySet("relations", tuple(sections))),
        similarity_task(similarity),
    ]


def analogy_task(questions: AnalogySet) -> Task:
    task = AnalogyTask(question_set("google"), Protocol("relations"), "made up")
    task.questions = lambda: questions  # type: ignore[method-assign]
    return task


def similarity_task(questions: SimilaritySet) -> Task:
    task = SimilarityTask(question_set("simlex-999"))
    task.questions = lambda: questions  # type: ignore[method-assign]
    return task


class MeanTask(Task):
    """One number a file: the mean of its first column, which no evidence stands behind."""

    def __init__(self, *, higher_is_better: bool = True, metric: str = "purity") -> None:
        metadata = describe(question_set("ap"), "mean", "categorization", metric)
        super().__init__(question_set("ap"), replace(metadata, higher_is_better=higher_is_better))

    def score(self, embeddings: Embeddings, *, seed: int = 1) -> list[Score]:
        return [Score("mean", self.metadata.metric, float(embeddings.vectors[:, 0].mean()), 10, 12)]


Make = Callable[..., list[Path]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes runs: the true vectors with noise of a system and of its runs."""

    def runs(
        name: str, noise: float, seeds: Sequence[int], *, words: Sequence[str] = WORDS, shift: float = 0
    ) -> list[Path]:
        paths = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            vectors = truth() + noise * rng.normal(size=(len(WORDS), DIM)) + shift * np.eye(DIM)[0]
            row = {word: i for i, word in enumerate(WORDS)}
            kept = np.stack([vectors[row[word]] if word in row else rng.normal(size=DIM) for word in words])
            paths.append(tmp_path / f"{name}-{seed}.bin")
            write_embeddings(paths[-1], Embeddings(list(words), kept.astype(np.float32)), binary=True)
        return paths

    return runs


def only(comparison: Comparison, task: str = "relations") -> Contrast:
    (found,) = (one for one in comparison.contrasts if one.task == task)
    return found


def test_values_are_the_tasks_own_scores(make: Make, tasks: list[Task]) -> None:
    a, b = make("a", 0.5, [1, 2]), make("b", 0.7, [3, 4])
    found = compare({"a": a, "b": b}, tasks, draws=50)
    for task in tasks:
        own = {path: task.score(read_embeddings(path))[0] for path in (*a, *b)}
        one = only(found, task.metadata.name)
        assert one.baseline_value == pytest.approx(np.mean([own[path].value for path in a]))
        assert one.value == pytest.approx(np.mean([own[path].value for path in b]))
        assert one.sd == pytest.approx(np.std([own[path].value for path in b], ddof=1))
        assert one.difference == pytest.approx((one.value or 0) - (one.baseline_value or 0))
        assert (one.n, one.total) == (own[a[0]].n, own[a[0]].total)


def test_less_noise_is_better_and_more_is_worse_by_the_same_p(make: Make, tasks: list[Task]) -> None:
    good, bad = make("good", 0.3, range(1, 6)), make("bad", 0.9, range(11, 16))
    up, down = (compare(dict(pair), tasks, draws=50) for pair in (
        [("bad", bad), ("good", good)], [("good", good), ("bad", bad)],
    ))  # fmt: skip
    for task in tasks:
        name = task.metadata.name
        one, other = only(up, name), only(down, name)
        assert (one.verdict, other.verdict) == ("better", "worse")
        assert one.unit == "seeds and items"
        assert one.p == pytest.approx(other.p)
        assert one.difference == pytest.approx(-(other.difference or 0))
        assert one.low is not None
        assert one.low > 0
        assert one.p_adjusted is not None
        assert one.p is not None
        assert one.p <= one.p_adjusted < 0.05


def test_runs_of_one_system_are_equal_within_a_wide_margin_and_undecided_within_a_narrow_one(
    make: Make, tasks: list[Task]
) -> None:
    systems = {"one": make("one", 0.5, range(1, 5)), "other": make("other", 0.5, range(11, 15))}
    wide = compare(systems, tasks, margin=0.3, margin_correlation=0.3, draws=50)
    narrow = compare(systems, tasks, margin=1e-4, margin_correlation=1e-4, draws=50)
    assert {one.verdict for one in wide.contrasts} == {"equal within margin"}
    assert {one.verdict for one in narrow.contrasts} == {"undecided"}
    assert all((one.detectable or 0) > 1e-4 for one in narrow.contrasts)


def test_a_single_run_is_judged_by_its_items_and_the_result_says_so(make: Make, tasks: list[Task]) -> None:
    found = compare({"a": make("a", 0.3, [1]), "b": make("b", 0.9, [2])}, tasks, draws=200)
    analogies, likeness = only(found), only(found, "simlex-999")
    assert analogies.unit == likeness.unit == "items"
    assert analogies.verdict == "worse"
    assert (analogies.sd, analogies.baseline_sd) == (None, None)
    assert any("about these files, not about the implementations" in note for note in found.notes)
    checks = analogies.checks
    assert checks["mcnemar_c"] - checks["mcnemar_b"] == pytest.approx(-(analogies.difference or 0) * analogies.n)
    assert checks["bootstrap_95_low"] < (analogies.difference or 0) < checks["bootstrap_95_high"]
    assert checks["bootstrap_95_low"] < checks["bootstrap_90_low"]
    assert 0 <= likeness.checks["williams_p"] <= 1


def test_one_run_against_several_is_about_the_files(make: Make, tasks: list[Task]) -> None:
    found = compare({"a": make("a", 0.5, [1]), "b": make("b", 0.5, [2, 3])}, tasks, draws=50)
    assert {one.unit for one in found.contrasts} == {"items"}
    assert any(note.startswith("A single run of a:") for note in found.notes)


def test_the_same_file_in_two_systems_is_equal(make: Make, tasks: list[Task]) -> None:
    (path,) = make("a", 0.5, [1])
    found = compare({"a": [path], "b": [path]}, tasks, draws=50)
    assert [(one.difference, one.p, one.verdict) for one in found.contrasts] == [(0, 1, "equal within margin")] * 2


def test_only_common_words_take_part_in_the_first_files_order(make: Make, tasks: list[Task]) -> None:
    shuffled = [*reversed(WORDS), "more", "words"]
    a, plain = make("a", 0.5, [1]), make("b", 0.5, [2], words=WORDS)
    mixed = make("mixed", 0.5, [2], words=shuffled)
    expected, found = (compare({"a": a, "b": b}, tasks, draws=50) for b in (plain, mixed))
    assert found.words == len(WORDS)
    assert [one.value for one in found.contrasts] == [one.value for one in expected.contrasts]
    fewer = compare({"a": a, "b": make("fewer", 0.5, [2], words=WORDS[8:])}, tasks, draws=50)
    assert only(fewer).n == (PAIRS - 4) * (PAIRS - 5) + PAIRS * (PAIRS - 1)
    assert fewer.words == len(WORDS) - 8


def test_one_file_is_in_memory_at_a_time(make: Make, tasks: list[Task]) -> None:
    alive: list[weakref.ref[Embeddings]] = []

    def read(path: Path | str) -> Embeddings:
        assert not [one for one in alive if one() is not None]
        embeddings = read_embeddings(path)
        alive.append(weakref.ref(embeddings))
        return embeddings

    compare({"a": make("a", 0.5, [1, 2]), "b": make("b", 0.5, [3])}, tasks, draws=50, read=read)
    assert len(alive) == 6


def test_a_task_with_one_score_a_file_needs_three_runs(make: Make) -> None:
    a, b = make("a", 0.1, [1, 2, 3], shift=0.0), make("b", 0.1, [4, 5, 6], shift=0.5)
    few = only(compare({"a": a[:2], "b": b}, [MeanTask()]), "mean")
    assert (few.verdict, few.p, few.unit) == ("undecided", None, None)
    assert "needs at least 3 runs of each" in str(few.reason)
    assert few.difference == pytest.approx(0.5, abs=0.1)
    enough = only(compare({"a": a, "b": b}, [MeanTask()]), "mean")
    means = [[read_embeddings(path).vectors[:, 0].mean() for path in paths] for paths in (b, a)]
    expected = stats.ttest_ind(*means, equal_var=False)
    assert enough.p == pytest.approx(expected.pvalue, rel=1e-4)
    assert (enough.unit, enough.verdict, enough.n) == ("seeds", "better", 10)


def test_less_can_be_better(make: Make) -> None:
    systems = {"a": make("a", 0.1, [1, 2, 3]), "b": make("b", 0.1, [4, 5, 6], shift=0.5)}
    assert only(compare(systems, [MeanTask(higher_is_better=False)]), "mean").verdict == "worse"


def test_a_metric_that_is_no_share_has_no_margin(make: Make) -> None:
    systems = {"a": make("a", 0.1, [1, 2, 3]), "b": make("b", 0.1, [4, 5, 6])}
    one = only(compare(systems, [MeanTask(metric="effect-size")]), "mean")
    assert (one.margin, one.p_equivalence) == (None, None)


def test_sets_too_small_to_rank_on_are_shown_but_not_judged(make: Make, tasks: list[Task]) -> None:
    small = similarity_task(tasks[1].questions())  # type: ignore[attr-defined]
    small.metadata = replace(small.metadata, name="rg-65", ranked=False)
    systems = {"a": make("a", 0.2, [1, 2]), "b": make("b", 0.9, [3, 4])}
    found = compare(systems, [tasks[1], small], draws=50)
    judged, shown = only(found, "simlex-999"), only(found, "rg-65")
    assert (shown.verdict, shown.p, shown.p_adjusted) == ("not ranked", None, None)
    assert (shown.difference, shown.low, shown.detectable) == (judged.difference, judged.low, judged.detectable)
    assert judged.p_adjusted == judged.p  # the other one is no test


@pytest.mark.parametrize("known", [0, 2])
def test_too_few_items_are_not_scorable(make: Make, tasks: list[Task], known: int) -> None:
    words = [*WORDS[: 2 * known], "x", "y"]
    found = compare({"a": make("a", 0.5, [1], words=words), "b": make("b", 0.5, [2], words=words)}, tasks, draws=50)
    assert {one.verdict for one in found.contrasts} == {"not scorable"}
    assert f"only {known * (known - 1)} questions have all their words" in str(only(found).reason)
    assert only(found).difference is None


def test_questions_that_all_hang_together_are_not_scorable(make: Make) -> None:
    hub = tuple((f"apx{i}", f"bpx{i}", "aqx0", "bqx0") for i in range(PAIRS))
    task = analogy_task(AnalogySet("hub", (AnalogySection("hub", hub),)))
    found = only(compare({"a": make("a", 0.5, [1]), "b": make("b", 0.5, [2])}, [task], draws=50))
    assert found.verdict == "not scorable"
    assert "no more than 1.0 unrelated ones" in str(found.reason)


def test_constant_vectors_spoil_only_their_own_contrasts(make: Make, tasks: list[Task], tmp_path: Path) -> None:
    constant = tmp_path / "constant.bin"
    write_embeddings(constant, Embeddings(WORDS, np.ones((len(WORDS), DIM), dtype=np.float32)), binary=True)
    systems = {"a": make("a", 0.5, [1]), "flat": [constant], "b": make("b", 0.5, [2])}
    found = {(one.baseline, one.system): one for one in compare(systems, tasks[1:], draws=50).contrasts}
    assert found["a", "flat"].verdict == found["flat", "b"].verdict == "not scorable"
    assert "are equal" in str(found["a", "flat"].reason)
    expected = only(compare({"a": systems["a"], "b": systems["b"]}, tasks[1:], draws=50), "simlex-999")
    assert found["a", "b"].p == expected.p


def test_a_set_that_is_not_here_is_told_and_the_others_go_on(make: Make, tasks: list[Task]) -> None:
    lost = similarity_task(SimilaritySet("x", (), ()))
    lost.metadata = replace(lost.metadata, name="lost")

    def questions() -> SimilaritySet:
        raise NotAvailable("put it there")

    lost.questions = questions  # type: ignore[attr-defined]
    found = compare({"a": make("a", 0.5, [1]), "b": make("b", 0.5, [2])}, [lost, tasks[0]], draws=50)
    assert only(found, "lost").verdict == "not scorable"
    assert only(found, "lost").reason == "put it there"
    assert only(found).p is not None


def test_up_to_four_systems_meet_each_other_more_meet_the_first(make: Make, tasks: list[Task]) -> None:
    runs = {name: make(name, 0.5, [seed]) for seed, name in enumerate("abcde")}
    four = compare({name: runs[name] for name in "abcd"}, tasks[1:], draws=20)
    assert len(four.contrasts) == 6
    five = compare(runs, tasks[1:], draws=20)
    assert [(one.baseline, one.system) for one in five.contrasts] == [("a", name) for name in "bcde"]


def test_the_result_is_ready_for_json(make: Make, tasks: list[Task]) -> None:
    found = compare({"a": make("a", 0.5, [1, 2]), "b": make("b", 0.5, [3])}, [*tasks, MeanTask()], draws=20)
    document = json.loads(json.dumps(asdict(found), allow_nan=False))
    assert document["systems"]["a"] == [str(path) for path in found.systems["a"]]
    assert [one["task"] for one in document["contrasts"]] == ["relations", "simlex-999", "mean"]


def test_the_seed_moves_the_bootstraps_alone(make: Make, tasks: list[Task]) -> None:
    systems = {"a": make("a", 0.5, [1, 2]), "b": make("b", 0.5, [3, 4])}
    first, again, other = (compare(systems, tasks, seed=seed, draws=50) for seed in (1, 1, 2))
    assert first.contrasts == again.contrasts
    assert first.contrasts != other.contrasts
    plain = [[replace(one, checks={}) for one in found.contrasts] for found in (first, other)]
    assert plain[0] == plain[1]


def test_wrong_usage_is_told_in_a_sentence(make: Make, tasks: list[Task], tmp_path: Path) -> None:
    a, b = make("a", 0.5, [1]), make("b", 0.5, [2])
    other = make("other", 0.5, [1], words=["x", "y"])
    cases: list[tuple[Mapping[str, Sequence[Path]], dict[str, float], str]] = [
        ({"a": a}, {}, "at least two systems"),
        ({"a": a, "b": []}, {}, "b has no list of files"),
        ({"a": a, "b": b}, {"margin": 0}, "between 0 and 1"),
        ({"a": a, "b": b}, {"margin_correlation": 2}, "between 0 and 1"),
        ({"a": a, "b": b}, {"draws": 0}, "at least 1"),
        ({"a": a, "b": [tmp_path / "none.bin"]}, {}, "does not exist"),
        ({"a": a, "b": other}, {}, "no word in common"),
        ({"a": [*a, *a], "b": b}, {}, "hold the same vectors"),
    ]
    for systems, how, message in cases:
        with pytest.raises(InputError, match=message):
            compare(systems, tasks, **how)  # type: ignore[arg-type]


def test_systems_as_they_are_named_on_a_command_line(tmp_path: Path) -> None:
    odd = tmp_path / "a=b.bin"
    odd.touch()
    assert saved_vectors.systems(["g=1.bin,2.bin", "x/n.bin", str(odd)]) == {
        "g": System([Path("1.bin"), Path("2.bin")]), "x/n.bin": System([Path("x/n.bin")]), str(odd): System([odd]),
    }  # fmt: skip
    assert list(saved_vectors.systems(["x/n.bin", "y/n.bin"])) == ["x/n.bin", "y/n.bin"]
    for bad in ("g=", "=1.bin", "g=,"):
        with pytest.raises(InputError, match="names no files"):
            saved_vectors.systems([bad])
    with pytest.raises(InputError, match="two systems are called g"):
        saved_vectors.systems(["g=1.bin", "g=2.bin"])


def judged(**fields: float) -> Contrast:
    base = Contrast(
        task="t", metric="spearman", system="s", baseline="b", runs=5, baseline_runs=5, n=99,
        total=100, verdict="undecided", difference=0.01, p=0.5, margin=0.02, p_equivalence=0.5,
    )  # fmt: skip
    return replace(base, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("p", "p_equivalence", "difference", "verdict"),
    [
        (0.01, 0.5, 0.03, "better"),
        (0.01, 0.5, -0.03, "worse"),
        (0.5, 0.01, 0.001, "equal within margin"),
        (0.01, 0.01, 0.01, "equal within margin"),
        (0.2, 0.2, 0.01, "undecided"),
        (0.01, None, 0.03, "better"),
    ],
)
def test_verdicts(p: float, p_equivalence: float | None, difference: float, verdict: str) -> None:
    one = judged(p=p, p_equivalence=p_equivalence, difference=difference)  # type: ignore[arg-type]
    (found,) = decide([one], higher_is_better=[True])
    assert found.verdict == verdict
    assert (found.reason is not None) == (verdict == "equal within margin" and p < 0.05)


def test_holms_correction_is_for_all_tests_together() -> None:
    found = decide([judged(p=0.03, difference=0.05), judged(p=0.04), judged(p=0.3)], higher_is_better=[True] * 3)
    assert [one.p_adjusted for one in found] == pytest.approx([0.09, 0.09, 0.3])
    assert {one.verdict for one in found} == {"undecided"}
    assert "Holm" in str(found[0].reason)
    alone = decide([judged(p=0.03, difference=0.05)], higher_is_better=[True])
    assert alone[0].verdict == "better"


def test_intervals_agree_with_the_p_values(make: Make, tasks: list[Task]) -> None:
    for noise in (0.5, 0.55, 0.65):
        systems = {"a": make("a", 0.5, [1, 2, 3]), f"b{noise}": make("b", noise, [4, 5, 6])}
        for one in compare(systems, tasks, draws=20).contrasts:
            assert one.p is not None
            assert one.low is not None
            assert one.high is not None
            assert (one.p < 0.05) == (not one.low <= 0 <= one.high)
            assert math.isfinite(one.detectable or math.nan)
