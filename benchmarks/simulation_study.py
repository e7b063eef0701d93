"""Do the comparison's tests err as often as they say? Prints Markdown tables; docs/statistics.md holds a run.

    python -m bench.benchmarks.simulation_study --replications 1000

Answers to Google's questions, and similarities of the pairs of WordSim-353, SimLex-999 and (where it is at hand) MEN,
are made up as ``simulated_runs`` tells, with the spreads of gensim's vectors of 17 million words of Wikipedia: the
sets' own clustering is kept, and the true difference is known. Bootstraps take most of the time: they are tried in
part of the replications.
"""

import argparse
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from ..evaluation.comparison.evidence import Evidence, SimilarityEvidence
from ..evaluation.statistics.crossed import crossed_difference
from ..evaluation.statistics.difference import Difference
from ..evaluation.statistics.hierarchical import hierarchical_draws, percentiles
from ..evaluation.statistics.welch import welch
from .simulated_systems import ALIKE, FAR, UNLIKE, Case, Simulation, simulations

Events = Mapping[str, bool]
"""What happened in one replication, by the procedure that said so."""

LEVEL = 0.05


class Rate(NamedTuple):
    """How often something happened in so many replications."""

    value: float
    n: int

    @property
    def error(self) -> float:
        """Its standard error, of a binomial share."""
        return math.sqrt(self.value * (1 - self.value) / self.n)

    @property
    def text(self) -> str:
        """In per cent."""
        return f"{100 * self.value:.1f} ± {100 * self.error:.1f}"


class Promise(NamedTuple):
    """What a test promised of a difference it can just detect, and what came of it."""

    detectable: float
    power: Rate
    coverage: Rate
    error: float
    claimed: float


def two_runs(evidence: Evidence, rng: np.random.Generator, draws: int) -> Events:
    """Which procedures call two single runs different at 5 %; bootstraps only with ``draws`` above 0."""
    (p,) = (value for name, value in evidence.paired_test(0, 1).items() if name.endswith("_p"))
    found = {"McNemar / Williams": p < LEVEL, "shared words (used)": difference(evidence).p < LEVEL}
    if draws:
        seed = int(rng.integers(1 << 32))
        scores = {"bootstrap over pairs": evidence.bootstrap(seed=seed, draws=draws)}
        if isinstance(evidence, SimilarityEvidence):
            scores["bootstrap over words"] = evidence.bootstrap_words(seed=seed, draws=draws)
        found |= {name: not _within(own[:, 0] - own[:, 1], 1 - LEVEL, 0.0) for name, own in scores.items()}
    return found


def several_runs(evidence: Evidence, rng: np.random.Generator, draws: int) -> Events:
    """Which procedures call two systems of several runs different at 5 %."""
    found = {"Welch": _welch(evidence).p < LEVEL, "seeds and items (used)": difference(evidence).p < LEVEL}
    return found | {name: not _within(own, 1 - LEVEL, 0.0) for name, own in _hierarchical(evidence, rng, draws)}


def equal(margin: float, evidence: Evidence, rng: np.random.Generator, draws: int) -> Events:
    """Which procedures call two systems of several runs equal within the margin at 5 %."""
    found = {
        "Welch": _welch(evidence).equivalence_p(margin) < LEVEL,
        "seeds and items (used)": difference(evidence).equivalence_p(margin) < LEVEL,
    }
    for name, own in _hierarchical(evidence, rng, draws):
        low, high = percentiles(own, 1 - 2 * LEVEL)
        found[name] = -margin < low and high < margin
    return found


