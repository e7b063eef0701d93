"""The report's page in a real browser: what a reader does with it, and what it must not do."""

import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.benchmarks.history.store import append, load
from bench.benchmarks.plan import make_plan
from bench.benchmarks.runner import run
from bench.reports import history_page, html
from bench.reports.figures import Drawing
from bench.reports.history_view import tracks
from bench.reports.part import Part
from bench.reports.summary import summarise
from bench.reports.write import write_report

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra test)")
axe_core = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (extra test)")

PLUGIN = Path(__file__).with_name("misbehaving_trainers.py")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RESULTS = "table.results"
HOSTILE = "<i>&\"'" + 200 * "n"
PHONE = {"width": 360, "height": 740}


def installed() -> str | None:
    named = os.environ.get("BENCH_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = installed()
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed, and BENCH_CHROMIUM names none")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of real runs: two trainers that train, one that fails, one that is not here."""
    home = tmp_path_factory.mktemp("report")
    text = home / "tiny.txt"
    text.write_text("the tiger and the cat drink tea\nthe king and the queen drink coffee\n" * 60)
    settings = {
        "impl": ["quick", "quick[scale=2]", "raises", "absent"], "plugin": PLUGIN, "corpus": str(text), "threads": 1,
        "tasks": ["wordsim-353"], "repeats": 1, "vector_size": 8,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(home / "cache"))
        run(make_plan(settings), home / "out", command="python -m bench run --impl quick")
    write_report(home / "out", formats=("html", "csv", "svg"), only=("speed", "quality"))
    return home / "out" / "report.html"


@pytest.fixture(scope="module")
def merged(make_results: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two parts with verdicts on quality, a long name and hostile ones; without figures."""
    parts = []
    for corpus in ("text8", "news <b>&"):
        runs = [
            {
                "implementation": name, "speeds": [speed * (1 + 0.01 * seed)], "seed": seed, "rho": 0.6 + 0.001 * seed,
                "accuracy": accuracy + 0.003 * (seed * 7 % 5), "version": "=1+1",
            }
            for name, speed, accuracy in (("gensim", 1e5, 0.36), ("fast", 1e6, 0.40), (HOSTILE, 2e5, 0.36))
            for seed in range(5)
        ]  # fmt: skip
        lost = {"implementation": "lost", "failures": {1: ("failed", "x" * 300), 2: ("failed", "x" * 300)}}
        parts.append(Part(summarise(make_results(*runs, lost, corpus={"name": corpus, "generated": "Made up."}))))
    page = tmp_path_factory.mktemp("merged") / "report.html"
    page.write_text(html.render(parts), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def history(make_results: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history's page: the later commit has the earlier name, and only one implementation was there before."""
    home = tmp_path_factory.mktemp("history")
    for day, revision, names in ((1, "f", ("old", "numba")), (2, "0", ("numba",))):
        environment = {"cpu": {"model": "Some CPU", "cores": 4}, "git": {"revision": revision * 40, "dirty": False}}
        runs = [{"implementation": name, "speeds": [5e6], "accuracy": 0.4} for name in names]
        created = f"2026-03-0{day}T05:06:07Z"
        append(make_results(*runs, environment=environment, created=created), home)
    entries, svg = load(home), b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
    found = [
        (track, Drawing(f"figure-{number}", "Over commits", "Caption.", f"line {number}", {"svg": svg}))
        for number, track in enumerate(tracks(entries))
    ]
    page = home / "history.html"
    page.write_text(history_page.render(entries, found), encoding="utf-8")
    return page


class Watched:
    """A page with what it wrote to the console and asked of the network."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Any]:
    """Opens the page, with settings of the browser's if wanted; in the end nothing may have gone wrong in it."""
    contexts, watched = [], []

    def make(path: Path = report, **settings: Any) -> Any:
        context = browser.new_context(**settings)
        contexts.append(context)
        # Whatever it asks for beside itself is refused, and seen below.
        context.route("**/*", lambda route: route.continue_() if route.request.url == path.as_uri() else route.abort())
        one = Watched(context.new_page())
        one.page.set_default_timeout(10_000)
        watched.append((one, path))
        one.page.goto(path.as_uri())
        return one.page

    yield make
    for one, path in watched:
        assert one.errors == []
        assert set(one.requests) <= {path.as_uri()}
    for context in contexts:
        context.close()


def shown(page: Any) -> list[str]:
    """Names of the rows that are shown."""
    return [text.split()[0] for text in page.locator(f"{RESULTS} tbody tr:visible th").all_inner_texts()]


def status(page: Any) -> str:
    return str(page.locator(".tools", has=page.locator("input")).first.get_by_role("status").inner_text())


def unfolded(page: Any) -> Any:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return page


def test_a_heading_sorts_by_mouse_and_by_keyboard(opened: Any) -> None:
    page = opened()
    head = page.locator(f"{RESULTS} thead th", has_text="Words/s")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"

    def values() -> list[str | None]:
        return [row.get_attribute("data-value") for row in page.locator(f"{RESULTS} tbody tr td:nth-child(2)").all()]

    measured = [float(value) for value in values()[:2] if value]
    assert len(measured) == 2
    assert measured == sorted(measured, reverse=True)
    assert values()[2:] == [None, None]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert [float(value) for value in values()[:2] if value] == measured[::-1]
    assert values()[2:] == [None, None], "what has no value stays at the end"
    assert status(page) == "4 rows, sorted by Words/s, ascending"
    page.locator(f"{RESULTS} thead").get_by_role("button", name="Implementation").click()
    assert page.locator(f"{RESULTS} th[aria-sort]").count() == 1
    assert [name.partition("[")[0] for name in shown(page)] == ["absent", "quick", "quick", "raises"]


def test_what_is_typed_and_picked_narrows_the_rows_and_is_announced(opened: Any) -> None:
    page = opened()
    tools = page.get_by_role("group", name="Speed and quality by implementation")
    assert status(page) == "4 rows"
    search = tools.get_by_label("Filter")
    search.press_sequentially("QUICK scale=2")
    assert len(shown(page)) == 1
    assert status(page) == "1 of 4 rows shown"
    search.fill("nothing like it")
    assert shown(page) == []
    assert status(page) == "0 of 4 rows shown"
    search.fill("")
    tools.get_by_label("Status").select_option("ok")
    assert sorted(name.partition("[")[0] for name in shown(page)) == ["quick", "quick"]
    search.fill("raises")
    assert shown(page) == [], "what is typed and what is picked hold together"
    tools.get_by_label("Status").select_option("all")
    assert shown(page) == ["raises"]


def test_the_colours_start_as_the_systems_and_a_choice_ends_with_the_page(opened: Any) -> None:
    def lightness(page: Any) -> int:
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))

    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        button = page.get_by_role("button", name="Dark colours")
        assert (lightness(page) < 300) is (scheme == "dark")
        assert button.get_attribute("aria-pressed") == str(scheme == "dark").lower()
        button.press("Space")
        assert (lightness(page) < 300) is (scheme == "light")
        assert button.get_attribute("aria-pressed") == str(scheme == "light").lower()
        page.reload()
        assert (lightness(page) < 300) is (scheme == "dark")


