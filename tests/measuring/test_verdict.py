from __future__ import annotations

import pytest

from medunet.measuring.conformal import Intervals, Residuals
from medunet.measuring.film import Film
from medunet.measuring.measurement import Measurement
from medunet.measuring.verdict import decide, with_interval, with_intervals

ADULT = Film(view="PA", age=50)


def ratio(value, **fields):
    return Measurement("ctr", "", value, "ratio", **fields)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.449, "normal"), (0.45, "indeterminate"), (0.5, "indeterminate"), (0.55, "indeterminate"), (0.551, "enlarged")],
)
def test_without_an_interval_the_zone_about_the_cut_off_decides_nothing(value, verdict):
    assert decide(ratio(value), ADULT).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.51, 0.57, "enlarged"), (0.5, 0.56, "indeterminate"), (0.44, 0.5, "indeterminate"), (0.42, 0.49, "normal"),
     (0.45, 0.55, "indeterminate")],
)  # fmt: skip
def test_with_an_interval_the_cut_off_must_lie_outside(low, high, verdict):
    found = with_interval(decide(ratio(0.5), ADULT), low, high, 0.9, ADULT)
    assert (found.verdict, found.low, found.high, found.level) == (verdict, low, high, 0.9)


@pytest.mark.parametrize(
    ("film", "reason"),
    [
        (Film("AP", 50), "AP view: the heart is magnified by 10-20 %; no verdict"),
        (Film(None, 50), "view unknown: no verdict (state it with --view)"),
        (Film("PA"), "age unknown: no verdict (state it with --adult)"),
        (Film("PA", 17.9), "under 18: no verdict"),
        (Film("PA", 7, adult=True), "under 18: no verdict"),
        (Film("lateral", 50), "lateral view: no verdict"),
    ],
)
def test_a_film_that_bears_no_verdict_keeps_its_number_and_says_why(film, reason):
    found = decide(ratio(0.62), film)
    assert (found.value, found.status, found.verdict, found.reason) == (0.62, "ok", None, reason)


def test_all_reasons_are_said_at_once_and_only_once():
    once = decide(ratio(0.62, status="flagged", reason="odd"), Film())
    assert once.reason.startswith("odd; view unknown")
    assert "age unknown" in once.reason
    assert decide(once, Film()) == once
    assert with_interval(once, 0.6, 0.7, 0.9, Film()).reason == once.reason


def test_eighteen_or_stated_is_adult():
    assert decide(ratio(0.62), Film("PA", 18)).verdict == "enlarged"
    assert decide(ratio(0.62), Film("PA", adult=True)).verdict == "enlarged"


def test_a_flagged_ratio_gets_no_verdict_with_or_without_an_interval():
    found = decide(ratio(0.85, status="flagged", reason="CTR 0.850 outside 0.30-0.80"), ADULT)
    assert found.verdict is None
    assert found.reason.endswith("no verdict until someone has looked at the film")
    assert with_interval(found, 0.8, 0.9, 0.9, ADULT).verdict is None


@pytest.mark.parametrize("name", ["ctr_widest", "ctr_midline"])
def test_the_other_forms_are_judged_alike(name):
    assert decide(Measurement(name, "", 0.6, "ratio"), ADULT).verdict == "enlarged"


def test_other_measurements_come_back_as_they_are():
    width = Measurement("heart_width", "heart", 130.0, "mm")
    missing = Measurement("ctr", "", None, "ratio", "missing", "the heart is missing")
    assert decide(width, Film()) is width
    assert decide(missing, ADULT) is missing


@pytest.mark.parametrize("interval", [(0.6, 0.5, 0.9), (0.5, 0.6, 1.0), (0.5, 0.6, 90), (float("nan"), 0.6, 0.9)])
def test_an_interval_that_cannot_be_is_refused(interval):
    with pytest.raises(ValueError, match="interval"):
        with_interval(ratio(0.5), *interval, ADULT)


def test_a_missing_measurement_has_no_interval():
    with pytest.raises(ValueError, match="missing"):
        with_interval(Measurement("ctr", "", None, "ratio", "missing", "x"), 0.4, 0.5, 0.9, ADULT)


# intervals of a model


def of_a_model(half=0.03, **told):
    found = {name: Residuals((half,) * 9) for name in ("ctr", "ctr_widest")}
    return Intervals(found, "validation cases", **told)


def test_every_ratio_gets_the_model_s_interval_and_its_verdict_anew():
    before = [decide(ratio(0.54), ADULT), Measurement("heart_width", "heart", 130.0, "mm")]
    assert before[0].verdict == "indeterminate"
    found, width = with_intervals(before, of_a_model(), ADULT)
    assert (found.low, found.high, found.level) == (pytest.approx(0.51), pytest.approx(0.57), 0.9)
    assert found.verdict == "enlarged"
    assert width is before[1]


def test_an_interval_of_a_ratio_is_cut_at_0():
    (found,) = with_intervals([ratio(0.2)], of_a_model(0.3), ADULT)
    assert (found.low, found.high) == (0.0, 0.5)


def test_a_flagged_ratio_has_its_interval_and_a_missing_one_has_none():
    missing = Measurement("ctr", "", None, "ratio", "missing", "the heart is missing")
    flagged, none = with_intervals([ratio(0.85, status="flagged", reason="odd"), missing], of_a_model(), ADULT)
    assert (flagged.low, flagged.verdict) == (pytest.approx(0.82), None)
    assert none is missing


@pytest.mark.parametrize(
    ("intervals", "why"),
    [
        ("validation chose the weights", "validation chose the weights"),
        (Intervals({"ctr": Residuals((0.1,) * 4)}, "x"), "4 subjects; level 0.90 needs at least 9"),
        (of_a_model(scaled=True), "the film has no estimate of quality"),
    ],
)
def test_a_ratio_without_an_interval_says_why_once_and_keeps_its_verdict(intervals, why):
    for before in (ratio(0.6), ratio(0.6, reason="odd")):
        (found,) = with_intervals([decide(before, ADULT)], intervals, ADULT)
        assert found.reason == "; ".join(part for part in (before.reason, f"no interval: {why}") if part)
        assert (found.low, found.high, found.level, found.verdict) == (None, None, None, "enlarged")


def test_a_scaled_interval_is_wider_where_the_quality_is_low():
    (good,), (poor,) = (with_intervals([ratio(0.5)], of_a_model(0.3, scaled=True), ADULT, q) for q in (0.95, 0.8))
    assert (good.low, poor.low) == (pytest.approx(0.485), pytest.approx(0.44))