def rates(
    simulation: Simulation,
    case: Case,
    runs: int,
    tests: Callable[[Evidence, np.random.Generator, int], Events],
    *,
    replications: int,
    bootstraps: int = 0,
    draws: int = 500,
    difference: float = 0.0,
    seed: int = 1,
) -> dict[str, Rate]:
    """How often each procedure says what ``tests`` asks; bootstraps are tried in the first so many replications."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[bool]] = {}
    for i in range(replications):
        evidence = simulation.draw(case, runs, rng, difference=difference)
        for name, event in tests(evidence, rng, draws if i < bootstraps else 0).items():
            found.setdefault(name, []).append(event)
    return {name: Rate(float(np.mean(events)), len(events)) for name, events in found.items()}


def promise(simulation: Simulation, case: Case, runs: int, *, replications: int, seed: int = 1) -> Promise:
    """Make the systems differ by what the test says it detects, and see whether it does."""
    rng = np.random.default_rng(seed)
    pilot = [difference(simulation.draw(case, runs, rng)) for _ in range(max(20, replications // 10))]
    # Standard errors are averaged as variances, which they estimate without bias.
    detectable = float(np.sqrt(np.mean([one.detectable() ** 2 for one in pilot])))
    found = [difference(simulation.draw(case, runs, rng, difference=detectable)) for _ in range(replications)]
    covered = [low <= detectable <= high for low, high in (one.interval() for one in found)]
    return Promise(
        detectable,
        Rate(float(np.mean([one.p < LEVEL for one in found])), replications),
        Rate(float(np.mean(covered)), replications),
        float(np.std([one.value for one in found], ddof=1)),
        float(np.sqrt(np.mean([one.standard_error**2 for one in found]))),
    )


def difference(evidence: Evidence) -> Difference:
    """What the comparison makes of two systems with the same number of runs."""
    runs = len(evidence.values) // 2
    first, second = range(runs), range(runs, 2 * runs)
    return crossed_difference(evidence.values, evidence.items, first, second, least_variance=evidence.least_variance)


def _welch(evidence: Evidence) -> Difference:
    runs = len(evidence.values) // 2
    return welch(evidence.values[:runs].tolist(), evidence.values[runs:].tolist())


def _hierarchical(evidence: Evidence, rng: np.random.Generator, draws: int) -> Iterator[tuple[str, np.ndarray]]:
    if not draws:
        return
    runs, seed = len(evidence.values) // 2, int(rng.integers(1 << 32))
    items = evidence.bootstrap(seed=seed, draws=draws)
    for fewer, name in ((0, "hierarchical bootstrap"), (1, "n − 1 runs a draw")):
        yield name, hierarchical_draws(items, range(runs), range(runs, 2 * runs), seed=seed + 1, fewer=fewer)


def _within(draws: np.ndarray, level: float, truth: float) -> bool:
    low, high = percentiles(draws, level)
    return low <= truth <= high


def _print(title: str, names: Sequence[str], rows: Iterable[tuple[Simulation, Case, int, Mapping[str, Rate]]]) -> None:
    """Print a table, a column a procedure, each row as soon as it is there."""
    print(f"\n**{title}**\n\n| set | case | runs of each | {' | '.join(names)} |\n|---|---|---:|{'---:|' * len(names)}")
    for simulation, case, runs, found in rows:
        rates = [
            f"{100 * found[name].value:.1f} ± {100 * found[name].error:.1f}" if name in found else "" for name in names
        ]
        print(f"| {simulation.name} | {case.title} | {runs} | {' | '.join(rates)} |", flush=True)


def _print_promises(rows: Iterable[tuple[Simulation, Case, int, Promise]]) -> None:
    heads = ("detectable", "found, %", "interval holds it, %", "standard error", "claimed")
    print("\n**Differences that are just detectable: to be found in 80 % of cases, covered in 95 %**\n")
    print(f"| set | case | runs of each | {' | '.join(heads)} |\n|---|---|---:|{'---:|' * len(heads)}")
    for simulation, case, runs, (detectable, power, coverage, error, claimed) in rows:
        cells = [f"{detectable:.4f}", power.text, coverage.text, f"{error:.4f}", f"{claimed:.4f}"]
        print(f"| {simulation.name} | {case.title} | {runs} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Tables: how often the comparison's tests err, and what they find")
    parser.add_argument("--replications", type=int, default=1000, help="of each row, at least 20 (default 1000)")
    parser.add_argument("--bootstraps", type=int, default=300, help="how many of them try the bootstraps (default 300)")
    parser.add_argument("--draws", type=int, default=500, help="of each bootstrap (default 500)")
    parser.add_argument("--sets", default="google,wordsim-353,simlex-999,men", help="question sets, commas between")
    asked = parser.parse_args()
    if asked.replications < 20 or asked.draws < 1 or asked.bootstraps < 0:
        parser.error("--replications must be at least 20, --draws at least 1, --bootstraps not below 0")
    sets = [one for one in simulations() if one.name in asked.sets.split(",")]
    count = partial(rates, replications=asked.replications, bootstraps=asked.bootstraps, draws=asked.draws)
    bootstraps = ("hierarchical bootstrap", "n − 1 runs a draw") if asked.bootstraps else ()

    title = "Two single runs that are equally good: called different, %"
    over = ("bootstrap over pairs", "bootstrap over words") if asked.bootstraps else ()
    cases = product(sets, (ALIKE, UNLIKE), (1,))
    _print(
        title, ["McNemar / Williams", *over, "shared words (used)"], ((*row, count(*row, two_runs)) for row in cases)
    )

    title = "Several runs of two systems that are equally good: called different, %"
    names = ["Welch", *bootstraps, "seeds and items (used)"]
    cases = product(sets, (ALIKE, UNLIKE, FAR), (3, 5))
    _print(title, names, ((*row, count(*row, several_runs)) for row in cases))

    title = "Several runs of two systems that differ by the margin: called equal, %"
    rows = (
        (*row, count(*row, partial(equal, row[0].margin), difference=row[0].margin))
        for row in product(sets, (ALIKE, UNLIKE), (5,))
    )
    _print(title, names, rows)

    _print_promises(
        (*row, promise(*row, replications=asked.replications)) for row in product(sets, (ALIKE, UNLIKE), (1, 5))
    )


if __name__ == "__main__":
    main()
