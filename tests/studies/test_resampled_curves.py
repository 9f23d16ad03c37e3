from __future__ import annotations

import numpy as np

from medunet.studies.clustered_draws import bootstrap_weights, kinds_of_subjects
from medunet.studies.groups import Groups
from medunet.studies.resampled_curves import resampled_curves
from medunet.studies.roc import roc_of


def test_every_sample_is_the_curve_of_its_weights(cohort):
    """The rows' own figures come first, then those of each sample in the order of the draws."""
    groups = Groups.of(*cohort(rows=3))
    found = resampled_curves(groups, "higher", replicates=7, seed=3, points=5)
    columns = (groups.value, groups.positive, "higher")
    codes, _ = kinds_of_subjects(groups)
    weights = [None, *(times[codes] for times in bootstrap_weights(groups, 7, 3, "bootstrap"))]
    curves = [roc_of(*columns, weight) for weight in weights]
    assert found.area.tolist() == [curve.area for curve in curves]
    assert found.cut_off.tolist() == [curve.cut_off[curve.best] for curve in curves]
    place = np.linspace(0, 1, 5)
    assert found.sensitivity.tolist() == [curve.sensitivity_at(place).tolist() for curve in curves[1:]]
    assert found.reason == ""


def test_too_few_subjects_are_not_drawn_from(cohort):
    found = resampled_curves(Groups.of(*cohort(subjects=18)), "higher", replicates=5)
    assert "9 subjects" in found.reason
    assert found.area.size == found.cut_off.size == len(found.sensitivity) == 0
