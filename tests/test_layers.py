"""The house's walls (DESIGN.md §1): who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("datasets", "implementations", "evaluation", "benchmarks", "reports")
MAY_IMPORT = {
    "datasets": set(),
    "implementations": {"datasets"},
    "evaluation": {"datasets"},
    "benchmarks": {"datasets", "implementations", "evaluation"},
    "reports": {"datasets", "benchmarks"},
    "__main__": set(ROOMS),
}
AT_THE_ROOT = {
    *ROOMS, "pyproject.toml", "tests", "README.md", "__init__.py", "__main__.py", "py.typed", "LICENSE",
    "CONTRIBUTING.md", "SECURITY.md", "CITATION.cff", "constraints.txt", "action.yml", "docs",
}  # fmt: skip


def rooms_imported(source: str, depth: int) -> set[str]:
    """Rooms that a module imports, at whatever depth of its code, relative or by the package's name.

    Args:
        source: of the module.
        depth: folders between the module and the root.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        paths: list[str] = []
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names if alias.name.startswith("bench.")]
        elif isinstance(node, ast.ImportFrom) and node.level == depth + 1:
            paths = [f"bench.{node.module}"] if node.module else [f"bench.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            inside = node.module == "bench"
            paths = [f"bench.{alias.name}" for alias in node.names] if inside else [node.module]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= depth, "an import from outside the package"
        found |= {path.split(".")[1] for path in paths if path.startswith("bench.")}
    return found & set(ROOMS)


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def test_the_reader_of_imports_sees_every_spelling() -> None:
    source = (
        "import bench.reports.write\nfrom bench import datasets\nfrom ..evaluation.score import Score\n"
        "from .. import benchmarks\nfrom . import files\ndef f():\n    from bench.implementations import registry\n"
    )
    assert rooms_imported(source, 1) == set(ROOMS)
    assert rooms_imported("from .evaluation import x\nfrom datasets import load_dataset\nimport bench", 1) == set()
    assert rooms_imported("from .reports.write import write_report", 0) == {"reports"}
    assert rooms_imported("from ...reports import units\nfrom ..evaluation import x", 2) == {"reports"}


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_imports_upwards_or_sideways(room: str) -> None:
    assert modules(room)
    for path in modules(room):
        depth = len(path.relative_to(ROOT).parts) - 1
        forbidden = rooms_imported(path.read_text(encoding="utf-8"), depth) - MAY_IMPORT[room] - {room}
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


def test_the_command_line_is_imported_by_nobody() -> None:
    for path in [ROOT / "__init__.py", *(path for room in ROOMS for path in modules(room))]:
        assert "__main__ import" not in path.read_text(encoding="utf-8")


def test_reports_use_of_benchmarks_only_what_is_stored() -> None:
    for path in modules("reports"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchmarks"):
                stored = (
                    "records", "store", "statistics", "estimates", "metrics", "naming", "quality_comparison",
                    "saved_vectors", "neighbour_overlap", "prediction", "time_to_quality", "machines",
                    "history.fingerprint", "history.records", "history.series",
                )  # fmt: skip
                assert node.module in [f"benchmarks.{name}" for name in stored], path.name


def test_nothing_generic_stands_at_the_root() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    names = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in names if not name.startswith(".")} <= AT_THE_ROOT


def test_hugging_face_datasets_is_found_from_a_checkout(tmp_path: Path) -> None:
    """Without an __init__.py our folder is only a namespace candidate: any real package on the path goes before it."""
    assert not (ROOT / "datasets" / "__init__.py").exists()
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("WHO = 'Hugging Face'\n")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import datasets; print(sys.path[0] == '', datasets.WHO)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split(maxsplit=1) == ["True", "Hugging Face\n"], done.stderr
