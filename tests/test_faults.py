"""The short campaign of faults: none costs a finished run or leaves a process behind; docs/faults.md has all of it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "faults"
sys.path.insert(0, str(FOLDER))

from campaign import START, warm_cache  # noqa: E402
from fault import FAULTS, Fault, try_  # noqa: E402
from sandbox import Sandbox  # noqa: E402

SHORT = [one for one in FAULTS if one.short]
QUICK = ("Texts", "Vectors and question sets", "Flags, plans and plug-ins", "Downloads", "Results")
"""Groups that need few runs; of the others plain ``pytest`` tries one."""

PAGE = FOLDER.parent.parent / "docs" / "faults.md"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return warm_cache(tmp_path_factory.mktemp("faults") / "warm")


@pytest.fixture
def box(warm: Path, tmp_path: Path) -> Iterator[Sandbox]:
    shutil.copytree(warm, tmp_path / "cache")
    made = Sandbox(tmp_path)
    yield made
    made.close()


def _param(one: Fault) -> Any:
    later = one.group not in QUICK and one.name != "segmentation fault in native code"
    return pytest.param(one, id=f"{one.group}: {one.name}", marks=[pytest.mark.slow] if later else [])


@pytest.mark.parametrize("one", [_param(one) for one in SHORT])
def test_a_fault_costs_nothing_but_itself(one: Fault, box: Sandbox) -> None:
    outcome = try_(one, box)
    if outcome.status == "not tried":
        pytest.skip(outcome.said)
    assert outcome.wrong == (), outcome.said


def test_the_page_has_a_row_for_every_fault() -> None:
    page = PAGE.read_text(encoding="utf-8").split(START)[1]
    assert len(FAULTS) >= 65
    for one in FAULTS:
        assert f"| {one.name} |" in page, f"python tests/faults/campaign.py --write docs/faults.md: {one.name}"
