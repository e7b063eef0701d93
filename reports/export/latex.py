"""LaTeX: the report's main table for a paper (booktabs), with intervals and the number of runs."""

import re

from ...benchmarks.records import Results
from ...datasets.errors import InputError
from .. import tables
from ..summary import Summary, summarise

SUMMARY = "a table for a paper (booktabs)"
NAMES = ("results.tex",)

_SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "–": "--", "−": "$-$", "×": r"$\times$", "÷": r"$\div$",
    "·": r"$\cdot$", "\N{NO-BREAK SPACE}": "~",
}  # fmt: skip


def render(results: Results) -> dict[str, bytes]:
    r"""The file, to be read by ``\input`` after ``\usepackage{booktabs}``.

    Raises:
        InputError: no run finished.
    """
    summary = summarise(results)
    if not summary.finished_rows:
        raise InputError("these results hold no finished run, so there is no table to write")
    return {NAMES[0]: _document(summary).encode("utf-8", "backslashreplace")}


def escaped(text: str) -> str:
    """Text that LaTeX sets as it is, on one line."""
    flat = re.sub(r"[\t\n\r]+", " ", text)
    return "".join(_SIGNS.get(sign, sign) for sign in flat if sign in _SIGNS or sign.isprintable())


def _document(summary: Summary) -> str:
    table = tables.main_table(summary)
    kept = [index for index, column in enumerate(table.columns) if column.title != "Status"]
    columns = [table.columns[index] for index in kept]
    rows = [
        [*(_entry(cells[index]) for index in kept), str(row.finished)]
        for cells, row in zip(table.rows, summary.rows, strict=True)
        if row.finished
    ]
    heads = [*(escaped(column.title) for column in columns), "$n$"]
    sides = "".join("r" if column.numeric else "l" for column in columns) + "r"
    body = [" & ".join(row) + r" \\" for row in rows]
    return "\n".join(
        [
            f"% {escaped(summary.corpus.name)}, {summary.corpus.tokens:,} words, {summary.created:%Y-%m-%d}; "
            "medians over n runs, in parentheses 95 % intervals, counts or versions",
            rf"\begin{{tabular}}{{{sides}}}",
            r"\toprule",
            " & ".join(heads) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _entry(entry: tables.Entry) -> str:
    # In braces: a bracket at the begin of a row would be read as an argument of the line break before it.
    detail = f" {{\\footnotesize ({escaped(entry.detail)})}}" if entry.detail else ""
    return f"{{{escaped(entry.text)}}}{detail}"
