"""Seeds, repetition and threads."""

from ...implementations.given import REPEATABLE, SEED
from .check import Check, Findings, Verdict, failed, judged, not_applicable, passed
from .checks_of_vectors import AGREEING
from .structure import agreement
from .trials import FIRST


def _repeatable(findings: Findings) -> Verdict:
    first = ("settings", "base")
    declared = findings.made(FIRST, "topics").given.get(REPEATABLE)
    in_one, in_two = findings.equal(first, ("settings", "again")), findings.equal(first, ("second", "again"))
    if in_one is None or in_two is None:
        return not_applicable("one of the trainings gave no vectors: see trains, shape and tidy")
    if in_one and in_two:
        return passed("the same bits, in one process and in two")
    if declared is not None and declared.value is False and declared.note:
        return not_applicable(f"it says that it cannot: {declared.note}")
    where = "in one process" if not in_one else "in two processes"
    return failed(f"equal trainings with one thread and one seed gave different vectors {where}")


def _seed(findings: Findings) -> Verdict:
    declared = findings.made(FIRST, "topics").given.get(SEED)
    same = findings.equal(("second", "again"), ("second", "other seed"))
    if same is None:
        return not_applicable("one of the trainings gave no vectors: see trains and shape")
    if declared is not None and declared.value is None:
        if same or not findings.repeatable:
            return not_applicable(f"it says that it takes none: {declared.note}")
        return failed("it says that it takes no seed, but its vectors change with the seed")
    return failed("seeds 1 and 2 gave the same vectors") if same else passed()


def _threads(findings: Findings) -> Verdict:
    n, made = findings.threads, findings.made("threads", "topics")
    if made.status != "trained":
        return failed(f"with {n} threads: {made.words}")
    vectors, labels, faults = findings.vectors("threads", "topics"), findings.labels("small"), list(made.faults)
    if vectors is None or len(vectors) != len(labels) or faults:
        return not_applicable("there are no vectors to look at: see shape")
    alone = findings.vectors(FIRST, "topics")
    share = float(agreement(vectors, labels).mean())
    share_alone = 0.0 if alone is None or len(alone) != len(labels) else float(agreement(alone, labels).mean())
    if share_alone < AGREEING:
        return not_applicable("with one thread nothing is learnt either: see learns and order")
    if share < AGREEING:
        faults.append(f"with {n} threads {share:.0%} of neighbours are of the word's topic, with one {share_alone:.0%}")
    short = findings.made("threads", "one sentence")
    if short.status not in ("trained", "refused"):
        faults.append(f"{n} threads over a text of one sentence: {short.words}")
    return judged(faults, f"{n} threads: {share:.0%} of neighbours are of the word's topic")


CHECKS = (
    Check(
        "repeatable",
        "In one thread the same seed gives the same bits, twice in a process and in two.",
        "Take every random number, that of the first vectors too, from a generator made from `seed` in prepare(); "
        f"where that cannot be, put {REPEATABLE!r} into given() with value False and a note that says why.",
        ("settings", "second"),
        _repeatable,
    ),
    Check(
        "seed",
        "Another seed gives other vectors.",
        f"Use the seed, or put {SEED!r} into given() with value None and a note: then rounds with several seeds are "
        "repetitions, and readers are told so.",
        ("second", "settings"),
        _seed,
    ),
    Check(
        "threads",
        "With several threads as much is learnt, also where there are fewer sentences than threads.",
        "Look for updates that are lost or parts of the text that no thread takes; one that cannot use threads trains "
        "in one.",
        (FIRST, "threads"),
        _threads,
    ),
)
