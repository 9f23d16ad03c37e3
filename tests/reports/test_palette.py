from __future__ import annotations

import colorsys

from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.reports.palette import COLOURS, SPARE, colours_of, normalised


def test_the_same_structure_has_the_same_colour_however_it_is_written():
    assert colours_of(["Right_Lung"])["Right_Lung"] == COLOURS["right lung"]
    assert normalised("  Left-LUNG ") == "left lung"


def test_heart_and_lung_are_far_apart_in_hue():
    def hue(colour):
        red, green, blue = (int(colour.film[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return colorsys.rgb_to_hsv(red, green, blue)[0]

    assert abs(hue(COLOURS["heart"]) - hue(COLOURS["lung"])) > 1 / 3


@settings(deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=len(SPARE), unique_by=normalised))
def test_unknown_structures_of_one_set_differ_and_do_not_depend_on_order(names):
    unknown = [name for name in names if normalised(name) not in COLOURS]
    found = colours_of(unknown)
    assert list(found) == unknown
    assert len(set(found.values())) == len(unknown)
    assert colours_of(reversed(unknown)) == found


def test_a_structure_alone_keeps_its_colour_from_report_to_report():
    assert colours_of(["spleen"])["spleen"] == colours_of(["heart", "spleen"])["spleen"]


def test_more_structures_than_colours_still_get_one_each():
    names = [f"structure {number}" for number in range(20)]
    assert len(colours_of(names)) == 20
