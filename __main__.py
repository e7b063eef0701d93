"""The command line: ``python -m bench VERB``. It parses, calls and prints; the work is done in the rooms below."""

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Until `main` takes it over, Ctrl-C ends the process at once, without the traceback of half an import.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import errno
import functools
import inspect
import io
import json
import os
import shlex
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args, get_origin

import typer

from . import __version__
from .datasets.errors import InputError
from .datasets.printable import printable
from .implementations.hyperparameters import Hyperparameters

if TYPE_CHECKING:
    from .benchmarks.plan import Plan
    from .benchmarks.records import Results
    from .benchmarks.saved_vectors import System
    from .reports.illustrations import Answers

Rows = list[tuple[str, ...]]
Files = dict[str, list[Path]]
OK, FAULT, USAGE, FAILED_RUNS, INTERRUPTED = 0, 1, 2, 3, 130  # and a gate's 4 and 5

app = typer.Typer(
    name="bench",
    help="Train word2vec implementations under one protocol, score and time them, and report.",
    epilog="Start with: python -m bench run",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data = typer.Typer(help="Corpora and question sets: what there is, and how to get it.", no_args_is_help=True)
app.add_typer(data, name="data", rich_help_panel=None)

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--tasks",
        metavar="A,B",
        help="Evaluation tasks (`list tasks` names them), groups (standard, all, weat, or a kind such as similarity), "
        "or question files of your own.",
        show_default="google-30k, wordsim-353, simlex-999",
    ),
]


def verb(function: Callable[..., int]) -> Callable[..., None]:
    """Turn what a verb raises into one sentence on stderr, and what it returns into the exit code."""

    @functools.wraps(function)
    def wrapped(*, debug: bool, **arguments: Any) -> None:
        try:
            code = function(**arguments)
        except typer.Exit:
            raise
        except InputError as error:
            code = _complain(str(error), USAGE, debug)
        except KeyboardInterrupt:
            code = _complain("stopped", INTERRUPTED, debug)
        except BrokenPipeError:  # whoever read our output, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = OK
        except Exception as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                code = _complain(f"{error.strerror} where output goes: free some, then repeat", USAGE, debug)
            else:
                sentence = f"this is a fault of word2vec-bench: {type(error).__name__}: {error} (--debug shows where)"
                code = _complain(sentence, FAULT, debug)
        raise typer.Exit(code)

    parameters = list(inspect.signature(function).parameters.values())
    option = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug)
    parameters = [part for part in parameters if part.kind is not inspect.Parameter.VAR_KEYWORD]
    if len(parameters) < len(inspect.signature(function).parameters):
        parameters += _hyperparameter_flags()
    wrapped.__signature__ = inspect.Signature([*parameters, option])  # type: ignore[attr-defined]
    return wrapped


def _hyperparameter_flags() -> Iterator[inspect.Parameter]:
    """One flag a hyperparameter: name, type, default and help come from its field."""
    for name, field in Hyperparameters.model_fields.items():
        dashed = name.replace("_", "-")
        flags, shown, metavar = f"--{dashed}", str(field.default), None
        kind: Any = str if get_origin(field.annotation) is Literal else field.annotation
        if kind is bool:
            flags, shown = f"{flags}/--no-{dashed}", dashed if field.default else f"no-{dashed}"
        elif kind is str:
            metavar = "|".join(get_args(field.annotation))
        option = typer.Option(
            flags, help=field.description, show_default=shown, metavar=metavar, rich_help_panel="Hyperparameters"
        )
        yield inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
        )


