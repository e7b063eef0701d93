"""The planted corpus: the same everywhere, natural to look at, solvable from counts, and hard on broken training."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import spearmanr

pytest.importorskip("gensim", reason="the question sets come with gensim")

from bench.benchmarks.planted_discrimination import Scores, exchange_planted, permute_tokens, train
from bench.datasets.catalogue import find_file, load
from bench.datasets.planted import NOTICE, google_roles, similarity_mixtures, write_planted
from bench.datasets.question_sets import AnalogySet, SimilaritySet

Lines = list[list[str]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("planted") / "planted.txt"
    write_planted(path)
    return path


@pytest.fixture(scope="module")
def lines(file: Path) -> Lines:
    return [line.split(" ") for line in file.read_text("ascii").splitlines()]


@pytest.fixture(scope="module")
def counts(lines: Lines) -> Counter[str]:
    return Counter(word for line in lines for word in line)


@pytest.fixture(scope="module")
def google() -> AnalogySet:
    return cast(AnalogySet, load("google"))


@pytest.fixture(scope="module")
def wordsim() -> SimilaritySet:
    return cast(SimilaritySet, load("wordsim-353"))


@pytest.fixture(scope="module")
def planted(google: AnalogySet, wordsim: SimilaritySet) -> set[str]:
    return {word.lower() for word in (*google.words, *wordsim.words)}


@pytest.fixture(scope="module")
def fewer_questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every tenth Google question: enough to tell 0 from 0.7, in a tenth of the time."""
    text = find_file("google").read_text("utf-8").splitlines()
    path = tmp_path_factory.mktemp("questions") / "questions.txt"
    path.write_text("\n".join(line for i, line in enumerate(text) if line.startswith(":") or i % 10 == 0) + "\n")
    return path


def scores(vectors: Any, questions: Path) -> Scores:
    google, _ = vectors.evaluate_word_analogies(str(questions), restrict_vocab=30_000)
    _, spearman, _ = vectors.evaluate_word_pairs(str(find_file("wordsim-353")))
    return Scores(float(google), float(spearman[0]))


# The text.


def test_the_bytes_of_a_seed_are_fixed(file: Path, tmp_path: Path) -> None:
    write_planted(tmp_path / "again", seed=1)
    write_planted(tmp_path / "other", seed=2)
    assert (tmp_path / "again").read_bytes() == file.read_bytes()
    assert (tmp_path / "other").read_bytes() != file.read_bytes()
    # Whoever changes the text on purpose pins the new hash: scores on the old text do not compare with the new ones.
    assert (
        hashlib.sha256(file.read_bytes()).hexdigest()
        == "a1014a880cf66de539e3846d074aa97f6e25a94fcb2c47482ee9697d15a742c3"
    )


def test_it_has_the_tokens_asked_for(file: Path, counts: Counter[str], tmp_path: Path) -> None:
    assert counts.total() == pytest.approx(300_000, rel=0.01)
    write_planted(tmp_path / "short", tokens=100_000)
    assert len((tmp_path / "short").read_text("ascii").split()) == pytest.approx(100_000, rel=0.01)


def test_too_few_tokens_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few"):
        write_planted(tmp_path / "tiny", tokens=50_000)
    assert list(tmp_path.iterdir()) == []


def test_lines_look_like_sentences(file: Path, lines: Lines) -> None:
    text = file.read_bytes()
    assert re.fullmatch(rb"([a-z]+( [a-z]+)+\n)+", text) is not None
    assert {len(line) for line in lines} == {10, 11, 12}


def test_every_planted_word_is_frequent_enough(counts: Counter[str], planted: set[str]) -> None:
    assert len(planted) == 1319
    assert min(counts[word] for word in planted) >= 20


def test_no_other_word_is_in_a_question_set(counts: Counter[str], planted: set[str]) -> None:
    simlex = cast(SimilaritySet, load("simlex-999"))
    assert {word.lower() for word in simlex.words} & set(counts) <= planted


def test_the_vocabulary_is_a_few_thousand_words(counts: Counter[str]) -> None:
    kept = sum(n >= 5 for n in counts.values())
    assert 3000 < kept < 6000
    assert kept < len(counts)  # some words are too rare, as in any text


def test_each_line_shows_one_planted_word(lines: Lines, planted: set[str]) -> None:
    assert {sum(word in planted for word in line) for line in lines} == {1}


def test_frequencies_follow_zipf(counts: Counter[str], planted: set[str]) -> None:
    ranks = 2 ** np.arange(12)
    for excluded in (planted, set()):
        frequencies = np.array([n for word, n in counts.most_common() if word not in excluded])
        slope, _ = np.polyfit(np.log(ranks), np.log(frequencies[ranks - 1]), 1)
        assert slope == pytest.approx(-1.0, abs=0.15)


def test_the_notice_says_that_it_is_no_english() -> None:
    assert "made-up" in NOTICE
    assert "NOT how well it learns English" in NOTICE


# The model behind it.


def test_pairs_that_share_words_name_one_concept(google: AnalogySet) -> None:
    roles = google_roles(google)
    assert set(roles) == {word.lower() for word in google.words}
    for words in (
        ("paris", "france", "french"),
        ("think", "thinking", "thought", "thinks"),
        ("slow", "slowly", "slower"),
    ):
        assert len({role.concept for word in words for role in roles[word]}) == 1
    assert {role.side for role in roles["france"]} == {role.side for role in roles["japan"]}
    assert not {role.side for role in roles["france"]} & {role.side for role in roles["paris"]}


