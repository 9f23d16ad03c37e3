from __future__ import annotations

import pytest

from medunet.measuring import Film, measure

FILM = Film("PA", 40, spacing_at="detector")


def test_areas_are_pixels_or_square_millimetres(draw, by_name):
    pixels, metric = by_name(measure(draw.chest(), FILM)), by_name(measure(draw.chest(spacing=(0.5, 0.2)), FILM))
    assert (pixels["area heart"].value, pixels["area heart"].unit) == (32 * 30, "px")
    assert metric["area heart"].value == pytest.approx(32 * 30 * 0.1)
    assert metric["area heart"].unit == "mm2"
    assert "at the detector" in metric["area heart"].reason


def test_every_structure_of_the_scheme_has_an_area(draw, by_name):
    names = ("right lung", "left lung", "heart", "nodule", "clip")
    labels = draw.chest(names=names, nodule=[(25, 29, 25, 29), (40, 41, 80, 81)])
    found = by_name(measure(labels, FILM))
    assert found["area nodule"].value == 29
    assert found["area nodule"].reason == ""
    assert (found["area clip"].value, found["area clip"].status) == (0, "ok")


def test_heart_and_lungs_that_are_not_there_are_missing_not_zero(draw, by_name):
    found = by_name(measure(draw.chest(heart=None, left_lung=None), FILM))
    assert found["area heart"].reason == "heart is missing"
    assert found["area left lung"].value is None
    assert found["area right lung"].value == 1800
    assert "only one lung is there" in found["area right lung"].reason


def test_an_area_on_the_edge_is_a_lower_bound(draw, by_name):
    found = by_name(measure(draw.boxes((20, 20), names=("liver",), liver=(0, 9, 0, 9)), FILM))["area liver"]
    assert (found.value, found.status) == (100, "flagged")
    assert found.reason == "cut off at the left and upper edge of the film: the area is a lower bound"