@app.command()
@verb
def run(
    *,
    impl: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Implementations: NAME or NAME[key=value,...].", show_default="all at hand"),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|PATH",
            help="Corpus, text file, folder or pattern; repeated: a benchmark of each.",
            show_default="planted",
        ),
    ] = None,
    errors: Annotated[
        str | None,
        typer.Option(
            metavar="strict|replace",
            help="Bytes of the text that are not UTF-8: refuse it, or put U+FFFD in their place.",
            show_default="strict",
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Threads of each worker.", show_default="cores this process may use")
    ] = None,
    seed: Annotated[
        list[str] | None,
        typer.Option(metavar="N,N", help="Seeds; each round uses one, in turn.", show_default="the round's number"),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            help="Rounds; in each every implementation runs once.", show_default="3, or 1 with no --impl on planted"
        ),
    ] = None,
    tasks: Tasks = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Settings under the flags' names, lists of them for a grid; flags go before it. quick, parity, "
            "scaling and paper are ready-made.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where results go.", show_default="results/CORPUS")
    ] = None,
    timeout: Annotated[float | None, typer.Option(metavar="S", help="Kill a run after this many seconds.")] = None,
    timed_seconds: Annotated[
        float | None,
        typer.Option(metavar="S", help="Train again until so many seconds have been timed.", show_default="once"),
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, ...", show_default="auto")] = None,
    plugin: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Trainers of your own: a Python file, which is executed, or TOML."),
    ] = None,
    ceilings: Annotated[
        bool | None,
        typer.Option("--ceilings", help="Measure first what this machine can do, for the limits in the report."),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option(
            metavar="local|dask", help="Where runs are made: here, or on a Dask cluster.", show_default="local"
        ),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="With --executor dask: its scheduler.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Start no further run after so long: 90m, 8h, 3600.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the runs, what is done and how long the rest takes; train nothing.")
    ] = False,
    probe: Annotated[
        bool, typer.Option("--probe/--no-probe", help="With --dry-run: time each configuration for a moment.")
    ] = True,
    resume: Annotated[bool, typer.Option("--resume", help="Finish the benchmark in DIR.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="With --resume: make failed runs again, too.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the benchmark in DIR and start again.")] = False,
    save_vectors: Annotated[
        bool | None, typer.Option("--save-vectors", help="Keep the vectors in DIR/runs/*/vectors.bin.")
    ] = None,
    learning_curve: Annotated[
        bool | None,
        typer.Option("--learning-curve", help="Score at the end of every epoch, too, with the clock stopped."),
    ] = None,
    **hyperparameters: Any,
) -> int:
    """Train implementations on a corpus, score, time, report.

    With no flags: every implementation at hand on the planted corpus, in under two minutes.

    Example: python -m bench run --impl numpy,gensim --corpus text8
    """
    from .benchmarks.isolation import core_count
    from .benchmarks.messages import as_flag
    from .benchmarks.plan_file import find_plan, read_plan
    from .benchmarks.store import default_directory
    from .benchmarks.study import corpus_name, folders, plans

    if resume and fresh:
        raise InputError("--resume and --fresh exclude each other")
    if retry_failed and not (resume or dry_run):
        raise InputError("--retry-failed goes with --resume: there is nothing to make again without it")
    settings = read_plan(find_plan(plan)) if plan is not None else {}
    named_in_file = settings.pop("out", None)
    flags = dict(
        impl=impl, corpus=corpus[0] if corpus and len(corpus) == 1 else corpus, errors=errors, threads=threads,
        seed=seed, repeats=repeats, tasks=tasks, timeout=timeout, timed_seconds=timed_seconds, device=device,
        plugin=plugin, save_vectors=save_vectors, learning_curve=learning_curve, ceilings=ceilings, budget=budget,
        executor=executor, scheduler=scheduler, **hyperparameters,
    )  # fmt: skip
    settings |= {key: value for key, value in flags.items() if value not in (None, [])}
    asked = plans(settings, as_flag)
    most = max([asked[0].worker_threads, *asked[0].grid.get("threads", ())])
    if most > core_count() and asked[0].executor == "local":
        _say(f"warning: {most} threads share {core_count()} cores; timings show that, too")
    if out is None and named_in_file is not None:
        out = Path(named_in_file)
    if out is None:
        name = asked[0].corpus if len(asked) == 1 else "-".join(corpus_name(one.corpus) for one in asked)
        out = default_directory(name, again=resume or fresh or dry_run)
    places = folders(asked, out)
    if dry_run:
        return _foreseen(list(zip(asked, places, strict=True)), retry_failed=retry_failed, probe=probe)
    return _benchmarked(
        list(zip(asked, places, strict=True)), out, resume=resume, fresh=fresh, retry_failed=retry_failed
    )


def _benchmarked(asked: "list[tuple[Plan, Path]]", out: Path, *, resume: bool, fresh: bool, retry_failed: bool) -> int:
    """Make the benchmark of each corpus and its report; of several a merged report, too."""
    from rich.console import Console

    from .benchmarks.progress import TerminalObserver
    from .benchmarks.runner import Interrupted, check
    from .benchmarks.runner import run as run_plan
    from .benchmarks.study import REPORT
    from .reports.several import report_on

    command, code = shlex.join(["python", "-m", "bench", *sys.argv[1:]]), OK
    for plan, place in (
        asked if len(asked) > 1 else ()
    ):  # what is wrong with the last corpus is better known now than in the morning
        check(plan, place, resume=resume, fresh=fresh)
    begun = time.monotonic()
    for plan, place in asked:
        left = None if plan.budget is None else max(plan.budget - (time.monotonic() - begun), 1e-9)
        try:
            with TerminalObserver(Console(stderr=True)) as observer:
                results = run_plan(
                    plan.model_copy(update={"budget": left}), place, resume=resume, fresh=fresh,
                    retry_failed=retry_failed, command=command, observer=observer,
                )  # fmt: skip
        except Interrupted as stop:
            _say(f"{stop}; to make the others: {_again(out)}")
            if stop.results.runs:
                _reported(place)
            return FAILED_RUNS if stop.cause else INTERRUPTED
        if results.runs:
            _reported(place)
            code = max(code, _run_code(results, chosen=bool(plan.impl)))
        if plan.budget is not None and time.monotonic() - begun > plan.budget:
            _say(f"the budget of {plan.budget:g} s is spent; to make what is missing: {_again(out)}")
            break
    if len(asked) > 1:
        made = [place for _, place in asked if (place / "results.json").exists()]
        _print("\n".join(str(path) for path in report_on(made, out / REPORT)[1] if path.parent == out / REPORT))
    return code


def _again(out: Path) -> str:
    """The command that goes on where this one has stopped."""
    rest = [part for part in sys.argv[1:] if part not in ("--resume", "--fresh")]
    named = [] if "--out" in rest else ["--out", str(out)]
    return shlex.join(["python", "-m", "bench", *rest, *named, "--resume"])


def _foreseen(asked: "list[tuple[Plan, Path]]", *, retry_failed: bool, probe: bool) -> int:
    from .benchmarks.forecast import as_document, forecast
    from .benchmarks.runner import Interrupted
    from .reports.forecast_table import forecast_lines

    for plan, place in asked:
        try:
            cells = forecast(plan, place, retry_failed=retry_failed, probe=probe)
        except Interrupted:
            _say("stopped")
            return INTERRUPTED
        _print("\n".join(forecast_lines(as_document(plan, place, cells))))
    return OK


@app.command()
@verb
def evaluate(
    *,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="word2vec text or binary, GloVe text, or .npy; LABEL=FILE,FILE for runs of one system; or a folder of "
            "`run --save-vectors`.",
        ),
    ],
    tasks: Tasks = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare the systems: better, equal within a margin, or undecided.")
    ] = False,
    margin: Annotated[float, typer.Option(help="Differences of accuracy that do not matter.")] = 0.01,
    margin_correlation: Annotated[float, typer.Option(help="The same for correlations.")] = 0.02,
    stability: Annotated[
        bool, typer.Option("--stability", help="Neighbours shared between runs and between systems, by frequency.")
    ] = False,
    geometry: Annotated[bool, typer.Option("--geometry", help="Isotropy, hubness, lengths against frequency.")] = False,
    neighbors: Annotated[
        str | None, typer.Option(metavar="A,B", help="Show these words' neighbours; how two files differ in them.")
    ] = None,
    analogy: Annotated[
        tuple[str, str, str] | None, typer.Option(metavar="A B C", help="Show the words nearest to A - B + C.")
    ] = None,
    axes: Annotated[
        str | None, typer.Option(metavar="A,B,C,D", help="Show --words on the axes A - B and C - D.")
    ] = None,
    words: Annotated[str | None, typer.Option(metavar="A,B", help="Words for --axes.")] = None,
    family: Annotated[
        str | None,
        typer.Option("--map", metavar="A,B", help="Lay these words out on the two directions that part them most."),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw what --neighbors, --analogy, --axes and --map find, into DIR."),
    ] = None,
    vectors: Annotated[
        str, typer.Option(metavar="WHICH", help="input, output, mean or concatenation: what stands for a word.")
    ] = "input",
    normalise: Annotated[
        bool, typer.Option("--normalise", help="Scale input and output vectors to length 1 first.")
    ] = False,
    common_vocabulary: Annotated[
        bool, typer.Option("--common-vocabulary", help="Score only the words that all files have.")
    ] = False,
    first_duplicate: Annotated[
        bool,
        typer.Option("--first-duplicate", help="Keep a repeated word's first vector instead of refusing the file."),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the intervals; scores have no chance in them.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> int:
    """Score word vectors that you already have, compare them, look into them.

    Example: python -m bench evaluate vectors.bin --tasks google-30k
    """
    from .benchmarks.saved_vectors import systems
    from .evaluation.combination import read_which
    from .evaluation.evaluate import evaluate_files
    from .evaluation.tasks import find_tasks
    from .reports.columns import columns, score_rows

    named = systems(files)
    found = {label: system.files for label, system in named.items()}
    duplicates: Literal["first", "error"] = "first" if first_duplicate else "error"
    read: Any = functools.partial(read_which, which=cast(Any, vectors), normalise=normalise, duplicates=duplicates)
    if any(question is not None for question in (neighbors, analogy, axes, family)):
        questions = _questions(neighbors, analogy, axes, words, family)
        return _explore(found, read, questions, figures=figures, as_json=as_json)
    if figures is not None:
        raise InputError("--figures draws what --neighbors, --analogy, --axes and --map find: give one of these, too")
    if compare:
        return _compare(found, _apart(tasks), read, margin, margin_correlation, seed, as_json)
    if stability or geometry:
        return _shape(named, read, stability=stability, seed=seed, as_json=as_json)
    scored = evaluate_files(
        [path for paths in found.values() for path in paths], find_tasks(_apart(tasks)), seed=seed,
        common_vocabulary=common_vocabulary, read=read,
    )  # fmt: skip
    if as_json:
        return _print_json(scored)
    for entry in scored:
        _print(f"{entry['vectors']}: {entry['words']:,} words, {entry['dim']} dimensions")
        _print(columns(score_rows(entry["scores"])))
    return OK


def _compare(
    systems: Files, tasks: list[str] | None, read: Any, margin: float, correlation: float, seed: int, as_json: bool
) -> int:
    from dataclasses import asdict

    from .evaluation.compare import compare
    from .evaluation.tasks import find_tasks
    from .reports.columns import columns
    from .reports.comparison_table import comparison_notes, comparison_rows

    found = asdict(
        compare(systems, find_tasks(tasks), margin=margin, margin_correlation=correlation, seed=seed, read=read)
    )
    if as_json:
        return _print_json(found)
    _print(columns(comparison_rows(found)))
    _print("\n".join(["", *comparison_notes(found)]))
    return OK


def _shape(systems: "dict[str, System]", read: Any, *, stability: bool, seed: int, as_json: bool) -> int:
    """Geometry of each file, or the stability of neighbours within and between systems."""
    from .evaluation.geometry.record import geometry
    from .evaluation.geometry.stability import stability as stable
    from .reports.columns import columns
    from .reports.exploring import geometry_rows, stability_notes, stability_rows

    if stability:
        files = {label: system.files for label, system in systems.items()}
        seeds = {label: system.seeds for label, system in systems.items() if system.seeds is not None}
        result = stable(files, seed=seed, seeds=seeds if len(seeds) == len(files) else None, read=read)
        shown = "\n".join([columns(stability_rows(result)), "", *stability_notes(result)])
        return _print_json(result) if as_json else _print(shown)
    records = {str(path): geometry(read(path)) for system in systems.values() for path in system.files}
    return _print_json(records) if as_json else _print(columns(geometry_rows(records)))


def _questions(
    neighbors: str | None, analogy: tuple[str, str, str] | None, axes: str | None, words: str | None, family: str | None
) -> dict[str, Any]:
    """The words of each question that is asked, in the order of the answers."""

    def several(flag: str, text: str | None) -> list[str]:
        found = [part.strip() for part in (text or "").split(",") if part.strip()]
        if text is not None and not found:
            raise InputError(f"{flag} names no words: separate them by commas")
        return found

    laid = None
    if axes is not None:
        ends, placed = several("--axes", axes), several("--words", words)
        if len(ends) != 4 or not placed:
            raise InputError("--axes takes four words, A,B,C,D, and --words the words to place on A - B and C - D")
        laid = (placed, (ends[0], ends[1]), (ends[2], ends[3]))
    asked = {
        "neighbors": several("--neighbors", neighbors), "analogy": analogy, "axes": laid,
        "map": several("--map", family),
    }  # fmt: skip
    return {name: question for name, question in asked.items() if question}


def _explore(systems: Files, read: Any, questions: dict[str, Any], *, figures: Path | None, as_json: bool) -> int:
    """Neighbours, an analogy, axes and a map of each file, what two files differ in, and pictures of it."""
    from .evaluation.exploring.differences import differences
    from .reports import exploring as tables
    from .reports.columns import columns
    from .reports.illustrations.names import system_names

    names = system_names({label: files[0] for label, files in systems.items()})
    result: list[dict[str, Any]] = []
    pictured = []
    for label, files in systems.items():
        for path in files:
            embeddings = read(path)
            result.append({"vectors": str(path)} | _answers(embeddings, questions))
            if not as_json:
                _print("\n".join([str(path), *tables.printed(result[-1]), ""]))
            if figures is not None and path == files[0]:
                pictured.append(_pictured(names[label], files, embeddings, result[-1]))
    paths = [path for files in systems.values() for path in files]
    if "neighbors" in questions and len(paths) == 2:
        differing = differences(read(paths[0]), read(paths[1]), questions["neighbors"])
        result.append({"differences": differing})
        if not as_json:
            _print(columns(tables.difference_rows(differing["words"])))
            _print(f"\nMost different of {differing['sampled']:,} words, mean overlap {differing['mean_overlap']:.2f}:")
            _print(columns(tables.difference_rows(differing["most_different"])))
    if figures is not None:
        result.append({"figures": _draw(pictured, figures)})
        if not as_json:
            for file in (file for one in result[-1]["figures"] for file in one["files"]):
                _print(file)
    return _print_json(result) if as_json else OK


def _answers(embeddings: Any, questions: dict[str, Any]) -> dict[str, Any]:
    from .evaluation.exploring.axes import axes
    from .evaluation.exploring.questions import analogy, neighbors
    from .evaluation.exploring.word_map import word_map

    asked: dict[str, Callable[[Any], Any]] = {
        "neighbors": lambda words: neighbors(embeddings, words),
        "analogy": lambda words: analogy(embeddings, *words),
        "axes": lambda laid: axes(embeddings, *laid),
        "map": lambda words: word_map(embeddings, words),
    }
    return {name: asked[name](question) for name, question in questions.items()}


def _pictured(label: str, files: list[Path], embeddings: Any, found: dict[str, Any]) -> "Answers":
    """The answers of a system's first file, with what a picture of them needs beside."""
    from .evaluation.exploring.components import components
    from .reports.illustrations import Answers

    return Answers(
        label, len(embeddings), embeddings.dim, runs=len(files), neighbors=found.get("neighbors", ()),
        analogy=components(embeddings, found["analogy"]) if "analogy" in found else None, axes=found.get("axes"),
        word_map=found.get("map"),
    )  # fmt: skip


def _draw(pictured: "list[Answers]", directory: Path) -> list[dict[str, Any]]:
    """Write the pictures; what they show, and where they are."""
    from .reports.illustrations import FORMATS, illustrate, write_illustrations

    drawings = illustrate(pictured)
    if not drawings:
        _say("nothing was found that could be drawn")
        return []
    write_illustrations(drawings, directory)
    return [
        {
            "name": one.name, "title": one.title, "caption": one.caption, "alt": one.alt,
            "files": [str(directory / f"{one.name}.{form}") for form in (*FORMATS, "txt")],
        }
        for one in drawings
    ]  # fmt: skip


@app.command()
@verb
def report(
    *,
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Directories that `run --out` filled; several need --out.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the report goes.", show_default="DIR itself")
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="A,B",
            help="html, markdown, latex, csv, bibtex, png, pdf, svg: write only these. One of latex, markdown, csv and "
            "bibtex without --out is printed.",
            show_default="all",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Print this table: results, quality, tasks or given.", show_default="results"
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Columns of the table that is printed.", show_default="the usual ones"),
    ] = None,
    caption: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Caption of the table; LaTeX gets a whole table environment.")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="NAME", help="Label of the LaTeX table, for \\ref.")] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Draw only these figures, and write only them where there is no --format."),
    ] = None,
) -> int:
    """Write the report and the figures of benchmarks again, or print a table for a paper.

    Example: python -m bench report results/planted --format latex --caption "Speed and quality"
    """
    from .reports.console import Terminal, results_table
    from .reports.printed import FORMATS as PRINTED
    from .reports.printed import printed
    from .reports.several import report_on

    forms, drawn = _apart(form, "--format"), _apart(figure, "--figure")
    of_table = any(flag is not None for flag in (table, columns, caption, label))
    alone = "markdown" if of_table and forms is None else forms[0] if forms and len(forms) == 1 else None
    if alone is not None and alone in PRINTED and out is None and drawn is None:
        _print(printed(directories, alone, table=table, columns=columns, caption=caption, label=label), end="")
        return OK
    if of_table:
        raise InputError(
            "--table, --columns, --caption and --label are for a table that is printed: give one --format of "
            f"{', '.join(PRINTED)}, and neither --out nor --figure"
        )
    found, written = report_on(directories, out, formats=forms, only=drawn)
    for group in found:
        if len(found) > 1:
            _print(group.title)
        Terminal().print(results_table(group.summary))
    limited = forms is not None or drawn is not None
    if out is None and not limited:
        _print(directories[0] / "results.json")
    for path in written:
        if limited or path.name == "results.json" or path.name.startswith("report."):
            _print(path)
    return OK


