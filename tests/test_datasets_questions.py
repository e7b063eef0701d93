"""Question files: every published layout is read whole, every malformed line is refused by file and line."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.datasets import catalogue
from bench.datasets.catalogue_entries import QuestionEntry, gensim_data
from bench.datasets.errors import InputError
from bench.datasets.questions import (
    AnalogySet,
    CategorySet,
    OutlierSet,
    SimilaritySet,
    WordListSet,
    parse_analogies,
    parse_categories,
    parse_outliers,
    parse_similarity,
    parse_weat,
)

SEMANTIC = {
    "capital-common-countries": 506,
    "capital-world": 4524,
    "currency": 866,
    "city-in-state": 2467,
    "family": 506,
}
SYNTACTIC = {
    "gram1-adjective-to-adverb": 992,
    "gram2-opposite": 812,
    "gram3-comparative": 1332,
    "gram4-superlative": 1122,
    "gram5-present-participle": 1056,
    "gram6-nationality-adjective": 1599,
    "gram7-past-tense": 1560,
    "gram8-plural": 1332,
    "gram9-plural-verbs": 870,
}

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
SCORES = st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3))
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)

data = [
    pytest.mark.data,
    pytest.mark.skipif(not os.environ.get("BENCH_DATA"), reason="BENCH_DATA is not set"),
]


def write(folder: Path, text: str, name: str = "set.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def load(name: str) -> object:
    try:
        return catalogue.load(name, download=False)
    except catalogue.NotAvailable as reason:
        pytest.skip(str(reason))


# The published files, as counted in them.


def test_google_analogies_are_whole() -> None:
    google = load("google")
    assert isinstance(google, AnalogySet)
    assert {s.name: len(s.questions) for s in google.sections} == SEMANTIC | SYNTACTIC
    assert len(google) == 19_544
    assert len(google.words) == 905
    assert sum(len(section.pairs) for section in google.sections) == 573
    questions = {section.name: section.questions for section in google.sections}
    repeated = [q for q in questions["capital-common-countries"] if q in set(questions["capital-world"])]
    assert len(repeated) == 171
    assert len({q for section in google.sections for q in section.questions}) == 19_373
    assert ("Athens", "Greece", "Baghdad", "Iraq") in questions["capital-common-countries"], "case is kept"


def test_wordsim_keeps_its_repeated_pairs() -> None:
    wordsim = load("wordsim-353")
    assert isinstance(wordsim, SimilaritySet)
    assert len(wordsim) == 353
    assert len(wordsim.words) == 437
    money = [s for pair, s in zip(wordsim.pairs, wordsim.scores, strict=True) if pair == ("money", "cash")]
    assert money == [9.15, 9.08]
    assert len({frozenset(pair) for pair in wordsim.pairs}) == 351
    assert ("Jerusalem", "Israel") in wordsim.pairs


@pytest.mark.parametrize("entry", catalogue.question_sets(), ids=lambda entry: entry.name)
def test_every_set_at_hand_has_the_rows_the_catalogue_says(entry: QuestionEntry) -> None:
    if entry.kind == "tagging":
        pytest.skip("nothing reads it yet")
    questions = load(entry.name)
    assert len(questions) == entry.rows  # type: ignore[arg-type]
    assert questions.name == entry.name  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "words", "low", "high"),
    [
        ("simlex-999", 1028, 0, 10),
        ("men", 751, 0, 50),
        ("rw", 2951, 0, 10),
        ("simverb-3500", 827, 0, 10),
        ("mturk-287", 499, 1, 5),
        ("ws353-sim", 277, 0, 10),
        ("ws353-rel", 346, 0, 10),
        ("mc-30", 39, 0, 4),
        ("yp-130", 147, 0, 4),
        ("verb-143", 117, 0, 1),
    ],
)
def test_similarity_sets_have_the_published_words_and_scale(name: str, words: int, low: float, high: float) -> None:
    questions = load(name)
    assert isinstance(questions, SimilaritySet)
    assert len(questions.words) == words
    assert low <= min(questions.scores) <= max(questions.scores) <= high


def test_ten_columns_of_simlex_give_the_same_as_gensims_three() -> None:
    three = load("simlex-999")
    data_folder = os.environ.get("BENCH_DATA")
    ten = Path(data_folder or "") / "eval" / "SimLex-999.full.txt"
    if not data_folder or not ten.is_file():
        pytest.skip("BENCH_DATA has no SimLex-999.full.txt")
    assert isinstance(three, SimilaritySet)
    full = parse_similarity(ten)
    assert (full.pairs, full.scores) == (three.pairs, three.scores)


class TestSetsOfBenchData:
    """What is odd about the copies in BENCH_DATA."""

    pytestmark = data

    def test_lemma_tags_of_men_are_cut_off(self) -> None:
        lemmas, natural = load("men-lemma"), load("men")
        assert isinstance(lemmas, SimilaritySet)
        assert isinstance(natural, SimilaritySet)
        assert lemmas.pairs[0] == ("sun", "sunlight")
        assert not [word for word in lemmas.words if "-" in word]
        assert lemmas.scores == natural.scores
        assert sum(set(a) != set(b) for a, b in zip(lemmas.pairs, natural.pairs, strict=True)) == 821

    def test_the_typo_of_this_rg65_is_read_corrected_and_noted(self) -> None:
        rg = load("rg-65")
        assert isinstance(rg, SimilaritySet)
        assert rg.pairs[-1] == ("cord", "smile")
        assert "chord" not in rg.words
        assert len(rg.words) == 48, "cord is in other pairs too"
        assert len(rg.notes) == 1
        assert "line 65" in rg.notes[0]

    def test_ws353_halves_share_their_unrelated_pairs(self) -> None:
        similar, related, whole = load("ws353-sim"), load("ws353-rel"), load("wordsim-353")
        assert isinstance(similar, SimilaritySet)
        assert isinstance(related, SimilaritySet)
        assert isinstance(whole, SimilaritySet)
        halves = [{frozenset(pair) for pair in half.pairs} for half in (similar, related)]
        assert len(halves[0] & halves[1]) == 103
        assert halves[0] | halves[1] == {frozenset(pair) for pair in whole.pairs}

    @pytest.mark.parametrize(
        ("name", "classes", "dropped"), [("ap", 21, 21), ("bless", 17, 17), ("battig", 56, 0), ("esslli-2008", 9, 0)]
    )
    def test_categories_without_their_empty_rows(self, name: str, classes: int, dropped: int) -> None:
        questions = load(name)
        assert isinstance(questions, CategorySet)
        assert (len(questions.classes), questions.dropped) == (classes, dropped)
        assert all(questions.words)
        assert bool(questions.notes) == bool(dropped), "what is dropped is told"

    def test_battig_has_words_in_several_classes(self) -> None:
        battig = load("battig")
        assert isinstance(battig, CategorySet)
        assert len(set(battig.words)) == 4_668

    @pytest.mark.parametrize(("name", "groups"), [("8-8-8", 8), ("50-8-8", 50)])
    def test_outliers_are_eight_and_eight(self, name: str, groups: int) -> None:
        questions = load(name)
        assert isinstance(questions, OutlierSet)
        assert len(questions.groups) == groups
        assert {(len(group.words), len(group.outliers)) for group in questions.groups} == {(8, 8)}

    def test_50_8_8_has_single_words_only(self) -> None:
        questions = load("50-8-8")
        assert isinstance(questions, OutlierSet)
        words = {word for group in questions.groups for word in group.words + group.outliers}
        assert len(words) == 715
        assert not [word for word in words if re.search(r"\s", word)]
        assert len({group.name for group in questions.groups}) == 50

    def test_msr_has_no_sections(self) -> None:
        msr = load("msr")
        assert isinstance(msr, AnalogySet)
        assert [section.name for section in msr.sections] == ["all"]
        assert len(msr.words) == 966

    def test_weat_lists(self) -> None:
        weat = load("weat")
        assert isinstance(weat, WordListSet)
        assert weat.lists["flowers"][:2] == ("aster", "clover")


# Files of users.


@many
@given(
    rows=st.lists(st.tuples(WORDS, WORDS, SCORES), min_size=1, max_size=8),
    separator=st.sampled_from(["\t", ",", ";", " ", ", ", "  "]),
    header=st.sampled_from([None, ("word1", "word2", "score"), ("Word_1", "Word_2", "Human"), ("a", "b", "rating")]),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    comment=st.booleans(),
    mark=st.booleans(),
)
def test_similarity_survives_every_usual_layout(
    tmp_path: Path,
    rows: list[tuple[str, str, float]],
    separator: str,
    header: tuple[str, str, str] | None,
    end: str,
    last: bool,
    comment: bool,
    mark: bool,
) -> None:
    lines = ["# a comment", ""] * comment + ([separator.join(header)] if header else [])
    lines += [separator.join((a, b, repr(score))) for a, b, score in rows]
    path = write(tmp_path, "\ufeff" * mark + end.join(lines) + end * last)
    parsed = parse_similarity(path)
    assert parsed.pairs == tuple((a, b) for a, b, _ in rows)
    assert parsed.scores == tuple(score for _, _, score in rows)


@many
@given(
    sections=st.lists(
        st.tuples(WORDS, st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=4)),
        min_size=1,
        max_size=4,
        unique_by=lambda section: section[0],
    ),
    separator=st.sampled_from([" ", "\t", "  "]),
    end=st.sampled_from(["\n", "\r\n"]),
    gap=st.sampled_from([": ", ":"]),
)
def test_analogies_survive_writing_and_reading(
    tmp_path: Path, sections: list[tuple[str, list[tuple[str, ...]]]], separator: str, end: str, gap: str
) -> None:
    lines = [line for name, rows in sections for line in (gap + name, *map(separator.join, rows))]
    parsed = parse_analogies(write(tmp_path, end.join(lines)))
    assert [(s.name, list(s.questions)) for s in parsed.sections] == sections


def test_quoted_commas_are_part_of_a_word(tmp_path: Path) -> None:
    path = write(tmp_path, 'Word 1,Word 2,Human (mean)\n"Washington, D.C.",capital,8.5\n')
    assert parse_similarity(path).pairs == (("Washington, D.C.", "capital"),)


def test_a_header_finds_the_score_among_many_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "Word 1,Word 2,Human (mean),1,2\nlove,sex,6.77,9,6\n")
    assert parse_similarity(path).scores == (6.77,)


def test_without_a_header_the_score_column_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path, "take\tremove\tV\t6.81\tSYNONYMS\n")
    assert parse_similarity(path, score_column=3).scores == (6.81,)
    with pytest.raises(InputError, match="line 1"):
        parse_similarity(path)


def test_words_that_look_like_a_header_are_words(tmp_path: Path) -> None:
    path = write(tmp_path, "word\tterm\t7.5\ncat\tdog\t3\n")
    assert parse_similarity(path).pairs == (("word", "term"), ("cat", "dog"))


def test_sections_of_one_name_are_joined_and_empty_ones_noted(tmp_path: Path) -> None:
    parsed = parse_analogies(write(tmp_path, ": x\na b c d\n: empty\n: x\ne f g h\n"))
    assert [(s.name, len(s.questions)) for s in parsed.sections] == [("x", 2)]
    assert "empty" in parsed.notes[0]


# What is refused, and how.

GOOD_SIMILARITY = ["cat\tdog\t7", "sun\tmoon\t3", "a\tb\t1"]
GOOD_ANALOGIES = [": section", "a b c d", "e f g h"]
GOOD_CATEGORIES = [",category,word", "0,tree,oak", "1,tree,elm"]
GOOD_OUTLIERS = [",category,outliers,words", "0,trees,\"['cat']\",\"['oak', 'elm']\""]

BAD_SIMILARITY = st.one_of(
    st.lists(WORDS, min_size=1, max_size=2).map("\t".join),
    st.tuples(WORDS, WORDS, SCORES.map(str), WORDS).map("\t".join),
    st.tuples(WORDS, WORDS, st.sampled_from(["nan", "inf", "-inf", "1e999", "seven", "7,5", "1.2.3", ""])).map(
        "\t".join
    ),
    st.tuples(WORDS, SCORES.map(str)).map(lambda pair: f"\t{pair[0]}\t{pair[1]}"),
)
BAD_ANALOGY = st.one_of(
    st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
    st.lists(WORDS, min_size=5, max_size=7).map(" ".join),
    st.just(":"),
    st.just(":   "),
)
BAD_CATEGORY = st.sampled_from(["2,tree", "2,tree,oak,extra", "2,,oak", "oak"])
BAD_OUTLIER = st.sampled_from(
    [
        "1,trees,cat,\"['oak', 'elm']\"",
        "1,trees,\"['cat'\",\"['oak', 'elm']\"",
        "1,trees,\"[1, 2]\",\"['oak', 'elm']\"",
        "1,trees,\"['']\",\"['oak', 'elm']\"",
        "1,trees,\"['cat']\",\"['oak']\"",
        "1,trees,\"__import__('os')\",\"['oak', 'elm']\"",
        "1,trees",
    ]
)


@pytest.mark.parametrize(
    ("parse", "good", "bad", "name", "first"),
    [
        (parse_similarity, GOOD_SIMILARITY, BAD_SIMILARITY, "set.tsv", 0),
        (parse_analogies, GOOD_ANALOGIES, BAD_ANALOGY, "set.txt", 0),
        (parse_categories, GOOD_CATEGORIES, BAD_CATEGORY, "set.csv", 1),
        (parse_outliers, GOOD_OUTLIERS, BAD_OUTLIER, "set.csv", 1),
    ],
    ids=["similarity", "analogies", "categories", "outliers"],
)
def test_one_malformed_line_anywhere_is_refused_by_file_and_line(
    tmp_path: Path,
    parse: Callable[[Path], object],
    good: list[str],
    bad: st.SearchStrategy[str],
    name: str,
    first: int,
) -> None:
    parse(write(tmp_path, "\n".join(good), name))

    @many
    @given(bad=bad, at=st.integers(first, len(good)), end=st.sampled_from(["\n", "\r\n"]))
    def refused(bad: str, at: int, end: str) -> None:
        path = write(tmp_path, end.join([*good[:at], bad, *good[at:]]), name)
        with pytest.raises(InputError) as raised:
            parse(path)
        message = str(raised.value)
        assert str(path) in message
        # A first line of another width makes the next one the odd one out.
        assert re.search(rf"line ({at + 1}|{at + 2 if at == 0 else at + 1})\b", message), message

    refused()


def test_one_line_with_another_separator_is_refused(tmp_path: Path) -> None:
    for odd in ("a b 3", "a,b,3", "a;b;3"):
        with pytest.raises(InputError, match="line 2: 1 field, expected 3"):
            parse_similarity(write(tmp_path, f"cat\tdog\t7\n{odd}\n"))


def test_questions_before_the_first_header_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2: .*before the first section header"):
        parse_analogies(write(tmp_path, "\na b c d\n: late\ne f g h\n"))


def test_a_first_line_with_a_bad_score_is_not_taken_for_a_header(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1: the score 'seven' is not a number"):
        parse_similarity(write(tmp_path, "cat\tdog\tseven\nsun\tmoon\t3\n"))


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
@pytest.mark.parametrize("parse", [parse_analogies, parse_similarity, parse_categories, parse_outliers, parse_weat])
def test_a_set_without_questions_is_refused(tmp_path: Path, parse: Callable[[Path], object], text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=re.escape(str(path))):
        parse(path)


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    for parse, text in (
        (parse_similarity, "word1,word2,score\n"),
        (parse_categories, "category,word\n"),
        (parse_analogies, ": name\n"),
    ):
        with pytest.raises(InputError, match="holds no"):
            parse(write(tmp_path, text))  # type: ignore[operator]


@pytest.mark.parametrize("parse", [parse_analogies, parse_similarity, parse_categories, parse_outliers, parse_weat])
@pytest.mark.parametrize(
    ("content", "line"), [(b"a b c d\n\xff\xfe b c d\n", 2), (b"a b c d\n\n\0 b c d\n", 3)], ids=["latin", "binary"]
)
def test_what_is_no_utf8_text_is_refused_by_line(
    tmp_path: Path, parse: Callable[[Path], object], content: bytes, line: int
) -> None:
    path = tmp_path / "set.bin"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"line {line}: "):
        parse(path)


@pytest.mark.parametrize("parse", [parse_analogies, parse_similarity, parse_categories, parse_outliers, parse_weat])
def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path, parse: Callable[[Path], object]) -> None:
    with pytest.raises(InputError, match="No such question file"):
        parse(tmp_path / "none.txt")
    with pytest.raises(InputError, match=re.escape(str(tmp_path))):
        parse(tmp_path)


def test_a_correction_that_finds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="chord smile"):
        parse_similarity(write(tmp_path, "cord\tsmile\t0.02\n"), corrections={"chord smile": "cord smile"})


def test_a_lemma_without_its_tag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: 'moon' has no part of speech"):
        parse_similarity(write(tmp_path, "sun-n sunlight-n 50\nmoon sun-n 3\n"), lemma_tags=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("oak\nelm\ncat\n", "no blank line"),
        ("oak\n\ncat\n", "a group of 1 word and 1 outlier"),
        ("oak\nelm\n\ncat\n\ndog\n", "line 5: a second blank line"),
    ],
)
def test_outlier_files_out_of_shape_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        parse_outliers(write(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["[1]", "{}", '{"a": "b"}', '{"a": []}', '{"a": [1]}', '{"a": ["b"], "a": ["c"]}', "{", "[" * 100_000]
)
def test_word_lists_out_of_shape_are_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text, "lists.json")
    with pytest.raises(InputError, match=re.escape(str(path))):
        parse_weat(path)


@pytest.mark.skipif(gensim_data() is None, reason="gensim is not installed")
def test_gensims_folder_is_the_one_gensim_names() -> None:
    from gensim.test.utils import datapath

    folder = gensim_data()
    assert folder is not None
    assert Path(datapath("questions-words.txt")) == folder / "questions-words.txt"
