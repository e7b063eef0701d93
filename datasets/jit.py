"""Numba compilation whose result the next process finds again."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """``numba.njit`` without the interpreter's lock, kept on disk where there is a place for it.

    Numba keeps machine code beside the module, else in the user's cache directory. Where neither can be written (a
    read-only container), it refuses at this line; then the function is compiled anew in every process instead.
    """
    try:
        kept: Callable[P, R] = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        kept = numba.njit(nogil=True)(function)
    return kept
