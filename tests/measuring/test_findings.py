from __future__ import annotations

import numpy as np
import pytest

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap
from medunet.measuring import Film, measure

FILM = Film("PA", 40)
CHEST = ("ctr", "ctr_widest", "ctr_midline", "heart_width", "thorax_width", "thorax_width_widest", "mrd", "mld",
         "chest_tilt")  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"heart": None}, "the heart is missing"),
        ({"left_lung": None}, "one lung is missing: the chest's width cannot be had"),
        ({"left_lung": (30, 33, 80, 83)}, "one lung is missing: the chest's width cannot be had"),
        ({"left_lung": None, "right_lung": None}, "the lungs are missing"),
        (
            {"heart": None, "left_lung": None},
            "the heart is missing; one lung is missing: the chest's width cannot be had",
        ),
        ({"right_lung": (20, 79, 0, 49)}, "lungs cut off at the left edge of the film"),
        ({"left_lung": (20, 79, 70, 119)}, "lungs cut off at the right edge of the film"),
        ({"heart": (50, 79, 46, 119)}, "heart cut off at the right edge of the film"),
    ],
)
@pytest.mark.parametrize("merged", [False, True])
def test_a_structure_missing_or_cut_off_leaves_no_ratio(draw, by_name, changed, reason, merged):
    labels = draw.chest(**changed)
    if merged:
        labels = labels.merged({"right lung": "lung", "left lung": "lung"})
    for name in ("ctr", "ctr_widest", "ctr_midline"):
        found = by_name(measure(labels, FILM))[name]
        assert (found.value, found.status, found.verdict) == (None, "missing", None)
        assert found.reason == reason


def test_a_short_contact_with_the_edge_is_flagged_and_measured(draw, by_name):
    tall = draw.chest(shape=(300, 120), right_lung=[(20, 79, 20, 49), (40, 41, 0, 20)])
    found = by_name(measure(tall, FILM))
    assert found["ctr"].status == "flagged"
    assert "lungs touch the left edge of the film" in found["ctr"].reason
    assert found["heart_width"].status == "ok"
    longer = draw.chest(shape=(300, 120), right_lung=[(20, 79, 20, 49), (40, 42, 0, 20)])
    assert by_name(measure(longer, FILM))["ctr"].status == "missing"


def test_a_heart_at_the_lower_edge_is_flagged_and_lungs_there_are_not(draw, by_name):
    heart = by_name(measure(draw.chest(heart=(50, 99, 46, 77)), FILM))["ctr"]
    assert (heart.status, heart.value) == ("flagged", 0.4)
    assert "heart touches the lower edge of the film" in heart.reason
    lungs = by_name(measure(draw.chest(right_lung=(20, 99, 20, 49), left_lung=(20, 99, 70, 99)), FILM))
    assert lungs["ctr"].status == "ok"
    assert "cut off at the lower edge of the film: the area is a lower bound" in lungs["area left lung"].reason


@pytest.mark.parametrize(
    ("changed", "shape", "part"),
    [
        ({}, (400, 120), "lungs cover 7% of the film, outside 10% to 55%"),
        ({"right_lung": (1, 98, 1, 49), "left_lung": (1, 98, 62, 118)}, (100, 120), "of the film, outside 10% to 55%"),
        ({"left_lung": (20, 79, 91, 99)}, (100, 120), "one lung is 3.1 times the other"),
        ({"heart": (50, 79, 42, 70)}, (100, 120), "the heart's larger part lies in the right half of the chest"),
        (
            {"right_lung": (20, 79, 70, 99), "left_lung": (20, 79, 20, 49)},
            (100, 120),
            "mirrored film or exchanged labels",
        ),
    ],
)
def test_an_odd_chest_keeps_its_number_and_is_flagged(draw, by_name, changed, shape, part):
    found = by_name(measure(draw.chest(shape=shape, **changed), FILM))["ctr"]
    assert found.value is not None
    assert found.status == "flagged"
    assert part in found.reason
    assert found.verdict is None


def test_a_heart_in_the_middle_is_not_called_mirrored(draw, by_name):
    assert by_name(measure(draw.chest(heart=(50, 79, 43, 75)), FILM))["ctr"].status == "ok"


def test_flags_are_joined(draw, by_name):
    found = by_name(measure(draw.chest(shape=(400, 120), heart=(50, 79, 25, 60)), FILM))["ctr"]
    assert "situs inversus?; " in found.reason
    assert "; lungs cover 6%" in found.reason


def test_stray_parts_above_five_percent_are_flagged_and_still_left_out(draw, by_name):
    found = by_name(measure(draw.chest(heart=[(50, 79, 46, 77), (2, 9, 2, 9)]), FILM))
    assert found["ctr"].value == 0.4
    assert found["ctr"].status == "flagged"
    assert "1 stray part of heart left out (64 px, 6.2%)" in found["ctr"].reason
    assert found["area heart"].status == "flagged"
    assert found["area heart"].value == 32 * 30
    assert found["thorax_width"].status == "ok"
    small = by_name(measure(draw.chest(heart=[(50, 79, 46, 77), (2, 8, 2, 8)]), FILM))["ctr"]
    assert (small.status, small.verdict) == ("ok", "normal")
    assert small.reason == "1 stray part of heart left out (49 px, 4.9%)"


def test_a_lateral_film_has_areas_and_nothing_else(draw, by_name):
    found = by_name(measure(draw.chest(left_lung=None), Film("lateral", 40)))
    assert all(found[name].status == "missing" for name in CHEST)
    assert found["ctr"].reason == found["ctr_midline"].reason == "a lateral film has no CTR"
    assert found["heart_width"].reason == "a lateral film has no heart width"
    assert found["area right lung"].status == "ok"


def test_a_mirrored_picture_of_a_merged_lung_is_suspected(draw, by_name):
    labels = draw.tilted(0, offset=14).merged({"right lung": "lung", "left lung": "lung"})
    turned = LabelMap(np.ascontiguousarray(labels.array[:, ::-1]), Grid(labels.grid.shape), labels.scheme)
    assert by_name(measure(labels, FILM))["ctr"].status == "ok"
    assert "mirrored film or situs inversus" in by_name(measure(turned, FILM))["ctr"].reason
