"""From answered analogy questions to a score: sections, groups, averages and their intervals."""

import zlib
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..datasets.question_sets import AnalogySection, AnalogySet
from .analogy import Answers, answer
from .embeddings import Embeddings
from .intervals import percentile_interval, resample_section
from .protocols import Protocol
from .score import Score, Section

Draws = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Right and counted questions of each bootstrap draw."""

MACRO = "macro"
"""Mean of the sections' accuracies; its ``n`` and ``total`` count sections."""

_answers: WeakKeyDictionary[Embeddings, dict[tuple[object, ...], tuple[AnalogySet, Answers]]] = WeakKeyDictionary()


def score_analogies(embeddings: Embeddings, questions: AnalogySet, protocol: Protocol, *, seed: int) -> Score:
    """Accuracy over all counted questions (micro average), by section, by group, and the mean over sections."""
    answers = _answer_once(embeddings, questions, protocol)
    counted = answers.seen if protocol.unknown == "skip" else np.ones_like(answers.seen)
    rng = np.random.default_rng([seed, zlib.crc32(questions.name.encode("utf-8", "surrogateescape"))])
    parts: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_], Draws]] = {}
    start = 0
    for section in questions.sections:
        own = slice(start, start + len(section.questions))
        start = own.stop
        pairs = _pair_numbers(section)
        draws = resample_section(pairs[:, 0], pairs[:, 1], answers.right[own], counted[own], rng=rng)
        parts[section.name] = answers.right[own], counted[own], draws
    sections = {name: _section([part]) for name, part in parts.items()}
    for group, names in _groups(list(parts)).items():
        sections[group] = _section([parts[name] for name in names])
    whole = _section(list(parts.values()))
    if len(parts) > 1:
        sections[MACRO] = _macro(parts)
    reason = None if whole.n else f"none of the {whole.total} questions has all its words among those asked about"
    return Score(
        task=protocol.name,
        metric="accuracy",
        value=whole.value,
        n=whole.n,
        total=whole.total,
        low=whole.low,
        high=whole.high,
        correct=whole.correct,
        sections=sections,
        reason=reason,
    )


def _answer_once(embeddings: Embeddings, questions: AnalogySet, protocol: Protocol) -> Answers:
    """Answers kept as long as the embeddings: ``google-full`` and ``google-strict`` ask the same questions."""
    n_words = min(protocol.first_words or len(embeddings), len(embeddings))
    key = (questions.name, n_words, protocol.tool, protocol.objective, protocol.exclude_question_words)
    kept = _answers.setdefault(embeddings, {})
    if key not in kept or kept[key][0] != questions:
        kept[key] = questions, answer(embeddings, questions, protocol)
    return kept[key][1]


def _pair_numbers(section: AnalogySection) -> NDArray[np.int64]:
    """int64 (n_questions, 2): the numbers of the pairs (a, b) and (c, d) of each question."""
    number = {pair: i for i, pair in enumerate(section.pairs)}
    flat = [number[pair] for a, b, c, d in section.questions for pair in ((a, b), (c, d))]
    return np.array(flat, dtype=np.int64).reshape(-1, 2)


def _groups(sections: list[str]) -> Mapping[str, list[str]]:
    """Google's syntactic sections are called gram1-… to gram9-…; the five others are semantic."""
    syntactic = [name for name in sections if name.startswith("gram")]
    semantic = [name for name in sections if not name.startswith("gram")]
    return {"semantic": semantic, "syntactic": syntactic} if syntactic and semantic else {}


def _section(parts: list[tuple[NDArray[np.bool_], NDArray[np.bool_], Draws]]) -> Section:
    n = sum(int(counted.sum()) for _, counted, _ in parts)
    correct = sum(int((right & counted).sum()) for right, counted, _ in parts)
    total = sum(len(counted) for _, counted, _ in parts)
    if n == 0:
        return Section(value=None, n=0, total=total, correct=0)
    low, high = percentile_interval(
        _ratio(sum(draws[0] for _, _, draws in parts), sum(draws[1] for _, _, draws in parts))
    )
    return Section(value=correct / n, n=n, total=total, correct=correct, low=low, high=high)


def _macro(parts: Mapping[str, tuple[NDArray[np.bool_], NDArray[np.bool_], Draws]]) -> Section:
    """The mean over sections with a counted question; in a draw, over those that still have one."""
    asked = [part for part in parts.values() if part[1].any()]
    if not asked:
        return Section(value=None, n=0, total=len(parts))
    value = float(np.mean([(right & counted).sum() / counted.sum() for right, counted, _ in asked]))
    ratios = np.ma.masked_invalid([_ratio(*draws) for _, _, draws in asked])
    low, high = percentile_interval(np.ma.filled(ratios.mean(axis=0), np.nan))
    return Section(value=value, n=len(asked), total=len(parts), low=low, high=high)


def _ratio(right: NDArray[np.float64] | int, counted: NDArray[np.float64] | int) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: NDArray[np.float64] = np.divide(right, counted)
    return ratio
