"""LaTeX: the report's table of results for a paper (booktabs), with intervals and the number of runs."""

from ...benchmarks.records import Results
from ...datasets.errors import InputError
from .. import paper
from ..merge import Group

SUMMARY = "a table for a paper (booktabs)"
NAMES = ("results.tex",)


def render(results: Results) -> dict[str, bytes]:
    r"""The file, to be read by ``\input`` after ``\usepackage{booktabs}``.

    Raises:
        InputError: no run finished.
    """
    table = paper.table("results", [Group("results", "", results)])
    if not table.rows:
        raise InputError("these results hold no finished run, so there is no table to write")
    return {NAMES[0]: paper.written(table, "latex").encode("utf-8", "backslashreplace")}
