"""The data behind the roofline, and the sentence on how far each implementation is from the machine's limits."""

from typing import Any

import pytest

from bench.benchmarks.prediction import ceilings_of, predicted
from bench.reports import limits, words
from bench.reports.figures import roofline, scaling, series, style
from bench.reports.summary import summarise


def ceilings(threads: int = 2, **fields: Any) -> dict[str, Any]:
    return {
        "threads": threads, "lanes": 8, "multiply_adds_per_second": 5e10 * threads,
        "memory_read_bytes_per_second": 2e10, "memory_update_bytes_per_second": 3e10,
        "cache_update_bytes_per_second": 8e10, "first_cache_update_bytes_per_second": 2e11 * threads,
        "cache_bytes": 1 << 25, "core_cache_bytes": 1 << 19, **fields,
    }  # fmt: skip


def environment(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"cpu": {"model": "Some CPU", "cores": 4}, "ceilings": list(entries)}


def ran(name: str, speed: float, *, rounds: int = 3, **fields: Any) -> dict[str, Any]:
    return {"implementation": name, "speeds": [speed * (1 + i / 100) for i in range(rounds)], **fields}


SHARED = {"options": {"negatives": "window:3"}}


def summary_of(make_results: Any, *runs: dict[str, Any], entries: Any = None, **top: Any) -> Any:
    known = [ceilings()] if entries is None else entries
    return summarise(make_results(*runs, environment=environment(*known), **top))


def test_points_are_operations_a_second_at_their_intensity(make_results: Any) -> None:
    summary = summary_of(make_results, ran("gensim", 3e5), ran("fast", 4e6, **SHARED))
    found = roofline.data(summary)
    assert found is not None
    known = ceilings_of(summary.environment)
    for point in found.points:
        (row,) = (row for row in summary.rows if row.run.implementation == point.label)
        one = predicted(row.run, summary.corpus, known)
        assert point.flops == pytest.approx(row.speed.value * one.flops)
        assert (point.low, point.high) == pytest.approx((row.speed.low * one.flops, row.speed.high * one.flops))
        assert point.limit == pytest.approx(one.limit * one.flops)
    by_name = {point.label: point for point in found.points}
    # Pairs of words move a row for little more than each dot product; shared ones are used many times.
    assert by_name["gensim"].intensity == pytest.approx(0.64, abs=0.01)
    assert by_name["fast"].intensity > 4 * by_name["gensim"].intensity
    assert found.roof == 2e11
    assert found.bandwidths == (("memory", 3e10), ("last-level cache", 8e10), ("first-level cache", 4e11))


def test_no_figure_and_no_sentence_without_ceilings(make_results: Any) -> None:
    runs = ran("gensim", 3e5), ran("fast", 4e6)
    for summary in (
        summarise(make_results(*runs)),
        summary_of(make_results, *runs, entries=()),
        summary_of(make_results, *runs, entries=(ceilings(threads=8),)),
        summary_of(make_results, {"implementation": "a", "failures": {1: ("failed", "x")}}),
    ):
        assert roofline.data(summary) is None
        assert limits.sentences(summary) == []


def test_what_has_no_prediction_is_named(make_results: Any) -> None:
    fitted = {"given": {"objective": {"value": "least squares", "note": "another objective"}}}
    found = roofline.data(summary_of(make_results, ran("gensim", 3e5), ran("glove", 1e6, **fitted)))
    assert found is not None
    assert found.omitted == ("glove",)
    assert "Without a prediction, not shown: glove." in roofline.caption(found)


def test_one_number_of_threads_is_drawn(make_results: Any) -> None:
    runs = [ran("gensim", 3e5 * n, threads=n) for n in (1, 2)] + [ran("fast", 1e6, threads=1, **SHARED)]
    found = roofline.data(summary_of(make_results, *runs, entries=(ceilings(1), ceilings(2))))
    assert found is not None
    assert (found.threads, found.elsewhere, found.roof) == (1, (2,), 1e11)
    assert len(found.points) == 2
    assert "Runs with other numbers of threads (2) are not shown." in roofline.caption(found)


def test_the_sentence_gives_the_share_and_what_sets_the_limit(make_results: Any) -> None:
    summary = summary_of(make_results, ran("gensim", 3e5, rounds=1), ran("fast", 4e6, rounds=1, **SHARED))
    known = limits.predictions(summary)
    (said,) = limits.sentences(summary)
    assert said in words.sentences(summary)
    assert said.startswith("With 2 threads this machine does 100 G multiply-adds/s and moves 30.0 GB/s (memory), ")
    assert f"fast reaches {100 * 4e6 / known['fast'].limit:.0f} % (of " in said
    assert f"gensim reaches {100 * 3e5 / known['gensim'].limit:.1f} % (of " in said
    assert "set by multiply-adds" in said
    assert "More than all" not in said


