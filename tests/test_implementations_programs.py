"""Programs that a trainer runs: what is told of them, what they take, and that none outlives the trainer."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.benchmarks.measure import timed
from bench.datasets.word2vec_format import binary_rows, text_rows
from bench.implementations.programs.output import Output
from bench.implementations.programs.processes import descendants, resident_peak
from bench.implementations.programs.program import Program
from bench.implementations.programs.vectors import Format, read_vectors
from bench.implementations.trainer import TrainingError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are watched through /proc")


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-S", "-c", code, *arguments]


def gone(pid: int) -> bool:
    for _ in range(250):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def finished(command: list[str]) -> Program:
    with Program(command) as program:
        program.finish(timeout=60)
    return program


def test_lines_arrive_one_by_one_and_no_shell_reads_the_arguments() -> None:
    said: list[str] = []
    code = "import sys; print(sys.argv[1:]); sys.stderr.write('10%\\r20%\\rdone\\nno end')"
    with Program(python(code, "$HOME", "a b", "*"), said=said.append) as program:
        program.finish()
    assert sorted(said) == ["10%", "20%", "['$HOME', 'a b', '*']", "done", "no end"]
    assert "10%" not in program.output.end()
    assert program.output.end().endswith("done | no end")


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_lines_are_the_same_in_whatever_pieces_they_arrive(size: int) -> None:
    written = b"one\r\n\n  two \n10%\r90%\r\nthree\rfour\n" + b"x" * 150_000 + b"\nlast"
    lines: list[str] = []
    output = Output(lines.append)
    for start in range(0, len(written), size):
        output.feed(written[start : start + size])
    output.close()
    cut = ["x" * 65536, "x" * 65536, "x" * (150_000 - 2 * 65536)]
    assert lines == ["one", "two", "10%", "90%", "three", "four", *cut, "last"]
    assert output.first() == "one"
    assert output.end().endswith("x | last")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('out of luck'); raise SystemExit(3)", "ended with exit code 3; its output ends: out of luck"),
        ("import os; os.abort()", r"was killed by SIGABRT \(.*\); it said nothing"),
        ("import os; os.kill(os.getpid(), 9)", "was killed by SIGKILL, most likely by the system for want of memory"),
        ("print('x' * 100_000 + '\\x1b[31m end'); raise SystemExit(1)", r"its output ends: …x+ \[31m end$"),
    ],
)
def test_a_failure_is_told_with_its_code_or_signal_and_the_last_lines(code: str, words: str) -> None:
    with pytest.raises(TrainingError, match=words) as error:
        finished(python(code))
    assert len(str(error.value)) < 1000


def test_a_program_that_cannot_be_started() -> None:
    with pytest.raises(TrainingError, match="no-such-program cannot be started: No such file"):
        Program(["no-such-program"])
    with pytest.raises(TrainingError, match="cannot be started: Permission denied"):
        Program([__file__])


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    code = (
        "import os, subprocess, sys; child = subprocess.Popen(['sleep', '613'], start_new_session=True);"
        "open(sys.argv[1], 'w').write(f'{os.getpid()} {child.pid}'); child.wait()"
    )
    with (
        pytest.raises(TrainingError, match="did not end within 2 s and was killed"),
        Program(python(code, str(note))) as program,
    ):
        program.finish(timeout=2)
    assert all(gone(int(pid)) for pid in note.read_text().split())


def test_an_error_of_the_listener_ends_the_program() -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Program(["sh", "-c", "echo x; sleep 614"], said=interrupt) as program:
        program.finish()
    assert gone(program.pid)


def test_a_forgotten_program_is_ended() -> None:
    program = Program(["sleep", "615"])
    assert program.hold()
    pid = program.pid
    del program
    gc.collect()
    assert gone(pid)


def test_it_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = (
        "from bench.implementations.programs.program import Program; import sys, time;"
        "held = Program(['sleep', '616']); print(held.pid, flush=True); time.sleep(60)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=tmp_path)
    assert launcher.stdout is not None
    with launcher:
        pid = int(launcher.stdout.readline())
        assert psutil.pid_exists(pid)
        launcher.send_signal(signal.SIGKILL)
    assert gone(pid)


def test_what_a_child_left_behind_goes_on_writing_is_not_waited_for(tmp_path: Path) -> None:
    with Program(["sh", "-c", "sh -c 'while sleep 0.01; do echo x; done' & echo $!"]) as program:
        program.finish(timeout=30)
        pid = int(program.output.first())
    os.kill(pid, signal.SIGKILL)


def test_memory_is_the_program_s_and_its_children_s_not_the_launcher_s() -> None:
    held = bytearray(os.urandom(1 << 20) * 300)  # this process is larger than any of the programs
    small = finished(python("import time; time.sleep(0.3)")).memory
    one = "x = bytearray(b'x' * 60_000_000); import time; time.sleep(0.6)"
    two = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-S', '-c', {one!r}]); {one}; child.wait()"
    )
    large, both = finished(python(one)).memory, finished(python(two)).memory
    assert small is not None
    assert large is not None
    assert both is not None
    assert (resident_peak() or 0) > len(held)
    assert small < 40e6
    assert 115e6 < large - small < 135e6  # the literal and its copy
    assert both - small > 200e6


def test_a_peak_at_the_very_end_is_seen_where_it_is_larger_than_the_launcher() -> None:
    code = (
        "from bench.implementations.programs.program import Program; import sys\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(0.7); bytes(range(10)) * 30_000_000']\n"
        "with Program(command) as program:\n"
        "    program.finish()\nprint(program.memory)"
    )
    launcher = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(launcher.stdout) > 300_000_000


BURN = "import time; begun = time.process_time()\nwhile time.process_time() < begun + {}: pass\n"


def test_processor_time_is_that_of_the_timed_block_wherever_the_program_began_and_ended() -> None:
    code = BURN.format(0.4) + "print('now', flush=True); time.sleep(0.4)\n" + BURN.format(0.3)
    said: list[str] = []
    with Program(python(code), said=said.append) as program:
        assert program.watch(lambda: bool(said), every=0.01)
        assert program.hold()
        assert program.pid in descendants(os.getpid())
        with timed() as timing:  # began before the clock, ends within
            program.go_on()
            program.finish()
    assert 0.28 <= timing.cpu_seconds < 0.6
    with timed() as timing:  # begins within, outlives the clock
        program = Program(python(BURN.format(0.2) + "print('now', flush=True); time.sleep(600)"), said=said.append)
        assert program.watch(lambda: len(said) == 2, every=0.01)
    program.stop()
    assert 0.18 <= timing.cpu_seconds < 0.5
    with timed() as timing:
        pass
    assert timing.cpu_seconds < 0.05


def test_lost_cores_are_counted_of_programs_too() -> None:
    """Two processes on one core push each other off it; the one that waits does not."""
    core = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, [{core}])\n" + BURN.format(0.3)
    with timed() as timing:
        first = Program(python(code))
        finished(python(code))
        first.finish()
    assert timing.involuntary_switches is not None
    assert timing.involuntary_switches > 10


WORDS = ["the", "königin", "of"]
VECTORS = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
ROWS = {word: row for row, word in enumerate(WORDS)}


def written(path: Path, words: list[str], vectors: np.ndarray, *, binary: bool) -> Path:
    path.write_bytes(b"".join((binary_rows if binary else text_rows)(words, np.asarray(vectors, np.float32))))
    return path


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("kind", ["auto", "given"])
def test_rows_come_back_in_the_order_of_the_corpus(binary: bool, kind: str, tmp_path: Path) -> None:
    order = [2, 0, 1]
    words = ["</s>", *(WORDS[row] for row in order)]
    path = written(tmp_path / "v", words, np.vstack([np.ones((1, 4)), VECTORS[order]]), binary=binary)
    format_: Format = "auto" if kind == "auto" else "binary" if binary else "text"
    assert np.array_equal(read_vectors(path, ROWS, 4, kind=format_), VECTORS)


def test_glove_s_text_has_no_header(tmp_path: Path) -> None:
    path = written(tmp_path / "v", [*WORDS, "<unk>"], np.vstack([VECTORS, np.ones((1, 4))]), binary=False)
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])
    assert np.array_equal(read_vectors(path, ROWS, 4), VECTORS)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(
    ("words", "columns", "change", "message"),
    [
        (WORDS[:2], 4, None, r"wrote no vector for 1 \('of'\) of 3 words"),
        ([*WORDS, "The", "x"], 4, None, r"wrote vectors for 2 \('The', 'x'\), which the corpus does not have"),
        ([*WORDS, "of"], 4, None, "wrote two vectors for 'of'"),
        (WORDS, 3, None, "its vectors have 3 numbers, not 4"),
        (WORDS, 4, Path.unlink, "it ended well but wrote no vectors"),
        (WORDS, 4, lambda path: path.write_bytes(b""), "the file that it wrote for its vectors is empty"),
        (WORDS, 4, lambda path: path.write_bytes(b"\x7fELF\x00\x01" * 99), "its vectors cannot be read"),
        (WORDS, 4, _cut, "its vectors cannot be read|it diverged"),
    ],
    ids=["missing", "foreign", "twice", "narrow", "none", "empty", "garbage", "cut short"],
)
def test_what_is_wrong_with_vectors_is_said(
    words: list[str], columns: int, change: object, message: str, binary: bool, tmp_path: Path
) -> None:
    path = written(tmp_path / "v", words, np.resize(VECTORS, (len(words), columns)), binary=binary)
    if callable(change):
        change(path)
    with pytest.raises(TrainingError, match=message):
        read_vectors(path, ROWS, 4)


@pytest.mark.parametrize("binary", [False, True])
def test_vectors_that_are_not_finite(binary: bool, tmp_path: Path) -> None:
    broken = VECTORS.copy()
    broken[1, 2] = np.nan
    path = written(tmp_path / "v", WORDS, broken, binary=binary)
    with pytest.raises(TrainingError, match="it diverged: 1 of 3 vectors are not finite; try a smaller alpha"):
        read_vectors(path, ROWS, 4)
