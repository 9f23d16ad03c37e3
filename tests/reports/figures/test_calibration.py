from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures import calibration_figure, figure_svg
from medunet.scoring import Reliability


def counts(seed, scale):
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, 20_000)
    inside = random.random(20_000) < 1 / (1 + np.exp(-logits))
    return Reliability.of(inside, (1 / (1 + np.exp(-scale * logits))).astype(np.float32))


@pytest.fixture(scope="module")
def found():
    return {"lung": (counts(1, 2.0), counts(1, 1.0)), "heart": (counts(2, 2.0), counts(2, 1.0))}


def lines(axes):
    return [line for line in axes.lines if len(line.get_xdata()) > 2]


def texts(axes):
    return " ".join(text.get_text() for text in axes.texts)


def test_both_curves_of_every_structure_are_drawn(found):
    lung, heart, *counted = calibration_figure(found).axes
    assert (lung.get_title(loc="left"), heart.get_title(loc="left")) == ("lung", "heart")
    for axes, moments in zip((lung, heart), found.values(), strict=True):
        for line, one in zip(lines(axes), moments, strict=True):
            held = one.pixels > 0
            assert (line.get_xdata() == one.mean_probability[held]).all()
            assert (line.get_ydata() == one.observed[held]).all()
        hollow, full = lines(axes)
        assert hollow.get_markerfacecolor() == "none" != full.get_markerfacecolor()
        assert "before" in texts(axes)
        assert "after" in texts(axes)
    for axes, (before, after) in zip(counted, found.values(), strict=True):
        for stairs, one in zip(axes.patches, (before, after), strict=True):
            assert stairs.get_data().values == pytest.approx(np.maximum(one.pixels / one.pixels.sum(), 1e-6))


def test_without_a_temperature_there_is_one_curve_and_words(found):
    axes, counted = calibration_figure({"lung": (found["lung"][0], None)}).axes
    assert len(lines(axes)) == 1
    assert "no temperature" in texts(axes)
    assert len(counted.patches) == 1


def test_empty_bins_have_no_point():
    sums = Reliability.of(np.array([True, False, True]), np.float32([0.9, 0.1, 0.95]))
    axes, _ = calibration_figure({"lung": (sums, None)}).axes
    (line,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(line.get_xdata()) == 3 - 1 + 1 == (sums.pixels > 0).sum()


def test_narrow_pages_get_one_structure_below_the_other(found):
    wide, narrow = calibration_figure(found), calibration_figure(found, stacked=True)
    assert narrow.get_figwidth() < 5 < wide.get_figwidth()
    assert narrow.get_figheight() > wide.get_figheight()


def test_many_structures_have_room_and_none_is_said(found):
    many = calibration_figure({f"structure {number}": found["lung"] for number in range(7)})
    assert sum(axes.get_title(loc="left").startswith("structure") for axes in many.axes) == 7
    figure_svg(many)
    (axes,) = calibration_figure({}).axes
    assert "no structure has probabilities" in texts(axes)


def test_the_same_counts_give_the_same_bytes(found):
    assert figure_svg(calibration_figure(found)) == figure_svg(calibration_figure(found))
