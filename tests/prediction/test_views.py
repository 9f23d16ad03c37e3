from __future__ import annotations

import pytest
import torch

from medunet.prediction.views import VIEWS, View


def spot(rows=96, columns=64, at=(30, 40), reach=6):
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return torch.exp(-((y - at[0]) ** 2 + (x - at[1]) ** 2) / (2.0 * reach**2))[None]


def place(picture):
    weights = picture[0] / picture.sum()
    rows, columns = (torch.arange(side).float() for side in weights.shape)
    return float(weights.sum(1) @ rows), float(weights.sum(0) @ columns)


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_found_in_a_view_comes_back_to_its_place(view):
    picture = spot()
    plain = View(view.angle, view.zoom, 1.0)
    moved = plain.of(picture)
    assert place(moved) != pytest.approx(place(picture), abs=0.5)
    back, seen = plain.back(moved)
    assert place(back) == pytest.approx(place(picture), abs=0.2)
    assert seen[30, 40]


def test_a_turn_keeps_distances_on_a_picture_that_is_not_square():
    turned = View(angle=90, zoom=1.0, gamma=1.0).of(spot(at=(47.5, 51.5), reach=2))
    assert place(turned) == pytest.approx((27.5, 31.5), abs=0.3)  # 20 to the right of the middle: now 20 above it


def test_an_enlarging_view_does_not_see_the_edges():
    _, seen = View(angle=0, zoom=1.25, gamma=1.0).back(torch.ones(1, 100, 100))
    assert not seen[5].any()
    assert seen[50, 50]
    assert float(seen.float().mean()) == pytest.approx(0.64, abs=0.03)


def test_gamma_changes_grey_alone_and_no_view_mirrors():
    picture = torch.full((1, 8, 8), 0.25)
    torch.testing.assert_close(View(angle=0, zoom=1.0, gamma=0.5).of(picture), torch.full((1, 8, 8), 0.5))
    for view in VIEWS:
        left = place(view.of(spot(64, 64, at=(32, 12))))[1]
        assert left < 32
