"""The sizes of a processor's caches, as Linux tells them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Caches(NamedTuple):
    """Sizes in bytes, None where the system does not tell.

    Attributes:
        first: the smallest cache for data.
        core: the largest cache that a core has for itself.
        last: the largest cache of all.
        lasts: how many of these the cores have between them.
    """

    first: int | None
    core: int | None
    last: int | None
    lasts: int


def cache_sizes(cores: Sequence[int], root: Path = Path("/sys/devices/system/cpu")) -> Caches:
    """Caches of these cores, from what lies under ``root``."""
    levels: dict[int, dict[str, int]] = {}
    own = []
    for core in cores:
        for index in (root / f"cpu{core}" / "cache").glob("index*"):
            try:
                level, kind, size, users = (
                    (index / name).read_text().strip() for name in ("level", "type", "size", "shared_cpu_list")
                )
                found = int(level), int(size.removesuffix("K")) * 1024
            except (OSError, ValueError):
                continue
            if kind == "Instruction":
                continue
            levels.setdefault(found[0], {})[users] = found[1]
            if users == str(core):
                own.append(found[1])
    if not levels:
        return Caches(None, None, None, 1)
    first, last = levels[min(levels)], levels[max(levels)]
    return Caches(min(first.values()), max(own, default=None), max(last.values()), len(last))
