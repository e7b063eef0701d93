"""The data behind the figure of scaling: what varies is found, and lines join what is equal in all else."""

import pytest

from bench.reports.figures import scaling
from bench.reports.several import report_on
from bench.reports.summary import summarise


def ran(name="gensim", speed=1e6, *, rounds=3, size=100, threads=1, **fields):
    speeds = [speed * (1 + i / 100) for i in range(rounds)]
    hyperparameters = {"vector_size": size, "epochs": 5}
    return [
        {"implementation": name, "speeds": speeds, "threads": threads, "hyperparameters": hyperparameters, **fields}
    ]


def panels(make_results, *configurations):
    data = scaling.data(summarise(make_results(*[run for runs in configurations for run in runs])))
    return data and {
        panel.axis: {line.label: [(point.x, point.rounds) for point in line.points] for line in panel.lines}
        for panel in data.panels
    }


def test_threads_are_joined_in_their_order(make_results):
    found = panels(make_results, *[ran(threads=n, speed=n * 1e6) for n in (4, 1, 2)], ran("fast", 9e6, threads=2))
    assert found == {"threads": {"gensim": [(1, 3), (2, 3), (4, 3)]}}


def test_points_are_the_tables_medians_and_intervals(make_results):
    summary = summarise(make_results(*ran(threads=1), *ran(threads=2, speed=1.9e6)))
    (panel,) = scaling.data(summary).panels
    rows = {row.run.threads: row.speed for row in summary.rows}
    for point in panel.lines[0].points:
        own = rows[point.x]
        assert (point.speed, point.low, point.high) == (own.value, own.low, own.high)


def test_each_thing_that_varies_has_its_panel(make_results):
    found = panels(make_results, ran(), ran(threads=2), ran(size=300), ran(threads=4, size=50))
    assert found == {"threads": {"gensim": [(1, 3), (2, 3)]}, "vector_size": {"gensim": [(100, 3), (300, 3)]}}


def on(make_results, tokens, *configurations, model="Some CPU", code="abc"):
    environment = {"cpu": {"model": model, "cores": 4}, "code": code}
    return summarise(
        make_results(
            *[run for runs in configurations for run in runs],
            corpus={"tokens": tokens, "sha256": f"{tokens}"},
            environment=environment,
        )
    )


def test_corpora_of_other_parts_are_joined_by_their_size(make_results):
    own = on(make_results, 4_000_000, ran(speed=2e6), ran("fast", 9e6))
    other = on(make_results, 1_000_000, ran(speed=1e6), ran("third", 9e6))
    data = scaling.data(own, [other])
    (panel,) = data.panels
    assert panel.axis == "tokens"
    assert {line.label: [(point.x, point.speed) for point in line.points] for line in panel.lines} == {
        "gensim": [(1_000_000, 1.01e6), (4_000_000, 2.02e6)]
    }
    assert "corpus size" in scaling.caption(data)
    assert "1.00 M at 1.00 M" not in scaling.alt(data)
    assert "1.01 M at 1.00 M, 2.02 M at 4.00 M" in scaling.alt(data)


@pytest.mark.parametrize("other", [{"model": "Other CPU"}, {"code": "def"}, {"model": None}])
def test_corpora_on_another_machine_or_by_other_code_are_not_joined(make_results, other):
    own = on(make_results, 4_000_000, ran(), **({"model": None} if "code" not in other and not other["model"] else {}))
    assert scaling.data(own, [on(make_results, 1_000_000, ran(), **other)]) is None


def test_what_varies_elsewhere_stays_there(make_results):
    """Threads and sizes of another corpus are drawn in its own part."""
    other = on(make_results, 1_000_000, ran(threads=2), ran(threads=4))
    assert scaling.data(on(make_results, 4_000_000, ran()), [other]) is None


@pytest.mark.parametrize(
    "other",
    [
        {"name": "fast", "threads": 2}, {"threads": 2, "size": 50}, {"threads": 2, "device": "cuda"},
        {"threads": 2, "version": "2.0"}, {"threads": 2, "options": {"negatives": "pair"}}, {},
    ],
)  # fmt: skip
def test_what_differs_in_more_than_one_thing_is_not_joined(make_results, other):
    assert panels(make_results, ran(), ran(**other)) is None


def test_lines_that_differ_in_hyperparameters_have_names_of_their_own(make_results):
    found = panels(make_results, *[ran(size=size, threads=n) for size in (50, 100) for n in (1, 2)])
    assert set(found["threads"]) == {"gensim[vector_size=50]", "gensim[vector_size=100]"}
    assert set(found["vector_size"]) == {"gensim[threads=1]", "gensim[threads=2]"}


def test_runs_without_a_speed_are_no_points(make_results):
    lost = {"implementation": "gensim", "threads": 2, "failures": {1: ("failed", "boom")}}
    assert panels(make_results, ran(), [lost]) is None


