"""How far a library has read a file: progress of one that trains from a file and tells nothing."""

from pathlib import Path


class FilePasses:
    """Passes over a file made so far by this process, from the positions of its descriptors (proc(5), fdinfo).

    Meant for a reader that first goes through the file once in one thread, to count its words, and then starts one
    descriptor a thread, each somewhere in the file and beginning anew at its end. Ask several times a pass: one that
    ends between two looks is not seen. Without /proc nothing is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._size = max(1, path.stat().st_size)
        self._last: dict[str, int] = {}
        self._bytes = 0
        self._several = False

    def done(self) -> float:
        """Passes, the first included; it never falls."""
        now = self._positions()
        if len(now) > 1 and not self._several:  # the numbers of descriptors were given anew
            self._several, self._bytes = True, max(self._bytes, self._size)
        else:
            for descriptor, position in now.items():
                start = position if self._last else 0
                moved = position - self._last.get(descriptor, start)
                self._bytes += moved if moved >= 0 else moved + self._size
        self._last |= now
        return self._bytes / self._size

    def _positions(self) -> dict[str, int]:
        found = {}
        try:
            for link in Path("/proc/self/fd").iterdir():
                if Path(link).resolve() == self._path:
                    text = (Path("/proc/self/fdinfo") / link.name).read_text()
                    found[link.name] = int(text.split(maxsplit=2)[1])
        except (OSError, ValueError, IndexError):
            return {}  # a descriptor was closed meanwhile: the next look will do
        return found