@app.command()
@verb
def history(
    *,
    store: Annotated[Path, typer.Argument(metavar="STORE", help="Folder of the history; made by the first --append.")],
    append: Annotated[
        list[Path] | None, typer.Option(metavar="RESULTS", help="Results to append first: a file or directory.")
    ] = None,
    revision: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Commit that was measured.", show_default="the harness's own"),
    ] = None,
    repository: Annotated[Path, typer.Option(metavar="DIR", help="Where git is asked for the commit's time.")] = Path(),
    metrics: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="Metrics and tasks to show.", show_default="the usual ones")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write history.html and figures there.")] = None,
) -> int:
    """Keep results over commits; show levels and where they changed.

    Example: python -m bench history benchmarks --append results/planted
    """
    from .benchmarks.history.store import append as append_results
    from .benchmarks.history.store import load
    from .benchmarks.store import load_results
    from .reports.history_page import write_history
    from .reports.history_view import history_text

    for path in append or []:
        append_results(load_results(path), store, revision=revision, repository=repository)
    entries, wanted = load(store), _apart(metrics, "--metrics")
    _print(history_text(entries, wanted))
    if out is not None:
        _print(write_history(entries, out, wanted)[0])
    return OK


@app.command()
@verb
def export(
    *,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results file, or directory of `run --out`.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="github-action-benchmark, bencher, pytest-benchmark, csv, parquet or latex.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE|DIR", help="Where it goes; a format of two files needs a folder.")],
) -> int:
    """Write results in another tool's format.

    Example: python -m bench export results/planted --format csv --out runs.csv
    """
    from .benchmarks.store import load_results
    from .reports.export import export as export_results

    for path in export_results(load_results(results), form, out):
        _print(path)
    return OK


