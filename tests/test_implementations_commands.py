"""Commands as trainers: the page's own examples, what a file may say, and every way in which a command goes wrong."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.records import RunRecord
from bench.benchmarks.runner import run
from bench.datasets.corpus import Corpus
from bench.datasets.encode import encode
from bench.datasets.errors import InputError
from bench.implementations import registry
from bench.implementations.command_trainer import CommandTrainer, share_done, trainer_of_file
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.trainer import TrainingError
from bench.implementations.word2vec_c_trainer import Word2VecCTrainer

PAGE = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")

COUNTS = """
import sys
corpus, vectors, size, *rest = sys.argv[1:]
words = sorted({word for line in open(corpus, encoding="utf-8") for word in line.split()}, reverse=True)
print("25.0% of it", flush=True)
with open(vectors + ".vec", "w", encoding="utf-8") as file:
    for word in words:
        print(word, *[(len(word) * 7 + ord(word[0]) * k) % 11 - 5 for k in range(int(size))], file=file)
print(*rest, file=sys.stderr)
"""
"""A program that writes what can be recomputed."""


@pytest.fixture(autouse=True)
def _no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_plugins", {})


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "tiny.txt"
    path.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    return path


@pytest.fixture(scope="module")
def corpus(text: Path) -> Corpus:
    return encode(text, min_count=5)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file, and the program above beside it."""

    def make(command: str | list[str] | None = None, **keys: object) -> Path:
        (tmp_path / "counts.py").write_text(COUNTS)
        command = command or "{python} counts.py {corpus} {vectors} {vector_size}"
        content = {"name": "mine", "command": command, "suffix": ".vec" if "counts.py" in command else "", **keys}
        path = tmp_path / "mine.toml"
        path.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in content.items()), encoding="utf-8")
        return path

    return make


