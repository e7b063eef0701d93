"""Workers in a ring: one at a time, all equally often, and nobody waits for one that has ended."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.benchmarks.turns import VARIABLE, Ring, Turns


def run(content_after: list[int], *, fails: int | None = None) -> list[tuple[int, str]]:
    """What workers do that are content after so many turns; one may end in its second turn."""
    ring, log = Ring(len(content_after)), []

    def work(number: int) -> None:
        (_, (read, write)), done = ring.place(number), 0
        turns = Turns(read, write, len(content_after))
        try:
            turns.wait()
            while True:
                log.append((number, "begins"))
                time.sleep(0.002)
                log.append((number, "ends"))
                done += 1
                if fails == number and done == 2:
                    return
                if not turns.again(enough=done >= content_after[number]):
                    return
        finally:
            ring.leave(number)

    with ThreadPoolExecutor(len(content_after)) as pool:
        list(pool.map(work, range(len(content_after)), timeout=20))
    return log


@pytest.mark.parametrize("content_after", [[1], [3], [1, 1, 1], [2, 5, 3], [4, 1], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_one_at_a_time_in_order_and_equally_often(content_after: list[int]) -> None:
    log = run(content_after)
    n, most = len(content_after), max(content_after)
    turns = [number for number, what in log if what == "begins"]
    assert log == [(number, what) for number in turns for what in ("begins", "ends")]
    assert turns == [place % n for place in range(len(turns))]
    counts = [turns.count(number) for number in range(n)]
    assert all(count >= least for count, least in zip(counts, content_after, strict=True))
    # The last to be content ends it for all; those before it in the ring may have had one turn more.
    assert max(counts) - min(counts) <= 1
    assert most <= max(counts) <= most + 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_that_ends_early_holds_up_nobody(number: int) -> None:
    turns = [number for number, what in run([5, 5, 5], fails=number) if what == "begins"]
    assert set(turns) == {0, 1, 2}
    assert turns.count(number) == 2


def test_without_a_ring_every_turn_is_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    turns = Turns.of_environment()
    assert turns.wait()
    assert turns.again(enough=False)
    assert not turns.again(enough=True)
