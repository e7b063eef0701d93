"""How often change points are false, and how often steps are found: the simulation behind ``history/changes.py``.

``python -m bench.benchmarks.change_point_rates`` prints the tables of docs/history.md; a minute on one core.
"""

import argparse
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from .history.changes import cuts

Series = NDArray[np.float64]
Noise = Callable[[np.random.Generator, int], Series]

LENGTHS = (6, 12, 25, 50, 100, 300)
STEPS = (2.0, 3.0, 5.0)
PLACES = ((12, 4), (25, 3), (25, 6), (50, 25), (200, 4), (200, 10))
"""Commits in all, and after the step."""


def normal(random: np.random.Generator, n: int) -> Series:
    """Independent normal noise."""
    return random.normal(size=n)


def heavy(random: np.random.Generator, n: int) -> Series:
    """Student's t with three degrees of freedom, scaled to variance one."""
    return np.asarray(random.standard_t(3, size=n) / np.sqrt(3))


def bad_nights(random: np.random.Generator, n: int) -> Series:
    """Normal noise; one night in twenty is slower by |N(0, 6)|."""
    series = random.normal(size=n)
    struck = random.random(n) < 0.05
    series[struck] -= np.abs(random.normal(0, 6, int(struck.sum())))
    return series


def drifting(random: np.random.Generator, n: int) -> Series:
    """First-order autoregressive noise, correlation 0.3 from one night to the next."""
    series = random.normal(size=n)
    for i in range(1, n):
        series[i] = 0.3 * series[i - 1] + np.sqrt(1 - 0.09) * series[i]
    return series


NOISES: Mapping[str, Noise] = {
    "normal": normal, "heavy tails": heavy, "bad nights": bad_nights, "correlated 0.3": drifting,
}  # fmt: skip


def false_alarms(noise: Noise, n: int, repeats: int, seed: int = 1) -> float:
    """Share of series of pure noise with any change point."""
    random = np.random.default_rng(seed)
    return float(np.mean([bool(cuts(noise(random, n).tolist(), floor=1e-9, least=0.0)) for _ in range(repeats)]))


def found(noise: Noise, n: int, after: int, step: float, repeats: int, seed: int = 1) -> float:
    """Share of series with a step (in standard deviations) whose change point is found, one commit off at most."""
    random = np.random.default_rng(seed)
    hits = 0
    for _ in range(repeats):
        series = noise(random, n)
        series[n - after :] += step
        hits += any(abs(cut.index - (n - after)) <= 1 for cut in cuts(series.tolist(), floor=1e-9, least=0.0))
    return hits / repeats


def main() -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1000, help="simulated series a cell")
    repeats = parser.parse_args().repeats
    print(f"| noise | {' | '.join(f'{n} commits' for n in LENGTHS)} |\n|---|{'---:|' * len(LENGTHS)}")
    for name, noise in NOISES.items():
        cells = (f"{100 * false_alarms(noise, n, repeats):.1f} %" for n in LENGTHS)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\n| step | {' | '.join(f'{a} of {n}' for n, a in PLACES)} |\n|---|{'---:|' * len(PLACES)}")
    for step in STEPS:
        cells = (f"{100 * found(normal, n, after, step, repeats // 4):.0f} %" for n, after in PLACES)
        print(f"| {step:g} σ | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
