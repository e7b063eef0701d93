"""Analogies: the same counts as word2vec's compute-accuracy and gensim, and what neither of them shows."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.datasets.questions import parse_analogies
from bench.evaluation.analogy import answer
from bench.evaluation.analogy_score import score_analogies
from bench.evaluation.embeddings import Embeddings, write_embeddings
from bench.evaluation.protocols import GOOGLE, Protocol

BINARY = shutil.which("word2vec-compute-accuracy") or shutil.which(
    "word2vec-compute-accuracy", path=str(Path(sys.executable).parent)
)
needs_compute_accuracy = pytest.mark.skipif(BINARY is None, reason="needs the word2vec package (extra peers)")

PRESET = {protocol.name: protocol for protocol in GOOGLE}
FULL = PRESET["google-full"]


def questions_file(path: Path, sections: dict[str, list[str]]) -> Path:
    path.write_text("".join(f": {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections.items()))
    return path


def matrix(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def tricky(seed: int, folder: Path, *, dim: int = 12, zero: bool = False) -> tuple[Embeddings, Path]:
    """A vocabulary with up to four case variants a word, close to each other, and questions some of which are right."""
    rng = np.random.default_rng(seed)
    words, rows, pairs = ["</s>"], [rng.normal(size=dim)], []
    relations = rng.normal(size=(3, dim))
    for i in range(3 * 12):
        base = rng.normal(size=dim)
        for word, row in ((f"city{i}", base), (f"straße{i}", base + relations[i % 3])):
            variants = dict.fromkeys(
                [word, word.title(), word.upper(), word[0].upper() + word[1:-1] + word[-1].upper()]
            )
            kept = [v for v in variants if rng.random() < 0.7] or [word]
            rng.shuffle(kept)
            words += kept
            rows += [row + 0.25 * rng.normal(size=dim) for _ in kept]
        pairs.append((f"City{i}", f"sTraße{i}"))
    words += [f"noise{i}" for i in range(60)]
    rows += list(rng.normal(size=(60, dim)))
    order = [0, *(1 + rng.permutation(len(words) - 1))]
    vectors = matrix([rows[i] for i in order])
    if zero:
        vectors[rng.integers(1, len(vectors), size=4)] = 0
    sections = {
        name: [f"{a} {b} {c} {d}" for a, b in pairs[k::3] for c, d in pairs[k::3] if a != c]
        for k, name in enumerate(["first", "second", "gram-third"])
    }
    sections["second"] += ["City1 unheard city1 City4", "city1 city4 City1 CITY4"]
    vocabulary = [words[i] for i in order]
    return Embeddings(vocabulary, vectors), questions_file(folder / "questions.txt", sections)


def counts(embeddings: Embeddings, path: Path, protocol: Protocol) -> list[tuple[int, int]]:
    """(right, seen) of each section."""
    score = score_analogies(embeddings, parse_analogies(path), protocol, seed=1)
    names = [section.name for section in parse_analogies(path).sections]
    return [(score.sections[name].correct or 0, score.sections[name].n) for name in names]


def compute_accuracy(embeddings: Embeddings, path: Path, threshold: int, folder: Path) -> list[tuple[int, int]]:
    write_embeddings(folder / "v.bin", embeddings, binary=True)
    assert BINARY is not None
    with path.open() as questions:
        done = subprocess.run(
            [BINARY, str(folder / "v.bin"), str(threshold)], stdin=questions, capture_output=True, check=False
        )
    found = re.findall(rb"ACCURACY TOP1: .*\((\d+) / (\d+)\)", done.stdout)
    seen = int(re.search(rb"Questions seen / total: (\d+)", done.stdout).group(1))  # type: ignore[union-attr]
    pairs = [(int(right), int(n)) for right, n in found]
    # The program shows a section without questions seen as 0 of 1.
    return pairs if sum(n for _, n in pairs) == seen else [(r, 0 if (r, n) == (0, 1) else n) for r, n in pairs]


def gensim_counts(embeddings: Embeddings, path: Path, limit: int) -> list[tuple[int, int]]:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(embeddings.dim)
    vectors.add_vectors(list(embeddings.words), embeddings.vectors)
    _, sections = vectors.evaluate_word_analogies(str(path), restrict_vocab=limit)
    return [(len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections[:-1]]


@needs_compute_accuracy
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("limit", [60, 150, 0])
def test_counts_equal_compute_accuracy_on_mixed_case(seed: int, limit: int, tmp_path: Path) -> None:
    embeddings, path = tricky(seed, tmp_path, zero=seed % 3 == 0)
    ours = counts(embeddings, path, Protocol("test", first_words=limit or None))
    assert ours == compute_accuracy(embeddings, path, limit, tmp_path)
    assert limit or 0 < sum(right for right, _ in ours) < sum(n for _, n in ours)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("limit", [60, 150, 10_000])
def test_counts_equal_gensim_on_mixed_case(seed: int, limit: int, tmp_path: Path) -> None:
    embeddings, path = tricky(seed, tmp_path)
    ours = counts(embeddings, path, Protocol("test", first_words=limit, tool="gensim"))
    assert ours == gensim_counts(embeddings, path, limit)


def test_the_two_tools_differ_on_mixed_case_so_the_presets_must(tmp_path: Path) -> None:
    differ = 0
    for seed in range(12):
        embeddings, path = tricky(seed, tmp_path)
        ours = counts(embeddings, path, FULL), counts(embeddings, path, Protocol("g", tool="gensim"))
        differ += ours[0] != ours[1]
    assert differ > 0


def by_definition(embeddings: Embeddings, question: str, *, multiply: bool) -> str:
    """The answer straight from the definition, in float64."""
    unit = embeddings.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    a, b, c, _ = (list(embeddings.words).index(word) for word in question.split())
    cosines = unit @ unit[[a, b, c]].T
    if multiply:
        shifted = (1 + cosines) / 2
        scores = shifted[:, 1] * shifted[:, 2] / (shifted[:, 0] + 0.001)
    else:
        scores = cosines[:, 1] - cosines[:, 0] + cosines[:, 2]
    scores[[a, b, c]] = -np.inf
    return embeddings.words[int(np.argmax(scores))]


@pytest.mark.parametrize("objective", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize("seed", range(3))
def test_each_answer_is_the_defined_one(objective: str, seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(9000)]
    vectors = rng.normal(size=(len(words), 16)).astype(np.float32)
    vectors[20:40] = vectors[:20] + rng.normal(size=16).astype(np.float32)  # w0:w20 as w1:w21, …
    embeddings = Embeddings(words, vectors)
    asked = [f"w{i} w{20 + i} w{j} w{20 + j}" for i in range(20) for j in range(20) if i != j]
    path = questions_file(tmp_path / "q", {"all": asked})
    protocol = Protocol("test", objective=objective)  # type: ignore[arg-type]
    right = answer(embeddings, parse_analogies(path), protocol).right
    expected = [by_definition(embeddings, q, multiply=objective == "3cosmul") == q.split()[3] for q in asked]
    assert right.tolist() == expected
    assert 0 < right.sum() < len(right)


def test_3cosmul_is_not_3cosadd(tmp_path: Path) -> None:
    embeddings, path = tricky(3, tmp_path)
    assert counts(embeddings, path, FULL) != counts(embeddings, path, Protocol("test", objective="3cosmul"))


@pytest.mark.parametrize("name", [*PRESET, "3cosmul"])
def test_a_rotation_of_the_space_changes_nothing(name: str, tmp_path: Path) -> None:
    protocol = PRESET.get(name, Protocol("test", objective="3cosmul"))
    embeddings, path = tricky(1, tmp_path)
    rotation, _ = np.linalg.qr(np.random.default_rng(5).normal(size=(embeddings.dim, embeddings.dim)))
    turned = Embeddings(embeddings.words, (embeddings.vectors @ rotation * 3).astype(np.float32))
    assert counts(turned, path, protocol) == counts(embeddings, path, protocol)


def test_lengths_of_vectors_do_not_matter_however_small_or_large(tmp_path: Path) -> None:
    embeddings, path = tricky(1, tmp_path)
    scale = np.random.default_rng(0).choice([1e-30, 1e-3, 1, 1e25], size=(len(embeddings), 1)).astype(np.float32)
    scaled = Embeddings(embeddings.words, embeddings.vectors * scale)
    assert counts(scaled, path, FULL) == counts(embeddings, path, FULL)


SQUARE = {"a": [1, 0.1, 0], "b": [1, 0.1, 1], "c": [0.1, 1, 0], "d": [0.1, 1, 1]}


def square(**extra: list[float]) -> Embeddings:
    rows = {**SQUARE, **extra}
    return Embeddings(list(rows), matrix(list(rows.values())))


@pytest.fixture
def one_question(tmp_path: Path) -> Path:
    return questions_file(tmp_path / "q", {"one": ["a b c d"]})


def is_right(embeddings: Embeddings, path: Path, **how: object) -> bool:
    return bool(answer(embeddings, parse_analogies(path), Protocol("test", **how)).right[0])  # type: ignore[arg-type]


@pytest.mark.parametrize("tool", ["compute-accuracy", "gensim"])
@pytest.mark.parametrize("row", [[0, 0, 0], [np.nan, 1, 1], [np.inf, 1, 1], [-np.inf, np.nan, 0]])
def test_a_row_without_direction_never_wins(row: list[float], tool: str, one_question: Path) -> None:
    assert is_right(square(x=row), one_question, tool=tool)
    assert is_right(Embeddings(["x", *SQUARE], matrix([row, *SQUARE.values()])), one_question, tool=tool)


@pytest.mark.parametrize("word", "abcd")
def test_a_question_with_a_word_without_direction_is_wrong_but_seen(word: str, one_question: Path) -> None:
    result = answer(square(**{word: [np.nan, 0, 0]}), parse_analogies(one_question), FULL)
    assert (result.seen.tolist(), result.right.tolist()) == ([True], [False])


def test_of_equal_scores_the_first_row_wins(one_question: Path) -> None:
    twin = SQUARE["d"]
    assert is_right(square(x=twin), one_question)
    assert not is_right(Embeddings(["x", *SQUARE], matrix([twin, *SQUARE.values()])), one_question)


@needs_compute_accuracy
@pytest.mark.parametrize("seed", range(6))
def test_equal_vectors_are_decided_as_compute_accuracy_does(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    # Unit vectors along the axes, a few of each: ties are everywhere, and a cosine has one term only. The binary is
    # compiled for the machine with fast mathematics, so that in a sum of several terms it may tell equal ones apart.
    rows = np.concatenate([np.eye(16), -np.eye(16)])[rng.integers(32, size=100)].astype(np.float32)
    embeddings = Embeddings([f"w{i}" for i in range(len(rows))], rows)
    n = len(rows)
    asked = [" ".join(f"w{i}" for i in rng.choice(n, size=4, replace=False)) for _ in range(2000)]
    path = questions_file(tmp_path / "q", {"all": asked})
    ours = counts(embeddings, path, FULL)
    assert ours == compute_accuracy(embeddings, path, 0, tmp_path)
    assert ours[0][0] > 0


def test_a_best_score_of_zero_or_less_is_no_answer_for_compute_accuracy_but_is_for_gensim(one_question: Path) -> None:
    embeddings = Embeddings(list("abcd"), matrix([[1, 0, 0], [0.1, 1, 0], [0.1, -1, 0], [-0.5, 0, -1]]))
    opposite = Embeddings(list("abcd"), matrix([[1, 0], [-1, 0.1], [-1, -0.1], [1, 0.05]]))
    assert is_right(embeddings, one_question)
    assert not is_right(opposite, one_question)
    assert is_right(opposite, one_question, tool="gensim")


def test_any_case_variant_of_the_answer_is_right(one_question: Path) -> None:
    far = {"d": [-1, 0, 0]}
    assert is_right(square(**far, D=SQUARE["d"]), one_question)
    assert is_right(square(**far, D=SQUARE["d"]), one_question, tool="gensim")


def test_another_variant_of_a_question_word_may_win_for_compute_accuracy_only(one_question: Path) -> None:
    embeddings = square(C=[0.1, 1, 1], d=[0.1, 1, 0.2])
    assert not is_right(embeddings, one_question)
    assert is_right(embeddings, one_question, tool="gensim")


@pytest.mark.parametrize("n_variants", range(1, 8))
def test_gensim_passes_over_variants_of_question_words_among_its_five_best_rows_only(
    n_variants: int, tmp_path: Path
) -> None:
    variants = ["Cat", "cAt", "caT", "CAt", "CaT", "cAT", "CAT"][:n_variants]
    near = {word: [0.1, 1, 1 + i / 1000] for i, word in enumerate(variants)}
    rows = {"a": SQUARE["a"], "b": SQUARE["b"], "cat": SQUARE["c"], "d": [0.1, 1, 0.2], **near}
    embeddings = Embeddings(list(rows), matrix(list(rows.values())))
    path = questions_file(tmp_path / "q", {"one": ["a b cat d"]})
    ours = counts(embeddings, path, PRESET["google-gensim-300k"])
    assert ours == gensim_counts(embeddings, path, 300_000) == [(int(n_variants < 5), 1)]


def test_only_ascii_is_folded_for_compute_accuracy(tmp_path: Path) -> None:
    path = questions_file(tmp_path / "q", {"one": ["a b c É"]})
    embeddings = Embeddings(["a", "b", "c", "é"], matrix(list(SQUARE.values())))
    assert not answer(embeddings, parse_analogies(path), FULL).seen[0]
    assert is_right(embeddings, path, tool="gensim")


def test_the_cut_keeps_the_most_frequent_words_and_ties_by_word(one_question: Path) -> None:
    asked = parse_analogies(one_question)
    first_four = Protocol("test", first_words=4)
    rows = matrix([SQUARE[word] for word in "bcadd"])
    counted = Embeddings(["b", "c", "a", "e", "d"], rows, np.array([9, 9, 9, 5, 5]))
    assert answer(counted, asked, first_four).seen[0]
    rarer = Embeddings(["d", "b", "c", "a", "e"], rows, np.array([4, 9, 9, 9, 5]))
    assert not answer(rarer, asked, first_four).seen[0]
    assert not answer(Embeddings(["b", "c", "a", "e", "d"], rows), asked, first_four).seen[0]


def test_strict_counts_unknown_questions_as_wrong(tmp_path: Path) -> None:
    path = questions_file(tmp_path / "q", {"one": ["a b c d", "a b c unheard"], "two": ["x y z u"]})
    asked = parse_analogies(path)
    skip = score_analogies(square(), asked, PRESET["google-full"], seed=1)
    strict = score_analogies(square(), asked, PRESET["google-strict"], seed=1)
    assert (skip.correct, skip.n, skip.total, skip.value) == (1, 1, 3, 1.0)
    assert (strict.correct, strict.n, strict.total, strict.value) == (1, 3, 3, 1 / 3)
    assert skip.sections["two"].value is None
    assert strict.sections["two"].value == 0
    assert skip.sections["macro"].value == 1
    assert strict.sections["macro"].value == 0.25


def test_nothing_known_is_no_value_with_a_reason(tmp_path: Path) -> None:
    path = questions_file(tmp_path / "q", {"one": ["x y z u"]})
    score = score_analogies(square(), parse_analogies(path), FULL, seed=1)
    assert (score.value, score.n, score.low) == (None, 0, None)
    assert "none of the 1 questions" in str(score.reason)


def test_groups_add_up(tmp_path: Path) -> None:
    embeddings, path = tricky(2, tmp_path)
    score = score_analogies(embeddings, parse_analogies(path), FULL, seed=1)
    semantic, syntactic = score.sections["semantic"], score.sections["syntactic"]
    assert syntactic == score.sections["gram-third"]
    assert semantic.correct == (score.sections["first"].correct or 0) + (score.sections["second"].correct or 0)
    assert (semantic.correct or 0) + (syntactic.correct or 0) == score.correct
    assert semantic.n + syntactic.n == score.n
    accuracies = [score.sections[name].value or 0 for name in ("first", "second", "gram-third")]
    assert score.sections["macro"].value == pytest.approx(np.mean(accuracies))
    assert score.low is not None
    assert score.high is not None
    assert score.low <= (score.value or 0) <= score.high


@pytest.mark.parametrize("words", [1, 2, 3])
def test_tiny_vocabularies_are_scored(words: int, one_question: Path) -> None:
    tiny = Embeddings(list("abcd")[:words], matrix(list(SQUARE.values())[:words]))
    assert score_analogies(tiny, parse_analogies(one_question), FULL, seed=1).n == 0


def test_collapsed_vectors_are_decided_by_order_not_by_rounding(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    embeddings = Embeddings([f"w{i}" for i in range(5000)], np.tile(rng.normal(size=7), (5000, 1)).astype(np.float32))
    asked = ["w1 w2 w3 w0", "w1 w0 w3 w2", "w1 w2 w3 w4", "w4000 w4001 w4002 w0", "w0 w1 w2 w3"]
    path = questions_file(tmp_path / "q", {"all": asked})
    right = answer(embeddings, parse_analogies(path), FULL).right
    assert right.tolist() == [True, True, False, True, True]
