"""Tables, figures and pages made from stored results; in a notebook ``bench.reports.load`` gives them as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def load(results: str | Path | Sequence[str | Path], *, tidy: bool = False) -> pd.DataFrame:
    """Read results into pandas.

    Args:
        results: a results directory or file, or several.
        tidy: a row a run and metric (``metric value low high n total unit``), instead of a row a run with a column a
            metric. Runs that failed have no metric, and so no row.

    Returns:
        The columns of ``bench.reports.export.frame`` with ``directory`` before them: the path as it was given. A run
        that several directories hold, to the last digit, counts once, under the first.

    Raises:
        InputError: no path was given, or one holds no results.
    """
    from .loading import frame_of

    return frame_of([results] if isinstance(results, str | Path) else results, tidy=tidy)
