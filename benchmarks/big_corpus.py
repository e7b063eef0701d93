"""Memory and speed on corpora of any length, side by side with the text they are made from.

    python -m bench.benchmarks.big_corpus --tokens 100e6,1e9 --work /scratch/big --out big.json

For the source's own length and each of ``--tokens`` it

1. makes a text of that many words below ``--work`` (``big_text``), in shards, unless it is there;
2. encodes it in a fresh process, the cache being empty;
3. trains each of ``--impl`` on it with ``run``'s own worker, in rounds in which the corpora alternate;

and follows the memory of each of these processes: what is its own, and what are pages of mapped files. A larger
corpus has a larger vocabulary, which costs speed whoever reads the text; ``--equal-vocabulary`` trains on each corpus
a second time, with the ``min_count`` that leaves it about as many words as the first has.

It prints tables in Markdown and writes all it knows to ``--out``; ``python -m bench.reports.big_corpus`` draws it.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..datasets.catalogue import open_corpus
from ..datasets.errors import InputError
from ..implementations import registry
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.selector import Selector, parse_selectors
from .big_corpus_options import parser
from .big_text import Recipe, write_shards
from .environment import environment
from .files import write_atomically
from .isolation import choose_cores, core_count
from .job import Job
from .launch import WORKER, launch
from .measure import load_average
from .memory_curve import CurveGuardian, MemoryCurve
from .outcome import log_tail
from .worker import RECORD

ENCODER = "bench.benchmarks.encode_worker"


@dataclass(frozen=True)
class Case:
    """An encoded corpus to train on: its folder, and the ``min_count`` it is encoded with."""

    folder: Path
    min_count: int
    facts: dict[str, Any]


class BigCorpora:
    """One invocation.

    Args:
        options: of the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._selectors: list[Selector] = parse_selectors(options.impl) if options.impl else []
        for selector in self._selectors:
            if (reason := registry.trainer_class(selector.name).unavailable("cpu")) is not None:
                raise InputError(f"{selector.name} cannot run: {reason}")
        self._work: Path = options.work.expanduser().resolve()
        self.log: dict[str, Any] = {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": " ".join(["python -m bench.benchmarks.big_corpus", *sys.argv[1:]]),
            "environment": environment(),
            "corpora": [],
            "runs": [],
        }

    def measure(self) -> None:
        """Make, encode and train, and keep the log up to date on disk.

        Raises:
            InputError: a text cannot be made or encoded.
        """
        cases = self._encoded_before() if self._options.again else []
        for folder in self._texts() if not cases else ():
            cases.append(self._encoded(folder, self._options.min_count, rank=self._rank(cases)))
            rank = cases[-1].facts["count_at_rank"]
            if self._options.equal_vocabulary and rank is not None and rank > self._options.min_count:
                cases.append(self._encoded(folder, rank, rank=None))
        for number in range(1, self._options.rounds + 1):
            for selector in self._selectors:
                for case in cases:
                    if number == 1 or case.facts["source_tokens"] <= self._options.most_tokens_again:
                        self._note("runs", self._trained(case, selector, number))

    def _encoded_before(self) -> list[Case]:
        """The corpora that ``--out`` tells of, where they are still in the cache."""
        try:
            self.log["corpora"] = json.loads(self._options.out.read_text(encoding="utf-8"))["corpora"]
        except (OSError, AttributeError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"--again needs the --out FILE of an earlier measurement ({error!r})") from error
        cases = [Case(self._work / one["folder"], one["min_count"], one) for one in self.log["corpora"]]
        if not all(self._cache(case.folder, case.min_count).is_dir() for case in cases):
            raise InputError(f"{self._work} no longer has what {self._options.out} tells of: leave out --again")
        return cases

    def _rank(self, cases: Sequence[Case]) -> int | None:
        return cases[0].facts["vocabulary"] if cases else None

    def _texts(self) -> list[Path]:
        """A folder of shards for each length, the source's own first."""
        source = open_corpus(self._options.corpus, min_count=1)
        folders = []
        for tokens in [source.n_tokens, *self._options.tokens]:
            recipe = Recipe(
                sha256=source.sha256, tokens=tokens, seed=self._options.seed, replaced=self._options.replaced,
                exponent=self._options.exponent, shard_tokens=self._options.shard_tokens, packed=self._options.packed,
            )  # fmt: skip
            folders.append(self._work / f"{source.name}-{tokens}")
            start = time.perf_counter()
            shards = write_shards(source, recipe, folders[-1])
            took = time.perf_counter() - start
            size = sum(shard.stat().st_size for shard in shards)
            print(f"{folders[-1]}: {len(shards)} shards, {size / 1e6:,.0f} MB, {took:.1f} s", file=sys.stderr)
        return folders

    def _encoded(self, folder: Path, min_count: int, *, rank: int | None) -> Case:
        """Encode in a fresh process with an empty cache."""
        shutil.rmtree(self._cache(folder, min_count), ignore_errors=True)
        directory = self._directory(f"encode-{folder.name}-{min_count}")
        job = {"corpus": str(folder), "min_count": min_count, "rank": rank, "out": str(directory / "facts.json")}
        (directory / "job.json").write_text(json.dumps(job), encoding="utf-8")
        load, curve = load_average(), MemoryCurve()
        reason = self._run(directory, ENCODER, curve, self._cache(folder, min_count), threads=1)
        if reason is not None:
            raise InputError(f"{folder} could not be encoded: {reason}")
        facts = json.loads((directory / "facts.json").read_text(encoding="utf-8"))
        facts = {
            "folder": folder.name, "min_count": min_count, **facts, "load_before": load,
            "shards": len(list(folder.glob("part-*"))),
            "text_bytes": sum(shard.stat().st_size for shard in folder.glob("part-*")),
            "encode_curve": curve.record(),
        }  # fmt: skip
        self._note("corpora", facts)
        return Case(folder, min_count, facts)

    def _trained(self, case: Case, selector: Selector, number: int) -> dict[str, Any]:
        """One run of the worker, failed or not."""
        options = self._options
        directory = self._directory(f"{selector.name}-{case.folder.name}-{case.min_count}-r{number}")
        hyperparameters = Hyperparameters(
            model=options.model, vector_size=options.vector_size, window=options.window, negative=options.negative,
            sample=options.sample, min_count=case.min_count, epochs=options.epochs,
        )  # fmt: skip
        job = Job(
            id=directory.name, configuration="", implementation=selector.name, options=dict(selector.settings),
            hyperparameters=hyperparameters, threads=options.threads, seed=options.seed, round=number, device="cpu",
            corpus=str(case.folder), corpus_sha256=case.facts["sha256"], cores=choose_cores(options.threads),
            tasks=options.tasks, plugins=[], save_vectors=False, timed_seconds=options.timed_seconds,
            directory=directory,
        )  # fmt: skip
        (directory / "job.json").write_text(job.model_dump_json(), encoding="utf-8")
        curve = MemoryCurve()
        reason = self._run(directory, WORKER, curve, self._cache(case.folder, case.min_count), threads=options.threads)
        try:
            record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
        except OSError:
            record = {"status": "failed", "reason": reason or "it left no record"}
        kept = ("status", "reason", "words_per_second", "prepare_seconds", "train_seconds", "trainings", "given",
                "evaluate_seconds", "cpu_seconds", "peak_memory_bytes", "conditions", "scores", "options")  # fmt: skip
        return {
            "implementation": str(selector), "round": number, "folder": case.folder.name, "min_count": case.min_count,
            "hyperparameters": hyperparameters.model_dump(mode="json"), "threads": options.threads,
            **{key: record.get(key) for key in kept}, "curve": curve.record(),
        }  # fmt: skip

    def _run(self, directory: Path, module: str, curve: MemoryCurve, cache: Path, *, threads: int) -> str | None:
        """Run a worker on ``directory/job.json``; why it failed, or None."""
        with CurveGuardian(curve, self._options.every) as guardian:
            ended = launch(
                directory / "job.json", directory / "log", threads=threads, timeout=None, guardian=guardian,
                heard=lambda signal: curve.phase(signal.phase), interrupted=lambda: False,
                variables={"BENCH_CACHE": str(cache)}, module=module,
            )  # fmt: skip
        return None if ended.code == 0 else f"{log_tail(directory / 'log')} (exit code {ended.code})"

    def _cache(self, folder: Path, min_count: int) -> Path:
        return self._work / "cache" / f"{folder.name}-{min_count}"

    def _directory(self, name: str) -> Path:
        directory = self._work / "runs" / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        return directory

    def _note(self, kind: str, facts: dict[str, Any]) -> None:
        self.log[kind].append(facts)
        shown = {key: value for key, value in facts.items() if "curve" not in key and key not in ("scores", "given")}
        print(json.dumps(shown), file=sys.stderr, flush=True)
        if self._options.out:
            write_atomically(self._options.out, json.dumps(self.log) + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Measure and print the tables; 2 where the input is wrong, 3 where runs failed."""
    from .big_corpus_tables import tables

    options = parser(__doc__).parse_args(arguments)
    options.threads = options.threads or core_count()
    try:
        big = BigCorpora(options)
        big.measure()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(tables(big.log))
    return 3 if any(run["status"] != "ok" for run in big.log["runs"]) else 0


if __name__ == "__main__":
    sys.exit(main())
