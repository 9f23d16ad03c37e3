from __future__ import annotations

import numpy as np
import pytest

from medunet.reports.figures import figure_svg, roc_figure
from medunet.reports.figures.roc import area_text
from medunet.scoring import RocCounts, auc, roc_curve


def counts(seed=0, shift=4.0):
    random = np.random.default_rng(seed)
    inside = random.random(20_000) < 0.3
    logits = random.normal(0, 2, inside.shape) + np.where(inside, shift, -shift)
    return RocCounts.of(inside, (1 / (1 + np.exp(-logits))).astype(np.float32))


@pytest.fixture(scope="module")
def drawn():
    found = {"lung": counts(1), "heart": counts(2), "all": counts(1) + counts(2)}
    curves = {name: roc_curve(one) for name, one in found.items()}
    areas = {name: auc(one) for name, one in found.items()}
    return curves, areas, {"lung": (0.02, 0.97), "heart": (0.01, 0.95)}


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_every_curve_stands_in_both_panels_with_its_area_once(drawn):
    curves, areas, _ = drawn
    whole, corner = roc_figure(*drawn).axes
    for axes in (whole, corner):
        shown = [line.get_xydata() for line in axes.lines if len(line.get_xdata()) > 2]
        for curve, line in zip(curves.values(), shown, strict=True):
            assert (line[:, 0] == curve.one_minus_specificity).all()
            assert (line[:, 1] == curve.sensitivity).all()
    assert f"lung: AUC {areas['lung']:.4f}" in texts(whole)
    assert f"all together: AUC {areas['all']:.4f}" in texts(whole)
    assert not any("AUC" in text for text in texts(corner))


def test_the_masks_are_rings_in_the_corner_which_holds_them(drawn):
    masks = drawn[2]
    corner = roc_figure(*drawn).axes[1]
    rings = {tuple(line.get_xydata()[0]) for line in corner.lines if line.get_marker() == "o"}
    assert rings == set(masks.values())
    (left, right), (low, high) = corner.get_xlim(), corner.get_ylim()
    assert all(left < x < right and low < y < high for x, y in rings)
    assert right < 0.5


def test_a_curve_that_bends_in_the_middle_has_no_corner(drawn):
    weak = {"lung": roc_curve(counts(3, 0.2))}
    assert len(roc_figure(weak, {"lung": 0.6}, {}).axes) == 1


def test_no_curve_is_told_in_words():
    (axes,) = roc_figure({}, {}, {}).axes
    assert "no structure has pixels inside and outside" in texts(axes)[0]


def test_axes_are_named_and_the_diagonal_is_chance(drawn):
    whole, corner = roc_figure(*drawn, stacked=True).axes
    assert {(axes.get_xlabel(), axes.get_ylabel()) for axes in (whole, corner)} == {("1 − specificity", "sensitivity")}
    assert "chance" in texts(whole)
    assert whole.get_position().y0 > corner.get_position().y0


@pytest.mark.parametrize(
    ("area", "words"),
    [(0.99874, "AUC 0.9987"), (0.99996, "AUC > 0.9999"), (1.0, "AUC 1.0000"), (0.5, "AUC 0.5000"), (None, "no AUC")],
)
def test_areas_are_1_only_where_they_are_1(area, words):
    assert area_text(area) == words


def test_the_same_curves_give_the_same_bytes(drawn):
    assert figure_svg(roc_figure(*drawn)) == figure_svg(roc_figure(*drawn))


def test_many_structures_have_room(drawn):
    curve = drawn[0]["lung"]
    names = [f"structure {number}" for number in range(11)]
    figure_svg(roc_figure(dict.fromkeys(names, curve), dict.fromkeys(names, 0.99), {}, stacked=True))
