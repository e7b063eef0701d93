"""From a difference to a verdict."""

from collections.abc import Sequence
from dataclasses import replace

from ..statistics.difference import ALPHA
from ..statistics.holm import holm
from .result import Contrast, Verdict


def decide(contrasts: Sequence[Contrast], *, higher_is_better: Sequence[bool], alpha: float = ALPHA) -> list[Contrast]:
    """Fill in Holm's p-values and the verdicts.

    All tests of a comparison are one family: with probability 1 − alpha nothing is called better or worse that is not.
    ``equal within margin`` goes before ``better`` and ``worse``: a difference that is real but proved to be smaller
    than what was said to matter is told as its reason.

    Args:
        contrasts: those without a verdict of their own stand as ``undecided``.
        higher_is_better: of each contrast's metric.
        alpha: of every test.
    """
    tested = [i for i, one in enumerate(contrasts) if one.verdict == "undecided" and one.p is not None]
    adjusted = dict(zip(tested, holm([float(contrasts[i].p or 0.0) for i in tested]), strict=True))
    decided = list(contrasts)
    for i, p_adjusted in adjusted.items():
        verdict, reason = _verdict(replace(contrasts[i], p_adjusted=p_adjusted), higher_is_better[i], alpha)
        decided[i] = replace(contrasts[i], p_adjusted=p_adjusted, verdict=verdict, reason=reason)
    return decided


def _verdict(one: Contrast, higher_is_better: bool, alpha: float) -> tuple[Verdict, str | None]:
    assert one.difference is not None
    assert one.p_adjusted is not None
    different = one.p_adjusted < alpha
    up = one.difference > 0
    if one.p_equivalence is not None and one.p_equivalence < alpha:
        side = "higher" if up else "lower"
        return "equal within margin", f"{side}, but by less than the margin" if different else None
    if different:
        return ("better" if up == higher_is_better else "worse"), None
    if one.p is not None and one.p < alpha:
        return "undecided", "a difference were this the only test, not after Holm's correction for all of them"
    return "undecided", None
