"""CSV: a row a run, for pandas, R or a spreadsheet."""

from ...benchmarks.records import Results
from .frame import frame

SUMMARY = "pandas, R, a spreadsheet: a row a run"
NAMES = ("runs.csv",)


def render(results: Results) -> dict[str, bytes]:
    """The file, UTF-8; what was not measured is an empty field."""
    text = frame(results).to_csv(index=False, lineterminator="\n")
    return {NAMES[0]: text.encode("utf-8", "backslashreplace")}
