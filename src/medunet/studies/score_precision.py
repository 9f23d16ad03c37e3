"""What so many cases can show: the difference between two runs that would probably be found."""

from __future__ import annotations

import math

from medunet.studies.estimate import LEVEL, Estimate, Method
from medunet.studies.paired_precision import POWER, deviation_limits, standardised_difference
from medunet.studies.subject_scores import SubjectScores

CORRELATION = 0.5
"""Between the scores of two runs on the same subjects, where only one run is known."""

SHOWABLE_BETWEEN_RUNS = Method(
    "mean difference between two runs on the same subjects that a two-sided paired t test at 5 %, without correction "
    "for several tests, finds with 80 % power, if the scores of both runs spread as here and correlate by "
    f"{CORRELATION}",
    "Cohen 1988",
)


def showable_between_runs(
    scores: SubjectScores, *, level: float = LEVEL, power: float = POWER, correlation: float = CORRELATION
) -> Estimate:
    """The smallest mean difference that a second run on these subjects would probably show, in the metric's unit.

    From one run the spread of the differences is not known: it is √(2 (1 − r)) times that of the subjects' means, and
    for r = .5 the same. Runs that resemble each other correlate more, and show smaller differences. The limits are
    those of the standard deviation (chi-squared, for normal scores).

    Args:
        scores: of the one run.
        level: of the test and of the interval.
        power: chance with which the difference is to be found.
        correlation: r, in [-1, 1).

    Source: J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, section 2.3.
    """
    asked = scores.asked(SHOWABLE_BETWEEN_RUNS, level)
    if reason := scores.why_no_interval():
        return asked.nothing(reason)
    spread = math.sqrt(2 * (1 - correlation))
    unit = spread * standardised_difference(scores.n, level, power)
    low, high = deviation_limits(scores.deviation, scores.n - 1, level)
    return asked.answer(unit * scores.deviation, unit * low, unit * high)
