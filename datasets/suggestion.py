"""What somebody may have meant who asked for a name that there is not."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def suggestion(asked: str, known: Iterable[str] | Mapping[str, str], *, most: int = 3, cutoff: float = 0.5) -> str:
    """``did you mean a or b?``, or nothing where no name is close.

    Args:
        asked: as it was written.
        known: the names, or by each spelling that is compared the name that it stands for.
        most: spellings to look at.
        cutoff: how alike they must be, from 0 to 1 (``difflib``'s ratio).
    """
    names = known if isinstance(known, Mapping) else {name: name for name in known}
    close = dict.fromkeys(names[spelling] for spelling in get_close_matches(asked, names, n=most, cutoff=cutoff))
    return f"did you mean {' or '.join(close)}?" if close else ""
