"""CSV: a row a run, for pandas, R or a spreadsheet."""

from ...benchmarks.records import Results
from ..formulas import defused
from .frame import frame

SUMMARY = "pandas, R, a spreadsheet: a row a run"
NAMES = ("runs.csv",)


def render(results: Results) -> dict[str, bytes]:
    """The file, UTF-8; what was not measured is an empty field, and no text is a formula."""
    table = frame(results)
    for name in table.select_dtypes(["string", "object"]):
        table[name] = table[name].map(_as_text, na_action="ignore")
    text = table.rename(columns=defused).to_csv(index=False, lineterminator="\n")
    return {NAMES[0]: text.encode("utf-8", "backslashreplace")}


def _as_text(value: object) -> object:
    return defused(value) if isinstance(value, str) else value
