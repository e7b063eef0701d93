"""Disks that are full, read-only or gone, at each thing that is written."""

import os
from collections.abc import Callable

from fault import fault
from sandbox import Ended, Sandbox

GROUP = "Disks"
FULL = r"[Nn]o space left"


def _full_after(kilobytes: int) -> Callable[[Sandbox], Ended]:
    def arrange(box: Sandbox) -> Ended:
        box.out = box.disk("disk", kilobytes) / "out"
        ended = box.run("quick[sleep=0.1]", "--save-vectors", "--vector-size", "1000", repeats=3)
        box.note_finished()
        return ended

    return arrange


for _kilobytes, _where in {
    4: "from the start",
    12: "at the first results.json",
    24: "at the first run's files",
    64: "at the first vectors",
    180: "in a later round",
    330: "in the report",
    420: "in the report's figures",
}.items():
    fault(
        GROUP,
        f"full after {_kilobytes} kB of results ({_where})",
        codes=(2, 3),
        says=FULL,
        after=0,
        short=_kilobytes == 64,
    )(_full_after(_kilobytes))


@fault(GROUP, "no more files can be made (inodes)", codes=(2, 3), says=FULL, after=0)
def _inodes(box: Sandbox) -> Ended:
    box.out = box.disk("disk", 50_000, inodes=12) / "out"
    ended = box.run("quick", repeats=3)
    box.note_finished()
    return ended


@fault(GROUP, "the cache's disk is full", codes=2, says=rf"{FULL}.*BENCH_CACHE", after=0)
def _full_cache(box: Sandbox) -> Ended:
    box.cache = box.disk("disk", 4)
    return box.run("quick")


@fault(
    GROUP, "files may be no larger than 20 kB (a limit on the process)", codes=(2, 3), says=r"too large|space", after=0
)
def _file_size(box: Sandbox) -> Ended:
    import resource

    arguments = box.plan("quick", "--save-vectors", "--vector-size", "1000")
    ended = box.bench(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
    box.note_finished()
    return ended


@fault(GROUP, "the results' folder is read-only", codes=2, says=r"cannot write to .*Read-only|Permission", after=0)
def _read_only_results(box: Sandbox) -> Ended:
    box.out.mkdir()
    box.read_only(box.out)
    return box.run("quick")


@fault(GROUP, "the results' folder becomes read-only in mid-run", codes=2, says=r"Read-only.*--resume", after=0)
def _read_only_later(box: Sandbox) -> Ended:
    process = box.start(*box.plan("quick[sleep=1.5]", repeats=3))
    box.wait_for_runs(1)
    box.note_finished()
    box.read_only(box.out)
    return box.end(process)


@fault(GROUP, "the cache is read-only and empty", codes=2, says=r"cannot write to .*BENCH_CACHE", after=0)
def _read_only_cache(box: Sandbox) -> Ended:
    box.cache.mkdir(exist_ok=True)
    for path in box.cache.iterdir():
        if path.name != "kernels":
            import shutil

            shutil.rmtree(path, ignore_errors=True)
    box.read_only(box.cache)
    return box.run("quick")


@fault(GROUP, "the cache is a file", codes=2, says="BENCH_CACHE")
def _cache_is_a_file(box: Sandbox) -> Ended:
    box.cache = box.root / "work" / "file"
    box.cache.write_text("mine")
    ended = box.run("quick")
    assert box.cache.read_text() == "mine"
    return ended


@fault(GROUP, "there is no folder for temporary files", codes=(0, 2, 3), says="results.json|temporary")
def _no_tmp(box: Sandbox) -> Ended:
    box.variables["TMPDIR"] = str(box.root / "nowhere")
    ended = box.run("quick")
    box.note_finished()
    return ended


@fault(GROUP, "there is no home, and nothing can be kept there", codes=0, says="results.json")
def _no_home(box: Sandbox) -> Ended:
    box.variables.update(HOME="/nonexistent", MPLCONFIGDIR="/nonexistent/matplotlib")
    ended = box.run("quick")
    box.note_finished()
    return ended


@fault(GROUP, "the working folder is deleted before it starts", codes=(0, 2), says="results.json|folder|directory")
def _no_working_folder(box: Sandbox) -> Ended:
    gone = box.root / "work" / "gone"
    gone.mkdir()
    arguments = box.plan("quick")

    def leave() -> None:
        os.chdir(gone)
        gone.rmdir()

    return box.bench(*arguments, preexec_fn=leave)


@fault(
    GROUP,
    "the results' folder is on the disk under a name of 200 characters with blanks and quotes",
    codes=0,
    says="results",
)
def _odd_name(box: Sandbox) -> Ended:
    box.out = box.root / ('it\'s "odd" $(id) `x` ' + "ü" * 80) / "out"
    ended = box.run("quick")
    box.note_finished()
    return ended
