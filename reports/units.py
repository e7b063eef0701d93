"""Numbers as readers see them: one spelling for every table, figure and sentence."""

import math

MISSING = "–"
MINUS = "−"
_SCALES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))


def digits(value: float, significant: int = 3) -> str:
    """``value`` with that many significant digits, never in exponent form."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{significant - 1}e}")
    decimals = max(0, significant - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def scale(value: float) -> tuple[float, str]:
    """The step (1, k, M, G) that suits ``value``: (factor, sign)."""
    rounded = float(f"{abs(value):.2e}")
    return next(((factor, sign) for factor, sign in _SCALES if rounded >= factor), _SCALES[-1])


def rate(value: float | None) -> str:
    """Words per second: ``5.31 M``."""
    if value is None:
        return MISSING
    factor, sign = scale(value)
    return f"{digits(value / factor)} {sign}".rstrip()


def tick(value: float) -> str:
    """A round number on an axis: ``500 k``, ``1 M``, ``−5``."""
    factor, sign = scale(value)
    return f"{value / factor:g} {sign}".rstrip().replace("-", MINUS)


def rate_range(low: float, high: float) -> str:
    """Both ends in one scale: ``5.20–5.44 M``."""
    factor, sign = scale(high)
    return f"{digits(low / factor)}–{digits(high / factor)} {sign}".rstrip()


def ratio(value: float | None) -> str:
    """A speed-up: ``9.10×``, ``0.96×``."""
    return MISSING if value is None else f"{_ratio(value)}×"


def ratio_range(low: float, high: float) -> str:
    """``8.70–9.40×``."""
    return f"{_ratio(low)}–{_ratio(high)}×"


def _ratio(value: float) -> str:
    return digits(value, 3 if value >= 0.995 else 2)


def fraction(value: float | None, metric: str) -> str:
    """A score: accuracies in per cent, correlations as they are."""
    if value is None:
        return MISSING
    text = f"{100 * value:.1f} %" if is_share(metric) else f"{value:.3f}"
    return text.replace("-", MINUS)


def fraction_range(low: float, high: float, metric: str) -> str:
    """Both ends of a score's interval, the sign for per cent once."""
    text = f"{100 * low:.1f}\0{100 * high:.1f} %" if is_share(metric) else f"{low:.3f}\0{high:.3f}"
    joint = " to " if low < 0 else "–"
    return text.replace("-", MINUS).replace("\0", joint)


def difference(value: float | None, metric: str) -> str:
    """A difference of two scores with its sign: accuracies in points, correlations as they are."""
    if value is None:
        return MISSING
    text = f"{100 * value:+.2f} points" if is_share(metric) else f"{value:+.4f}"
    return text.replace("-", MINUS)


def difference_range(low: float, high: float, metric: str) -> str:
    """Both ends of a difference's interval."""
    text = f"{100 * low:+.2f} to {100 * high:+.2f}" if is_share(metric) else f"{low:+.4f} to {high:+.4f}"
    return text.replace("-", MINUS)


def size(value: float | None, metric: str) -> str:
    """How large a difference is, without a sign."""
    return difference(value, metric).lstrip(f"+{MINUS}")


def p_value(value: float | None) -> str:
    """``0.034``; what is smaller than a thousandth is not told apart."""
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def is_share(metric: str) -> bool:
    """Whether the metric is a share of items (shown in per cent) rather than a correlation."""
    return "accuracy" in metric or "purity" in metric


def count(value: float | None) -> str:
    """A number of things, thousands apart: ``12,268``; a mean that is not whole keeps one decimal."""
    if value is None:
        return MISSING
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def memory(value: float | None) -> str:
    """Bytes in decimal units: ``812 MB``."""
    if value is None:
        return MISSING
    factor, sign = scale(value)
    return f"{digits(value / factor)} {sign}B"


def seconds(value: float | None) -> str:
    """A duration: ``0.42 s``, ``73.1 s``, ``12 min 5 s``."""
    if value is None:
        return MISSING
    if value >= 600:
        minutes, rest = divmod(round(value), 60)
        return f"{minutes:,} min {rest} s"
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"
