"""Pictures of vectors: the data behind each, that every shape of answers can be drawn, and the command that does it."""

import json
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text
from typer.testing import CliRunner

from bench.__main__ import app
from bench.datasets.errors import InputError
from bench.evaluation.embeddings import Embeddings, write_embeddings
from bench.evaluation.exploring.axes import axes as lay_axes
from bench.evaluation.exploring.components import components
from bench.evaluation.exploring.questions import analogy as ask_analogy
from bench.evaluation.exploring.questions import neighbors as ask_neighbors
from bench.evaluation.exploring.word_map import word_map as lay_map
from bench.reports import exploring
from bench.reports.figures import style
from bench.reports.figures.fonts import families
from bench.reports.illustrations import Answers, analogy, axes, illustrate, neighbors, word_map, write_illustrations
from bench.reports.illustrations.names import columns, differing, file_name, shown

WORDS = [
    "king", "queen", "man", "woman", "prince", "princess", "boy", "girl", "Paris", "France", "Berlin", "Germany",
    "tea", "coffee",
]  # fmt: skip


def of(words: list[str], dim: int = 50, seed: int = 0) -> Embeddings:
    return Embeddings(words, np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32))


VECTORS = of(WORDS)
HOSTILE = [
    "a/b",
    "../etc",
    "x" * 60,
    "<b>&\"'",
    "$a_1^2$",
    "_hidden",
    "100 %",
    "\x07bell",
    "bad\udcff",
    "日本語",
    "مرحبا",
    "é́",
]


def asked(vectors: Embeddings, words: list[str], system: str = "vectors.bin", **more: Any) -> Answers:
    """All four questions about some words, the first three of which make the analogy and the axes."""
    a, b, c = (words * 3)[:3]
    return Answers(
        system, len(vectors), vectors.dim, neighbors=ask_neighbors(vectors, words),
        analogy=components(vectors, ask_analogy(vectors, a, b, c)), axes=lay_axes(vectors, words, (a, b), (c, b)),
        word_map=lay_map(vectors, words), **more,
    )  # fmt: skip


def boxes(figure: Any, texts: Any) -> list[Any]:
    figure.draw_without_rendering()
    return [Text.get_window_extent(text) for text in texts if text.get_text()]  # without the line to the point


def overlapping(found: list[Any]) -> int:
    return sum(one.overlaps(other) for one, other in combinations(found, 2))


# The map


def test_a_map_is_the_principal_components_of_unit_vectors() -> None:
    found = lay_map(VECTORS, WORDS)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    unit = VECTORS.vectors / np.linalg.norm(VECTORS.vectors, axis=1, keepdims=True)
    centred = unit - unit.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)  # the least first
    places = np.array([[point["x"], point["y"]] for point in found["points"]])
    np.testing.assert_allclose(found["variance"], variances[:-3:-1] / variances.sum(), rtol=1e-5)
    np.testing.assert_allclose(np.abs(places), np.abs(centred @ directions[:, :-3:-1]), atol=1e-5)
    assert 0 < found["least"] < sum(found["variance"])
    farthest = places[np.argmax(np.abs(places), axis=0), [0, 1]]
    assert (farthest > 0).all()


def test_turned_and_mirrored_vectors_give_the_same_map() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(50, 50)))
    turn[:, 0] *= -1
    turned = Embeddings(WORDS, (VECTORS.vectors @ turn).astype(np.float32))
    for one, other in zip(lay_map(VECTORS, WORDS)["points"], lay_map(turned, WORDS)["points"], strict=True):
        assert (one["x"], one["y"]) == pytest.approx((other["x"], other["y"]), abs=1e-5)


