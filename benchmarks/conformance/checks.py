"""Every check, in the order of the table."""

from . import (
    checks_of_chance,
    checks_of_manners,
    checks_of_quality,
    checks_of_resources,
    checks_of_settings,
    checks_of_vectors,
)

CHECKS = (
    *checks_of_vectors.CHECKS,
    *checks_of_chance.CHECKS,
    *checks_of_settings.CHECKS,
    *checks_of_quality.CHECKS,
    *checks_of_manners.CHECKS,
    *checks_of_resources.CHECKS,
)