def test_ideal_scaling_starts_at_the_fewest_threads_and_only_threads_have_it(make_results):
    runs = [*ran(threads=1), *ran(threads=4, speed=2e6), *ran(size=300)]
    data = scaling.data(summarise(make_results(*runs)))
    threads, size = scaling.draw(data).axes
    thin = [line for line in threads.lines if line.get_linewidth() == 0.5]
    (ideal,) = thin
    first = 1.01e6  # the median of the rounds
    assert (ideal.get_xdata()[0], ideal.get_ydata()[0]) == pytest.approx((1, first))
    assert (ideal.get_xdata()[-1], ideal.get_ydata()[-1]) == pytest.approx((4, 4 * first))
    assert threads.get_ylim()[0] == 0
    assert threads.get_ylim()[1] > 4 * first
    assert not [line for line in size.lines if line.get_linewidth() == 0.5]
    assert "times the speed" in scaling.caption(data)


def test_one_round_each_has_no_intervals_and_says_so(make_results):
    data = scaling.data(summarise(make_results(*ran(rounds=1), *ran(rounds=1, threads=2))))
    assert all(point.low is None for point in data.panels[0].lines[0].points)
    assert "n = 1" in scaling.caption(data)
    assert "95 %" not in scaling.caption(data)


def test_of_many_lines_the_baseline_and_the_fastest_are_drawn(make_results):
    runs = [ran(f"x{i}", (i + 2) * 1e6, threads=n) for i in range(8) for n in (1, 2)]
    runs += [ran("gensim", 1e5, threads=n) for n in (1, 2)]
    data = scaling.data(summarise(make_results(*[run for each in runs for run in each])))
    assert [line.label for line in data.panels[0].lines] == ["x7", "x6", "x5", "x4", "x3", "gensim"]
    assert "not shown: x2, x1, x0." in scaling.caption(data)


def test_a_report_of_two_corpora_joins_them(make_results, tmp_path):
    for name, tokens in (("small", 1_000_000), ("large", 4_000_000)):
        (tmp_path / name).mkdir()
        results = make_results(*ran(), corpus={"tokens": tokens, "sha256": name * 8, "name": name})
        (tmp_path / name / "results.json").write_text(results.model_dump_json())
    paths = [tmp_path / "small", tmp_path / "large"]
    found, written = report_on(paths, tmp_path / "both", formats=["svg"], only=["scaling"])
    figures = [path.relative_to(tmp_path / "both").as_posix() for path in written if path.suffix == ".svg"]
    assert figures == [f"figures/{group.name}/scaling.svg" for group in found]
    assert len(found) == 2


def test_windows_and_negatives_are_axes_too(make_results):
    def at(speed, **settings):
        (run,) = ran(speed=speed)
        return [{**run, "hyperparameters": {**run["hyperparameters"], **settings}}]

    found = panels(make_results, at(3e6), at(2e6, window=10), at(1e6, negative=15), at(5e5, negative=15, window=2))
    assert found == {
        "window": {"gensim[negative=5]": [(5, 3), (10, 3)], "gensim[negative=15]": [(2, 3), (5, 3)]},
        "negative": {"gensim": [(5, 3), (15, 3)]},
    }


def test_one_text_with_other_least_counts_gives_the_panel_of_vocabularies(make_results):
    def part(size, least, tokens, text="one"):
        (run,) = ran()
        return summarise(
            make_results(
                {**run, "hyperparameters": {**run["hyperparameters"], "min_count": least}},
                corpus={"tokens": tokens, "vocabulary_size": size, "sha256": text},
                environment={"cpu": {"model": "Some CPU", "cores": 4}, "code": "abc"},
            )
        )

    own, other = part(5000, 50, 900_000), part(20_000, 5, 990_000)
    (panel,) = scaling.data(own, [other]).panels
    assert (panel.axis, panel.values) == ("vocabulary", (5000, 20_000))
    assert "vocabulary size" in scaling.caption(scaling.data(own, [other]))
    assert scaling.data(own, [part(20_000, 5, 990_000, text="another")]) is None


def test_of_a_large_grid_every_panel_has_the_fastest_line_of_each_implementation(make_results):
    grid = [(name, size, n) for name in ("fast", "gensim") for size in (50, 100, 300) for n in (1, 2)]
    runs = [ran(name, (9e6 if name == "fast" else 1e6) * n / size, size=size, threads=n) for name, size, n in grid]
    data = scaling.data(summarise(make_results(*[run for each in runs for run in each])))
    drawn = {panel.axis: {line.label for line in panel.lines} for panel in data.panels}
    assert drawn == {
        "threads": {"fast[vector_size=50]", "gensim[vector_size=50]"},
        "vector_size": {"fast[threads=2]", "gensim[threads=2]"},
    }
    assert "one line of each implementation, the fastest; not shown: " in scaling.caption(data)
    assert "gensim[vector_size=300]" in scaling.caption(data)
