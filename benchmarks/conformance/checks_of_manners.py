"""Progress, pauses, and what a trainer leaves as it found it."""

import re

from .check import Check, Findings, Verdict, judged, not_applicable
from .trials import FIRST

MOST_PRINTED = 16_384
"""Bytes that three small trainings may print."""
ENDED = ("second", "settings", FIRST)
"""Trials whose processes end by themselves."""


def _progress(findings: Findings) -> Verdict:
    made = findings.made(FIRST, "topics")
    if made.progress_calls == 0:
        return not_applicable("it tells of no progress, so that a run shows none")
    faults = [] if made.progress_fault is None else [made.progress_fault]
    if made.progress_end is not None and made.progress_end[0] != made.progress_end[1] and not faults:
        done, total = made.progress_end
        faults.append(f"its last call told of {done:,} words of {total:,}, as if it had not trained the others")
    return judged(faults, f"{made.progress_calls:,} calls")


def _pauses(findings: Findings) -> Verdict:
    made = findings.made(FIRST, "paused")
    if made.unpausable is not None:
        return not_applicable(made.unpausable or "it says so without words")
    if made.status != "trained":
        return judged([f"with somebody looking at the ends of epochs: {made.words}"])
    faults = [fault for fault in made.faults if "end of epoch" in fault]
    if made.epoch_ends != [1, 2]:
        told = ", ".join(map(str, made.epoch_ends)) or "none"
        faults.append(f"of two epochs it told of the ends of: {told}")
    if findings.repeatable and findings.equal((FIRST, "paused"), ("settings", "base")) is False:
        faults.append("the vectors are others than without pauses")
    return judged(faults)


def _corpus(findings: Findings) -> Verdict:
    changed, mapped = findings.made(FIRST, "topics").corpus_faults, findings.made(FIRST, "mapped")
    faults = [f"it changed {', '.join(changed)}"] if changed else []
    if mapped.status != "trained":
        faults.append(f"with arrays mapped from a file and read-only, as a run has them: {mapped.words}")
    elif findings.repeatable and findings.equal((FIRST, "mapped"), ("settings", "base")) is False:
        faults.append("with arrays mapped from a file, as a run has them, it trains other vectors")
    return judged(faults)


def _output(findings: Findings) -> Verdict:
    sizes, garbage = [], False
    for log in findings.results[FIRST].logs:
        printed = log.read_bytes()
        sizes.append(len(printed))
        garbage = garbage or re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", printed) is not None
        try:
            printed.decode("utf-8")
        except UnicodeDecodeError:
            garbage = True
    faults = ["it prints bytes that are no text"] if garbage else []
    if sum(sizes) > MOST_PRINTED:
        faults.append(f"it printed {sum(sizes):,} bytes in three small trainings, more than {MOST_PRINTED:,}")
    return judged(faults, "nothing printed" if not sum(sizes) else f"{sum(sizes):,} bytes printed")


def _tidy(findings: Findings) -> Verdict:
    results = [findings.results[trial] for trial in ENDED]
    files = dict.fromkeys(name for result in results for name in result.files)
    processes = dict.fromkeys(name for result in results for name in result.processes)
    faults = [f"it left files in the working or the temporary directory: {', '.join(files)}"] if files else []
    if processes:
        faults.append(f"it left processes running: {', '.join(processes)}")
    return judged(faults)


def _odd(findings: Findings) -> Verdict:
    faults, refused = [], []
    for name, made in findings.results["odd input"].made.items():
        if made.unsupported is not None:
            continue
        if made.status == "refused" and made.words.strip():
            refused.append(name)
        elif made.status != "trained":
            faults.append(f"{name}: {made.words or 'an error without words'}")
        elif made.faults:
            faults.append(f"{name}: {made.faults[0]}")
    return judged(faults, f"refused in words: {', '.join(refused)}" if refused else "all trained")


CHECKS = (
    Check(
        "progress",
        "Where it tells of its progress, it never goes back, keeps to one total and ends at it.",
        "Call progress(words done, words in all epochs) with a count that only grows, from one thread or under a lock, "
        "and with the total at the end.",
        (FIRST,),
        _progress,
    ),
    Check(
        "pauses",
        "Unless unpausable() says why not, it tells of the end of every epoch, and pauses change nothing.",
        "Call self.epoch_ended(n) when all updates of epoch n are made, or let unpausable() say why that cannot be.",
        (FIRST, "settings", "second"),
        _pauses,
    ),
    Check(
        "corpus",
        "It leaves the corpus as it was, and trains on arrays that cannot be written.",
        "Copy what you change; declare buffers const in Cython and C++.",
        (FIRST, "settings", "second"),
        _corpus,
    ),
    Check(
        "output",
        "It prints little, and only text.",
        "Leave progress to progress(); turn the program's own messages off, or send them to a file.",
        (FIRST,),
        _output,
    ),
    Check(
        "tidy",
        "It leaves no file in the working directory or the temporary one, and no process running.",
        "Write to a tempfile.TemporaryDirectory that vectors() no longer needs; wait for children, and end services.",
        ENDED,
        _tidy,
    ),
    Check(
        "odd input",
        "One word, one sentence, sentences shorter than the window, odd words, nothing left by subsampling: vectors, "
        "or an error in words.",
        "Raise TrainingError with a sentence that says what is missing.",
        ("odd input",),
        _odd,
    ),
)
