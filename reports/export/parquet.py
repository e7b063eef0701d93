"""Parquet: the table of CSV with its types kept."""

import io

from ...benchmarks.records import Results
from ...datasets.errors import InputError
from .frame import frame

SUMMARY = "pandas, Polars, DuckDB, Spark: a row a run (extra `parquet`)"
NAMES = ("runs.parquet",)


def render(results: Results) -> dict[str, bytes]:
    """The file.

    Raises:
        InputError: no engine that writes Parquet is installed.
    """
    buffer = io.BytesIO()
    try:
        frame(results).to_parquet(buffer, index=False)
    except ImportError as error:
        raise InputError(
            'writing Parquet needs pyarrow; install it with: pip install "word2vec-bench[parquet]"'
        ) from error
    return {NAMES[0]: buffer.getvalue()}
