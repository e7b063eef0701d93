"""The Numba trainer's kernels: explicit SIMD, generated for one shape of model."""