@app.command()
@verb
def gate(
    *,
    base: Annotated[
        str | None, typer.Option(metavar="REV", help="Revision of git to compare the working tree with.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RESULTS", help="Stored results to compare with, instead of a revision.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(metavar="RESULTS", help="With --baseline: the results to judge.")
    ] = None,
    different_machine: Annotated[
        bool, typer.Option("--different-machine", help="With --baseline: compare even if made under other conditions.")
    ] = False,
    impl: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="Implementations.", show_default="numba")
    ] = None,
    corpus: Annotated[str | None, typer.Option(metavar="NAME|PATH", show_default="planted", help="Corpus.")] = None,
    errors: Annotated[
        str | None,
        typer.Option(metavar="strict|replace", help="Bytes that are not UTF-8, as for run.", show_default="strict"),
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Threads of each worker.", show_default="1")] = None,
    tasks: Tasks = None,
    rounds: Annotated[int, typer.Option(help="Rounds to begin with.")] = 10,
    max_rounds: Annotated[int, typer.Option(help="Rounds at most, while nothing is decided.")] = 30,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Tolerances by metric and task.", show_default="built in")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the measurements go.")] = Path("results/gate"),
    timeout: Annotated[float | None, typer.Option(metavar="S", help="Kill a run after this many seconds.")] = None,
    timed_seconds: Annotated[
        float | None,
        typer.Option(metavar="S", help="Train again until so many seconds have been timed.", show_default="3"),
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, ...", show_default="auto")] = None,
    plugin: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Trainers of your own: their repository is gated.")
    ] = None,
    **hyperparameters: Any,
) -> int:
    """Stop a change that makes a trainer slower, larger or worse.

    Exit codes: 0 no regression, 4 regression, 5 inconclusive.

    Example: python -m bench gate --base HEAD~1 --impl numba
    """
    from .benchmarks.gate.measurement import FailedRun, Stopped
    from .benchmarks.gate.run import DEFAULTS
    from .benchmarks.gate.run import gate as run_gate
    from .benchmarks.gate.settings import read_settings
    from .benchmarks.gate.stored import gate_stored
    from .benchmarks.messages import as_flag
    from .benchmarks.plan import make_plan
    from .reports.gate_table import write_gate

    if (base is None) == (baseline is None):
        raise InputError("give either --base REV or --baseline RESULTS with --results RESULTS")
    thresholds = read_settings(settings)
    if baseline is not None:
        if results is None:
            raise InputError("--baseline needs --results, the results to judge")
        found = gate_stored(baseline, results, out, settings=thresholds, different_machine=different_machine)
    else:
        flags = dict(
            impl=impl, corpus=corpus, errors=errors, threads=threads, tasks=tasks, timeout=timeout,
            timed_seconds=timed_seconds, device=device, plugin=plugin, **hyperparameters,
        )  # fmt: skip
        given = {key: value for key, value in flags.items() if value not in (None, [])}
        asked = make_plan({**DEFAULTS, **given}, as_flag)
        try:
            found = run_gate(asked, str(base), out, rounds=rounds, most=max_rounds, settings=thresholds, tell=_say)
        except FailedRun as error:
            _say(f"error: {error}")
            return FAILED_RUNS
        except Stopped:
            _say(f"stopped; what was measured is in {out}")
            return INTERRUPTED
    _print("\n".join(write_gate(found.as_json(), out)))
    return found.exit_code


