"""Encodes a corpus in a process of its own, and says what that took.

    python -m bench.benchmarks.encode_worker JOB.json

The job is ``{"corpus", "min_count", "rank", "out"}``; what comes out goes to the file ``out``, as JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

from .isolation import die_with
from .signals import SignalWriter
from .worker import PARENT_VARIABLE, SIGNAL_VARIABLE


def main(arguments: list[str]) -> int:
    """Encode; 2 where the text or the cache is unusable, with the reason on stderr."""
    (job_file,) = arguments
    parent, descriptor = os.environ.pop(PARENT_VARIABLE, None), os.environ.pop(SIGNAL_VARIABLE, None)
    if parent is not None:
        die_with(int(parent))
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))

    from ..datasets.catalogue import open_corpus
    from ..datasets.errors import InputError
    from .files import write_atomically
    from .measure import peak_memory

    SignalWriter(None if descriptor is None else int(descriptor)).phase("encode")
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        corpus = open_corpus(job["corpus"], min_count=job["min_count"])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    counts = corpus.vocabulary.counts
    facts = {
        "encode_seconds": time.perf_counter() - wall,
        "encode_cpu_seconds": time.process_time() - cpu,
        "encode_peak_bytes": peak_memory(),
        "sha256": corpus.sha256,
        "tokens": corpus.n_tokens,
        "sentences": corpus.n_sentences,
        "vocabulary": len(counts),
        "source_tokens": corpus.source_tokens,
        "source_types": corpus.source_types,
        # The count of the word at that rank, from 1: which min_count would keep so many words.
        "count_at_rank": int(counts[min(job["rank"], len(counts)) - 1]) if job["rank"] else None,
    }
    write_atomically(Path(job["out"]), json.dumps(facts, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
