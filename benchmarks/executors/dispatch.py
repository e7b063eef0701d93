"""Which worker makes which run next, so that what will be compared is made on one machine.

A *turn* is what one round has of one comparison: the runs of equal hyperparameters and threads, whose speeds the
report divides by each other. One worker makes all of a turn, in the shuffled order, as one machine alone would: so each
ratio is of runs that followed one another on one computer. The rounds of a comparison go to machines of one make as
long as one of them is there: so its median rests on all its rounds, not on a few of each make.
"""

import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..schedule import RunSpec

MOST_DEATHS = 3
"""Workers that a run may take with it before it is given up."""


@dataclass(eq=False)
class Place:
    """A worker that runs may be sent to.

    Attributes:
        address: of the worker.
        machine: id of its make.
        able: whether a run can be made there.
    """

    address: str
    machine: str
    able: Callable[[RunSpec], bool]


@dataclass(eq=False)
class _Turn:
    comparison: str
    runs: deque[RunSpec] = field(default_factory=deque)


class Dispatch:
    """Gives out runs one by one; safe to be used from several threads.

    Args:
        specs: to be made, in the order of the plan.
    """

    def __init__(self, specs: Iterable[RunSpec]) -> None:
        turns: dict[tuple[int, str], _Turn] = {}
        for spec in specs:
            comparison = _comparison(spec)
            turns.setdefault((spec.round, comparison), _Turn(comparison)).runs.append(spec)
        self._free = list(turns.values())
        self._taken: dict[str, _Turn] = {}
        self._out: dict[str, RunSpec] = {}
        self._places: dict[str, Place] = {}
        self._home: dict[str, str] = {}
        self._deaths: Counter[str] = Counter()
        self._closed = False
        self._changed = threading.Condition()

    def join(self, place: Place) -> None:
        """A worker is there."""
        with self._changed:
            self._places[place.address] = place
            self._changed.notify_all()

    def next(self, address: str, patience: float = 0.0) -> RunSpec | None:
        """A run for an idle worker, or None where there is none now.

        Args:
            address: of a worker that has joined.
            patience: seconds to wait for one.
        """
        with self._changed:
            spec = self._next(address)
            if spec is None and patience and not self._over():
                self._changed.wait(patience)
                spec = self._next(address)
            return spec

    def done(self, spec: RunSpec) -> None:
        """A run has its record."""
        with self._changed:
            self._out = {address: one for address, one in self._out.items() if one is not spec}
            self._changed.notify_all()

    def leave(self, address: str, *, died: bool) -> RunSpec | None:
        """A worker has gone. What it had is for others.

        Args:
            address: of the worker.
            died: in the middle of its work, rather than asked to stop.

        Returns:
            The run that it had, if it is the third worker to die of it: that is given up.
        """
        with self._changed:
            self._places.pop(address, None)
            turn, spec = self._taken.pop(address, None), self._out.pop(address, None)
            given_up = None
            if spec is not None:
                self._deaths[spec.id] += died
                if self._deaths[spec.id] >= MOST_DEATHS:
                    given_up = spec
                else:
                    turn = turn or _Turn(_comparison(spec))
                    turn.runs.appendleft(spec)
            if turn is not None and turn.runs:
                self._free.insert(0, turn)
            self._changed.notify_all()
            return given_up

    def close(self) -> None:
        """Give out nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def over(self) -> bool:
        """Whether nothing more will be given out, and nothing is out."""
        with self._changed:
            return self._over()

    def _over(self) -> bool:
        left = self._free or any(turn.runs for turn in self._taken.values())
        return not self._out and (self._closed or not left)

    def _next(self, address: str) -> RunSpec | None:
        place = self._places.get(address)
        if self._closed or place is None or address in self._out:
            return None
        turn = self._taken.get(address)
        if turn is None or not turn.runs:
            turn = self._take(place)
        if turn is None:
            return None
        spec = self._out[address] = turn.runs.popleft()
        return spec

    def _take(self, place: Place) -> _Turn | None:
        """Of the first turn that suits the place what it is able to make; the rest stays for others."""
        self._taken.pop(place.address, None)
        for turn in self._suiting(place):
            mine = deque(spec for spec in turn.runs if place.able(spec))
            if not mine:
                continue
            others = deque(spec for spec in turn.runs if not place.able(spec))
            number = self._free.index(turn)
            self._free[number : number + 1] = [_Turn(turn.comparison, others)] if others else []
            self._home[turn.comparison] = place.machine
            taken = self._taken[place.address] = _Turn(turn.comparison, mine)
            return taken
        return None

    def _suiting(self, place: Place) -> list[_Turn]:
        """In the plan's order; where there are several makes, what this one has begun goes before what is for any."""
        makes = {one.machine for one in self._places.values()}
        homes = [(turn, self._home.get(turn.comparison)) for turn in self._free]
        suiting = [(turn, home) for turn, home in homes if home == place.machine or home not in makes]
        if len(makes) > 1:
            suiting.sort(key=lambda one: one[1] != place.machine)
        return [turn for turn, _ in suiting]


def _comparison(spec: RunSpec) -> str:
    hyper = spec.candidate.hyperparameters.model_dump(mode="json")
    return json.dumps([spec.threads, hyper], sort_keys=True)