@app.command()
@verb
def conformance(
    *,
    impl: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B", help="Implementations: NAME or NAME[option=value].", show_default="all of --plugin"
        ),
    ] = None,
    plugin: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="File with trainers of your own; it is executed, in other processes only."),
    ] = None,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Only these checks; the table names them.", show_default="all"),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=2, help="Of the training with several.", show_default="cores, at least 2")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, ...")] = "cpu",
    timeout: Annotated[
        float, typer.Option(metavar="S", min=1, help="Seconds that a process with a few small trainings may take.")
    ] = 120.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> int:
    """Check that implementations keep the contract of a trainer, and say what to do where they do not.

    Exit code 3 where a check fails, or an implementation cannot run here.

    Example: python -m bench conformance --impl mine --plugin mine.py
    """
    from .benchmarks.conformance.run import examine, selected
    from .reports.conformance_table import conformance_table
    from .reports.console import Terminal

    documents = []
    for name in selected(impl or [], plugin or []):
        with _status(f"{name}: ") as tell:
            found = examine(
                name, plugin or [], checks=_apart(check, "--check"), threads=threads, device=device, timeout=timeout,
                tell=tell,
            )  # fmt: skip
        documents.append(found.as_json())
        if not as_json:
            Terminal().print(conformance_table(documents[-1]))
    if as_json:
        _print_json(documents)
    return OK if all(one["conforms"] for one in documents) else FAILED_RUNS


