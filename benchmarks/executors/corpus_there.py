"""The corpus on a worker: found there by its hash, made from a text that is there, or sent, once for each cache."""

from ...datasets.carried import pieces
from . import dask_tasks
from .cluster import Cluster
from .executor import Work


def provide_corpus(cluster: Cluster, worker: str, session: str, work: Work) -> str:
    """The directory of the encoded corpus on a worker, sent there where it is not.

    It lies in the cache of that machine (``BENCH_CACHE``), so that the next benchmark, and other workers of that cache,
    find it. What is sent is the encoded form: it is what trainers read, and smaller than the text.

    Raises:
        InputError: the cache there cannot be written.
        Died, Stopped: as ``Cluster.call``.
    """
    corpus = work.corpus
    key = corpus.directory.name if corpus.directory is not None else corpus.sha256
    wanted = (key, work.plan.corpus, corpus.sha256, corpus.min_count, corpus.errors)
    found = cluster.call(worker, dask_tasks.find_corpus, session, *wanted)
    if found is not None:
        return str(found)
    directory = cluster.call(worker, dask_tasks.begin_corpus, key)
    for piece in pieces(corpus):
        cluster.send(worker, piece.data, dask_tasks.add_piece, directory, piece.file)
    return str(cluster.call(worker, dask_tasks.finish_corpus, directory, key))
