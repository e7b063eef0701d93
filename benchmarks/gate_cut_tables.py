"""The tables of docs/gate.md: what gates cut from recorded rounds decided."""

from collections.abc import Mapping, Sequence
from statistics import median

from .gate.measurement import Measured
from .gate.run import MOST_ROUNDS, ROUNDS
from .gate.verdict import conditions_of
from .gate_cuts import EQUAL_GATES, GATES, Comparison, Cut, Round, comparisons, complete, cut, gravest


def tables(
    measured: Sequence[Measured],
    loaded: Sequence[Measured] | None = None,
    *,
    equal_gates: int = EQUAL_GATES,
    gates: int = GATES,
) -> str:
    """Verdicts and power as Markdown, the same for the same rounds.

    Args:
        measured: a campaign's rounds.
        loaded: rounds of one whose machine was kept busy.
        equal_gates: to cut with equal sides.
        gates: to cut of everything else.

    Raises:
        InputError: there are too few rounds.
    """
    rounds = complete(measured)
    asked = comparisons({one.arm for one in measured}, equal_gates, gates)
    cuts = {one: cut(rounds, one) for one in asked}
    rows = [_row(one.title, found) for one, found in cuts.items()]
    parts = [_about("On the machine as it was", rounds, cuts[asked[0]])]
    if loaded is not None:
        busy = complete(loaded)
        under_load = [
            Comparison("under load, equal", gates=gates),
            Comparison("under load, 10 % slower (computed)", stretch=0.10, gates=gates),
        ]
        burdened = [cut(busy, one) for one in under_load]
        rows += [_row(one.title, found) for one, found in zip(under_load, burdened, strict=True)]
        parts.append(_about("Under load", busy, burdened[0]))
    head = (
        "| head | gates | ok (exit 0) | regression (4) | inconclusive (5) | words/s | memory | scores "
        "| rounds: median (most) | minutes: median (longest) |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    parts.append(
        f"Gates of {ROUNDS} rounds, extended as the gate does. Windows overlap, and the names of the three equal arms "
        "are drawn anew in each round of each gate, so the gates are not independent. A recorded round has more arms "
        "than a gate's, so that turns of base and head lie further apart in time; minutes count the gate's own three "
        "arms and one round more for compiling. Columns words/s, memory, scores: ok / regression / improvement / "
        "inconclusive."
    )
    parts.append("\n".join([head, *rows]))
    parts.append("Regressions in words/s, had the gate ended after so many rounds:")
    parts.append(_power({one: found for one, found in cuts.items() if one.timed}))
    return "\n\n".join(parts)


def _about(where: str, rounds: Sequence[Round], equal: Sequence[Cut]) -> str:
    """What the rounds rest on."""
    whole = conditions_of([one for each in rounds for one in each])
    tolerances = [
        100 * one.tolerance
        for each in equal
        for key, one in each.gate.speed.items()
        if key.endswith("words_per_second")
    ]
    starts = min(len(equal), len(rounds) - min(MOST_ROUNDS, len(rounds)) + 1)
    return (
        f"{where}: {len(rounds)} rounds recorded, {starts} different first rounds of gates, {len(whole.disturbed)} "
        f"rounds disturbed; others took at most {100 * (whole.foreign or 0):.0f} % of the cores during a run, the "
        f"hypervisor {100 * (whole.steal or 0):.0f} %. With equal sides the tolerance for words/s came to "
        f"{median(tolerances):.1f} % (median; {min(tolerances):.1f}–{max(tolerances):.1f} %)."
    )


def _row(title: str, cuts: Sequence[Cut]) -> str:
    verdicts = [one.gate.verdict for one in cuts]
    counts = [str(verdicts.count(verdict)) for verdict in ("ok", "regression", "inconclusive")]
    parts = []
    for part in ("speed", "memory", "scores"):
        found = [gravest(one.gate, part) for one in cuts]
        parts.append(" / ".join(str(found.count(v)) for v in ("ok", "regression", "improvement", "inconclusive")))
    rounds = [one.rounds for one in cuts]
    seconds = [one.seconds for one in cuts if one.seconds is not None]
    minutes = f"{median(seconds) / 60:.1f} ({max(seconds) / 60:.1f})" if seconds else "–"
    cells = [title, str(len(cuts)), *counts, *parts, f"{median(rounds):g} ({max(rounds)})", minutes]
    return f"| {' | '.join(cells)} |"


def _power(cuts: Mapping[Comparison, Sequence[Cut]]) -> str:
    at = sorted({n for found in cuts.values() for one in found for n in one.speed_at})
    lines = [
        f"| head | {' | '.join(f'{n} rounds' for n in at)} | as the gate ends |",
        f"|---|{'---:|' * (len(at) + 1)}",
    ]
    for comparison, found in cuts.items():
        cells = [_share([one.speed_at[n] for one in found]) for n in at]
        ended = _share([gravest(one.gate, "speed") == "regression" for one in found])
        lines.append(f"| {comparison.title} | {' | '.join([*cells, ended])} |")
    return "\n".join(lines)


def _share(caught: Sequence[bool]) -> str:
    return f"{100 * sum(caught) / len(caught):.0f} %"