def _toml(value: object) -> str:
    """JSON is TOML for what is written here, but for tables."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def ready(path: Path, corpus: Corpus, *, seed: int = 1, **hyper: object) -> CommandTrainer:
    trainer = trainer_of_file(path)()
    h = Hyperparameters(**{"vector_size": 6, **hyper})
    trainer.prepare(corpus, h, threads=2, seed=seed, device="cpu")
    return trainer


def trained(path: Path, corpus: Corpus, **hyper: object) -> np.ndarray:
    trainer = ready(path, corpus, **hyper)
    trainer.train(lambda done, total: None)
    return trainer.vectors()


def one_run(path: Path, text: Path, out: Path, **settings: object) -> RunRecord:
    base = {"impl": "mine", "plugin": path, "corpus": str(text), "tasks": ["wordsim-353"], "repeats": 1, "threads": 1}
    plan: Plan = make_plan({**base, "vector_size": 6, **settings})
    (record,) = run(plan, out).runs
    return record


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ("25.0% of it", 0.25),
        ("epoch 3: 7 %, loss 0.5", 0.07),
        ("100%|#####| 3.5 s", 1.0),
        ("1.2.5%", 0.025),
        ("x12%", 0.12),
        (".5%", 0.05),
        ("120%", None),
        ("no number %", None),
        ("5 of 10", None),
        ("9" * 400 + "%", None),
        ("1" * 65_536, None),  # which once took minutes
    ],
)
def test_progress_is_the_first_percentage_of_a_line(line: str, share: float | None) -> None:
    assert share_done(line) == (None if share is None else pytest.approx(share))


# What it does


def test_vectors_come_back_in_the_corpus_s_order_and_progress_is_shown(
    made: Callable[..., Path], corpus: Corpus
) -> None:
    told: list[tuple[int, int]] = []
    trainer = ready(made(), corpus)
    with pytest.raises(TrainingError, match="mine has not trained yet"):
        trainer.vectors()
    trainer.train(lambda done, total: told.append((done, total)))
    words, total = corpus.vocabulary.words, 5 * corpus.n_tokens
    expected = [[(len(word) * 7 + ord(word[0]) * k) % 11 - 5 for k in range(6)] for word in words]
    assert np.array_equal(trainer.vectors(), np.array(expected, np.float32))
    assert told == [(0, total), (total // 4, total), (total, total)]
    assert trainer.program_memory is not None
    assert trainer.program_memory > 4e6


def test_arguments_are_filled_in_without_a_shell(made: Callable[..., Path], corpus: Corpus) -> None:
    path = made(
        "{python} counts.py {corpus} {vectors} {vector_size} --lr={alpha} '$HOME {{x}}' {model} {loss} "
        "t{threads}s{seed} {sample} m{shrink_windows} {cbow_mean}",
        model={"skipgram": "", "cbow": "-c '1 2'"},
        loss={"ns": "-n {negative}", "hs": []},
        cbow_mean={"true": ["a b"]},
    )
    trainer = ready(path, corpus, seed=7, sample=1e-5)
    expected = ["--lr=0.025", "$HOME {x}", "-n", "5", "t2s7", "1e-05", "mtrue", "a b"]
    assert trainer._command[5:] == expected
    assert trainer._command[:2] == [sys.executable, "counts.py"]
    other = ready(path, corpus, model="cbow", loss="hs")
    assert other._command[7:9] == ["-c", "1 2"]
    assert "5" not in other._command


def test_what_the_command_does_not_mention_is_not_given(made: Callable[..., Path]) -> None:
    trainer = trainer_of_file(
        made(
            "{python} counts.py {corpus} {vectors} {vector_size} {loss} {threads}",
            loss={"ns": "-n {negative}", "hs": "-h"},
        )
    )()
    given = trainer.given(Hyperparameters())
    assert (given["vector_size"].value, given["vector_size"].note) == (100, None)
    assert (given["loss"].value, given["negative"].value) == ("-n 5", 5)
    assert given["min_count"].value == 5
    missing = {name for name, one in given.items() if one.value is None}
    assert missing == {
        "model", "window", "sample", "epochs", "alpha", "min_alpha", "ns_exponent", "shrink_windows", "seed",
    }  # fmt: skip
    assert all(given[name].note == f"is not told of {name}: its command does not mention it" for name in missing)
    assert "negative" not in trainer.given(Hyperparameters(loss="hs"))


@pytest.mark.parametrize(
    ("hyper", "reason"),
    [
        ({}, None),
        ({"model": "cbow"}, "mine has no model cbow: its command does not mention {model}"),
        ({"loss": "softmax"}, "mine has no loss softmax: mine.toml spells ns and hs only"),
        ({"window": 11}, "mine has no window 11: mine.toml supports at least 2 and at most 10"),
        ({"epochs": 2}, "mine has no epochs 2: mine.toml supports 1, 5"),
        ({"shrink_windows": False}, "mine has no shrink_windows false: mine.toml supports true"),
    ],
)
def test_what_it_cannot_do_is_unsupported(
    hyper: dict[str, object], reason: str | None, made: Callable[..., Path]
) -> None:
    path = made(
        "{python} counts.py {corpus} {vectors} {loss}",
        loss={"ns": "", "hs": ""},
        supports={"window": {"min": 2, "max": 10}, "epochs": [1, 5], "shrink_windows": [True]},
    )
    assert trainer_of_file(path)().unsupported(Hyperparameters(**hyper)) == reason


def test_a_model_that_is_not_the_default_is_said_by_supports(made: Callable[..., Path]) -> None:
    trainer = trainer_of_file(made(supports={"model": ["cbow"]}))()
    assert trainer.unsupported(Hyperparameters(model="cbow")) is None
    assert trainer.unsupported(Hyperparameters()) == "mine has no model skipgram: mine.toml supports cbow"


def test_its_version_is_text_or_asked_of_a_command(made: Callable[..., Path]) -> None:
    assert trainer_of_file(made()).version() == "unknown"
    assert trainer_of_file(made(version="2.1")).version() == "2.1"
    assert trainer_of_file(made(version=["echo", "mine 2.2"])).version() == "mine 2.2"
    assert trainer_of_file(made(version=["no-such-program"])).version().startswith("unknown: no-such-program cannot")


def test_a_program_that_is_not_there_is_unavailable(made: Callable[..., Path], tmp_path: Path) -> None:
    assert trainer_of_file(made()).unavailable() is None
    assert trainer_of_file(made()).unavailable("cuda") is not None
    missing = trainer_of_file(made("no-such-program {corpus} {vectors}")).unavailable()
    assert (missing or "").startswith("there is no program no-such-program: install it, or correct command in ")
    script = tmp_path / "here.sh"
    script.write_text("#!/bin/sh\n")
    here = made("./here.sh {corpus} {vectors}")
    assert trainer_of_file(here).unavailable() is not None  # it may not be executed
    script.chmod(0o755)
    assert trainer_of_file(here).unavailable() is None


# What is wrong with a file


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name = mine", r"is not TOML: .*line 1"),
        ('name = "mine"\nname = "x"', "is not TOML: "),
        ('name = "mine"', "it lacks command"),
        ('command = "x {corpus} {vectors}"', "it lacks name"),
        ('name = "a b"\ncommand = "x {corpus} {vectors}"', "name must be made of letters"),
        ('name = "a"\ncommand = "x {corpus}"', r"command lacks \{vectors\}: the file that it must write"),
        ('name = "a"\ncommand = "x {vectors}"', r"command lacks \{corpus\}"),
        ('name = "a"\ncommand = ""', "command: "),
        ('name = "a"\ncommand = "x \'{corpus} {vectors}"', "command: No closing quotation"),
        ('name = "a"\ncommand = 3', "command: "),
        ('name = "a"\ncommand = "x {corpus} {vectors} {vectorsize}"', r"no placeholder \{vectorsize\}; did you mean"),
        ('name = "a"\ncommand = "x {corpus} {vectors} {print}"', r"no placeholder \{print\}; .*written twice"),
        ('name = "a"\ncommand = "x {corpus} {vectors} {alpha:g}"', "a name and nothing else"),
        ('name = "a"\ncommand = "x {corpus} {vectors} }"', "a brace that is no placeholder is written twice"),
        ('name = "a"\ncomand = "x {corpus} {vectors}"', "did you mean command"),
        ('name = "a"\ncommand = "x {corpus} {vectors}"\nformat = "xml"', "format: .*'text' or 'binary', got 'xml'"),
        ('name = "a"\ncommand = "x {corpus} {vectors}"\nmodel = {cbow = "-c"}', r"put \{model\} into command"),
        ('name = "a"\ncommand = "x {corpus} {vectors} {model}"\nmodel = {sg = "-c"}', "model has no value 'sg'"),
        (
            'name = "a"\ncommand = "x {corpus} {vectors} {model} {loss}"\nmodel = {cbow = "{loss}"}\nloss = {ns = ""}',
            r"model: \{loss\} has spellings of its own",
        ),
        ('name = "a"\ncommand = "x {corpus} {vectors}"\nsupports = {windw = [1]}', "supports.windw: .*mean window"),
        ('name = "a"\ncommand = "x {corpus} {vectors}"\nsupports = {window = 1}', "supports.window must be a list"),
        ('name = "a"\ncommand = "x {corpus} {vectors}"\nsupports = {window = {maxi = 1}}', "supports.window must be a"),
        ('name = "a"\ncommand = "x {corpus} {vectors}"\nsupports = {model = {max = 1}}', "must be a list of values"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_sentence_that_names_the_place(
    content: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as error:
        registry.load_plugin(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_names_do_not_clash(made: Callable[..., Path], tmp_path: Path) -> None:
    path = made()
    assert registry.load_plugin(path) == ["mine"] == registry.load_plugin(path)
    assert registry.trainer_class("mine").summary == "a command"
    other = tmp_path / "other.toml"
    other.write_text(path.read_text())
    with pytest.raises(InputError, match="defines 'mine', but an implementation of that name exists"):
        registry.load_plugin(other)
    with pytest.raises(InputError, match="defines 'numpy', but"):
        registry.load_plugin(made(name="numpy"))


# What goes wrong when it runs


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("sh -c 'echo no luck; exit 3' {corpus} {vectors}", "sh ended with exit code 3; its output ends: no luck"),
        ("sh -c 'kill -SEGV $$' {corpus} {vectors}", "sh was killed by SIGSEGV"),
        ("true {corpus} {vectors}", "it ended well but wrote no vectors"),
        ("cp {corpus} {vectors}", "its vectors cannot be read"),
        ("sh -c 'head -c 9999 /dev/urandom > $1' x {vectors} {corpus}", "its vectors|it wrote"),
        ("sh -c 'printf \"1 6\\nthe 1 2 3 4 5 6\\n\" > $1' x {vectors} {corpus}", "it wrote no vector for 8"),
        ("sh -c 'printf \"the 1 2\\n\" > $1' x {vectors} {corpus}", "its vectors have 2 numbers, not 6"),
        ("mkdir {vectors} {corpus}x", "its vectors cannot be read: .*Is a directory"),
    ],
)
def test_every_way_to_fail_is_told(command: str, message: str, made: Callable[..., Path], corpus: Corpus) -> None:
    with pytest.raises(TrainingError, match=message):
        trained(made(shlex.split(command)), corpus)


def test_a_run_has_the_command_s_figures_and_its_note(made: Callable[..., Path], text: Path, tmp_path: Path) -> None:
    hold = "x = bytearray(b'1' * 200_000_000)\n"
    path = made(summary="counts", version="7")
    (tmp_path / "counts.py").write_text(hold + COUNTS + "import time; time.sleep(0.5)")
    record = one_run(path, text, tmp_path / "out", seed=3)
    assert (record.status, record.version) == ("ok", "7"), record.reason
    assert "all of the command is timed" in (record.timing_note or "")
    assert record.given["seed"].value is None
    assert record.peak_memory_bytes is not None
    assert record.peak_memory_bytes > 420e6
    assert "25.0% of it" in (tmp_path / "out" / "runs" / record.id / "log.txt").read_text()


def test_a_timeout_kills_the_command_and_what_it_forked(made: Callable[..., Path], text: Path, tmp_path: Path) -> None:
    note = tmp_path / "pids"
    code = (
        "import os, subprocess, sys; child = subprocess.Popen(['sleep', '617'], start_new_session=True);"
        f"open({str(note)!r}, 'w').write(f'{{{{os.getpid()}}}} {{{{child.pid}}}}'); child.wait()"
    )
    path = made([sys.executable, "-c", code, "{corpus}", "{vectors}"])
    record = one_run(path, text, tmp_path / "out", timeout=6)
    assert record.status == "timeout", record.reason
    pids = [int(pid) for pid in note.read_text().split()]
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)
    assert len(pids) == 2
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_failure_is_a_row_and_leaves_no_folder(
    made: Callable[..., Path], text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    record = one_run(made("{python} counts.py {corpus} {vectors}"), text, tmp_path / "out")
    assert record.status == "failed"
    assert re.search(
        r"^python\S* ended with exit code 1; its output ends: .*ValueError: not enough", record.reason or ""
    )
    assert one_run(made(), text, tmp_path / "again").status == "ok"
    assert not list((tmp_path / "temporary").iterdir())


# The page


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def bench(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.mark.skipif(shutil.which("awk") is None, reason="needs awk")
def test_the_page_s_first_example_runs_as_a_newcomer_would_run_it(text: Path, tmp_path: Path) -> None:
    (awk,), toml, (shell,) = blocks("awk"), blocks("toml"), blocks("bash")
    (tmp_path / "neighbours.awk").write_text(awk)
    (tmp_path / "neighbours.toml").write_text(toml[0])
    listing, running = (line.split()[3:] for line in shell.splitlines())
    listed = bench(*listing, folder=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"^neighbours +1\.0 ", listed.stdout, flags=re.MULTILINE)
    small = ["--corpus", str(text), "--vector-size", "8", "--tasks", "wordsim-353", "--out", "out"]
    done = bench(*running, *small, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    runs = {one["implementation"]: one for one in json.loads((tmp_path / "out" / "results.json").read_text())["runs"]}
    assert {name: one["status"] for name, one in runs.items()} == {"neighbours": "ok", "gensim": "ok"}
    assert runs["neighbours"]["given"]["negative"]["value"] is None
    assert "all of the command is timed" in (tmp_path / "out" / "report.md").read_text()


@pytest.mark.skipif(Word2VecCTrainer.unavailable() is not None, reason="needs the program word2vec")
def test_the_page_s_second_example_is_the_built_in_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread has no chance in it, so both ways to the program must end at the same bits."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    path = tmp_path / "again.toml"
    path.write_text(blocks("toml")[1])
    lines = [" ".join(f"w{i}" for i in range(12) if n % (i + 2)) for n in range(500)]  # no two words equally often
    (tmp_path / "text").write_text("\n".join(lines))
    corpus = encode(tmp_path / "text", min_count=5)
    assert len(set(corpus.vocabulary.counts.tolist())) == len(corpus.vocabulary)
    cls = trainer_of_file(path)
    assert cls.unavailable() is None
    for hyper in ({}, {"model": "cbow", "loss": "hs"}):
        h = Hyperparameters(vector_size=8, epochs=2, **hyper)
        found = []
        for trainer in (cls(), Word2VecCTrainer()):
            assert trainer.unsupported(h) is None
            trainer.prepare(corpus, h, threads=1, seed=1, device="cpu")
            trainer.train(lambda done, total: None)
            found.append(trainer.vectors())
        assert np.array_equal(*found)
    assert cls().unsupported(Hyperparameters(ns_exponent=0.5)) is not None


def test_the_page_names_every_key_and_placeholder() -> None:
    from bench.implementations.command_file import PLACEHOLDERS, CommandFile

    for key in CommandFile.model_fields:
        assert f"`{key}`" in PAGE, key
    for name in PLACEHOLDERS:
        assert f"`{{{name}}}`" in PAGE, name


def test_listing_implementations_imports_no_reader_of_commands() -> None:
    code = (
        "import sys; from bench.implementations import registry;"
        "[registry.trainer_class(name) for name in ('numpy', 'word2vec-c')];"
        "print('bench.implementations.command_trainer' in sys.modules, 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert importlib.util.find_spec("numba")
