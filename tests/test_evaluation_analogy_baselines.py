"""What analogies give without the offset, and with no word excluded: each answer is the one the definition gives."""

from pathlib import Path

import numpy as np
import pytest

from bench.datasets.questions import parse_analogies
from bench.evaluation.analogy import answer
from bench.evaluation.analogy_score import score_analogies
from bench.evaluation.embeddings import Embeddings
from bench.evaluation.protocols import GOOGLE, GOOGLE_BASELINES, Objective, Protocol

ASKED: dict[str, tuple[Objective, bool]] = {
    "only-b": ("only-b", True),
    "ignore-a": ("ignore-a", True),
    "honest": ("3cosadd", False),
    "honest 3cosmul": ("3cosmul", False),
}


def asking(name: str) -> Protocol:
    objective, exclude = ASKED[name]
    return Protocol("test", objective=objective, exclude_question_words=exclude)


def questions_file(folder: Path, questions: list[str]) -> Path:
    (folder / "q").write_text(": all\n" + "\n".join(questions) + "\n")
    return folder / "q"


def by_definition(embeddings: Embeddings, question: str, protocol: Protocol) -> str | None:
    """The answer straight from the definition, in float64; the first of equal scores, none of zero or less."""
    unit = embeddings.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    rows = [list(embeddings.words).index(word) for word in question.split()[:3]]
    a, b, c = (unit @ unit[row] for row in rows)
    scores = {
        "3cosadd": b - a + c,
        "3cosmul": (1 + b) / 2 * (1 + c) / 2 / ((1 + a) / 2 + 0.001),
        "only-b": c,
        "ignore-a": b + c,
    }[protocol.objective]
    if protocol.exclude_question_words:
        scores[rows] = -np.inf
    best = int(np.argmax(scores.round(9)))
    return embeddings.words[best] if scores[best] > 1e-9 or protocol.objective == "3cosmul" else None


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("seed", range(2))
def test_each_answer_is_the_defined_one(name: str, seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(6000)]
    vectors = rng.normal(size=(len(words), 12)).astype(np.float32)
    # w0 : w20 as w1 : w21; some pairs are so far apart that the offset carries beyond c.
    vectors[20:40] = vectors[:20] * rng.choice([0.1, 1], size=(20, 1)) + 2 * rng.normal(size=12)
    embeddings = Embeddings(words, vectors)
    asked = [f"w{i} w{20 + i} w{j} w{20 + j}" for i in range(20) for j in range(20) if i != j]
    # Some questions are given the answer that is found.
    protocol = asking(name)
    asked[::5] = [f"{q.rpartition(' ')[0]} {by_definition(embeddings, q, protocol) or 'w0'}" for q in asked[::5]]
    right = answer(embeddings, parse_analogies(questions_file(tmp_path, asked)), protocol).right
    expected = [by_definition(embeddings, q, protocol) == q.split()[3] for q in asked]
    assert right.tolist() == expected
    assert 0 < right.sum() < len(right)


