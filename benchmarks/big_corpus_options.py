"""The command line of ``big_corpus``."""

import argparse
from pathlib import Path


def parser(description: str | None) -> argparse.ArgumentParser:
    """Its parser."""

    def count(text: str) -> int:
        return int(float(text))

    flags = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--corpus", default="wiki17m", help="name or path of the source")
    flags.add_argument("--tokens", type=lambda text: [count(part) for part in text.split(",")], default=[100_000_000])
    flags.add_argument("--work", type=Path, required=True, help="folder for texts and caches, 10 bytes a word")
    flags.add_argument("--out", type=Path, metavar="FILE", help="of the measurements, JSON")
    flags.add_argument("--impl", default="numba", help="implementations; '' to encode only")
    flags.add_argument("--model", default="skipgram", choices=["skipgram", "cbow"])
    flags.add_argument("--vector-size", type=int, default=100)
    flags.add_argument("--window", type=int, default=5)
    flags.add_argument("--negative", type=int, default=5)
    flags.add_argument("--sample", type=float, default=1e-3)
    flags.add_argument("--min-count", type=int, default=5)
    flags.add_argument("--epochs", type=int, default=1)
    flags.add_argument("--threads", type=int, help="all cores by default")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--rounds", type=int, default=3)
    flags.add_argument("--most-tokens-again", type=count, default=200_000_000, help="longer ones have one round")
    flags.add_argument("--timed-seconds", type=float, default=0.0, help="trainings are repeated for so long")
    flags.add_argument("--tasks", type=lambda text: text.split(",") if text else [], default=["google-30k"])
    flags.add_argument("--equal-vocabulary", action="store_true", help="train with such a min_count, too")
    flags.add_argument("--again", action="store_true", help="only train; encodings are taken from --out")
    flags.add_argument("--replaced", type=float, default=0.1, help="share of the words of all copies but the first")
    flags.add_argument("--exponent", type=float, default=0.54, help="of Heaps' law")
    flags.add_argument("--shard-tokens", type=count, default=20_000_000)
    flags.add_argument("--packed", action="store_true", help="shards are packed with gzip")
    flags.add_argument("--every", type=float, default=0.25, help="seconds between looks at the memory")
    return flags
