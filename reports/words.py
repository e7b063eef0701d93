"""What the results say, in sentences, and what each number means."""

import math
from collections.abc import Mapping

from . import findings, limits, time_to_quality, units
from .listing import listed
from .rounds import too_few
from .scores import headline_tasks
from .summary import Row, Summary

_BUSY = 1.5
"""Load average a core from which others must be at work: the benchmark itself, one run at a time, adds at most 1."""

_STOLEN = 0.05
"""Share of the processor time that the hypervisor may give to others before it is worth a word."""

PROTOCOLS = {
    "google-30k": "Google analogies (google-30k): the 19,544 questions of questions-words.txt, answered by 3CosAdd "
    "among the 30,000 most frequent words; questions with an unknown word are skipped (word2vec's compute-accuracy). "
    "Correct / seen stands beside the accuracy.",
    "wordsim-353": "WordSim-353: Spearman's rank correlation of cosine similarity with human ratings, over the pairs "
    "whose words are both known.",
    "simlex-999": "SimLex-999: Spearman's rank correlation of cosine similarity with human ratings of similarity, over "
    "the pairs whose words are both known.",
}


def sentences(summary: Summary) -> list[str]:
    """The findings in plain text: how fast against the baseline, how good, what failed."""
    if not summary.rows:
        return ["These results hold no runs: there is nothing to compare yet."]
    lines = [] if summary.finished_rows else ["No run finished, so there are no numbers to compare."]
    fastest = next((row for row in summary.rows if row.speed), None)
    alone = len(summary.finished_rows) == 1
    if fastest and fastest.speed:
        lead = f"{fastest.label} was the fastest" if not alone else f"{fastest.label} trained"
        lines.append(f"{lead} at {units.rate(fastest.speed.value)}{_rate_interval(fastest)} words/s{_but(fastest)}.")
        training = next((row for row in summary.rows if row.speed and not row.timing_note), None)
        if fastest.timing_note and training is not None and training.speed:
            lines.append(
                f"Of those whose training alone is timed {training.label} was the fastest, at "
                f"{units.rate(training.speed.value)}{_rate_interval(training)} words/s."
            )
    lines += findings.comparisons(summary)
    if best := findings.choice(summary):
        lines.append(best)
    lines += time_to_quality.sentences(summary)
    lines += limits.sentences(summary)
    lines += doubts(summary)
    if summary.failures:
        count = sum(len(failure.rounds) for failure in summary.failures)
        names = list(dict.fromkeys(failure.label for failure in summary.failures))
        lines.append(f"{count} {'run' if count == 1 else 'runs'} gave no numbers: {listed(names)}.")
    return lines


def footnotes(summary: Summary) -> list[str]:
    """What each number of the tables means: its unit, its protocol, its interval."""
    notes = [
        "Words/s: in-vocabulary words of the corpus × epochs ÷ seconds of training (word2vec.c's unit), the median "
        "over rounds. Loading, preparing, compiling and scoring are outside the clock.",
        _interval_note(summary),
        "Speed ratio: words/s divided by the baseline's in the same round, the median over rounds, with the interval "
        "of that median. It is formed only between equal hyperparameters and threads."
        + (f" Baselines: {listed(summary.baselines)}." if len(summary.baselines) > 1 else ""),
    ]
    notes += [PROTOCOLS[task] for task in headline_tasks(summary.tasks) if task in PROTOCOLS]
    if any(score.sections for row in summary.rows for score in row.scores.values()):
        notes.append(
            "By section, macro is the mean over sections with a question that was seen, and its counts are of "
            "sections; the other averages are over questions."
        )
    if summary.tasks:
        notes.append(
            "Scores are means over runs; their intervals come from resampling each task's items and say how far "
            "another set of items might move the score. Overlapping intervals are no proof of equal quality."
        )
    notes += time_to_quality.note(summary)
    notes.append(
        "Memory: the largest peak of the worker process over its runs (1 MB = 1,000,000 bytes), corpus pages it has "
        "read included. Compile: seconds of compiling before the clock starts, the median over runs."
    )
    return notes


def _interval_note(summary: Summary) -> str:
    rounds = sorted({row.speed.n for row in summary.rows if row.speed})
    note = "Intervals of speeds and ratios: 95 % bootstrap intervals of the median over rounds."
    if rounds and rounds[-1] == 1:
        return "Every implementation ran one round (n = 1), so speeds have no interval: run with more --repeats."
    if rounds and rounds[0] == 1:
        note += " Where n = 1 there is none."
    if said := too_few(rounds):
        note += f" {said}"
    return note


def _but(row: Row) -> str:
    """Of the fastest: a comparison that follows says it in full."""
    if row.timing_note and row.ratio and not row.is_baseline:
        return ", though not by training alone"
    return findings.caveat(row)


def _rate_interval(row: Row) -> str:
    if row.speed is None or row.speed.low is None or row.speed.high is None:
        return ""
    return f" ({units.rate_range(row.speed.low, row.speed.high)})"


def doubts(summary: Summary) -> list[str]:
    """What a reader should hold against the numbers."""
    found = []
    unclear = [
        row.label
        for row in summary.finished_rows
        if row.ratio
        and not row.is_baseline
        and row.ratio.low is not None
        and row.ratio.high is not None
        and row.ratio.low <= 1 <= row.ratio.high
    ]
    if unclear:
        found.append(f"The interval of the speed ratio holds 1 for {listed(unclear)}: no difference in speed is shown.")
    single = [row.label for row in summary.rows if row.speed and row.speed.n == 1]
    if single and len(single) == len([row for row in summary.rows if row.speed]):
        found.append("One round each: the speeds have no interval, and a difference may be noise.")
    elif single:
        found.append(f"One round only for {listed(single)}: no interval, and a difference may be noise.")
    return found + _disturbances(summary)


def _disturbances(summary: Summary) -> list[str]:
    """Whether other work on the machine may have moved the speeds."""
    found = []
    cpu = summary.environment.get("cpu")
    cores = cpu.get("cores") if isinstance(cpu, Mapping) else None
    load = max((row.load for row in summary.rows if row.load is not None), default=0.0)
    if isinstance(cores, int) and load > _BUSY * cores:
        found.append(
            f"The machine was busy with other work (load average {load:.1f} before runs, {cores} cores): trust the "
            "ratios, which pair runs of the same round, more than the speeds."
        )
    stolen = [
        row.label
        for row in summary.rows
        if row.seconds.get("steal", 0.0) > _STOLEN * row.seconds.get("train", math.inf) * row.run.threads
    ]
    if stolen:
        found.append(
            f"The hypervisor took more than {100 * _STOLEN:.0f} % of the processor time from {listed(stolen)}."
        )
    return found
