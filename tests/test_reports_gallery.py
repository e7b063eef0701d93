"""The gallery: pictures, their data and the page that shows them."""

import json

import pytest

from bench.reports import figures, gallery
from bench.reports.summary import summarise

GENSIM = {"implementation": "gensim", "speeds": [500e3, 520e3, 510e3], "accuracy": 0.365}
FAST = {"implementation": "fast", "speeds": [5.1e6, 5.3e6, 5.2e6], "accuracy": 0.37}


@pytest.fixture
def results(tmp_path, make_results):
    directory = tmp_path / "results"
    directory.mkdir()
    (directory / "results.json").write_text(make_results(GENSIM, FAST).model_dump_json())
    return directory


@pytest.fixture
def make(tmp_path):
    def run(*arguments):
        return gallery.main([*map(str, arguments), "--out", f"{tmp_path}/images/gallery", "--page", f"{tmp_path}/g.md"])

    return run


def test_a_figure_has_its_picture_its_data_and_its_command_on_the_page(make, results, tmp_path):
    assert make(results, "--only", "speed,ratio") == 0
    folder = tmp_path / "images" / "gallery"
    assert sorted(path.name for path in folder.iterdir()) == ["ratio.json", "ratio.png", "speed.json", "speed.png"]
    page = (tmp_path / "g.md").read_text()
    for name in ("speed", "ratio"):
        assert f"](images/gallery/{name}.png)" in page
        assert f"[{name}.json](images/gallery/{name}.json)" in page
    assert page.count("python -m bench run --impl a,b") == 2
    assert page.index("speed.png") < page.index("ratio.png")
    assert "Run on 2026-03-04, Some CPU, 4 cores." in page


def test_the_data_are_those_that_were_drawn(make, results, tmp_path, make_results):
    assert make(results, "--only", "speed") == 0
    record = json.loads((tmp_path / "images" / "gallery" / "speed.json").read_text())
    (drawing,) = figures.draw_all(summarise(make_results(GENSIM, FAST)), only=["speed"], formats=())
    assert record["data"] == json.loads(json.dumps(drawing.data))
    assert record["data"]["marks"][0]["median"] == 5.2e6
    assert (record["caption"], record["alt"]) == (drawing.caption, drawing.alt)


def test_pictures_are_small_and_still_the_picture(make, results, tmp_path):
    from PIL import Image

    assert make(results, "--only", "speed-quality") == 0
    path = tmp_path / "images" / "gallery" / "speed-quality.png"
    assert path.stat().st_size <= gallery.LARGEST
    picture = Image.open(path).convert("RGB")
    assert picture.width == 3.4 * 300
    assert len(picture.getcolors(100_000)) > 8


def test_a_picture_that_cannot_be_small_is_refused(monkeypatch):
    import io

    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "png")
    assert gallery.small(buffer.getvalue()).startswith(b"\x89PNG")
    monkeypatch.setattr(gallery, "LARGEST", 500)
    with pytest.raises(gallery.InputError, match="larger than"):
        gallery.small(buffer.getvalue())


def test_figures_are_added_one_by_one(make, results, tmp_path):
    assert make(results, "--only", "speed") == 0
    speed = (tmp_path / "images" / "gallery" / "speed.png").read_bytes()
    (drawing,) = figures.draw_all(summarise(gallery.load_results(results)), only=["memory"], formats=("png",))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "map.png").write_bytes(drawing.files["png"])
    (pictures / "map.txt").write_text("A map\n\nCaption: Words: two axes.\n\nText alternative: king is left.\n")
    (tmp_path / "answers.json").write_text('[{"vectors": "x"}]')
    command = "python -m bench evaluate x --map king,queen --figures pictures"
    assert make("--pictures", pictures, "--command", command, "--data", tmp_path / "answers.json") == 0
    page = (tmp_path / "g.md").read_text()
    assert page.index("## Figures of a report") < page.index("speed.png") < page.index("## Illustrations")
    assert "![king is left.](images/gallery/map.png)" in page
    assert "Words: two axes." in page
    assert command in page
    assert (tmp_path / "images" / "gallery" / "speed.png").read_bytes() == speed
    assert json.loads((tmp_path / "images" / "gallery" / "map.json").read_text())["data"] == [{"vectors": "x"}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{results}", "--only", "stability"], "can fill stability"),
        (["{results}/nowhere"], "no results in"),
        (["--pictures", "{results}"], "no pictures"),
    ],
)
def test_what_cannot_be_drawn_is_said(make, results, tmp_path, capsys, arguments, message):
    assert make(*[text.format(results=results) for text in arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "g.md").exists()


def test_names_from_results_cannot_break_the_page(make, tmp_path, make_results):
    directory = tmp_path / "odd"
    directory.mkdir()
    odd = {**GENSIM, "implementation": "a](x)<b>`|*"}
    results = make_results(odd, command="run `` ``` <b>", environment={"cpu": {"model": "<img src=x>"}, "git": None})
    (directory / "results.json").write_text(results.model_dump_json())
    assert make(directory, "--only", "speed") == 0
    page = (tmp_path / "g.md").read_text()
    assert "<img" not in page
    assert "````sh\nrun `` ``` <b>\n````" in page
    assert "a](x)" not in page.replace("a\\]", "")
