"""Checks one trainer: makes the trials that the wanted checks look at, and lets them judge."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...datasets.errors import InputError
from ...datasets.suggestion import suggestion
from ...implementations import registry
from ...implementations.hyperparameters import Hyperparameters
from ...implementations.selector import Selector, parse_selectors
from ..interrupts import Interrupts
from ..isolation import core_count
from .check import Check, Findings, Outcome, not_applicable
from .checks import CHECKS
from .laboratory import Laboratory
from .result import Result, Subject
from .trial import Declaration, Step
from .trials import FIRST, TRIALS

AT_A_TIME = 2
"""Processes: more would disturb one another on a small machine, and nothing here is timed."""


@dataclass(frozen=True)
class Examined:
    """A trainer and what became of each check.

    Attributes:
        implementation: as it was asked for.
        version: as it tells it, where it does.
        unavailable: why it cannot run here; nothing but its declaration was checked then.
        outcomes: in the order of the checks.
    """

    implementation: str
    version: str | None
    unavailable: str | None
    outcomes: list[Outcome]

    @property
    def conforms(self) -> bool:
        """Whether it could be checked and failed in nothing."""
        return self.unavailable is None and all(one.status != "fail" for one in self.outcomes)

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**asdict(self), "conforms": self.conforms}


def run_conformance(name: str, plugins: Sequence[Path] = (), **settings: Any) -> list[Outcome]:
    """The outcomes of ``examine``."""
    return examine(name, plugins, **settings).outcomes


def examine(
    name: str,
    plugins: Sequence[Path] = (),
    *,
    checks: Sequence[str] | None = None,
    threads: int | None = None,
    device: str = "cpu",
    timeout: float = 120.0,
    tell: Callable[[str], None] = lambda text: None,
) -> Examined:
    """Check a trainer. Its code runs in other processes only: whatever it does there is an outcome.

    Args:
        name: of the implementation, with options of its own in brackets.
        plugins: files that hold further implementations.
        checks: names of checks; all where None.
        threads: of the training with several; the cores of this process, at least two, where None.
        device: to train on.
        timeout: seconds that one process with its few trainings may take.
        tell: called with what is done now.

    Raises:
        InputError: no such implementation, option or check, a plug-in that cannot be loaded, or no place for files.
        KeyboardInterrupt: the user, or the system, asked for an end; no process is left.
    """
    wanted, selector = _wanted(checks), _selector(name)
    subject = Subject(selector.name, selector.settings, tuple(plugins), device, timeout)
    interrupts, several = Interrupts(), threads or max(2, core_count())
    with (
        tempfile.TemporaryDirectory(prefix="bench-conformance-") as directory,
        interrupts.caught(),
        Laboratory(subject, Path(directory), min(AT_A_TIME, core_count()), interrupts) as laboratory,
    ):
        tell("what it declares")
        declared = laboratory.declaration()
        if declared.usage is not None:
            raise InputError(declared.usage)
        outcomes = _outcomes(wanted, declared, laboratory, several, tell)
    return Examined(str(selector), declared.version, declared.unavailable, outcomes)


def selected(names: Sequence[str], plugins: Sequence[Path]) -> list[str]:
    """The implementations that were asked for; without names those that the plug-ins hold.

    Raises:
        InputError: nothing was asked for, there is no such implementation, or a plug-in cannot be loaded.
    """
    chosen = [selector for text in names for selector in parse_selectors(text)]
    if not (chosen or plugins):
        raise InputError("name an implementation with --impl, or a file that holds some with --plugin")
    own = names_in(plugins) if plugins else []
    known = [*registry.names(), *own]
    for one in chosen:
        if one.name not in known:
            hint = suggestion(one.name, known) or f"known are {', '.join(known)}"
            raise InputError(f"there is no implementation {one.name!r}; {hint}")
    return [str(one) for one in chosen] or own


def names_in(plugins: Sequence[Path], *, timeout: float = 120.0) -> list[str]:
    """The implementations that plug-ins hold; their code runs in another process.

    Raises:
        InputError: a plug-in cannot be loaded.
        KeyboardInterrupt: as for ``examine``.
    """
    interrupts = Interrupts()
    with (
        tempfile.TemporaryDirectory(prefix="bench-conformance-") as directory,
        interrupts.caught(),
        Laboratory(Subject(None, {}, tuple(plugins), "cpu", timeout), Path(directory), 1, interrupts) as laboratory,
    ):
        declared = laboratory.declaration()
    if declared.usage is not None or declared.faults:
        raise InputError(declared.usage or f"the plug-in cannot be loaded: {declared.faults[0]}")
    return declared.names


def _outcomes(
    wanted: Sequence[Check],
    declared: Declaration,
    laboratory: Laboratory,
    threads: int,
    tell: Callable[[str], None],
) -> list[Outcome]:
    if declared.base is None:
        reason = declared.unavailable or "nothing can be trained: see declares"
        return _without_training(wanted, "declares", Findings(declared, {}, {}, threads), reason)
    needed = [name for name in TRIALS if any(name in check.trials for check in wanted)]
    steps = {name: TRIALS[name].steps(declared.base, threads) for name in needed}
    if FIRST not in steps and needed:
        steps = {FIRST: TRIALS[FIRST].steps(declared.base, threads), **steps}
    tell("a first training")
    laboratory.write_texts({step.corpus for listed in steps.values() for step in listed})
    results: dict[str, Result] = {}
    if FIRST in steps:
        results[FIRST] = laboratory.run(FIRST, steps[FIRST])
        if results[FIRST].made["topics"].status != "trained":
            findings = Findings(declared, results, {}, threads)
            return _without_training(wanted, "trains", findings, "it does not train: see trains")
    results |= _made({name: listed for name, listed in steps.items() if name != FIRST}, laboratory, threads, tell)
    vocabularies = {name: laboratory.vocabulary(name) for name in laboratory.written}
    findings = Findings(declared, results, vocabularies, threads)
    tell("the checks")
    return [check.outcome(check.judge(findings)) for check in wanted]


def _made(
    trials: dict[str, list[Step]], laboratory: Laboratory, threads: int, tell: Callable[[str], None]
) -> dict[str, Result]:
    """Make trials, a few at the same time."""

    def run(name: str) -> Result:
        tell(f"{name}: {len(trials[name])} training{'s' if len(trials[name]) > 1 else ''}")
        plan = TRIALS[name]
        return laboratory.run(
            name, trials[name], threads=threads if plan.several_threads else 1, interrupt=plan.interrupt
        )

    # The kernel ends a worker with the thread that started it, so these threads wait for their workers.
    with ThreadPoolExecutor(laboratory.places) as pool:
        return dict(zip(trials, pool.map(run, trials), strict=True))


def _without_training(wanted: Sequence[Check], telling: str, findings: Findings, reason: str) -> list[Outcome]:
    """Outcomes where nothing can be trained: that of the check that tells why, asked for or not, and the reason."""
    judged = {"declares", telling}
    return [
        check.outcome(check.judge(findings) if check.name in judged else not_applicable(reason))
        for check in CHECKS
        if check in wanted or check.name == telling
    ]


def _wanted(names: Sequence[str] | None) -> list[Check]:
    known = [check.name for check in CHECKS]
    for name in names or ():
        if name not in known:
            hint = suggestion(name, known) or f"the checks are {', '.join(known)}"
            raise InputError(f"there is no check {name!r}; {hint}")
    return [check for check in CHECKS if names is None or check.name in names]


def _selector(name: str) -> Selector:
    found = parse_selectors(name)
    if len(found) != 1:
        raise InputError(f"{name!r} must be one implementation; it names {len(found)}")
    selector = found[0]
    own = [key for key in selector.settings if key in Hyperparameters.model_fields]
    if own:
        raise InputError(f"{selector}: {own[0]} is set by the checks; give options of the implementation only")
    return selector