def test_words_with_several_partners_keep_their_concepts_apart(google: AnalogySet) -> None:
    roles = google_roles(google)
    assert len(roles["glendale"]) == 2
    cities = {a.lower() for section in google.sections for a, b in section.pairs if b == "Texas"}
    assert len(roles["texas"]) == len(cities) > 5
    assert not {role.concept for role in roles["canada"]} & {role.concept for role in roles["usa"]}  # both: dollar


def test_each_question_has_one_offset(google: AnalogySet) -> None:
    """The steps from a to b and from c to d are one: the pairs stand on the same two sides, each within one concept."""
    roles = google_roles(google)
    for section in google.sections:
        per_pair = []
        for a, b in section.pairs:
            of_a, of_b = roles[a.lower()], roles[b.lower()]
            per_pair.append({(s.side, t.side) for s in of_a for t in of_b if s.concept == t.concept})
        shared = set.intersection(*per_pair)
        assert any(s != t for s, t in shared), section.name


def test_signs_are_shared_in_proportion_to_the_gold_score(wordsim: SimilaritySet) -> None:
    mixtures = similarity_mixtures(wordsim)
    degree = Counter(word for pair in wordsim.pairs for word in {w.lower() for w in pair})
    checked = 0
    for (a, b), gold in zip(wordsim.pairs, wordsim.scores, strict=True):
        a, b = a.lower(), b.lower()
        for word, other in ((a, b), (b, a)):
            if degree[word] == 1 and other in mixtures[word] and a != b:
                assert mixtures[word][other] / sum(mixtures[word].values()) == pytest.approx(gold / 10)
                checked += 1
    assert checked > 150


def contexts(lines: Sequence[Sequence[str]], word: str) -> Counter[str]:
    return Counter(other for line in lines if word in line for other in line if other != word)


def test_the_text_shows_the_signs(lines: Lines, counts: Counter[str]) -> None:
    """Words seen with "paris" far more often than chance are seen with its concept's or its side's words too."""

    def signs(word: str) -> set[str]:
        seen = contexts(lines, word)
        return {other for other, n in seen.items() if n >= 4 and n / counts[word] > 10 * 11 * counts[other] / 300_000}

    concept, side, neither = signs("france"), signs("cairo"), signs("quickly")
    assert signs("paris") & concept
    assert signs("paris") & side
    assert not signs("paris") & neither


# What scores on it mean.


def ppmi_scores(lines: Lines, google: AnalogySet, wordsim: SimilaritySet) -> Scores:
    """An oracle without training: cosines of positive PMI, counted by line, among the planted words."""
    index = {word: i for i, word in enumerate(dict.fromkeys(w.lower() for w in (*google.words, *wordsim.words)))}
    n_planted = len(index)
    for line in lines:
        for word in line:
            index.setdefault(word, len(index))
    row = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    column = np.array([index[word] for line in lines for word in line])
    seen = csr_array((np.ones(len(row)), (row, column)), shape=(len(lines), len(index)))
    together = (seen[:, :n_planted].T @ seen).toarray()
    np.fill_diagonal(together, 0)
    totals = np.asarray(seen.sum(axis=0))
    pmi = np.log(np.maximum(together, 1e-9) * len(lines) / (totals[:n_planted, None] * totals))
    vectors = np.maximum(pmi, 0) * (totals >= 100)  # PMI with rare words is noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T

    questions = np.array([[index[w.lower()] for w in q] for s in google.sections for q in s.questions[::10]])
    a, b, c, d = questions.T
    target = cosines[b] - cosines[a] + cosines[c]
    for word in (a, b, c):
        target[np.arange(len(target)), word] = -np.inf
    rows = np.array([[index[w.lower()] for w in pair] for pair in wordsim.pairs])
    rho = spearmanr(cosines[rows[:, 0], rows[:, 1]], wordsim.scores).statistic
    return Scores(float(np.mean(target.argmax(axis=1) == d)), float(rho))


def test_counts_alone_solve_it_unless_the_link_is_cut(lines: Lines, google: AnalogySet, wordsim: SimilaritySet) -> None:
    solved = ppmi_scores(lines, google, wordsim)
    assert solved.google > 0.6
    assert solved.wordsim > 0.35
    for change in (exchange_planted, permute_tokens):
        cut = ppmi_scores(change(lines, seed=1), google, wordsim)
        assert cut.google < 0.02
        assert abs(cut.wordsim) < 0.2


def test_exchanging_and_permuting_keep_the_counts(lines: Lines, counts: Counter[str], planted: set[str]) -> None:
    for change in (exchange_planted, permute_tokens):
        changed = change(lines, seed=1)
        assert Counter(word for line in changed for word in line) == counts
        assert [len(line) for line in changed] == [len(line) for line in lines]
        assert changed != lines
    hidden = [[None if word in planted else word for word in line] for line in lines]
    assert [[None if w in planted else w for w in line] for line in exchange_planted(lines, seed=1)] == hidden


@pytest.mark.slow
def test_correct_training_scores_and_broken_training_does_not(lines: Lines, fewer_questions: Path) -> None:
    correct = scores(train(lines, vector_size=50), fewer_questions)
    assert 0.6 < correct.google < 0.9
    assert 0.45 < correct.wordsim < 0.8
    uniform = scores(train(lines, vector_size=50, ns_exponent=0.0), fewer_questions)
    assert uniform.google < correct.google - 0.15
    for broken in (
        train(lines, vector_size=50, alpha=0.00025, min_alpha=0.000001),
        train(exchange_planted(lines, seed=1), vector_size=50),
    ):
        google, wordsim = scores(broken, fewer_questions)
        assert google < 0.02
        assert wordsim < correct.wordsim - 0.25
