"""Targets: what a user writes to say what is to be done."""

import json
import math
from contextlib import chdir
from pathlib import Path
from typing import Any

from fuzz_harness import Target, folder, put, refused

from bench.benchmarks import plan_file
from bench.benchmarks.gate.settings import read_settings
from bench.benchmarks.messages import as_flag
from bench.benchmarks.plan_file import read_plan
from bench.benchmarks.study import plans
from bench.datasets.catalogue_entries import read_catalogue
from bench.datasets.shards import find_text
from bench.implementations.command_trainer import trainer_of_file
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.selector import parse_selector, parse_selectors

ROOT = Path(__file__).parent.parent.parent
TOML_WORDS = (
    b"\n",
    b" = ",
    b'"',
    b"'",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b'"""',
    b"inf",
    b"nan",
    b"1e400",
    b"-1",
    b"0x",
    b"true",
    b"#",
)


def selector(data: bytes) -> None:
    """What is read and written as a selector is read as the same."""
    text = data.decode("utf-8", "replace")
    with refused():
        for one in parse_selectors(text):
            if not any(isinstance(value, float) and math.isnan(value) for value in one.settings.values()):
                assert parse_selector(str(one)) == [one]


def plan(data: bytes) -> None:
    """A plan file; what it means can be stored, and means the same on the command line."""
    path = put("plan.toml", data)
    plan_file.anchored = _nowhere  # a pattern such as /** would go through the whole disk, as it is asked to
    with refused():
        settings = read_plan(path)
        settings.pop("out", None)
        asked = plans({key: value for key, value in settings.items() if key != "plugin"}, as_flag)
        for one in asked:
            json.dumps(one.settled(), allow_nan=False).encode()
            assert one.rounds >= 1


def _nowhere(where: str, directory: Path) -> None:
    return None


def command(data: bytes) -> None:
    """A command as a trainer; every placeholder of what is accepted can be filled in."""
    path = put("command.toml", data)
    h = Hyperparameters()
    with refused():
        made: Any = trainer_of_file(path)
        trainer = made()
        trainer.unsupported(h)
        if trainer.unsupported(h) is None:
            trainer.given(h)
            values = {**h.model_dump(), "corpus": "c", "vectors": "v", "threads": 1, "seed": 1, "python": "p"}
            parts = [part for argument in made.file.command for part in trainer._expanded(argument, values)]
            assert all(isinstance(part, str) for part in parts)


def gate_settings(data: bytes) -> None:
    """Tolerances, in a file of their own or in a pyproject.toml."""
    for name in ("gate.toml", "pyproject.toml"):
        with refused():
            found = read_settings(put(name, data))
            assert all(0 <= one.tolerance < 1 for one in found.thresholds.values())


def catalogue(data: bytes) -> None:
    """The entries of corpora and question sets."""
    with refused():
        read_catalogue(put("catalogue.toml", data))


def text_name(data: bytes) -> None:
    """What --corpus names: a file, a folder, a pattern, a sum."""
    where = data.decode("utf-8", "surrogateescape")
    if ".." in where or "~" in where or "\0" in where or any(p.strip().startswith("/") for p in where.split("+")):
        return  # it would go through the whole disk, as it is asked to
    place = folder() / "texts"
    if not place.is_dir():
        (place / "news" / "deep").mkdir(parents=True)
        for name in ("a.txt", "a+b", "news/part2.txt.gz", "news/part10.txt", "news/deep/[x].txt", "n\u00e9.txt"):
            (place / name).write_text("x y\n")
    with chdir(place), refused():
        found = find_text(where)
        assert found is None or (found.shards and found.name)


def _files(*patterns: str) -> list[bytes]:
    return [path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern))]


COMMAND = b"""
name = "program"
command = ["program", "-train", "{corpus}", "-o", "{vectors}", "{model}", "-t", "{threads}", "{{x}}",
  "{shrink_windows}"]
version = ["program", "--version"]
format = "binary"
supports = {window = {min = 2, max = 9.5}, loss = ["ns"], epochs = [1, 2]}
[model]
cbow = "-cbow 1"
skipgram = ["-cbow", "0"]
[shrink_windows]
true = []
"""

GATE = b"""
[metrics.words_per_second]
tolerance = 0.05
largest = 0.2
[quality]
tolerance = 0.01
google-30k = 0.02
[tool.word2vec-bench.gate.quality]
men = 0.5
"""

CATALOGUE = b"""
[corpora.text8]
description = "words"
file = "text8.zip"
urls = ["http://a.b/text8.zip"]
bytes = 31344016
source = "s"
licence = "l"
citation = "c"
[question-sets.google]
kind = "analogy"
description = "d"
rows = 3
source = "s"
licence = "l"
citation = "c"
aliases = ["g"]
[[question-sets.google.copies]]
file = "eval/q.txt"
gensim = "q.txt"
score-column = 3
corrections = {"chord smile" = "cord smile"}
"""

TARGETS = [
    Target(
        "selector",
        "selectors of implementations",
        selector,
        lambda: [b"numba[vector_size=[100,300],negatives=window],gensim", b"a[b-c=true,d=1e-3,e=x y],a", b"n[a=nan]"],
        (b"[", b"]", b",", b"=", b"true", b"1e999", b"0x1", b"1_0", "\u0663".encode(), b" "),
        longest=300,
    ),
    Target(
        "plan",
        "plans",
        plan,
        lambda: [*_files("benchmarks/*.toml"), b'corpus = ["a", "b"]\nseed = "1,2"\nrepeats=2\nbudget = "8h"\n'],
        (
            *TOML_WORDS,
            b"vector-size",
            b"seed",
            b"repeats",
            b"corpus",
            b"plugin",
            b"budget",
            b"threads",
            b"errors",
            b"0x" + b"f" * 40,
        ),
    ),
    Target(
        "command",
        "commands as trainers",
        command,
        lambda: [COMMAND],
        (
            *TOML_WORDS,
            b"{corpus}",
            b"{vectors}",
            b"{",
            b"}",
            b"{window!r}",
            b"{0}",
            b"supports",
            b"[model]",
            b"min",
            b"version",
        ),
    ),
    Target(
        "gate-settings",
        "tolerances of a gate",
        gate_settings,
        lambda: [GATE],
        (*TOML_WORDS, b"[metrics.", b"[tool", b"quality"),
    ),
    Target(
        "catalogue",
        "the catalogue",
        catalogue,
        lambda: [CATALOGUE],
        (*TOML_WORDS, b"[corpora.x]", b"copies", b"urls"),
    ),
    Target(
        "text-name",
        "names of texts",
        text_name,
        lambda: [
            b"a.txt",
            b"news",
            b"news/*",
            b"**/*.txt",
            b"a.txt+news/part2.txt.gz",
            b"a+b",
            b"news/[[]x].txt",
            b"?" * 20,
        ],
        (b"*", b"**", b"?", b"[", b"]", b"!", b"+", b"/", b" ", b"."),
        longest=400,
    ),
]
