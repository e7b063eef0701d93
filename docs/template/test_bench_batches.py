"""Run with pytest where the package is installed."""

from bench.benchmarks.conformance.run import run_conformance


def test_it_keeps_the_contract():
    failures = [f"{one.check}: {one.words}; {one.todo}" for one in run_conformance("batches") if one.status == "fail"]
    assert not failures, "\n".join(failures)
