"""Hubness: whether a few words are among the neighbours of very many others.

N_k(x) counts the words that have x among their k nearest neighbours. Its skewness is the usual measure (Radovanović,
Nanopoulos & Ivanović 2010, "Hubs in Space", Journal of Machine Learning Research 11); it grows with the dimension, so
compare equal dimensions and equal numbers of words only.
"""

from typing import Any

import numpy as np

from ..embeddings import Embeddings
from .directions import Rows
from .neighbours import nearest

WORDS = 10_000
HUBS = 5


def hubness(embeddings: Embeddings, rows: Rows, *, k: int = 10) -> dict[str, Any]:
    """Hubness among some rows, each with a direction.

    Keys:
        words, k: what was counted.
        skewness: of N_k; None where every word is in equally many lists, or there are too few words.
        largest: the words in most lists, ``{"word", "lists"}``.
        antihubs: share of words that are in no list.
    """
    known: dict[str, Any] = {"words": len(rows), "k": k, "skewness": None, "largest": [], "antihubs": None}
    if len(rows) <= k + 1:
        return known
    found = nearest(embeddings, rows, k, candidates=rows).rows
    lists = np.bincount(found.ravel(), minlength=len(embeddings))[rows]
    deviations = lists - lists.mean()
    variance = float(np.mean(deviations**2))
    top = np.argsort(-lists, kind="stable")[:HUBS]
    return known | {
        "skewness": float(np.mean(deviations**3) / variance**1.5) if variance > 0 else None,
        "largest": [{"word": embeddings.words[rows[i]], "lists": int(lists[i])} for i in top],
        "antihubs": float(np.mean(lists == 0)),
    }
