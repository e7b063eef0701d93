"""Does a trainer learn what the planted corpus holds?"""

import numpy as np

from ...evaluation.analogy import answer
from ...evaluation.embeddings import Embeddings
from ...evaluation.protocols import Protocol
from ...implementations.given import OBJECTIVE
from .check import Check, Findings, Verdict, failed, judged, not_applicable
from .planted_part import questions

FLOOR = 0.45
"""Share of the analogies that must be answered.

Trainers of this project and gensim answer 71 to 81 %. Numba (one thread, seed 1) answers 40 % with windows of 2 instead
of 4, 33 % with one negative instead of 5, 21 % after a third of the training, 9 % with windows of 1, and none untrained
or on the words in random order.
"""


def _quality(findings: Findings) -> Verdict:
    made, words = findings.made("planted", "planted"), findings.vocabularies["planted"]
    if made.status != "trained":
        return failed(made.words)
    vectors = findings.vectors("planted", "planted")
    if vectors is None or len(vectors) != len(words):
        return not_applicable("there are no vectors to look at: see shape")
    embeddings = Embeddings(words, np.ascontiguousarray(vectors, np.float32))
    answers = answer(embeddings, questions(), Protocol("all"))
    right = float(answers.right[answers.seen].mean()) if answers.seen.any() else 0.0
    told = f"{right:.0%} of {int(answers.seen.sum())} planted analogies"
    own = made.given.get(OBJECTIVE)
    if right < FLOOR and own is not None:
        return not_applicable(f"it fits something else ({own.value}), of which so short a text may tell little: {told}")
    return judged([f"{told}, at least {FLOOR:.0%} are asked for"] if right < FLOOR else [], told)


CHECKS = (
    Check(
        "quality",
        "Of the analogies in a part of the planted corpus it answers a share that no broken trainer reaches.",
        "Compare a run on the planted corpus with numpy's (docs/planted.md tells what faults cost); look at the noise "
        "words, the window and the learning rate.",
        ("planted",),
        _quality,
    ),
)
