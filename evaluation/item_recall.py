"""Neighbour recall: how many of an item's true neighbours are among its nearest ones."""

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from ..datasets.catalogue_entries import QuestionEntry
from ..datasets.item_sequences import ITEMS, NEIGHBOURS, TRUTH_SHA256, Item
from .score import Kind, Score, Section, TaskMetadata
from .task import Task

if TYPE_CHECKING:  # listing tasks needs no NumPy
    from .embeddings import Embeddings

NAME = "items-recall"
METRIC = f"recall@{NEIGHBOURS}"
ALL_ITEMS = "all items, unknown = missed"
"""Section with every item: an item without a vector has recall 0, and a neighbour without one is not found."""
HEAD, TAIL = 0.1, 0.5
"""The most popular tenth of the items, and the less popular half, are sections of their own."""

_ENTRY = QuestionEntry(
    name="items",
    kind="neighbours",
    description=f"the {NEIGHBOURS} true neighbours of each of {ITEMS:,} items, for vectors trained on the corpus items",
    rows=ITEMS,
    source="datasets/item_sequences.py",
    licence="Apache-2.0",
    citation="this project",
    copies=(),
)


class ItemRecallTask(Task):
    """Recall of the true neighbours of the generated item sequences."""

    def __init__(self) -> None:
        metadata = TaskMetadata(
            name=NAME,
            kind=cast(Kind, _ENTRY.kind),
            description=_ENTRY.description,
            source=_ENTRY.source,
            licence=_ENTRY.licence,
            citation=_ENTRY.citation,
            sha256=TRUTH_SHA256,
            metric=METRIC,
            chance=NEIGHBOURS / (ITEMS - 1),
        )
        super().__init__(_ENTRY, metadata)

    def unavailable(self) -> str | None:
        return None  # what is missing is made

    def score(self, embeddings: "Embeddings", *, seed: int = 1) -> list[Score]:
        from ..datasets.generated import generated_file
        from ..datasets.item_sequences import read_truth, truth_file

        return [score_items(embeddings, read_truth(truth_file(generated_file(_ENTRY.name))), seed=seed)]


def score_items(embeddings: "Embeddings", items: Sequence[Item], *, seed: int) -> Score:
    """Mean share of an item's true neighbours that are among its nearest ten items.

    Neighbours are sought by cosine among the items that have vectors; other words do not take part. The value is over
    items that have a vector and at least one true neighbour that has one, and against those that have. An interval is
    from genres drawn with replacement: items of a genre are each other's neighbours, found or missed together.
    """
    recall, found = _recalls(embeddings, items)
    rng_source = [seed, zlib.crc32(NAME.encode())]
    genres = [item.genre for item in items]
    whole = _section(recall, genres, rng_source, len(items))
    sections = {
        name: _section([recall[i] for i in chosen], [genres[i] for i in chosen], rng_source, len(chosen))
        for name, chosen in _bands(items).items()
        if chosen
    }
    reason = None
    if whole.n:
        every = [hits / len(item.neighbours) for hits, item in zip(found, items, strict=True)]
        sections[ALL_ITEMS] = _section(every, genres, rng_source, len(items))
    else:
        reason = f"none of the {len(items):,} items has a vector and a neighbour with one; train on the corpus items"
    return Score(
        task=NAME,
        metric=METRIC,
        value=whole.value,
        n=whole.n,
        total=len(items),
        low=whole.low,
        high=whole.high,
        sections=sections,
        reason=reason,
    )


def _recalls(embeddings: "Embeddings", items: Sequence[Item]) -> tuple[list[float | None], list[int]]:
    """Of each item its recall, None where it cannot be told, and how many true neighbours were found."""
    import numpy as np

    from .geometry.directions import with_direction
    from .geometry.neighbours import nearest

    row = {word: i for i, word in enumerate(embeddings.words)}
    able = with_direction(embeddings)
    rows = np.array([row.get(item.name, -1) for item in items], dtype=np.int64)
    rows[rows >= 0] = np.where(able[rows[rows >= 0]], rows[rows >= 0], -1)
    place = {item.name: i for i, item in enumerate(items) if rows[i] >= 0}
    known = [i for i in range(len(items)) if rows[i] >= 0]
    recall: list[float | None] = [None] * len(items)
    found = [0] * len(items)
    if not known:
        return recall, found
    order = embeddings.frequency_order
    candidates = order[np.isin(order, rows[known])]
    near = nearest(embeddings, rows[known], NEIGHBOURS, candidates=candidates).rows
    for i, own in zip(known, near.tolist(), strict=True):
        true = {int(rows[place[name]]) for name in items[i].neighbours if name in place}
        found[i] = len(true.intersection(own))
        if true:
            recall[i] = found[i] / min(len(true), NEIGHBOURS)
    return recall, found


def _bands(items: Sequence[Item]) -> dict[str, list[int]]:
    """Items by popularity, so that one can see who profits from a setting."""
    by_rank = sorted(range(len(items)), key=lambda i: items[i].rank)
    head, tail = round(HEAD * len(items)), round((1 - TAIL) * len(items))
    return {
        f"most popular {HEAD:.0%}".replace("%", " %"): by_rank[:head],
        "between": by_rank[head:tail],
        f"least popular {TAIL:.0%}".replace("%", " %"): by_rank[tail:],
    }


def _section(recall: Sequence[float | None], genres: Sequence[int], source: list[int], total: int) -> Section:
    import numpy as np

    from .intervals import percentile_interval, resample_groups

    counted = [(value, genre) for value, genre in zip(recall, genres, strict=True) if value is not None]
    if not counted:
        return Section(value=None, n=0, total=total)
    values = np.array([value for value, _ in counted])
    _, group = np.unique([genre for _, genre in counted], return_inverse=True)
    low = high = None
    if group.max() > 0:  # of a single genre there is no telling how another would fare
        sums, sizes = np.bincount(group, values), np.bincount(group).astype(np.float64)
        low, high = percentile_interval(resample_groups(sums, sizes, rng=np.random.default_rng(source)))
    return Section(value=float(values.mean()), n=len(values), total=total, low=low, high=high)
