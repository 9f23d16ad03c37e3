"""Agreement: every figure of how well two methods agree on the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medunet.studies.agreement_equal import exactly_equal
from medunet.studies.agreement_errors import (
    mean_absolute_error,
    root_mean_square_error,
    within_subject_cv,
    within_subject_cv_logarithmic,
)
from medunet.studies.agreement_flips import Flips, flips
from medunet.studies.agreement_readings import Readings
from medunet.studies.bland_altman import FACTOR, BlandAltman, bland_altman
from medunet.studies.concordance import Concordance, concordance
from medunet.studies.estimate import LEVEL, Estimate
from medunet.studies.icc import Intraclass, intraclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two methods compared on the same cases; differences are first − second.

    Attributes:
        cases: cases with a number from both.
        subjects: different subjects among them.
        left_out: cases without a number from both.
        copies: rows left out because all rows of their subject were written several times.
        mae: mean absolute difference.
        rmse: root of the mean squared difference.
        cv: within-subject coefficient of variation by root mean square.
        cv_logarithmic: the same by logarithms.
        bland_altman: bias, limits of agreement, slope.
        intraclass: the three ICC.
        concordance: Lin's coefficient.
        equal: share of cases with the same number from both; read `EQUAL_CAVEAT` with it.
        flips: one a cut-off.
    """

    cases: int
    subjects: int
    left_out: int
    copies: int
    mae: Estimate
    rmse: Estimate
    cv: Estimate
    cv_logarithmic: Estimate
    bland_altman: BlandAltman
    intraclass: Intraclass
    concordance: Concordance
    equal: Estimate
    flips: tuple[Flips, ...]

    @property
    def estimates(self) -> dict[str, Estimate]:
        """Every figure with an interval, by the name a table gives it."""
        return {
            "bias": self.bland_altman.bias,
            "MAE": self.mae,
            "RMSE": self.rmse,
            "SD of differences": self.bland_altman.sd,
            "lower limit of agreement": self.bland_altman.lower,
            "upper limit of agreement": self.bland_altman.upper,
            "slope of difference on mean": self.bland_altman.slope,
            "within-subject CV (root mean square)": self.cv,
            "within-subject CV (logarithmic)": self.cv_logarithmic,
            "ICC(1,1)": self.intraclass.one_way,
            "ICC(2,1)": self.intraclass.absolute,
            "ICC(3,1)": self.intraclass.consistency,
            "Lin's concordance": self.concordance.coefficient,
            "exactly equal": self.equal,
            **{f"flips at {one.cut_off:g}": one.share for one in self.flips},
        }


def agreement_of(
    readings: Readings, *, cut_offs: Sequence[float] = (), level: float = LEVEL, factor: float = FACTOR
) -> Agreement:
    """Every figure of agreement between two methods.

    Args:
        readings: of two methods.
        cut_offs: where decisions are made, stated beforehand.
        level: confidence of every interval.
        factor: standard deviations between bias and limit of agreement.

    Raises:
        ValueError: the readings are not of two methods, or level or cut-off is no such number.
    """
    return Agreement(
        readings.cases,
        readings.subjects,
        readings.left_out,
        readings.copies,
        mean_absolute_error(readings, level),
        root_mean_square_error(readings, level),
        within_subject_cv(readings, level),
        within_subject_cv_logarithmic(readings, level),
        bland_altman(readings, level, factor),
        intraclass(readings, level),
        concordance(readings, level),
        exactly_equal(readings, level),
        tuple(flips(readings, cut_off, level) for cut_off in cut_offs),
    )
