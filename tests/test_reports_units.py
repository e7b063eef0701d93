"""Numbers as readers see them."""

import pytest

from bench.reports import units


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5_312_345, "5.31 M"), (999_600, "1.00 M"), (999.4, "999"), (12_345, "12.3 k"), (0, "0"), (2.5e9, "2.50 G"),
        (0.5, "0.500"), (None, "–"),
    ],
)  # fmt: skip
def test_rates_keep_three_digits(value, text):
    assert units.rate(value) == text


def test_both_ends_of_a_range_use_one_scale():
    assert units.rate_range(980_000, 1_020_000) == "0.980–1.02 M"


@pytest.mark.parametrize(("value", "text"), [(9.1, "9.10×"), (0.0596, "0.060×"), (0.999, "0.999×"), (120.4, "120×")])
def test_ratios(value, text):
    assert units.ratio(value) == text


def test_scores_are_shown_in_their_own_unit():
    assert units.fraction(0.3651, "accuracy") == "36.5 %"
    assert units.fraction(-0.0123, "spearman") == "−0.012"
    assert units.fraction_range(-0.1, 0.2, "spearman") == "−0.100 to 0.200"
    assert units.fraction(None, "accuracy") == "–"


@pytest.mark.parametrize(
    ("value", "text"), [(0.421, "0.42 s"), (73.14, "73.1 s"), (725, "12 min 5 s"), (3599.7, "60 min 0 s")]
)
def test_durations(value, text):
    assert units.seconds(value) == text


def test_memory_is_decimal():
    assert units.memory(812_345_678) == "812 MB"
    assert units.memory(500) == "500 B"
