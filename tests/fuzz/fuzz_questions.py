"""Targets: sets of questions."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from fuzz_harness import Target, put, refused

from bench.datasets.item_sequences import read_truth
from bench.datasets.own_sets import parse_own
from bench.datasets.question_sets import AnalogySet, QuestionSet, SimilaritySet
from bench.datasets.questions import (
    parse_analogies,
    parse_categories,
    parse_outliers,
    parse_similarity,
    parse_weat,
)
from bench.datasets.text_sets import parse_document_pairs, parse_documents, parse_labelled

WORDS_OF_LINES = (
    b"\n",
    b"\r\n",
    b"\t",
    b",",
    b";",
    b'"',
    b": ",
    b"#",
    b"\xef\xbb\xbf",
    b"\0",
    b"1e999",
    b"nan",
    b"\xe2\x80\xa8",
)


def analogies(data: bytes) -> None:
    """What is read, written and read again stays the same."""
    with refused():
        _analogies_again(parse_analogies(put("questions.txt", data)))


def _analogies_again(found: AnalogySet) -> None:
    lines = [line for one in found.sections for line in (f": {one.name}", *map(" ".join, one.questions))]
    again = parse_analogies(put("again.txt", "\n".join(lines).encode()))
    assert again.sections == found.sections


def similarity(data: bytes) -> None:
    """The same, by tabs; words that a header or a comment would be taken for apart."""
    with refused():
        _similarity_again(parse_similarity(put("pairs.txt", data)))


def _similarity_again(found: SimilaritySet) -> None:
    rows = [f"{a}\t{b}\t{score!r}" for (a, b), score in zip(found.pairs, found.scores, strict=True)]
    again = parse_similarity(put("again.tsv", ("word1\tword2\tscore\n" + "\n".join(rows)).encode()))
    if any(a.startswith("#") or "\t" in a + b for a, b in found.pairs):
        return
    assert (again.pairs, again.scores) == (found.pairs, found.scores)


def options(data: bytes) -> None:
    """The options of a catalogue's entry: a column for the score, tags, corrections."""
    if not data:
        return
    with refused():
        parse_similarity(
            put("pairs.csv", data[1:]),
            score_column=data[0] % 5 or None,
            lemma_tags=bool(data[0] & 64),
            corrections={"chord smile": "cord smile"} if data[0] & 128 else None,
        )


def _parsed(parse: Callable[..., QuestionSet], name: str, **settings: Any) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        with refused():
            found = parse(put(name, data), **settings)
            assert len(found) > 0
            json.dumps([found.name, *found.notes] if hasattr(found, "notes") else found.name).encode()
            repr(found).encode()  # no half of a character is in it

    return run


def _labelled(data: bytes) -> None:
    """One file a class, and two files of questions; the first byte says how the archive is packed."""
    if not data:
        return
    out = io.BytesIO()
    if data[0] & 1:
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a", data[1:])
            archive.writestr("b", b"LOC:city Which city ?\n")
        path = put("labelled.zip", out.getvalue())
    else:
        path = put("labelled.zip", data[1:])
    with refused():
        parse_labelled(path, classes={"a": "positive", "b": "negative"})
    with refused():
        parse_labelled(path, train="a", test="b", encoding="latin-1")


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", "LOC:city Which caf\u00e9 ?\n")
        archive.writestr("b", "HUM:ind Who ?\n")
    return out.getvalue()


def _truth(data: bytes) -> None:
    with refused():
        assert read_truth(put("items.tsv", data))


CSV = b'category,word\nfruit,apple\nfruit,"pear, red"\ntree,\n'
GROUPS = b"""category,outliers,words\ntrees,"['cat', 'dog']","['oak', 'elm', '']"\nx,"['\\\\d']","['a','b']"\n"""

TARGETS = [
    Target(
        "analogies",
        "question sets: analogies",
        analogies,
        lambda: [b": family\nking queen man woman\n# c\n: gram1\na b c d\n", b"a b c d\ne f g h\n"],
        WORDS_OF_LINES,
    ),
    Target(
        "similarity",
        "question sets: word pairs",
        similarity,
        lambda: [
            b"cat dog 7.5\nsun moon 1\n",
            b"word1;word2;score\na;b;1\n",
            b'a,"b c",3\n',
            b"#word\tword\tscore\na\tb\t-1e-3\n",
        ],
        (*WORDS_OF_LINES, b"word1", b"score"),
    ),
    Target(
        "similarity-options",
        "question sets: word pairs with options",
        options,
        lambda: [b"\x03a\tb\tc\t4\n", b"\x40sun-n moon-n 3\n", b"\x80chord smile 1\n"],
        WORDS_OF_LINES,
    ),
    Target(
        "categories", "question sets: categories", _parsed(parse_categories, "set.csv"), lambda: [CSV], WORDS_OF_LINES
    ),
    Target(
        "outliers",
        "question sets: outliers, CSV",
        _parsed(parse_outliers, "set.csv"),
        lambda: [GROUPS, b'category,outliers,words\nx,"[{[]:1}]","[(((1]"\n'],
        (*WORDS_OF_LINES, b"['", b"']", b"\\ud800", b"\\x", b"{[]:1}", b"((", b"-1", b"*x"),
    ),
    Target(
        "outlier-group",
        "question sets: outliers, text",
        _parsed(parse_outliers, "set.txt"),
        lambda: [b"oak\nelm\n\ncat\n"],
        WORDS_OF_LINES,
    ),
    Target(
        "weat",
        "question sets: word lists, JSON",
        _parsed(parse_weat, "set.json"),
        lambda: [b'{"flowers": ["aster", "rose"], "x": ["y"]}', b'{"a": ["\\ud800"]}'],
        (b'"', b"{", b"}", b"[", b"]", b":", b",", b"\\u", b"\\ud800", b"null", b"1e999", b"NaN"),
        form="json",
    ),
    Target(
        "own",
        "question sets: the user's own",
        _parsed(parse_own, "own.txt"),
        lambda: [b": a\nb c d e\n", b"a b 1\n"],
        WORDS_OF_LINES,
    ),
    Target(
        "documents",
        "question sets: documents",
        _parsed(parse_documents, "texts.txt"),
        lambda: [b"one two\nthree"],
        WORDS_OF_LINES,
    ),
    Target(
        "document-pairs",
        "question sets: judged documents",
        _parsed(parse_document_pairs, "matrix.txt"),
        lambda: [b"1 2 3\n2 1 3\n3 3 1\n"],
        WORDS_OF_LINES,
        longest=1024,
    ),
    Target(
        "labelled",
        "question sets: labelled sentences",
        _labelled,
        lambda: [b"\0" + _zip(), b"\1LOC:city Where ?\n"],
        WORDS_OF_LINES,
    ),
    Target(
        "items",
        "item sequences: true neighbours",
        _truth,
        lambda: [b"item1\t0\t1\titem2 item3\nitem2\t0\t2\titem1\n"],
        (*WORDS_OF_LINES, b"9" * 40, "\u0663".encode()),
    ),
]