@app.command("list")
@verb
def list_(
    *,
    what: Annotated[
        str, typer.Argument(metavar="[implementations|tasks|corpora]", help="What to list.", show_default=False)
    ] = "implementations",
    plugin: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="File with trainers: Python or TOML.")
    ] = None,
) -> int:
    """List what can run here, and why the rest cannot.

    Example: python -m bench list tasks
    """
    from .reports.columns import columns

    match what:
        case "implementations":
            _print(columns(_implementations(plugin or [])))
        case "tasks":
            _print(columns(_tasks()))
        case "corpora":
            _print(columns(_corpora()))
        case _:
            raise InputError(f"there is nothing called {what!r} to list; choose implementations, tasks or corpora")
    return OK


@data.command("list")
@verb
def data_list() -> int:
    """List every corpus and question set, and what is on this machine.

    Example: python -m bench data list
    """
    from .datasets.catalogue import CorpusEntry, QuestionEntry, corpora, question_sets
    from .reports.columns import columns

    rows: Rows = [("name", "kind", "here", "licence", "what it is")]
    entries: list[CorpusEntry | QuestionEntry] = [*corpora(), *question_sets()]
    for entry in entries:
        here = "yes" if entry.found else "no" if entry.missing else "generated"
        rows.append((entry.name, entry.kind, here, entry.licence, entry.description))
    _print(columns(rows))
    return OK


