"""What few rounds can show: the range of all of them holds the true median with a probability that is known."""

from collections.abc import Iterable

FEWEST = 6
"""With fewer, the range of all rounds holds the true median with a probability of less than 95 %."""


def coverage(rounds: int) -> float:
    """Probability that the range of so many rounds holds the true median: not all of them lie on one side of it."""
    return 1 - 2.0 ** (1 - rounds)


def too_few(rounds: Iterable[int]) -> str | None:
    """What must be said of intervals over so few rounds; None where six or more make each."""
    few = sorted(number for number in rounds if 1 < number < FEWEST)
    if not few:
        return None
    return (
        f"With {few[0]} rounds such an interval is at most the range of the rounds, which holds the true median with a "
        f"probability of {100 * coverage(few[0]):.0f} %, not 95 %: six rounds are the fewest that can give it."
    )
