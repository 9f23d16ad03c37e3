from __future__ import annotations

import numpy as np
import pytest

from medunet.studies import Groups, roc_of
from medunet.studies.resampled_curves import resampled_curves
from medunet.studies.roc_band import roc_band


def drawn(generator, n=60, shift=1.0):
    positive = np.arange(n) % 2 == 0
    return Groups.of(generator.normal(shift * positive, 1), positive)


def test_the_band_holds_the_curve_and_stays_in_the_square():
    groups = drawn(np.random.default_rng(3))
    band = roc_band(resampled_curves(groups, "higher", replicates=200))
    own = roc_of(groups.value, groups.positive, "higher").sensitivity_at(band.one_minus_specificity)
    assert ((band.low <= own) & (own <= band.high)).all()
    assert band.low.min() >= 0
    assert band.high.max() <= 1
    assert (band.low[-1], band.high[-1]) == (1, 1)
    assert (np.diff(band.low) >= 0).all()


def test_writing_every_row_twice_changes_no_band():
    groups = drawn(np.random.default_rng(5))
    columns = (groups.value, groups.positive, groups.subject)
    both = (Groups.of(*(np.tile(column, times) for column in columns)) for times in (1, 2))
    first, second = (roc_band(resampled_curves(one, "higher", replicates=50)) for one in both)
    assert second.low == pytest.approx(first.low, abs=1e-12)
    assert second.high == pytest.approx(first.high, abs=1e-12)


def test_the_band_holds_the_true_curve_as_often_as_it_says():
    """Binormal groups, 100 studies, at 1 − specificity .2 and .5; a pointwise 95 % band, allowed for 100 draws."""
    from scipy import stats

    place = np.array([0.2, 0.5])
    truth = stats.norm.cdf(1 + stats.norm.ppf(place))
    held = np.zeros(2)
    for seed in range(100):
        groups = drawn(np.random.default_rng(seed), n=120)
        samples = resampled_curves(groups, "higher", replicates=200, points=11)
        band = roc_band(samples)
        held += (band.low[[2, 5]] <= truth) & (truth <= band.high[[2, 5]])
    assert (held >= 88).all()
    assert (held <= 100).all()


@pytest.mark.parametrize(
    ("positive", "reason"), [(np.arange(30) < 9, "9 subjects with the finding"), (np.zeros(5, bool), "one group only")]
)
def test_without_enough_subjects_there_is_no_band(positive, reason):
    band = roc_band(resampled_curves(Groups.of(np.arange(positive.size), positive), "higher"))
    assert reason in band.reason
    assert band.one_minus_specificity.size == 0