@data.command("fetch")
@verb
def data_fetch(
    *, name: Annotated[str, typer.Argument(metavar="NAME", help="A corpus or question set that `data list` names.")]
) -> int:
    """Download a corpus or question set, check it, and say where it is.

    Example: python -m bench data fetch text8
    """
    from .datasets.catalogue import fetch

    _print(fetch(name))
    return OK


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        _print(f"word2vec-bench {__version__}")
        raise typer.Exit(OK)


def main() -> None:
    """Run the command line; ends with an exit code of DESIGN §6 (docs/measuring.md lists them)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a sign is no fault
    warnings.showwarning = lambda message, *where, **more: _say(f"warning: {message}")
    app(prog_name="python -m bench")


def _reported(directory: Path) -> None:
    """Write the report files, print the table and say where everything is."""
    from .reports.console import Terminal, results_table
    from .reports.several import report_on

    found, written = report_on([directory])
    for group in found:
        if len(found) > 1:
            _print(group.title)
        Terminal().print(results_table(group.summary))
    for path in [directory / "results.json", *(path for path in written if path.parent == directory)]:
        _print(path)


def _run_code(results: "Results", *, chosen: bool) -> int:
    """3 where a run failed. What cannot run here is a failure only if it was asked for by name, or nothing else ran."""
    for one in results.runs:
        if one.status in ("failed", "timeout") or (chosen and one.status != "ok"):
            return FAILED_RUNS
    return OK if any(one.status == "ok" for one in results.runs) else FAILED_RUNS


def _implementations(plugins: Iterable[Path]) -> Rows:
    from .implementations import registry

    for path in plugins:
        registry.load_plugin(path)
    rows: Rows = [("name", "version", "what it is")]
    for name in registry.names():
        try:
            found = registry.trainer_class(name)
            reason = found.unavailable()
            rows.append((name, "-", reason) if reason else (name, found.version(), found.summary))
        except InputError as error:
            rows.append((name, "-", str(error)))
    return rows


def _tasks() -> Rows:
    from .evaluation.tasks import all_tasks

    rows: Rows = [("name", "kind", "metric", "what it is, or why it cannot be used here")]
    for task in all_tasks():
        about = task.metadata
        rows.append((about.name, about.kind, about.metric, task.unavailable() or about.description))
    return rows


def _corpora() -> Rows:
    from .datasets.catalogue import corpora

    rows: Rows = [("name", "tokens", "what it is")]
    for entry in corpora():
        missing = f" ({entry.missing})" if entry.missing else ""
        rows.append((entry.name, f"{entry.tokens:,}" if entry.tokens else "-", entry.description + missing))
    return rows


def _apart(listed: list[str] | None, flag: str = "--tasks") -> list[str] | None:
    names = [name.strip() for text in listed or [] for name in text.split(",") if name.strip()]
    if listed and not names:
        raise InputError(f"{flag} names nothing; leave it out for the default")
    return names or None


@contextmanager
def _status(name: str) -> Iterator[Callable[[str], None]]:
    """A line on the terminal that says what is done now; nothing elsewhere."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: None
        return
    with console.status(escape(name)) as status:
        yield lambda text: status.update(escape(f"{name}{text}"))


def _print(value: object, end: str = "\n") -> int:
    """What a file, a word or a name holds that is no sign of a text, an escape sequence say, is written out."""
    print(printable(str(value), lines=True), end=end)
    return OK


def _print_json(value: Any) -> int:
    return _print(json.dumps(value, indent=2, allow_nan=False))


def _complain(sentence: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    _say(f"error: {sentence}" if code != INTERRUPTED else sentence)
    return code


def _say(text: str) -> None:
    print(printable(text, lines=True), file=sys.stderr)


if __name__ == "__main__":
    main()
