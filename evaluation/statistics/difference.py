"""What follows from a difference, its standard error and its degrees of freedom: one t distribution for all of it."""

import math
from dataclasses import dataclass

ALPHA = 0.05
POWER = 0.8


@dataclass(frozen=True)
class Difference:
    """An estimated difference of two systems' scores.

    Attributes:
        value: the estimate.
        standard_error: of the estimate; 0 where nothing varies.
        df: degrees of freedom of the standard error, above zero; infinite where it is known.
    """

    value: float
    standard_error: float
    df: float

    @property
    def p(self) -> float:
        """Two-sided p-value of no difference (Student's t)."""
        if self.standard_error == 0:
            return 1.0 if self.value == 0 else 0.0
        return 2 * self._upper_tail(abs(self.value) / self.standard_error)

    def interval(self, level: float = 1 - ALPHA) -> tuple[float, float]:
        """Ends of the interval that covers the true difference with probability ``level``."""
        half = self._quantile((1 + level) / 2) * self.standard_error
        return self.value - half, self.value + half

    def equivalence_p(self, margin: float) -> float:
        """p-value of "the true difference is ``margin`` or more, either way": two one-sided tests (TOST).

        It is below alpha exactly where the 1 − 2 alpha interval lies inside the margin. Schuirmann 1987, A comparison
        of the two one-sided tests procedure and the power approach, J. Pharmacokinetics and Biopharmaceutics 15.

        Raises:
            ValueError: the margin is not above zero.
        """
        if margin <= 0:
            raise ValueError(f"a margin must be above zero, not {margin}")
        room = margin - abs(self.value)
        if self.standard_error == 0:
            return 0.0 if room > 0 else 1.0
        return self._upper_tail(room / self.standard_error)

    def detectable(self, power: float = POWER, alpha: float = ALPHA) -> float:
        """The smallest true difference that a test at ``alpha`` would find with this ``power``.

        (t(1 − alpha/2) + t(power)) standard errors: Bloom 1995, Minimum detectable effects, Evaluation Review 19(5).
        """
        return (self._quantile(1 - alpha / 2) + self._quantile(power)) * self.standard_error

    def _upper_tail(self, t: float) -> float:
        from scipy import stats

        return float(stats.norm.sf(t) if math.isinf(self.df) else stats.t.sf(t, self.df))

    def _quantile(self, probability: float) -> float:
        from scipy import stats

        return float(stats.norm.ppf(probability) if math.isinf(self.df) else stats.t.ppf(probability, self.df))
