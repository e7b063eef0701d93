"""A part of the planted corpus that is learnt in seconds, and the analogies that ask for it."""

from functools import cache
from typing import cast

from ...datasets.catalogue import load
from ...datasets.planted import sentences
from ...datasets.question_sets import AnalogySection, AnalogySet, SimilaritySet

SECTIONS = ("capital-common-countries", "family", "gram1-adjective-to-adverb", "gram7-past-tense")
PAIRS = 8
"""Pairs of each section, at most."""
TOKENS = 20_000


@cache
def questions() -> AnalogySet:
    """Google's questions of four sections, over their first pairs."""
    google = cast(AnalogySet, load("google"))
    sections = []
    for section in google.sections:
        if section.name in SECTIONS:
            pairs = set(section.pairs[:PAIRS])
            asked = tuple(q for q in section.questions if q[:2] in pairs and q[2:] in pairs)
            sections.append(AnalogySection(section.name, asked))
    return AnalogySet("google-part", tuple(sections))


def planted_part() -> str:
    """The text: made as the planted corpus is (docs/planted.md), for these questions alone."""
    lines = sentences(questions(), SimilaritySet("none", (), ()), seed=1, tokens=TOKENS)
    return "".join(" ".join(line) + "\n" for line in lines)
