"""What README and CONTRIBUTING tell people to type works: the real command line understands it, or CI runs it."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bench.__main__ import app
from bench.benchmarks.plan_file import find_plan, read_plan
from bench.benchmarks.study import plans
from bench.datasets.catalogue import corpora
from bench.evaluation.tasks import find_tasks
from bench.implementations import registry
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.selector import parse_selectors

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

ONE = 'pip install -c constraints.txt -e ".[torch]" && python -m bench run'
TWO = 'pip install -c constraints.txt -e ".[torch,peers,test]" && pytest -n 2'


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


def commands(page: str) -> Iterator[str]:
    """Shell commands of a page's bash blocks, one at a time, without comments."""
    for block in blocks(page, "bash"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                text = line.split(" #")[0].strip()
                yield from (part.strip() for part in text.split("&&"))


ALL = [*commands(README), *commands(CONTRIBUTING)]
BENCH = [text for text in ALL if text.startswith("python -m bench")]


def parsed(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """The verb and its parameters, as the command line itself reads them; nothing is run."""
    command: Any = get_command(app)
    names, context = [], None
    while hasattr(command, "commands"):
        names.append(arguments[0])
        command, arguments = command.commands[arguments[0]], arguments[1:]
    context = command.make_context(" ".join(names), list(arguments))
    return " ".join(names), context.params


def test_the_first_screen_has_the_two_commands() -> None:
    first = README[: README.index("## What it does")]
    assert [block.strip() for block in blocks(first, "bash")] == [ONE, TWO]
    assert len(first.splitlines()) < 60
    assert re.search(r"^\|.*numba.*\|$", first, flags=re.MULTILINE), "a table of results"
    assert "](docs/images/" in first, "a figure"


@pytest.mark.parametrize("text", BENCH)
def test_bench_commands_are_understood(text: str) -> None:
    verb, given = parsed(shlex.split(text)[3:])
    tasks = given.get("tasks")
    assert find_tasks(tasks[0].split(",") if tasks else None)
    if verb != "run":
        return
    settings = read_plan(find_plan(given["plan"])) if given["plan"] else {}
    settings.pop("out", None)
    keys = ("impl", "corpus", "repeats", "model", "vector_size")
    for plan in plans(settings | {key: given[key] for key in keys if given[key]}):
        for one in (part for name in plan.impl for part in parse_selectors(name)):
            if not (given["plugin"] and one.name == "mine"):
                own = {key: value for key, value in one.settings.items() if key not in Hyperparameters.model_fields}
                registry.create(one.name, own)
        assert "." in plan.corpus or "wiki" in plan.corpus or plan.corpus in {entry.name for entry in corpora()}


def test_every_verb_is_shown() -> None:
    command: Any = get_command(app)
    shown = {parsed(shlex.split(text)[3:])[0].split()[0] for text in commands(README) if text.startswith("python -m")}
    assert shown == set(command.commands)


@pytest.mark.parametrize("text", [text for text in ALL if text not in BENCH and text != ".ci/run"])
def test_other_commands_are_run_by_ci(text: str) -> None:
    run = [line.strip() for line in CI.splitlines() if not line.lstrip().startswith("#")]
    plain = [" ".join(word for word in line.split() if word not in ("--quiet", "-q")) for line in run]
    assert any(line == text or line.startswith(f"{text} ") for line in plain)


def test_ci_runs_command_one_and_every_verb_that_needs_no_network() -> None:
    assert re.search(r"^python -m bench run$", CI, flags=re.MULTILINE)
    for verb in ("run --impl numba,torch", "evaluate", "report", "list", "data list"):
        assert f"\npython -m bench {verb}" in CI
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if not target.startswith(("http:", "https:")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_reached_from_the_readme() -> None:
    reached = README + CONTRIBUTING
    for page in PAGES[2:]:
        assert f"docs/{page.name}" in reached


def test_the_trainer_of_contributing_runs(tmp_path: Path) -> None:
    (code,) = blocks(CONTRIBUTING, "python")
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    (tmp_path / "tiny.txt").write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    environment = {**os.environ, "BENCH_CACHE": str(tmp_path / "cache")}
    rest = ["--corpus", "tiny.txt", "--tasks", "wordsim-353", "--repeats", "1", "--vector-size", "8", "--out", "out"]
    command = [sys.executable, "-m", "bench", "run", "--plugin", "mine.py", "--impl", "mine", *rest]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert "mine" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_the_citation_is_of_this_version() -> None:
    """CITATION.cff 1.2.0 asks for cff-version, message, title and authors."""
    from bench import __version__

    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^([a-z-]+): ?(.*)$", text, flags=re.MULTILINE))
    assert {"cff-version", "message", "title", "authors"} <= set(fields)
    assert (fields["cff-version"], fields["version"], fields["license"]) == ("1.2.0", __version__, "Apache-2.0")
