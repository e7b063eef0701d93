"""What is installed: one package that holds every room with its data, asks for what it imports, and runs."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
ROOMS = ("datasets", "implementations", "evaluation", "benchmarks", "reports")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "results")


def requirements(*extras: str) -> list[Requirement]:
    listed = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        listed += PROJECT["project"]["optional-dependencies"][extra]
    return [Requirement(line) for line in listed]


def names(listed: list[Requirement]) -> set[str]:
    return {canonicalize_name(one.name) for one in listed}


def files_of_the_rooms() -> set[str]:
    """Every file of the package, by its path below the root, with slashes."""
    found = {"__init__.py", "__main__.py", "py.typed"}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            inside = path.relative_to(ROOT)
            if path.is_file() and "__pycache__" not in inside.parts and not inside.name.startswith("."):
                found.add(inside.as_posix())
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from a copy: the build leaves folders behind, and would take in those of an earlier one."""
    pytest.importorskip("build")
    home = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, home / "checkout", ignore=LEFT_OUT)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(home),
        str(home / "checkout"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = home.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_installs_one_name(contents: set[str]) -> None:
    (information,) = {name.split("/")[0] for name in contents if ".dist-info/" in name}
    assert {name.split("/")[0] for name in contents} == {"bench", information}
    assert f"{information}/licenses/LICENSE" in contents
    assert f"{information}/entry_points.txt" not in contents, "no script: there is a program of that name already"


def test_the_wheel_holds_every_file_of_every_room_and_nothing_else(contents: set[str]) -> None:
    assert {name.removeprefix("bench/") for name in contents if name.startswith("bench/")} == files_of_the_rooms()


def test_every_folder_with_code_is_a_declared_package() -> None:
    folders = {str(PurePosixPath(name).parent) for name in files_of_the_rooms() if name.endswith(".py")}
    packages = {"bench" if folder == "." else f"bench.{folder.replace('/', '.')}" for folder in folders}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages
    assert len(packages) > len(ROOMS)


@pytest.mark.slow
def test_the_wheel_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Its data files are found: the catalogue, a template, and the corpus that is made, not read."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "BENCH_CACHE": str(tmp_path / "cache")}

    def bench(*arguments: str) -> str:
        command = [sys.executable, "-m", "bench", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path / "empty", env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import bench; print(bench.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, cwd=tmp_path / "empty", env=environment).stdout
    assert Path(found.strip()).is_relative_to(tmp_path / "site")
    assert "text8" in bench("data", "list")
    bench("run", "--impl", "gensim", "--repeats", "1", "--epochs", "1", "--vector-size", "4", "--out", "out")
    page = (tmp_path / "empty" / "out" / "report.html").read_text(encoding="utf-8")
    assert (ROOT / "reports" / "report.css").read_text(encoding="utf-8").strip()[:80] in page


def imported() -> dict[str, set[str]]:
    """Top-level names of other packages that the code imports, each with the files that do."""
    found: dict[str, set[str]] = {}
    for name in files_of_the_rooms():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules = [node.module]
            for module in modules:
                found.setdefault(module.split(".")[0], set()).add(name)
    return {name: files for name, files in found.items() if name not in sys.stdlib_module_names and name != "bench"}


def test_what_the_code_imports_is_asked_for() -> None:
    """Not merely brought along by something else. Triton comes with torch wherever it can be used."""
    base = names(requirements())
    # Modules of an extra, each with what the files that import it are called: everything else works without it.
    optional = {
        "torch": ("torch", "gpu"),
        "triton": ("torch", "gpu"),
        "fasttext_pybind": ("fasttext",),
        "pyspark": ("spark",),
        "distributed": ("executors",),
        "dask": ("executors",),
    }
    distributions = packages_distributions()
    for module, files in imported().items():
        if module in optional:
            assert all(any(part in file for part in optional[module]) for file in files), module
            continue
        assert module in distributions, f"{module}, imported by {sorted(files)}, is not installed"
        owners = {canonicalize_name(name) for name in distributions[module]}
        assert owners & base, f"{module} is imported by {sorted(files)}, but pyproject.toml does not name it"


def test_the_constraints_pin_everything_that_is_asked_for() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert all(re.fullmatch(r"\d[\d.]*\d|\d", version) for version in pinned.values()), "no local versions"
    assert [canonicalize_name(name) for name in pinned] == sorted(pinned)
    for one in requirements("torch", "peers", "spark", "dask", "test", "dev"):
        assert one.specifier.contains(pinned[canonicalize_name(one.name)]), one
