from __future__ import annotations

import math

import pytest

from medunet.measuring import Film, measure

FILM = Film("PA", 40)


def length(caliper, spacing):
    (r0, c0), (r1, c1) = caliper.start, caliper.end
    return math.hypot((r1 - r0) * spacing[0], (c1 - c0) * spacing[1])


def lines(measurement):
    return {caliper.label: caliper for caliper in measurement.calipers}


@pytest.mark.parametrize("degrees", [0, 7])
@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.5, 0.8)])
def test_the_lines_are_as_long_as_the_numbers(draw, by_name, degrees, spacing):
    labels = draw.tilted(degrees, shape=(int(240 / spacing[0]), int(260 / spacing[1])), spacing=spacing)
    found = by_name(measure(labels, FILM))
    for name in ("ctr", "ctr_widest", "ctr_midline"):
        drawn = {label: length(line, spacing) for label, line in lines(found[name]).items()}
        assert (drawn["MRD"] + drawn["MLD"]) / drawn["thorax"] == pytest.approx(found[name].value, rel=1e-9)
    for name, label in (("heart_width", "heart"), ("thorax_width", "thorax"), ("thorax_width_widest", "thorax"),
                        ("mrd", "MRD"), ("mld", "MLD")):  # fmt: skip
        assert length(lines(found[name])[label], spacing) == pytest.approx(found[name].value, rel=1e-9)


def test_extents_are_drawn_as_a_radiologist_would(draw, by_name):
    drawn = lines(by_name(measure(draw.chest(), FILM))["ctr"])
    assert drawn["midline"].start == (20, 59.5)
    assert drawn["midline"].end == (79, 59.5)
    assert drawn["MRD"].start == (65, 59.5)
    assert drawn["MRD"].end == (65, 45.5)
    assert drawn["MLD"].end == (65, 77.5)
    assert (drawn["thorax"].start[1], drawn["thorax"].end[1]) == (19.5, 99.5)
    assert drawn["thorax"].start[0] == drawn["thorax"].end[0]


def test_a_heart_beside_the_midline_is_drawn_in_one_line(draw, by_name):
    drawn = lines(by_name(measure(draw.chest(heart=(50, 69, 62, 75)), FILM))["ctr"])
    assert "MRD" not in drawn
    assert (drawn["heart"].start, drawn["heart"].end) == ((60, 61.5), (60, 75.5))
