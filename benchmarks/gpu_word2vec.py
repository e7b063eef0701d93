"""Builds, checks and times the torch trainer on a GPU in one go.

    python -m bench.benchmarks.gpu_word2vec --corpus wiki17m --vector-size 128 --log gpu.json

1. builds: what the compiler makes of each variant of the training kernel (this part needs no GPU: ``--compile-only``);
2. checks: one program on the device against the NumPy reference;
3. bounds: rows per second that the device can add to atomically and read, and its instruction rate;
4. times: each variant at each number of programs at once, with its accuracy, so that concurrency shows as the knob
   between speed and quality that it is; the plain path, and with ``--threads`` Numba on the same machine.

A run shorter than five seconds mostly times what surrounds the training: take a corpus or epochs that last longer.
Under ``TRITON_INTERPRET=1`` with ``--device cpu`` everything but the first step runs, in miniature, without a GPU.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..datasets.catalogue import open_corpus
from ..datasets.corpus import Corpus
from ..evaluation.embeddings import Embeddings
from ..evaluation.evaluate import evaluate
from ..evaluation.tasks import find_tasks
from ..implementations import registry
from ..implementations.hyperparameters import Hyperparameters
from ..implementations.trainer import TrainingError
from .files import write_atomically
from .measure import timed

MODELS = ("skipgram", "cbow")


def main(arguments: list[str] | None = None) -> int:
    """Run the steps, print each result as a line of JSON and write all of them to the log."""
    options = _parser().parse_args(arguments)
    log: list[dict[str, Any]] = []

    def note(step: str, **facts: Any) -> None:
        log.append({"step": step, **facts})
        print(json.dumps(log[-1]), flush=True)
        if options.log:
            write_atomically(options.log, json.dumps(log, indent=1) + "\n")

    note("machine", **machine(options.device))
    hyperparameters = [
        Hyperparameters(
            model=model, vector_size=options.vector_size, window=options.window, negative=options.negative,
            sample=options.sample, epochs=options.epochs, min_count=options.min_count,
        )
        for model in options.models
    ]  # fmt: skip
    if os.environ.get("TRITON_INTERPRET") != "1":
        for h in hyperparameters:
            for facts in builds(h, options.products, options.warps, options.capability):
                note("build", **facts)
    if options.compile_only:
        return 0
    corpus = open_corpus(options.corpus, min_count=options.min_count)
    for h in hyperparameters:
        for facts in checks(h, options.products, options.device):
            note("check", **facts)
    rates = bounds(corpus, hyperparameters[0], options.device, options.each)
    note("bounds", rows_per_second=rates)
    failed = False
    for h in hyperparameters:
        for facts in times(corpus, h, options):
            failed |= "failed" in facts
            note("time", **facts)
    return int(failed)


def machine(device: str) -> dict[str, Any]:
    """When and on what this ran."""
    import torch
    import triton

    facts: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "torch": torch.__version__,
        "triton": triton.__version__,
    }
    if device != "cpu" and torch.cuda.is_available():
        from .environment import environment

        properties = torch.cuda.get_device_properties(torch.device(device))
        facts |= {
            "gpu": environment()["gpu"],
            "cuda": torch.version.cuda,
            "multiprocessors": properties.multi_processor_count,
            "l2_bytes": properties.L2_cache_size,
            "clock_khz": getattr(properties, "clock_rate", None),
        }
    return facts


def builds(h: Hyperparameters, products: list[str], warps: list[int], capability: int) -> Iterator[dict[str, Any]]:
    """Registers, spills, atomics and instructions of each variant."""
    from ..implementations.torch_kernels.static import compile_train_kernel

    for product in products if h.model == "skipgram" else ["fma"]:
        for count in warps:
            built = compile_train_kernel(h, capability=capability, products=product, warps=count or None)
            yield {
                "model": h.model,
                "products": product,
                "warps": built.shape.warps,
                "registers": built.registers,
                "spilled_bytes": built.spilled_bytes,
                "instructions": built.instructions.total(),
                "most": dict(built.instructions.most_common(6)),
                "atomics": dict(built.atomics),
            }


def checks(h: Hyperparameters, products: list[str], device: str) -> Iterator[dict[str, Any]]:
    """Largest difference between one program and the NumPy reference after an epoch on a small made-up corpus."""
    import numpy as np

    from ..datasets.vocabulary import Vocabulary
    from ..implementations.numpy_trainer import NumpyTrainer
    from ..implementations.torch_trainer import TorchTrainer

    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    words, length, sentences = 30, 12, 4 if interpreted else 400
    rng = np.random.default_rng(1)
    share = 1 / np.arange(1, words + 1)
    counts = np.sort(rng.multinomial(sentences * length, share / share.sum()))[::-1]
    counts = counts[counts > 0].astype(np.int64)
    tokens = rng.permutation(np.repeat(np.arange(len(counts), dtype=np.int32), counts))
    made = Corpus(
        "made up", "", 1, Vocabulary([str(i) for i in range(len(counts))], counts), tokens,
        np.arange(0, len(tokens) + 1, length, dtype=np.int64), len(tokens), len(counts),
    )  # fmt: skip
    h = h.model_copy(update={"epochs": 1, "min_count": 1, "sample": 0.1})
    reference = NumpyTrainer()
    reference.prepare(made, h, threads=1, seed=1, device="cpu")
    reference.train(lambda done, total: None)
    for product in products if h.model == "skipgram" else ["fma"]:
        trainer = TorchTrainer(path="triton", programs=1, products=product)
        trainer.prepare(made, h, threads=1, seed=1, device=device)
        trainer.train(lambda done, total: None)
        yield {
            "model": h.model,
            "products": product,
            "words": trainer.trained_words,
            "same_words": trainer.trained_words == reference.trained_words,
            "largest_difference": float(np.abs(trainer.vectors() - reference.vectors()).max()),
            "largest_value": float(np.abs(reference.vectors()).max()),
        }


def bounds(corpus: Corpus, h: Hyperparameters, device: str, each: int) -> dict[str, float]:
    """Rows a second that the device can read and add to, by the corpus's noise distribution and uniformly."""
    from ..implementations.torch_kernels.device import resolve
    from ..implementations.torch_kernels.probes import row_rates
    from ..implementations.torch_kernels.problem import Problem
    from ..implementations.torch_kernels.triton_path import default_programs

    problem = Problem(corpus, h, seed=1, device=resolve(device))
    return row_rates(problem, programs=default_programs(problem.device), each=each)