def test_distances_in_a_map_are_never_larger_than_those_of_the_vectors() -> None:
    points = lay_map(VECTORS, WORDS)["points"]
    unit = VECTORS.vectors / np.linalg.norm(VECTORS.vectors, axis=1, keepdims=True)
    for i, j in combinations(range(len(WORDS)), 2):
        apart = np.hypot(points[i]["x"] - points[j]["x"], points[i]["y"] - points[j]["y"])
        assert apart <= np.linalg.norm(unit[i] - unit[j]) + 1e-6


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "none of those asked for has a vector"),
        (["nonsense"], "none of those asked for has a vector"),
        (["king", "KING"], "1 of those asked for has a vector"),
        (["king", "longer"], "all these words have the same direction"),
        (["king", "zero"], "1 of those asked for has a vector"),
    ],
)
def test_a_map_that_cannot_be_laid_says_why(words: list[str], says: str) -> None:
    king = VECTORS.vectors[:1]
    more = Embeddings([*WORDS, "longer", "zero"], np.vstack([VECTORS.vectors, 3 * king, 0 * king]))
    found = lay_map(more, words)
    assert says in found["note"]
    assert found["variance"] is None
    assert all(point["x"] is None for point in found["points"])
    assert exploring.map_rows(found) == []
    assert word_map.data(Answers("v", 16, 50, word_map=found)) is None


def test_two_words_lie_on_a_line_and_three_in_a_plane() -> None:
    two, three = lay_map(VECTORS, WORDS[:2]), lay_map(VECTORS, WORDS[:3])
    assert two["variance"] == pytest.approx([1, 0])
    assert [point["y"] for point in two["points"]] == [0, 0]
    assert sum(three["variance"]) == pytest.approx(1)
    assert (two["least"], three["least"]) == (1, 1)
    flat = lay_map(of(WORDS, dim=2), WORDS)
    assert sum(flat["variance"]) == pytest.approx(1)
    assert flat["least"] == 1
    line = lay_map(of(WORDS, dim=1), WORDS)
    assert line["variance"] == pytest.approx([1, 0])


def test_equal_directions_are_told() -> None:
    even = Embeddings(["a", "b", "c", "d"], np.eye(4, dtype=np.float32))
    assert "directions 1 and 2 hold the same variance" in lay_map(even, list("abcd"))["note"]
    assert lay_map(VECTORS, WORDS)["note"] is None


def test_a_map_is_printed_by_its_first_direction() -> None:
    rows = exploring.map_rows(lay_map(VECTORS, ["king", "nonsense", "paris"]))
    assert rows[0][0] == "word"
    assert "% of variance" in rows[0][1]
    assert {row[0] for row in rows[1:]} == {"king", "Paris"}
    assert float(rows[1][1]) > 0 > float(rows[2][1].replace("−", "-"))


# The heat map


def test_the_rows_of_an_analogy_are_unit_vectors_with_their_cosines() -> None:
    found = components(VECTORS, ask_analogy(VECTORS, "king", "man", "woman"))
    assert found is not None
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    unit = VECTORS.vectors / np.linalg.norm(VECTORS.vectors, axis=1, keepdims=True)
    direction = unit[0] - unit[2] + unit[3]
    direction /= np.linalg.norm(direction)
    cosines = dict(zip(WORDS, (unit @ direction).tolist(), strict=True))
    answer = max((word for word in WORDS if word not in ("king", "man", "woman")), key=cosines.__getitem__)
    assert [row["name"] for row in found["rows"]] == ["king", "man", "woman", "king - man + woman", answer]
    np.testing.assert_allclose([row["vector"] for row in found["rows"]][:3], unit[[0, 2, 3]], atol=1e-6)
    np.testing.assert_allclose(found["rows"][3]["vector"], direction, atol=1e-6)
    for row in found["rows"]:
        assert row["cosine"] == pytest.approx(cosines.get(row["name"], 1.0), abs=1e-6)
    assert found["rank_with_question"] == sorted(cosines.values(), reverse=True).index(cosines[answer]) + 1
    assert found["among"] == len(WORDS) - 3


@pytest.mark.parametrize("words", [("king", "man", "nonsense"), ("one", "two", "three")])
def test_an_analogy_without_a_direction_has_no_rows(words: tuple[str, str, str]) -> None:
    third = np.array([[1, 0], [0.5, 0.75**0.5], [-0.5, 0.75**0.5]], dtype=np.float32)  # at 60 degrees: they cancel out
    vectors = VECTORS if words[0] == "king" else Embeddings(["one", "two", "three"], third)
    assert components(vectors, ask_analogy(vectors, *words)) is None
    assert analogy.data(Answers("v", 3, 2)) is None


