from __future__ import annotations

import pytest

from medunet.measuring import Film, Measurement, doubted, with_interval

PA = Film(view="PA", adult=True)
RATIO = with_interval(Measurement("ctr", "", 0.6, "ratio"), 0.57, 0.63, 0.9, PA)
AREA = Measurement("area", "heart", 4000.0, "px2", reason="in pixels")
GONE = Measurement("ctr_widest", "", None, "ratio", "missing", "the heart is missing")


def test_a_number_without_doubt_is_as_it_was():
    assert doubted((RATIO, AREA, GONE), (), PA) == (RATIO, AREA, GONE)
    assert RATIO.verdict == "enlarged"


def test_every_number_of_a_doubted_picture_is_flagged_and_none_has_a_verdict():
    ratio, area, gone = doubted((RATIO, AREA, GONE), ("looks mirrored", "poor mask"), PA)
    assert (ratio.value, ratio.low, ratio.high, ratio.level) == (0.6, 0.57, 0.63, 0.9)
    assert (ratio.status, ratio.verdict) == ("flagged", None)
    assert ratio.reason == "looks mirrored; poor mask; no verdict until someone has looked at the film"
    assert (area.status, area.reason) == ("flagged", "looks mirrored; poor mask; in pixels")
    assert (gone.status, gone.reason) == ("missing", "looks mirrored; poor mask; the heart is missing")


@pytest.mark.parametrize("film", [Film(), Film(view="AP", age=50.0), PA])
def test_no_doubted_ratio_has_a_verdict_whatever_the_film(film):
    (ratio,) = doubted((RATIO,), ("looks upside down",), film)
    assert ratio.verdict is None
    assert ratio.reason.startswith("looks upside down; ")
