"""Hyperparameters are honoured, declared as not had, or refused; and every epoch is trained."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .check import Check, Findings, Verdict, failed, judged, not_applicable, same_bits
from .texts import RARE, TOPICS
from .trial import Made
from .trials import variations

FURTHER = 1.2
"""How many times as far three epochs must move the vectors as the first of them alone would; trained ones move them at
least half as far again."""
MOVED = 1e-3
"""How far words that only the end of the text has must move, as a share of how far the others do."""


def _has(made: Made, name: str) -> bool:
    """Whether a trainer says that a hyperparameter does something."""
    return not (name in made.given and made.given[name].value is None)


def _hyperparameters(findings: Findings) -> Verdict:
    assert findings.declared.base is not None
    faults: list[str] = []
    honoured: list[str] = []
    absent: list[str] = []
    unsupported: list[str] = []
    unknown = False
    if (base := findings.made("settings", "base")).status != "trained":
        return not_applicable(f"the training they are compared with fails: {base.words}")
    if base.faults:
        return not_applicable("the vectors they are compared with are no such: see shape")
    for step, (against, changes) in variations(findings.declared.base).items():
        (name, value), made = list(changes.items())[-1], findings.made("settings", step)
        asked = f"{name} {value}"
        if made.unsupported is not None:
            unsupported.append(asked)
            faults += _of_refusal(asked, made)
            continue
        if made.status != "trained":
            if findings.made("settings", against).unsupported is None:
                faults.append(_of_failure(asked, made))
            continue
        one, other = findings.vectors("settings", against), findings.vectors("settings", step)
        faults += [f"with {asked}, {fault}" for fault in made.faults]
        if one is None or other is None or made.faults:
            continue
        same, before = same_bits(one, other), findings.made("settings", against)
        own = _settled(before, made, name)
        (absent if own else honoured).append(name)
        if not findings.repeatable:
            unknown = True
        elif same and not own:
            faults.append(f"{asked} changes nothing: the vectors are those of {_value(before, name)}")
        elif own and not same:
            faults.append(f"given() says that it does not take {name}, but {asked} changes the vectors")
    rare = findings.made("settings", "min_count")
    if rare.status != "trained":
        faults.append(_of_failure(f"a corpus with min_count {RARE}", rare))
    faults += [f"on a corpus with min_count {RARE}, {fault}" for fault in rare.faults]
    if unknown and not faults:
        return not_applicable("equal trainings differ, so that a change cannot be told from chance")
    told = [f"{len(set(honoured))} honoured"]
    told += [f"not taken: {', '.join(dict.fromkeys(absent))}"] if absent else []
    told += [f"unsupported: {', '.join(unsupported)}"] if unsupported else []
    return judged(faults, "; ".join(told))


def _settled(before: Made, after: Made, name: str) -> bool:
    """Whether it says that it takes no such setting, or one of its own whatever is asked for."""
    if not _has(after, name):
        return True
    one, other = before.given.get(name), after.given.get(name)
    return one is not None and one == other and bool(one.note)


def _of_refusal(asked: str, made: Made) -> list[str]:
    if not made.unsupported:
        return [f"unsupported() gives no words for {asked}"]
    if made.status == "trained":
        return [f"unsupported() says of {asked} “{made.unsupported}”, but it trains without an error"]
    return [_of_failure(asked, made)] if made.status in ("crashed", "hung") else []


def _of_failure(asked: str, made: Made) -> str:
    if made.status == "refused":
        return f"{asked} is refused in training ({made.words}), but not by unsupported()"
    return f"{asked}: {made.words}"


def _value(made: Made, name: str) -> str:
    one = made.given.get(name)
    return "the default" if one is None else f"{name} {one.value}"


def _epochs(findings: Findings) -> Verdict:
    made = findings.made("epochs", "one")
    if not _has(made, "epochs"):
        return not_applicable(f"it says that it has none: {made.given['epochs'].note}")
    one, three = findings.vectors("epochs", "one"), findings.vectors("epochs", "three")
    if one is None or three is None:
        lost = next((m for m in (made, findings.made("epochs", "three")) if m.status != "trained"), None)
        return failed(lost.words) if lost is not None else not_applicable("there are no vectors to look at: see shape")
    start = findings.vectors("epochs", "start") if _has(made, "alpha") else None
    if one.shape != three.shape or len(one) != len(findings.vocabularies["parade"]):
        return not_applicable("there is no row for each word: see shape")
    if start is None or start.shape != one.shape:
        start = np.zeros_like(one)
    late = np.array(findings.labels("parade")) == TOPICS - 1
    moved, faults = _moved(one, start), []
    if start.any() and moved[late].mean() < MOVED * moved[~late].mean():
        faults.append(
            "words that stand in the last eighth of the text only have not moved in an epoch: it stops before the end"
        )
    grown = _growth(findings, start)
    if grown is None:
        return judged(faults)
    growth, of_first = grown
    told = f"three epochs move the vectors {growth:.1f} times as far as one"
    if growth < FURTHER * of_first:
        faults.append(f"{told}, the first of three alone would {of_first:.1f} times: it does not train them all")
    return judged(faults, told)


def _growth(findings: Findings, start: NDArray[Any]) -> tuple[float, float] | None:
    """How many times as far as one epoch three move the vectors, and how far the first of three alone would.

    At a constant rate, where it can be had, the first of three is like the only one of one. Where the rate falls to
    nothing over the whole training, the rates of the first of three add up to 5/3 of those of the only one. What that
    makes of the vectors shows in one epoch at twice the rate: they move 2 to the power p times as far, p from 1 (large
    vectors at the start) to 2 (small ones, which grow with the output vectors).
    """
    one, three = (_distance(findings, f"{number}, constant rate", start) for number in ("one", "three"))
    if one and three and _has(findings.made("epochs", "one, constant rate"), "min_alpha"):
        return three / one, 1.0
    one, twice, three = (_distance(findings, step, start) for step in ("one", "one, twice the rate", "three"))
    if not (one and twice and three):
        return None
    power = min(max(math.log2(twice / one), 1.0), 2.0) if _has(findings.made("epochs", "one"), "alpha") else 0.0
    return three / one, (5 / 3) ** power


def _distance(findings: Findings, step: str, start: NDArray[Any]) -> float | None:
    vectors = findings.vectors("epochs", step)
    return None if vectors is None or vectors.shape != start.shape else float(_moved(vectors, start).mean())


def _moved(vectors: NDArray[Any], start: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(vectors.astype(np.float64) - start, axis=1), np.float64)


CHECKS = (
    Check(
        "hyperparameters",
        "Each hyperparameter changes the vectors, or given() says that it is not taken, or unsupported() refuses it.",
        "Pass the value on; or give it value None and a note in given() where it plays no part; or name it in "
        "unsupported() where leaving it out would train another model, and raise TrainingError when it is asked for.",
        ("settings", "second"),
        _hyperparameters,
    ),
    Check(
        "epochs",
        "Every epoch is trained, to the last sentence.",
        "Count the words that are really trained; look at how the end of the file and the number of threads are "
        "handled, and what ends the loop.",
        ("epochs",),
        _epochs,
    ),
)