def test_every_row_has_the_dimensions_in_the_order_of_the_formula() -> None:
    found = components(VECTORS, ask_analogy(VECTORS, "king", "man", "woman"))
    data = analogy.data(asked(VECTORS, ["king", "man", "woman"]))
    assert data is not None
    assert found is not None
    assert list(data.rows[3].values) == sorted(data.rows[3].values)
    assert sorted(data.dimensions) == list(range(50))
    for row, other in zip(data.rows, found["rows"], strict=True):
        assert row.values == tuple(other["vector"][i] for i in data.dimensions)
    assert data.formula == "king − man + woman"
    sizes = [abs(value) for row in data.rows for value in row.values]
    assert data.clipped == sum(size > data.limit for size in sizes) <= 0.01 * len(sizes) + 1
    assert f"at rank 1 of {len(WORDS) - 3} words" in analogy.caption(data)
    assert f"at rank {found['rank_with_question']} were they not" in analogy.caption(data)


def test_colours_are_symmetric_around_zero_and_told_apart_in_grey() -> None:
    data = analogy.data(asked(VECTORS, ["king", "man", "woman"]))
    assert data is not None
    images = [image for axes in analogy.draw(data).axes for image in axes.images]
    assert len(images) == 5
    assert {(image.norm.vmin, image.norm.vmax) for image in images} == {(-data.limit, data.limit)}
    colours = np.array([analogy.colour_map()(share)[:3] for share in np.linspace(0, 1, 101)])
    grey = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(grey) > 0).all()
    assert np.ptp(colours[50]) < 0.05  # the middle has no hue


def test_a_vocabulary_without_an_answer_is_drawn_without_one() -> None:
    data = analogy.data(asked(of(["a", "b", "c"]), ["a", "b", "c"]))
    assert data is not None
    assert len(data.rows) == 4
    assert "no word beside a, b and c" in analogy.caption(data)


@pytest.mark.parametrize("dim", [2, 1000])
def test_names_and_numbers_of_the_heat_map_keep_apart(dim: int) -> None:
    words = ["w" * 60, "i" * 60, "Ж" * 60, "short"]
    data = analogy.data(asked(of(words, dim), words))
    assert data is not None
    with matplotlib.rc_context(style.RC):
        figure = analogy.draw(data)
        plot = figure.axes[0]
        found = boxes(figure, [*plot.texts, *figure.texts])
    assert len(found) == 12
    assert overlapping(found) == 0
    assert plot.get_window_extent().width > 0.4 * figure.bbox.width


# Maps and axes


def test_the_points_of_a_map_are_those_that_were_found() -> None:
    answers = asked(VECTORS, ["king", "paris", "Paris", "nonsense", "tea"])
    data = word_map.data(answers)
    assert data is not None
    assert [point.word for point in data.points] == ["king", "Paris", "tea"]
    assert data.missing == ("nonsense",)
    assert "not shown: nonsense" in word_map.caption(data)
    assert "turned or mirrored" in word_map.caption(data)
    assert answers.word_map is not None
    assert f"{100 * sum(answers.word_map['variance']):.0f} %" in word_map.caption(data)
    assert "king (" in word_map.alt(data)


def test_the_words_of_the_axes_are_marked_and_named_at_their_ends() -> None:
    found = lay_axes(VECTORS, ["queen", "paris", "nonsense"], ("woman", "Man"), ("king", "man"))
    data = axes.data(Answers("v", 14, 50, axes=found))
    assert data is not None
    assert (data.x, data.y) == (("woman", "man"), ("king", "man"))
    assert [point.word for point in data.points if point.special] == ["woman", "man", "king"]
    assert [point.word for point in data.points if not point.special] == ["queen", "Paris"]
    texts = [text.get_text() for text in axes.draw(data).axes[0].texts]
    assert texts[:4] == ["← man", "woman →", "← man", "king →"]
    assert f"cosine of {found['cosine']:.2f}".replace("-", "−") in axes.caption(data)
    unknown = lay_axes(VECTORS, ["queen"], ("woman", "nonsense"), ("king", "man"))
    assert axes.data(Answers("v", 14, 50, axes=unknown)) is None


