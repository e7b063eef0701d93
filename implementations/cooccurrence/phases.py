"""One progress for work of several kinds."""

from collections.abc import Callable, Sequence

from ..trainer import Progress


def phases(progress: Progress, total: int, shares: Sequence[float]) -> list[Callable[[float], None]]:
    """A function for each phase, called with the fraction of it that is done; ``shares`` of the time sum to 1.

    ``progress`` is told of words out of ``total``, as if the words were spread evenly over the phases.
    """

    def phase(before: float, share: float) -> Callable[[float], None]:
        return lambda fraction: progress(round(total * min(1.0, before + share * fraction)), total)

    return [phase(sum(shares[:number]), share) for number, share in enumerate(shares)]