@pytest.mark.parametrize("name", ASKED)
def test_equal_scores_go_to_the_first_row(name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    # Small whole numbers of length 1 or 2: every cosine is exact, and ties are everywhere.
    rows = rng.choice([-1, 0, 1], size=(200, 4)).astype(np.float32)
    rows = rows[np.isin((rows**2).sum(axis=1), [1, 4])]
    embeddings = Embeddings([f"w{i}" for i in range(len(rows))], rows)
    protocol = asking(name)
    asked = [" ".join(f"w{i}" for i in rng.choice(len(rows), size=4, replace=False)) for _ in range(400)]
    # Half of the questions are given the answer that is found.
    asked[::2] = [f"{q.rpartition(' ')[0]} {by_definition(embeddings, q, protocol) or 'w0'}" for q in asked[::2]]
    right = answer(embeddings, parse_analogies(questions_file(tmp_path, asked)), protocol).right
    expected = [by_definition(embeddings, q, protocol) == q.split()[3] for q in asked]
    assert right.tolist() == expected
    assert right.sum() >= 100


def hand(**rows: list[float]) -> Embeddings:
    return Embeddings(list(rows), np.array(list(rows.values()), dtype=np.float32))


def right(embeddings: Embeddings, question: str, name: str, folder: Path) -> bool:
    return bool(answer(embeddings, parse_analogies(questions_file(folder, [question])), asking(name)).right[0])


def test_only_b_is_the_neighbour_of_the_word_the_question_ends_with(tmp_path: Path) -> None:
    embeddings = hand(a=[1, 0, 0], b=[0, 1, 0], c=[0, 0, 1], of_a=[1, 0, 0.2], of_b=[0.2, 1, 0], of_c=[0, 0.2, 1])
    assert right(embeddings, "a b c of_c", "only-b", tmp_path)
    assert not right(embeddings, "a b c of_a", "only-b", tmp_path)
    assert not right(embeddings, "a b c of_b", "only-b", tmp_path)
    assert right(embeddings, "c b a of_a", "only-b", tmp_path)


def test_ignore_a_is_what_is_near_both_b_and_c(tmp_path: Path) -> None:
    embeddings = hand(a=[1, 0, 0], b=[0, 1, 0], c=[0, 0, 1], between=[0, 1, 1], of_c=[0, 0.2, 1], of_ac=[1, 0, 1])
    assert right(embeddings, "a b c between", "ignore-a", tmp_path)
    assert right(embeddings, "c b a b", "ignore-a", tmp_path) is False
    assert right(embeddings, "b a c of_ac", "ignore-a", tmp_path)


def test_honest_answers_may_be_question_words(tmp_path: Path) -> None:
    near = hand(a=[1, 0, 0], b=[1, 0, 0.3], c=[0, 1, 0], d=[0.4, 1, 0.3])
    assert right(near, "a b c d", "only-b", tmp_path)
    assert not right(near, "a b c d", "honest", tmp_path)
    far = hand(a=[1, 0, 0], b=[1, 0, 3], c=[0, 1, 0], d=[0, 1, 1.3])
    assert right(far, "a b c d", "honest", tmp_path)


def test_honest_questions_may_have_a_question_word_for_an_answer(tmp_path: Path) -> None:
    near = hand(a=[1, 0, 0], b=[1, 0, 0.3], c=[0, 1, 0], d=[0.4, 1, 0.3])
    assert right(near, "a b c c", "honest", tmp_path)
    assert not right(near, "a b c c", "only-b", tmp_path)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("word", "abcd")
def test_a_word_without_direction_makes_the_question_wrong(name: str, word: str, tmp_path: Path) -> None:
    rows = {"a": [1, 0.1, 0], "b": [1, 0.1, 1], "c": [0.1, 1, 0], "d": [0.1, 1, 0.9]} | {word: [np.nan, 0, 0]}
    result = answer(hand(**rows), parse_analogies(questions_file(tmp_path, ["a b c d"])), asking(name))
    assert (result.seen.tolist(), result.right.tolist()) == ([True], [False])


@pytest.mark.parametrize("name", ASKED)
def test_a_rotation_and_lengths_change_nothing(name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    words = [f"w{i}" for i in range(300)]
    vectors = rng.normal(size=(300, 10)).astype(np.float32)
    asked = parse_analogies(
        questions_file(tmp_path, [" ".join(rng.choice(words, 4, replace=False)) for _ in range(99)])
    )
    rotation, _ = np.linalg.qr(rng.normal(size=(10, 10)))
    turned = (vectors @ rotation * rng.uniform(0.1, 9, size=(300, 1))).astype(np.float32)
    first, second = (answer(Embeddings(words, v), asked, asking(name)).right.tolist() for v in (vectors, turned))
    assert first == second


def test_answers_of_one_way_of_asking_are_not_taken_for_anothers(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    words = [f"w{i}" for i in range(40)]
    embeddings = Embeddings(words, rng.normal(size=(40, 3)).astype(np.float32))
    asked = parse_analogies(
        questions_file(tmp_path, [" ".join(rng.choice(words, 4, replace=False)) for _ in range(500)])
    )
    together = [score_analogies(embeddings, asked, asking(name), seed=1).correct for name in ASKED]
    apart = [score_analogies(Embeddings(words, embeddings.vectors), asked, asking(n), seed=1).correct for n in ASKED]
    assert together == apart
    assert len(set(together)) > 2


def test_the_presets_differ_from_googles_in_what_they_are_named_for_only() -> None:
    google = {protocol.name: protocol for protocol in GOOGLE}
    assert len(GOOGLE_BASELINES) == 6
    for protocol in GOOGLE_BASELINES:
        base, name = next(
            (google[n], protocol.name.removeprefix(f"{n}-")) for n in google if protocol.name.startswith(n)
        )
        assert (protocol.objective, protocol.exclude_question_words) == ASKED[name]
        assert (protocol.first_words, protocol.unknown, protocol.tool) == (base.first_words, base.unknown, base.tool)