def times(corpus: Corpus, h: Hyperparameters, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Speed and accuracy of each variant, seed by seed; a run that fails is a line with its reason."""
    candidates: list[tuple[str, dict[str, Any], str]] = [
        ("torch", {"path": "triton", "products": product, "warps": count, "programs": programs}, options.device)
        for product in (options.products if h.model == "skipgram" else ["fma"])
        for count in options.warps
        for programs in options.programs
    ]
    candidates += [("torch", {"path": "plain", "batch": batch}, options.device) for batch in options.batches]
    if options.threads:
        candidates.append(("numba", {}, "cpu"))
    for seed in range(1, options.seeds + 1):
        for name, chosen, device in candidates:
            facts: dict[str, Any] = {"model": h.model, "implementation": name, **chosen, "seed": seed}
            try:
                facts |= _train(corpus, h, name, chosen, device, seed, options)
            except TrainingError as error:
                facts["failed"] = str(error)
            yield facts


def _train(
    corpus: Corpus, h: Hyperparameters, name: str, chosen: dict[str, Any], device: str, seed: int,
    options: argparse.Namespace,
) -> dict[str, Any]:  # fmt: skip
    import torch

    trainer = registry.create(name, chosen)
    on_gpu = device != "cpu" and torch.cuda.is_available()
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(torch.device(device))
    trainer.prepare(corpus, h, threads=options.threads or 1, seed=seed, device=device)
    with timed() as timing:
        trainer.train(lambda done, total: None)
    trained = trainer.trained_words or 0
    facts: dict[str, Any] = {
        "device": trainer.device,
        "seconds": timing.seconds,
        "words_per_second": corpus.n_tokens * h.epochs / timing.seconds,
        "trained_words_per_second": trained / timing.seconds,
        # The centre, the noise words, and the word that leaves the window.
        "rows_added_per_second": (h.negative + 2) * trained / timing.seconds,
        "compile_seconds": trainer.compile_seconds,
        "transfer_seconds": trainer.transfer_seconds,
        "gpu_bytes": torch.cuda.max_memory_allocated(torch.device(device)) if on_gpu else None,
    }
    embeddings = Embeddings(corpus.vocabulary.words, trainer.vectors(), corpus.vocabulary.counts)
    for score in evaluate(embeddings, find_tasks(options.tasks)):
        facts[f"{score.task} {score.metric}"] = score.value
    return facts


def _parser() -> argparse.ArgumentParser:
    def listed(kind: type) -> Any:
        return lambda text: [kind(part) for part in text.split(",") if part]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default="wiki17m", help="name or path")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--models", type=listed(str), default=list(MODELS))
    parser.add_argument("--vector-size", type=int, default=128)
    parser.add_argument("--window", type=int, default=5)
    parser.add_argument("--negative", type=int, default=5)
    parser.add_argument("--sample", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--products", type=listed(str), default=["fma", "tf32", "tf32x3"], help="of skip-gram")
    parser.add_argument("--warps", type=listed(int), default=[0], help="0: as many as the registers need")
    parser.add_argument("--programs", type=listed(int), default=[264, 528, 1056, 2112], help="at once")
    parser.add_argument("--batches", type=listed(int), default=[512, 4096], help="of the plain path")
    parser.add_argument("--threads", type=int, default=0, help="also time Numba with so many threads")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--tasks", type=listed(str), default=["google-30k", "wordsim-353"])
    parser.add_argument("--each", type=int, default=4096, help="rows a program reads and adds to for the bounds")
    parser.add_argument("--capability", type=int, default=90, help="compute capability to compile for; 90: Hopper")
    parser.add_argument("--compile-only", action="store_true")
    parser.add_argument("--log", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
