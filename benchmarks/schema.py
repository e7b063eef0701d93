"""The JSON schema of ``results.json``, made from the types.

``python -m bench.benchmarks.schema > docs/results.schema.json`` publishes it.
"""

import json
import sys
from typing import Any

from .records import SCHEMA_VERSION, Results


def results_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) that every results file of this version satisfies."""
    schema = Results.model_json_schema()
    for part in schema["$defs"].values():
        part.pop("additionalProperties", None)  # the format grows: a later file must satisfy this schema too
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": f"Results of word2vec-bench, version {SCHEMA_VERSION}",
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(results_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
