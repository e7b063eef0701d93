"""Kernels are modules that are loaded once for each shape of model, with its numbers as constants.

Numba keys its cache on disk by the module, the name and the signature of a function, and looks whether that one file
is newer. So the name that a module is loaded under holds a digest of its numbers and of all sources that a kernel is
made from: other numbers, or a changed line anywhere in them, are another module, and nothing stale can be found. The
loop of a worker stands in every kernel for that reason too: a closure over a compiled function has no stable key.
"""

import hashlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .products import Shape


class Config(NamedTuple):
    """The numbers that a kernel is compiled for.

    Attributes:
        shape: of the products.
        centres: adjacent centres that share noise words.
        negative: noise words of a unit.
        window: largest window.
        shrink: draw the windows' sizes.
        pairs: hierarchical softmax, one context word at a time.
        mean: CBOW averages.
        tree: CBOW with hierarchical softmax.
        top: inner nodes of which each thread has a copy.
        hot: words of whose vectors each thread has a copy.
    """

    shape: Shape
    centres: int
    negative: int
    window: int
    shrink: bool
    pairs: bool = False
    mean: bool = False
    tree: bool = False
    top: int = 0
    hot: int = 0


CONFIG: Config
"""The configuration of the module that is being loaded; kernels import it by name."""


def load_worker(kernel: str, config: Config) -> Any:
    """``worker(job, thread, room)`` of the kernel module ``kernel`` for a configuration."""
    global CONFIG
    digest = hashlib.sha256(f"{_sources()} {config}".encode()).hexdigest()[:20]
    name = f"{__package__}.{kernel}_{digest}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{kernel}.py"))
        if spec is None or spec.loader is None:
            raise ImportError(f"no kernel {kernel}")
        CONFIG = config
        module = importlib.util.module_from_spec(spec)
        # Numba looks the module up by its name when it loads a kept kernel.
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name].worker


@cache
def _sources() -> str:
    """Digest of every source that a kernel is compiled from."""
    here = Path(__file__).parent
    files = [*here.glob("*.py"), here.parent / "counter_random.py"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()