def test_axes_that_show_the_same_say_so() -> None:
    same = axes.data(Answers("v", 14, 50, axes=lay_axes(VECTORS, ["tea"], ("king", "man"), ("king", "man"))))
    assert same is not None
    assert "both show much of the same" in axes.caption(same)


@pytest.mark.parametrize("n", [2, 24])
def test_names_of_points_keep_apart_and_inside(n: int) -> None:
    words = [f"{'long' * (i % 4)}word{i}" for i in range(n)]
    answers = asked(of(words), words)
    for module in (axes, word_map):
        with matplotlib.rc_context(style.RC):
            figure = module.draw(module.data(answers))
            plot = figure.axes[0]
            names = [text for text in plot.texts if "word" in text.get_text() and text.xycoords == "data"]
            found = boxes(figure, names)
            frame = plot.get_window_extent()
        assert len(found) == n
        assert overlapping(found) == 0
        assert all(frame.contains(box.x0 + 1, box.y0 + 1) and frame.contains(box.x1 - 1, box.y1 - 1) for box in found)


def test_a_unit_of_a_map_is_as_long_on_both_axes() -> None:
    figure = word_map.draw(word_map.data(asked(VECTORS, WORDS)))
    figure.draw_without_rendering()
    (x0, y0), (x1, y1) = figure.axes[0].transData.transform([(0, 0), (1, 1)])
    assert x1 - x0 == pytest.approx(y1 - y0)


def test_more_words_than_have_room_are_refused() -> None:
    words = [f"w{i}" for i in range(81)]
    with pytest.raises(InputError, match="room for 80 words, not for 81"):
        illustrate([Answers("v", 81, 50, word_map=lay_map(of(words), words))])


# Neighbours


def test_neighbours_that_systems_share_are_marked() -> None:
    first, second = VECTORS, of(WORDS, seed=1)
    (data,) = neighbors.data([asked(first, ["king", "tea"], "a"), asked(second, ["king", "tea"], "b")])
    assert [[(one.system, one.word) for one in panel] for panel in data.panels] == [
        [("a", "king"), ("a", "tea")],
        [("b", "king"), ("b", "tea")],
    ]
    for one, other in ((data.panels[0][i], data.panels[1][i]) for i in (0, 1)):
        both = {near.word for near in one.neighbors} & {near.word for near in other.neighbors}
        for near in (*one.neighbors, *other.neighbors):
            assert near.shared is (near.word in both)
    assert "hollow" in neighbors.caption(data)
    assert "king in a: " in neighbors.alt(data)


def test_one_system_has_nothing_to_share() -> None:
    (data,) = neighbors.data([asked(VECTORS, ["king", "nonsense"])])
    assert [near.word for near in data.lists[0].neighbors] == [
        near["word"] for near in ask_neighbors(VECTORS, ["king"])[0]["neighbors"]
    ]
    assert "hollow" not in neighbors.caption(data)
    assert "not shown: nonsense" in neighbors.caption(data)
    assert neighbors.data([asked(VECTORS, ["nonsense"])]) == []
    assert neighbors.data([Answers("v", 3, 2)]) == []


def test_systems_of_one_word_stand_side_by_side() -> None:
    systems = [asked(of(WORDS, seed=seed), ["king"], f"system{seed}") for seed in range(4)]
    (data,) = neighbors.data(systems)
    assert [[one.system for one in panel] for panel in data.panels] == [["system0", "system1", "system2", "system3"]]


def test_a_word_that_one_system_lacks_is_an_empty_list_there() -> None:
    lacking = of([word for word in WORDS if word != "tea"], seed=1)
    (data,) = neighbors.data([asked(VECTORS, ["king", "tea"], "a"), asked(lacking, ["king", "tea"], "b")])
    assert data.panels[1][1] == neighbors.List("tea", "b", ())
    assert not any(near.shared for near in data.panels[0][1].neighbors)
    assert data.missing == ()
    assert "no vector" in [text.get_text() for axes in neighbors.draw(data).axes for text in axes.texts]


