from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.images.grid import Grid
from medunet.measuring.measurement import Caliper
from medunet.reports.film import Frame
from medunet.reports.lettering import font, placed, wrapped

FRAME = Frame.fit(Grid((512, 512)), 512)


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(40, 400))
def test_no_line_is_wider_than_its_room(text, width):
    face = font(12)
    lines = wrapped(text, face, width)
    assert len(lines) <= 2
    assert all(face.getlength(line) <= width or line == "…" for line in lines)


def test_what_does_not_fit_ends_in_an_ellipsis_and_nothing_else_does():
    assert wrapped("heart and lung", font(12), 400) == ["heart and lung"]
    assert wrapped("heart and lung " * 20, font(12), 200)[-1].endswith("…")


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def test_labels_of_calipers_on_one_level_do_not_cover_each_other():
    calipers = [
        Caliper((300, 100), (300, 250), "MRD 52 mm"),
        Caliper((302, 250), (302, 400), "MLD 84 mm"),
        Caliper((304, 60), (304, 450), "thorax 271 mm"),
        Caliper((10, 250), (500, 250), "midline"),
    ]
    labels = placed(calipers, FRAME, 14)
    assert [label.text for label in labels] == [caliper.label for caliper in calipers]
    pairs = [(a, b) for i, a in enumerate(labels) for b in labels[i + 1 :]]
    assert not any(overlap(a.box, b.box) for a, b in pairs)


@settings(deadline=None)
@given(st.tuples(*[st.floats(-50, 600)] * 4))
def test_labels_stay_inside_the_picture(ends):
    (label,) = placed([Caliper(ends[:2], ends[2:], "heart 142 mm")], FRAME, 14)
    left, top, right, bottom = label.box
    assert left >= 0
    assert top >= 0
    assert right <= FRAME.width
    assert bottom <= FRAME.height


def test_a_caliper_without_words_gets_no_label():
    assert placed([Caliper((1, 1), (1, 9), "")], FRAME, 14) == []


def test_letters_beyond_latin_are_drawn():
    face = font(20)
    assert face.getmask("Ж").getbbox() != face.getmask("\uffff").getbbox()


@pytest.mark.parametrize("size", [11, 30])
def test_the_font_has_the_size_asked_for(size):
    top, bottom = font(size).getbbox("H")[1::2]
    assert 0.6 * size < bottom - top < size
