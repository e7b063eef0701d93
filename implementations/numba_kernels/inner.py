"""How functions that only kernels call are compiled."""

import numba

inner = numba.njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""No way in from Python: each wrapper would be compiled and optimised too. Division follows NumPy: no check of zero."""
