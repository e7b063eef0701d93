"""What a trainer's process may do wrong. The other implementation of the benchmark must be scored all the same."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from fault import fault
from sandbox import Ended, NotHere, Sandbox

GROUP = "The worker"

FAILS: dict[str, tuple[str, str]] = {
    "killed": ("killed by SIGKILL, as the kernel does for want of memory", r"killed by SIGKILL, most likely .* memory"),
    "segfault": ("segmentation fault in native code", r"killed by SIGSEGV \(Segmentation fault\) in training"),
    "aborts": ("abort() in native code", r"killed by SIGABRT \(Aborted\) in training"),
    "hog": ("an allocation that the system refuses", r"out of memory: Unable to allocate"),
    "raises": ("an exception", r"RuntimeError: the sky fell"),
    "refuses": ("divergence, told by the trainer", r"it diverged at word 7; try a smaller alpha"),
    "recurses": ("endless recursion", r"RecursionError: maximum recursion depth"),
    "presses-control-c": ("KeyboardInterrupt raised inside", r"killed by SIGINT|ended with exit code 1 .*in training"),
    "exits": ("sys.exit(7)", r"ended with exit code 7 and no record in training; its log ends: giving up"),
    "quits": ("exit code 0 without a record", r"ended with exit code 0 and no record in training"),
    "forger": ("garbage in place of its record", r"ended with exit code 0 and no record"),
    "deletes": ("it deletes its own folder", r"No such file or directory|no record"),
    "complains-at-length": ("an error of 5 MB with escape sequences", r"ValueError: \\x1b\[31mx .*…"),
    "floods": ("endless output", r"more than .* MB"),
    "not-finite": ("NaN in its vectors", r"NaN|not finite"),
    "wrong-shape": ("vectors of the wrong shape", r"shape \(\d+, 7\)"),
    "constant": ("all vectors equal", r"the same|equal|constant"),
    "no-operation": ("it trains nothing, and is silent about it", r"chang"),
    "no-words": ("it says that it trained no words", r"trained_words|no word"),
}
"""Trainer → what breaks, and what the run's row must say."""

TIMES_OUT: dict[str, str] = {
    "hangs": "it hangs",
    "stubborn": "it hangs and ignores SIGTERM",
    "forks": "it hangs in programs that it has started, one of them in a session of its own",
    "stops-itself": "it stops itself (SIGSTOP)",
    "daemon-hangs": "it hangs, with a daemon that has left its session and its parent",
}

HARMLESS: dict[str, str] = {
    "garbage": "it prints bytes that are no text, and closes its output",
    "chatters": "it reports progress 200,000 times, and nonsense",
    "leaves": "it leaves a program running",
    "daemon": "it leaves a daemon that has left its session and its parent",
    "wanders": "it changes the working folder, the umask and the signal handlers",
}


def _with_quick(name: str, *more: str) -> Callable[[Sandbox], Ended]:
    def arrange(box: Sandbox) -> Ended:
        impl = f"quick,{name}[note={box.root / 'work' / 'note'}]"
        ended = box.run(impl, *more)
        box.note_finished()
        quick = [one for one in box.finished if one.startswith("quick")]
        assert len(quick) == 2, f"the runs of the other implementation: {quick}"
        return ended

    return arrange


for _name, (_what, _says) in FAILS.items():
    fault(GROUP, _what, codes=3, says=_says, short=_name in ("segfault", "hog", "floods"))(_with_quick(_name))
for _name, _what in TIMES_OUT.items():
    _told = r"stopped in training after 8 s \(--timeout\)"
    fault(GROUP, _what, codes=3, says=_told, short=_name == "daemon-hangs")(_with_quick(_name, "--timeout", "8"))
for _name, _what in HARMLESS.items():
    fault(GROUP, _what, codes=0, says="results.json")(_with_quick(_name))


@fault(GROUP, "killed for memory by a control group", codes=3, says=r"killed by SIGKILL, most likely .* memory")
def _control_group(box: Sandbox) -> Ended:
    group = _memory_group(box.token, 400)
    try:
        tasks = group / "cgroup.procs"
        process = box.start(*box.plan("quick,eats"), preexec_fn=lambda: tasks.write_text(str(os.getpid())))
        ended = box.end(process)
    finally:
        subprocess.run(["rmdir", str(group)], capture_output=True)
    box.note_finished()
    return ended


def _memory_group(name: str, megabytes: int) -> Path:
    """A control group with a limit on its memory, version 1 or 2."""
    for place, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = Path(place) / f"bench-fault-{name}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(megabytes << 20))
            return group
        except OSError:
            group.rmdir()
    raise NotHere("this user may make no control group with a limit on memory")
