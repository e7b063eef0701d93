"""Rows for ``columns`` of what is found in vectors: neighbours, analogies, differences, axes, geometry, stability.

They take the plain data that the functions of bench.evaluation.exploring and bench.evaluation.geometry return.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .columns import columns
from .units import MINUS, MISSING

Rows = list[tuple[str, ...]]
Record = Mapping[str, Any]


def neighbor_rows(results: Sequence[Record]) -> Rows:
    """A column a word, its neighbours below it, each with its cosine."""
    known = [one for one in results if one["found"] is not None]
    lists = [[f"{near['word']} {_number(near['cosine'])}" for near in one["neighbors"]] for one in known]
    depth = max(map(len, lists), default=0)
    filled = [column + [""] * (depth - len(column)) for column in lists]
    return [tuple(one["found"] for one in known), *zip(*filled, strict=True)] if known else []


def analogy_rows(result: Record) -> Rows:
    """The answers and their cosines."""
    rows: Rows = [(result["formula"], "cosine")]
    return rows + [(answer["word"], _number(answer["cosine"])) for answer in result["answers"]]


def difference_rows(entries: Sequence[Record], first: str = "first", second: str = "second") -> Rows:
    """A row a word: what both files have as neighbours, and what only one has."""
    rows: Rows = [("word", "overlap", "both", f"only {first}", f"only {second}")]
    for one in entries:
        if one["overlap"] is not None:
            lists = (", ".join(one[key]) or MISSING for key in ("both", "only_first", "only_second"))
            rows.append((one["found"], f"{one['overlap']:.1f}", *lists))
    return rows


def axis_rows(result: Record) -> Rows:
    """A row a word with its two coordinates, by the first."""
    return [("word", " - ".join(result["x"]), " - ".join(result["y"])), *_placed(result)]


def map_rows(result: Record) -> Rows:
    """A row a word with its two coordinates, by the first; the shares of the variance stand in the headings."""
    if result["variance"] is None:
        return []
    shares = (f"direction {i} ({100 * share:.0f} % of variance)" for i, share in enumerate(result["variance"], 1))
    return [("word", *shares), *_placed(result)]


def printed(answers: Record) -> list[str]:
    """What was found in one file: a table for each question, and after it what has to be said of its words.

    Args:
        answers: results of ``neighbors``, ``analogy``, ``axes`` and ``word_map`` under the keys ``neighbors``,
            ``analogy``, ``axes`` and ``map``, where they were asked for.
    """
    shown = []
    for key, rows in (("neighbors", neighbor_rows), ("analogy", analogy_rows), ("axes", axis_rows), ("map", map_rows)):
        if key in answers:
            found = answers[key]
            told = found if key == "neighbors" else [found, *found.get("points", [])]
            shown += [columns(rows(found)), *notes(told)]
    return [text for text in shown if text]


def notes(results: Sequence[Record]) -> list[str]:
    """What has to be said of words: other spellings, and those that are not known."""
    return list(dict.fromkeys(one["note"] for one in results if one["note"]))


def geometry_rows(records: Mapping[str, Record]) -> Rows:
    """A column a file of vectors, a row a measure."""
    rows: Rows = [("", *records)]
    measured = list(records.values())
    for title, part, key in _MEASURES:
        rows.append((title, *(_measure(record, part, key) for record in measured)))
    top = (_component(record) for record in measured)
    rows.append(("variance of the first principal component", *top))
    names = [band["ranks"] for band in max((_bands(record) for record in measured), key=len, default=[])]
    for key, title in (("mean_norm", "mean length"), ("mean_cosine", "mean cosine")):
        for name in names:
            found = ({band["ranks"]: band[key] for band in _bands(record)}.get(name) for record in measured)
            rows.append((f"{title}, words {name}", *map(_number, found)))
    return rows


_MEASURES = (
    ("mean cosine of two words", "isotropy", "mean_cosine"),
    ("partition function, least / largest", "isotropy", "partition_ratio"),
    ("effective dimensions", "isotropy", "effective_dimensions"),
    ("hubness (skewness)", "hubness", "skewness"),
    ("words that are nobody's neighbour", "hubness", "antihubs"),
    ("length for ten times the frequency", "norms", "slope"),
    ("Spearman of length and frequency", "norms", "spearman"),
)


def stability_rows(result: Record) -> Rows:
    """A row a group and a pair of groups, a column a band of frequency, and all."""
    bands = list(result["bands"])
    rows: Rows = [("overlap of neighbours", *bands, "all", "")]
    for name, group in result["groups"].items():
        within = (_number(group["within"][band]) for band in (*bands, "all"))
        rows.append((f"within {name}", *within, ""))
    for pair in result["comparisons"]:
        between = (_number(pair["bands"][band]["between"]) for band in bands)
        rows.append((f"{pair['first']} to {pair['second']}", *between, _number(pair["between"]), pair["verdict"]))
    return rows


def stability_notes(result: Record) -> list[str]:
    """The verdict on every two groups, with what it rests on."""
    return [pair["sentence"] for pair in result["comparisons"]]


def _placed(result: Record) -> Rows:
    points = [point for point in result["points"] if point["x"] is not None]
    points.sort(key=lambda point: -point["x"])
    return [(point["found"], _number(point["x"]), _number(point["y"])) for point in points]


def _measure(record: Record, part: str, key: str) -> str:
    return MISSING if record[part] is None else _number(record[part][key])


def _component(record: Record) -> str:
    shares = record["isotropy"]["top_variance"] if record["isotropy"] else None
    return _number(shares[0] if shares else None)


def _bands(record: Record) -> list[Record]:
    return record["norms"]["bands"] if record["norms"] else []


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}".replace("-", MINUS)