@pytest.mark.parametrize(
    ("n", "systems", "pages"), [(1, 1, 1), (18, 1, 1), (30, 1, 2), (30, 2, 4), (3, 9, 1), (4, 9, 2)]
)
def test_many_words_go_to_further_pictures(n: int, systems: int, pages: int) -> None:
    words = [f"w{i}" for i in range(30)]
    vectors = of(words)
    found = neighbors.data([asked(vectors, words[:n], f"s{i}") for i in range(systems)])
    assert len(found) == pages
    assert len({data.name for data in found}) == pages
    drawn = [(one.system, one.word) for data in found for one in data.lists]
    assert sorted(drawn) == sorted((f"s{i}", word) for i in range(systems) for word in words[:n])


@pytest.mark.parametrize(("n", "systems"), [(1, 1), (2, 2), (4, 1), (1, 4)])
def test_names_of_neighbours_keep_apart(n: int, systems: int) -> None:
    words = [letter * 60 for letter in "wimMWЖlo"]
    answers = [asked(of(words, seed=i), words[:n], f"system {i} " + "y" * 150) for i in range(systems)]
    (data,) = neighbors.data(answers)
    with matplotlib.rc_context(style.RC):
        figure = neighbors.draw(data)
        texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
        found = boxes(figure, texts)
        plots = [axes.get_window_extent() for axes in figure.axes]
        numbers = [[label.get_window_extent() for label in axes.get_xticklabels()] for axes in figure.axes]
    assert overlapping(found) == 0
    assert not any(text.overlaps(plot) for text in found for plot in plots)
    assert not any(map(overlapping, numbers))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 + 0.5 and box.y0 >= 0 for box in found)


# Files


def test_every_picture_has_three_formats_and_its_words(tmp_path: Path) -> None:
    drawings = illustrate([asked(VECTORS, ["king", "man", "woman"], runs=5)])
    assert [one.name for one in drawings] == [
        "neighbors-king-man-woman", "analogy-king-man-woman", "axes-king-man-woman-man", "map-king-man-woman",
    ]  # fmt: skip
    written = write_illustrations(drawings, tmp_path / "new" / "folder")
    assert {path.name for path in written} == {
        f"{one.name}.{form}" for one in drawings for form in ("png", "pdf", "svg", "txt")
    }
    for one in drawings:
        text = (tmp_path / "new" / "folder" / f"{one.name}.txt").read_text(encoding="utf-8")
        assert one.caption in text
        assert one.alt in text
        assert "vectors.bin, run 1 of 5, 14 words, 50 dimensions" in one.caption
        assert one.files["png"].startswith(b"\x89PNG")
        assert json.loads(json.dumps(one.data))["name"] == one.name
        assert b"/Subtype /Type3" not in one.files["pdf"]
    again = illustrate([Answers("vectors.bin", 14, 50, runs=5, word_map=lay_map(VECTORS, ["king", "man", "woman"]))])
    assert again[0].files == drawings[3].files


def test_systems_have_pictures_of_their_own() -> None:
    three = [lay_map(of(WORDS, seed=i), WORDS[:3]) for i in range(3)]
    systems = [Answers(name, 14, 50, word_map=one) for name, one in zip(("a/b", "a-b", "a b"), three, strict=True)]
    names = [one.name for one in illustrate(systems)]
    assert len(set(names)) == len(names) == 3


def test_pictures_that_cannot_be_written_are_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write pictures into .*; choose another directory"):
        write_illustrations([], tmp_path / "file")