def test_a_copy_of_the_page_alone_gives_the_rows_shown_as_csv(opened: Any, report: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.html"
    alone.write_bytes(report.read_bytes())
    page = opened(alone)
    tools = page.get_by_role("group", name="Speed and quality by implementation")
    tools.get_by_label("Status").select_option("ok")
    with page.expect_download() as waiting:
        tools.get_by_role("button", name="Download CSV").click()
    assert waiting.value.suggested_filename == "word2vec-on-tiny-results.csv"
    with Path(waiting.value.path()).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    values = page.locator(f"{RESULTS} tbody tr:visible td:nth-child(2)")
    assert [row["Words/s"] for row in rows] == [cell.get_attribute("data-value") for cell in values.all()]
    assert all("quick[scale=" in row["Implementation"] for row in rows)
    assert all(row["Status"] == "ok" for row in rows)
    assert all(row["Words/s: detail"] for row in rows)


@pytest.mark.parametrize("width", [320, 360, 700])
@pytest.mark.parametrize("name", ["report", "merged"])
def test_no_screen_is_too_narrow(opened: Any, request: pytest.FixtureRequest, name: str, width: int) -> None:
    page = unfolded(opened(request.getfixturevalue(name), viewport={"width": width, "height": 740}))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.locator(".scroll").first
    assert width > 360 or wide.evaluate("(one) => one.scrollWidth > one.clientWidth"), "the table scrolls by itself"


def test_print_shows_everything_and_nothing_to_press(opened: Any) -> None:
    page = opened(color_scheme="dark")
    page.get_by_label("Filter").first.fill("nothing like it")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert len(shown(page)) == 4, "what is filtered away is not missing on paper"
    assert page.locator(".tools:visible, nav:visible, button.theme:visible").count() == 0
    figures = page.locator("figure")
    assert figures.count() > 0
    for figure in figures.all():
        assert figure.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
    page.emulate_media(media=None)
    assert page.pdf().startswith(b"%PDF-")
    assert page.locator("details[open]").count() == 0, "unfolded for the print only"


def test_a_name_in_a_table_is_no_formula_in_a_spreadsheet(opened: Any, merged: Path) -> None:
    page = opened(merged)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").first.click()
    with Path(waiting.value.path()).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["Implementation: detail"] for row in rows} == {"'=1+1", ""}
    assert any(row["Implementation"] == HOSTILE for row in rows)


def test_commits_sort_by_time_and_keep_their_names(opened: Any, history: Path) -> None:
    page = opened(history)
    page.get_by_role("button", name="Last commit").click()
    column = page.locator("table.levels tbody td:nth-child(5)")
    names = [text.split()[0] for text in column.all_inner_texts()]
    assert set(names) == {"0000000", "fffffff"}
    assert names == sorted(names), "the latest first, which has the lower name"
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    with Path(waiting.value.path()).open(newline="", encoding="utf-8") as file:
        assert [row["Last commit"] for row in csv.DictReader(file)] == names


def test_without_scripts_everything_is_there(opened: Any) -> None:
    page = opened(java_script_enabled=False)
    assert len(shown(page)) == 4
    assert page.locator("button, input, select").count() == 0


def test_the_failed_run_leads_to_its_log(opened: Any, report: Path) -> None:
    page = opened()
    link = page.locator("table.failures tr", has_text="raises").get_by_role("link").first
    log = report.parent / str(link.get_attribute("href"))
    assert log.is_file()
    for anchor in page.get_by_role("link").all():
        target = str(anchor.get_attribute("href"))
        if not target.startswith("#"):
            assert (report.parent / target).exists(), target


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "viewport"),
    [("report", {"width": 1280, "height": 900}), ("report", PHONE), ("merged", PHONE), ("history", PHONE)],
)
def test_axe_has_no_serious_finding(
    opened: Any, request: pytest.FixtureRequest, name: str, scheme: str, viewport: dict[str, int]
) -> None:
    page = unfolded(opened(request.getfixturevalue(name), color_scheme=scheme, viewport=viewport))
    found = axe_core.Axe().run(page).response
    bad = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in bad] == []
    assert len(found["passes"]) > 15, "it looked"