def test_what_passes_its_limit_casts_doubt_on_the_limit(make_results: Any) -> None:
    (said,) = limits.sentences(summary_of(make_results, ran("gensim", 1e9)))
    assert "the ceilings were measured too low, or too much is counted for gensim" in said


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"cache_update_bytes_per_second": 1e12}, "multiply-adds"),
        ({"memory_update_bytes_per_second": 1e8, "cache_bytes": 1 << 20}, "rows from cache and memory"),
        ({"first_cache_update_bytes_per_second": 1e9}, "the first-level cache"),
    ],
)
def test_the_lowest_of_the_limits_counts(make_results: Any, fields: dict[str, Any], named: str) -> None:
    summary = summary_of(make_results, ran("gensim", 1e3), entries=(ceilings(**fields),))
    (one,) = limits.predictions(summary).values()
    assert limits.bound(one) == named
    assert one.limit <= one.arithmetic


NAMES = ["gensim", "numba", "word2vec-c", "torch", "$x$_<b>", "_hidden", "n" * 200, "numba[negatives=window:2]", "y"]


@pytest.mark.parametrize("count", [1, 2, 4, 9])
@pytest.mark.parametrize("speed", [1e3, 3e6])
def test_points_intervals_and_limits_lie_inside_the_axes(make_results: Any, count: int, speed: float) -> None:
    import matplotlib

    runs = [
        ran(name, speed * 1.7**i, rounds=1 + i % 3, **(SHARED if i % 2 else {})) for i, name in enumerate(NAMES[:count])
    ]
    found = roofline.data(summary_of(make_results, *runs))
    assert found is not None
    assert len(found.points) == min(count, series.MOST)
    assert "gensim" in [point.label for point in found.points]
    with matplotlib.rc_context(style.RC):
        figure = roofline.draw(found)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        frame = axes.get_window_extent()
        for line in axes.lines:
            for x, y in axes.transData.transform(line.get_xydata()):
                assert frame.x0 - 0.5 <= x <= frame.x1 + 0.5
                assert frame.y0 - 0.5 <= y <= frame.y1 + 0.5
        for legend in figure.legends:
            box = legend.get_window_extent()
            assert box.y0 >= frame.y1
            assert box.x0 >= figure.bbox.x0 - 1
            assert box.x1 <= figure.bbox.x1 + 1
        for name in axes.texts:
            assert name.get_window_extent().x1 <= figure.bbox.x1 + 1


def test_every_roof_is_drawn_up_to_where_it_meets_the_arithmetic(make_results: Any) -> None:
    found = roofline.data(summary_of(make_results, ran("gensim", 3e5), ran("fast", 4e6, **SHARED)))
    assert found is not None
    (axes,) = roofline.draw(found).axes
    ends = [tuple(line.get_xydata()[-1]) for line in axes.lines]
    for _, speed in found.bandwidths:
        ridge = found.roof / speed
        if axes.get_xlim()[0] < ridge:
            assert any(end == pytest.approx((ridge, found.roof / 1e9)) for end in ends)


def test_scaling_draws_the_limit_beside_the_measurement(make_results: Any) -> None:
    runs = [ran("gensim", 3e5 * n, threads=n) for n in (1, 2)] + [
        ran("fast", 3e6 * n, threads=n, **SHARED) for n in (1, 2)
    ]
    runs += [ran("slow", 1e5 * n, threads=n) for n in (1, 2)]
    summary = summary_of(make_results, *runs, entries=(ceilings(1), ceilings(2)))
    found = scaling.data(summary)
    assert found is not None
    (panel,) = found.panels
    known = limits.predictions(summary)
    for line in panel.lines:
        assert [point.limit for point in line.points] == [
            known[row.label].limit
            for threads in (1, 2)
            for row in summary.rows
            if row.run.threads == threads and row.label.startswith(line.label.split("[")[0])
        ]
    # gensim and slow make pairs of words alike, and so are allowed the same.
    assert sorted(map(len, scaling._limits(panel).values())) == [1, 2]
    assert "Dashed: what the machine's multiply-adds and bandwidths allow" in scaling.caption(found)
    (axes,) = scaling.draw(found).axes
    assert axes.get_ylim()[1] > max(one.limit for one in known.values())
    assert len([line for line in axes.lines if line.get_linestyle() == "--"]) == 2


def test_scaling_without_ceilings_has_no_limits(make_results: Any) -> None:
    found = scaling.data(summarise(make_results(*[ran("gensim", 3e5 * n, threads=n) for n in (1, 2)])))
    assert found is not None
    assert "Dashed" not in scaling.caption(found)
    assert scaling._limits(found.panels[0]) == {}
