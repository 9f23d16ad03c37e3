from __future__ import annotations

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap
from medunet.measuring import Film, measure

FILM = Film("PA", 40, spacing_at="patient")


def test_lengths_without_spacing_are_pixels(draw, by_name):
    found = by_name(measure(draw.chest(), FILM))
    lengths = {name: found[name].value for name in ("heart_width", "thorax_width", "thorax_width_widest", "mrd", "mld")}
    assert lengths == {"heart_width": 32, "thorax_width": 80, "thorax_width_widest": 80, "mrd": 14, "mld": 18}
    assert {found[name].unit for name in lengths} == {"px"}
    assert found["chest_tilt"].value == 0
    assert {found[name].reason for name in lengths} == {""}


@pytest.mark.parametrize(
    ("at", "note"),
    [("patient", "in the patient's plane"), ("detector", "at the detector"), (None, "mm as the file states them")],
)
def test_horizontal_lengths_use_the_column_spacing_and_say_where_it_holds(draw, by_name, at, note):
    found = by_name(measure(draw.chest(spacing=(0.7, 0.2)), Film("PA", 40, spacing_at=at)))
    assert found["heart_width"].value == pytest.approx(32 * 0.2)
    assert found["thorax_width"].value == pytest.approx(80 * 0.2)
    assert found["mrd"].value + found["mld"].value == pytest.approx(32 * 0.2)
    assert found["heart_width"].unit == "mm"
    assert note in found["heart_width"].reason
    assert note not in found["ctr"].reason
    assert note not in found["chest_tilt"].reason


def test_turning_picture_and_spacing_together_swaps_the_axes(draw, by_name):
    box = draw.boxes(
        (60, 60), (0.5, 0.25), right_lung=(10, 39, 5, 14), left_lung=(10, 39, 40, 49), heart=(15, 34, 20, 30)
    )
    flipped = LabelMap(np.ascontiguousarray(box.array.T), Grid((60, 60), (0.25, 0.5)), box.scheme)
    straight, turned = by_name(measure(box, FILM)), by_name(measure(flipped, FILM))
    assert straight["heart_width"].value == pytest.approx(11 * 0.25)
    assert turned["heart_width"].value == pytest.approx(20 * 0.5)
    assert straight["area heart"].value == pytest.approx(turned["area heart"].value)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.5, 0.9), (0.9, 0.5)])
def test_tilt_and_distances_are_those_of_the_body_whatever_the_pixels(draw, by_name, spacing):
    labels = draw.tilted(8, shape=(int(240 / spacing[0]), int(260 / spacing[1])), spacing=spacing)
    found = by_name(measure(labels, FILM))
    assert found["chest_tilt"].value == pytest.approx(8, abs=0.7)
    assert found["chest_tilt"].unit == "degree"
    assert found["mrd"].value == pytest.approx(22, abs=2)
    assert found["mld"].value == pytest.approx(38, abs=2)
    assert found["thorax_width"].status == "flagged"
    assert "tilted" in found["thorax_width"].reason
    assert found["mrd"].status == "ok"


def test_a_heart_beside_the_midline_has_a_distance_of_zero_and_a_flag(draw, by_name):
    found = by_name(measure(draw.chest(heart=(50, 69, 62, 75)), FILM))
    assert found["mrd"].value == 0
    assert found["mrd"].status == "flagged"
    assert found["mld"].status == "ok"


def test_the_heart_is_measured_where_a_lung_is_missing(draw, by_name):
    found = by_name(measure(draw.chest(left_lung=None), FILM))
    assert found["heart_width"].value == 32
    assert found["thorax_width"].status == "missing"
