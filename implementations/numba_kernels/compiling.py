"""How the functions of the kernels are compiled.

Without Numba's reference counts (``_nrt=False``): binding a room or a job to a name counts all its arrays up, and down
again later, in atomic steps that took 40 % of CBOW's time and made threads wait for one another. No kernel makes an
array; whoever calls one keeps the arrays alive.
"""

from collections.abc import Callable
from typing import Any

import numba

from ...datasets.jit import forgiving

inner = numba.njit(nogil=True, error_model="numpy", _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Called by kernels only: a way in from Python would have to be compiled too. Division follows NumPy: no zero check."""

inlined = numba.njit(nogil=True, error_model="numpy", _nrt=False, inline="always")
"""Called at one place only: LLVM sees it there, and not a second time on its own.

What is called for every unit has to be one of these: a job and a room are some forty arrays, and a call that LLVM does
not inline copies all their fields, which took half of the time."""


def compiled(function: Callable[..., Any]) -> Any:
    """A kernel, kept on disk where there is a place for it, so that the next process finds it again.

    Numba files it under the function's name, so that has to tell the configurations of a kernel apart as its module's
    name does.
    """
    function.__qualname__ = f"{function.__name__}_{function.__module__.rpartition('_')[2]}"
    try:
        return forgiving(numba.njit(nogil=True, error_model="numpy", _nrt=False, cache=True)(function))
    except RuntimeError:
        return numba.njit(nogil=True, error_model="numpy", _nrt=False)(function)
