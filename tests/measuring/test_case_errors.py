from __future__ import annotations

import pytest

from medunet.measuring import CaseErrors, Measurement, spread_at


def ratio(name, value):
    if value is None:
        return Measurement(name, "", None, "ratio", "missing", "the heart is missing")
    return Measurement(name, "", value, "ratio")


def test_errors_are_those_of_ratios_and_have_no_sign():
    width = Measurement("heart_width", "heart", 130.0, "mm")
    reference = [ratio("ctr", 0.5), ratio("ctr_widest", 0.52), width]
    predicted = [ratio("ctr", 0.47), width, ratio("ctr_widest", 0.56)]
    found = CaseErrors.of("s1", "f1", reference, predicted)
    assert found.errors == {"ctr": pytest.approx(0.03), "ctr_widest": pytest.approx(0.04)}


@pytest.mark.parametrize(("wanted", "got"), [(None, 0.5), (0.5, None), (None, None)])
def test_a_ratio_that_one_side_lacks_has_no_error_and_stays_known(wanted, got):
    assert CaseErrors.of("s", "f", [ratio("ctr", wanted)], [ratio("ctr", got)]).errors == {"ctr": None}


def test_a_case_without_a_prediction_has_no_error():
    assert CaseErrors.of("s", "f", [ratio("ctr", 0.5)], []).errors == {"ctr": None}


def test_what_the_reference_does_not_measure_is_not_counted():
    assert CaseErrors.of("s", "f", [], [ratio("ctr", 0.5)]).errors == {}


def test_a_residual_is_the_error_or_its_share_of_what_the_quality_lets_expect():
    case = CaseErrors("s", "f", {"ctr": 0.02}, quality=0.9)
    assert case.residual("ctr", scaled=False) == 0.02
    assert case.residual("ctr", scaled=True) == pytest.approx(0.2)
    assert case.residual("ctr_widest", scaled=True) is None
    assert CaseErrors("s", "f", {"ctr": 0.02}).residual("ctr", scaled=True) is None


def test_a_better_quality_lets_expect_smaller_errors_down_to_a_floor():
    assert spread_at(0.5) == 0.5
    assert spread_at(0.95) > spread_at(0.97) > spread_at(0.985) == spread_at(1.0) > 0
