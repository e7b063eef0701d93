"""Numba compilation whose result the next process finds again."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """``numba.njit`` without the interpreter's lock, kept on disk where there is a place for it.

    Numba keeps machine code beside the module, else in the user's cache directory. Where neither can be written (a
    read-only container), it refuses at this line; then the function is compiled anew in every process instead.
    """
    try:
        kept: Callable[P, R] = forgiving(numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        kept = numba.njit(nogil=True)(function)
    return kept


def forgiving(kernel: Any) -> Any:
    """A kernel of ``cache=True`` that is compiled anew where what is kept of it is damaged; a full disk keeps none.

    Numba would let the error through: a power cut that leaves half a file would end every later run.
    """
    cache = getattr(kernel, "_cache", None)
    if cache is None:  # NUMBA_DISABLE_JIT leaves a plain function
        return kernel
    load, save = cache.load_overload, cache.save_overload

    def load_overload(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception:  # a damaged pickle can raise anything
            with suppress(Exception):
                cache.flush()
            return None

    def save_overload(*arguments: Any) -> None:
        with suppress(OSError):
            save(*arguments)

    cache.load_overload, cache.save_overload = load_overload, save_overload
    return kernel
