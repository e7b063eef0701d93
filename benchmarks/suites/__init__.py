"""pytest-benchmark suites of kernels, pieces and trainers: ``pytest benchmarks --benchmark-only``."""
