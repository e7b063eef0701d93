"""All targets by name, and where inputs that once were findings are kept."""

from pathlib import Path

import fuzz_questions
import fuzz_results
import fuzz_settings
import fuzz_texts
import fuzz_vectors
from fuzz_harness import Target

FOUND = Path(__file__).parent / "found"
"""``NAME/WHAT``: inputs that a parser once failed on, made small."""

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (fuzz_texts, fuzz_vectors, fuzz_questions, fuzz_settings, fuzz_results)
    for target in module.TARGETS
}


def found(name: str) -> list[Path]:
    """The kept inputs of a target."""
    return sorted(path for path in (FOUND / name).glob("*") if path.is_file())