def test_hostile_words_are_drawn(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings("ignore", message="no font here has")
        drawings = illustrate([asked(of(HOSTILE, dim=2), HOSTILE, "<&$_\\> " + "n" * 200)])
    assert len(drawings) == 4
    assert {path.parent for path in write_illustrations(drawings, tmp_path)} == {tmp_path}
    assert all(len(path.name) < 100 for path in tmp_path.iterdir())


def test_characters_without_a_font_are_told_once() -> None:
    with pytest.warns(UserWarning, match="no font here has") as told:
        illustrate([Answers("v", 2, 2, neighbors=ask_neighbors(of(["\U00016fe0", "b"]), ["b"]))])
    assert len(told) == 1
    assert "\U00016fe0" in str(told[0].message)
    assert families(["plain äñ — −"]) == (["DejaVu Sans"], "")


def test_words_are_cut_to_the_columns_they_take() -> None:
    assert shown("word", 4) == "word"
    assert shown("words", 4) == "wor…"
    assert columns("日本") == 4
    assert columns(shown("日本語", 5)) == 5
    assert columns("e\u0301") == 1
    assert shown("a\x00b\udcff\n", 9) == "a�b��"


def test_file_names_are_safe_and_differ() -> None:
    names = [file_name("map", word) for word in [*HOSTILE, "a-b", "a b", "x" * 61, "ä", "ö"]]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and "/" not in name and not name.startswith(".") for name in names)
    assert file_name("analogy", "king", "man", "woman") == "analogy-king-man-woman"


def test_paths_are_named_by_what_tells_them_apart() -> None:
    assert differing(["runs/a/vectors.bin"]) == ["vectors.bin"]
    assert differing(["x/a.bin", "x/b.bin"]) == ["a.bin", "b.bin"]
    assert differing(["runs/a/vectors.bin", "runs/b/vectors.bin"]) == ["a", "b"]
    assert differing(["a/v", "b/a/v"]) == ["a/v", "b/a/v"]


# The command


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    for name, seed in (("a", 0), ("b", 1)):
        write_embeddings(f"{name}.bin", of(WORDS, seed=seed), binary=True)
    return lambda *arguments: CliRunner().invoke(app, ["evaluate", *arguments])


QUESTIONS = [
    "--neighbors", "king,tea", "--analogy", "king", "man", "woman", "--axes", "woman,man,king,man", "--words",
    "queen,boy,nonsense", "--map", "king,queen,tea,coffee",
]  # fmt: skip


def test_evaluate_draws_beside_what_it_prints(bench: Any, tmp_path: Path) -> None:
    plain = bench("a.bin", *QUESTIONS)
    drawn = bench("a.bin", *QUESTIONS, "--figures", "pictures")
    assert (plain.exit_code, drawn.exit_code) == (0, 0)
    assert drawn.stdout.startswith(plain.stdout)
    assert "direction 1 (" in plain.stdout
    assert "'nonsense' is not in the vocabulary" in plain.stdout
    files = drawn.stdout[len(plain.stdout) :].split()
    assert len(files) == 16
    assert all((tmp_path / file).stat().st_size > 100 for file in files)


def test_evaluate_tells_of_its_pictures_in_json(bench: Any) -> None:
    done = bench("a.bin", "b.bin", *QUESTIONS[:2], *QUESTIONS[-2:], "--figures", "pictures", "--json")
    first, second, differences, last = json.loads(done.stdout)
    assert set(first) == set(second) == {"vectors", "neighbors", "map"}
    assert set(differences) == {"differences"}
    assert len(last["figures"]) == 1 + 2
    assert all(one["caption"] and one["alt"] and len(one["files"]) == 4 for one in last["figures"])
    assert all(Path(file).exists() for one in last["figures"] for file in one["files"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--figures", "p"], "give one of these, too"),
        (["--compare", "--figures", "p"], "give one of these, too"),
        (["--map", ","], "--map names no words"),
        (["--neighbors", " "], "--neighbors names no words"),
        (["--axes", "a,b,c", "--words", "d"], "--axes takes four words"),
        (["--axes", "a,b,c,d"], "--axes takes four words"),
        (["--map", "king,tea", "--figures", "a.bin"], "cannot write pictures into a.bin"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(bench: Any, arguments: list[str], says: str) -> None:
    done = bench("a.bin", *arguments)
    assert done.exit_code == 2
    assert says in done.stderr


def test_nothing_to_draw_is_told_and_no_fault(bench: Any, tmp_path: Path) -> None:
    done = bench("a.bin", "--map", "nonsense", "--figures", "pictures")
    assert done.exit_code == 0
    assert "nothing was found that could be drawn" in done.stderr
    assert not (tmp_path / "pictures").exists()
    assert "a map needs two words at least" in done.stdout
