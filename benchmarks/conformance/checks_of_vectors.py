"""What a trainer declares, that it trains, and what its vectors must be."""

import numpy as np

from .check import Check, Findings, Verdict, failed, judged, not_applicable, passed
from .structure import agreement, clustering
from .texts import WORDS
from .trials import FIRST

CLUSTERED = 0.75
"""Share of its group that a word's row must have in common with its nearest row's, on average. Random rows of 16
numbers have 0.45, as neighbours of one row are neighbours of one another; a learnt text has 1."""
AGREEING = 0.8
"""Share of a word's neighbours that must be of its topic, on average. Rows in a wrong order have about an eighth."""
FEW = 1
"""Words that may lie in another topic, by more than half of their neighbours. Two rows that are exchanged are two."""


def _declares(findings: Findings) -> Verdict:
    declared = findings.declared
    faults = list(declared.faults)
    if declared.base is None and declared.unavailable is None and declared.refusal is not None:
        faults.append(f"unsupported() refuses every training that was tried; of the last it says: {declared.refusal}")
    return judged(faults, f"version {declared.version}")


def _trains(findings: Findings) -> Verdict:
    made = findings.made(FIRST, "topics")
    return passed() if made.status == "trained" else failed(made.words)


def _shape(findings: Findings) -> Verdict:
    return judged(findings.made(FIRST, "topics").faults)


def _learns(findings: Findings) -> Verdict:
    made, vectors = findings.made(FIRST, "topics"), findings.vectors(FIRST, "topics")
    if vectors is None or made.faults:
        return not_applicable("there are no vectors to look at: see shape")
    faults = []
    if made.changed is False:
        faults.append("training changed no vector")
    if made.trained_words == 0:
        faults.append("by its own count it trained no word")
    found = clustering(vectors, WORDS)
    if found < CLUSTERED:
        faults.append(
            "nothing was learnt: words that stand in the same sentences are no nearer to one another than chance has it"
            f" (groups agree to {found:.0%}, they must to {CLUSTERED:.0%})"
        )
    return judged(faults, f"groups of words agree to {found:.0%}")


def _order(findings: Findings) -> Verdict:
    vectors, labels = findings.vectors(FIRST, "topics"), findings.labels("small")
    if vectors is None or len(vectors) != len(labels):
        return not_applicable("there is no row for each word: see shape")
    if clustering(vectors, WORDS) < CLUSTERED:
        return not_applicable("nothing was learnt that could tell one word from another: see learns")
    shares = agreement(vectors, labels)
    astray = [findings.vocabularies["small"][row] for row in np.flatnonzero(shares < 0.5).tolist()]
    if shares.mean() >= AGREEING and len(astray) <= FEW:
        return passed(f"{shares.mean():.0%} of neighbours are of the word's topic")
    return failed(
        f"rows belong to other words: of a word's neighbours {shares.mean():.0%} are of its topic, though the rows as "
        f"such are in order; {len(astray)} of {len(labels)} words lie elsewhere, such as {', '.join(astray[:3])}"
    )


CHECKS = (
    Check(
        "declares",
        "It loads, names itself, and says in words what it is and what it cannot do.",
        "Give the class `name`, `summary` and `version()`; let `unavailable`, `unsupported` and `given` return what "
        "implementations/trainer.py says; import heavy packages inside methods.",
        (),
        _declares,
    ),
    Check(
        "trains",
        "A small text is trained in one thread to the end.",
        "Run it on a text of your own (`run --impl NAME --corpus FILE`): the log there has its output and traceback.",
        (FIRST,),
        _trains,
    ),
    Check(
        "shape",
        "Vectors are float32 (n_words, vector_size), output vectors too where there are any, and all finite.",
        "Return one row for each word of corpus.vocabulary, converted with astype(numpy.float32); raise TrainingError "
        "where training diverges.",
        (FIRST,),
        _shape,
    ),
    Check(
        "learns",
        "Training changes the vectors, and words that stand in the same sentences become neighbours.",
        "See that train() does the work, that vectors() returns what it worked on, and that the learning rate arrives.",
        (FIRST,),
        _learns,
    ),
    Check(
        "order",
        "Row i is the vector of word i of the vocabulary, also among words of equal count.",
        "Hand corpus.vocabulary over, or sort the rows by corpus.vocabulary.index in vectors(): programs that count "
        "words themselves break ties in another order, and add rows such as </s>.",
        (FIRST,),
        _order,
    ),
)
