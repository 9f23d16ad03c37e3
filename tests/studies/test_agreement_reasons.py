from __future__ import annotations

import pytest

from medunet.studies import agreement_reasons


@pytest.mark.parametrize("name", ["EMPTY", "FEW", "SAME_DIFFERENCE", "SAME_MEANS", "SAME_NUMBERS", "NOT_POSITIVE"])
def test_a_reason_fits_a_cell_of_a_table(name):
    reason = getattr(agreement_reasons, name)
    assert reason
    assert "\n" not in reason
    assert not reason.endswith(".")


def test_the_fewest_subjects_are_named():
    assert str(agreement_reasons.FEWEST) in agreement_reasons.FEW
