"""Where two files of vectors disagree: neighbours that one has and the other has not."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...datasets.errors import InputError
from ..embeddings import Embeddings
from ..geometry.overlap import neighbour_ids, overlaps
from ..geometry.shared import by_frequency, common_words
from .vocabulary import Vocabulary

K = 10
SAMPLE = 2_000
AMONG = 20_000
"""The most frequent shared words, of which the sample is drawn."""
SHOWN = 10


def differences(
    first: Embeddings,
    second: Embeddings,
    words: Sequence[str] = (),
    k: int = K,
    *,
    sample: int = SAMPLE,
    shown: int = SHOWN,
    seed: int = 1,
) -> dict[str, Any]:
    """Neighbours of words in two files, and the words whose neighbours differ most.

    Neighbours are sought among the words that both files have, so that a word only one of them knows is no difference.

    Args:
        first: one file's vectors.
        second: the other's.
        words: to be compared one by one.
        k: neighbours of each word.
        sample: words drawn from the 20,000 most frequent that are shared, to find those that differ most.
        shown: how many of these are told.
        seed: of the sample.

    Returns:
        Ready for JSON: ``{"k", "shared_words", "words", "sampled", "mean_overlap", "most_different"}``. An element of
        ``words`` and ``most_different`` is ``{"word", "found", "note", "overlap", "both", "only_first",
        "only_second"}``, neighbours in the order of nearness; for a word that not both have, ``note`` says why and the
        rest is empty.

    Raises:
        InputError: fewer than two words are shared.
    """
    shared = common_words([by_frequency(first), by_frequency(second)])
    if len(shared) < 2:
        raise InputError(f"the two files share {len(shared)} words with vectors; neighbours need two at least")
    k = min(k, len(shared) - 1)
    place = {word: i for i, word in enumerate(shared)}
    drawn = np.random.default_rng(seed).permutation(min(len(shared), AMONG))[:sample]
    drawn.sort()
    vocabulary = Vocabulary(first)
    found = [vocabulary.find(word) for word in words]
    known = [place[one.word] for one in found if one.word in place]
    asked = np.concatenate([np.array(known, dtype=np.int64), drawn])
    lists = [neighbour_ids(one, shared, asked, k) for one in (first, second)]
    overlap = overlaps(*lists)

    def entry(i: int) -> dict[str, Any]:
        near, other = ([shared[j] for j in one[i] if j >= 0] for one in lists)
        return {
            "word": shared[asked[i]],
            "found": shared[asked[i]],
            "note": None,
            "overlap": float(overlap[i]),
            "both": [word for word in near if word in other],
            "only_first": [word for word in near if word not in other],
            "only_second": [word for word in other if word not in near],
        }

    entries = iter(range(len(known)))
    told = []
    for one in found:
        if one.word in place:
            told.append(entry(next(entries)) | {"word": one.asked, "note": one.note})
        else:
            note = one.note if one.word is None else f"{one.word!r} has no vector in the second file"
            empty: dict[str, Any] = {"overlap": None, "both": [], "only_first": [], "only_second": []}
            told.append({"word": one.asked, "found": None, "note": note, **empty})
    # Of equal overlaps the more frequent word comes first: its neighbours should be the surer.
    worst = len(known) + np.argsort(overlap[len(known) :], kind="stable")[:shown]
    return {
        "k": k,
        "shared_words": len(shared),
        "words": told,
        "sampled": len(drawn),
        "mean_overlap": float(overlap[len(known) :].mean()),
        "most_different": [entry(int(i)) for i in worst],
    }
