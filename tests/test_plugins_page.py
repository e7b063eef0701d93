"""docs/plugins.md and the template package, as a stranger meets them: built, installed, listed, run and checked."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.benchmarks.conformance.checks import CHECKS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
TEMPLATE = ROOT / "docs" / "template"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[list[str]]:
    return [shlex.split(line, comments=True) for line in block.splitlines()]


FILE, PACKAGE, CHECKING = (commands(block) for block in blocks("bash"))
SMALL = ["--corpus", "small.txt", "--tasks", "wordsim-353", "--repeats", "1", "--vector-size", "8", "--epochs", "1"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stranger")
    (path / "small.txt").write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    return path


def do(command: list[str], home: Path, *, site: Path | None = None, more: list[str] | None = None) -> str:
    """Run one of the page's commands; what `python` and `pip` are is known here."""
    words = [sys.executable, *command[1:]] if command[0] == "python" else [sys.executable, "-m", *command]
    environment = {**os.environ, "BENCH_CACHE": str(home / "cache"), "COLUMNS": "120"}
    if site is not None:
        environment["PYTHONPATH"] = str(site)
    done = subprocess.run([*words, *(more or [])], capture_output=True, text=True, cwd=home, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_file_of_the_page_is_listed_checked_and_run(home: Path) -> None:
    (code,) = blocks("python")
    assert code == (TEMPLATE / "bench_batches.py").read_text(encoding="utf-8")
    (home / "bench_batches.py").write_text(code, encoding="utf-8")
    listed, checked, run = FILE
    assert re.search(r"^batches +0\.1 +skip-gram in batches", do(listed, home), flags=re.MULTILINE)
    assert "batches conforms" in do(checked, home, more=["--check", "declares,trains"])
    do(run, home, more=[*SMALL, "--out", "file"])
    assert "batches" in (home / "file" / "report.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(home: Path) -> Path:
    """Where the template is installed, built from a copy."""
    pytest.importorskip("setuptools", minversion="77")
    shutil.copytree(TEMPLATE, home / "template", ignore=shutil.ignore_patterns("__pycache__"))
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--target", str(home / "site")]
    do(PACKAGE[0], home, more=offline)
    return home / "site"


@pytest.mark.slow
def test_the_template_is_a_package_that_registers_itself(home: Path, site: Path) -> None:
    install, listed, run, checked = PACKAGE
    assert install == ["pip", "install", "./template"]
    assert re.search(r"^batches +0\.1 +skip-gram in batches", do(listed, home, site=site), flags=re.MULTILINE)
    do(run, home, site=site, more=[*SMALL, "--out", "package"])
    assert "batches" in (home / "package" / "report.md").read_text(encoding="utf-8")
    assert checked == ["python", "-m", "bench", "conformance", "--impl", "batches"]
    for command in CHECKING:
        if "--check" in command:
            do(command, home, site=site)


@pytest.mark.slow
def test_the_template_keeps_the_contract_by_its_own_test(home: Path, site: Path) -> None:
    do(["pytest", "-q", "-p", "no:cacheprovider", "template/test_bench_batches.py"], home, site=site)


def test_the_page_tells_every_check_and_what_to_do() -> None:
    for check in CHECKS:
        assert f"| `{check.name}` | {check.demand} | {check.todo} |" in PAGE
