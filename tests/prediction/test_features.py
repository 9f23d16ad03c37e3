from __future__ import annotations

import pytest
import torch

from medunet.prediction.features import DEEP_CELLS, FOUND_CELLS, described, watched


def test_the_bottleneck_is_seen_while_it_is_watched_and_not_after(make_plan, make_network):
    network = make_network(make_plan())
    pictures = torch.rand(2, 1, 32, 32)
    with torch.no_grad(), watched(network) as seen:
        watched_logits = network(pictures)
    assert [one.shape for one in seen] == [(2, 8, 16, 16)]
    with torch.no_grad():
        torch.testing.assert_close(network(pictures), watched_logits)
    assert len(seen) == 1


def test_arrangement_shows_in_the_numbers():
    deep = torch.zeros(1, 2, 8, 8)
    deep[:, :, :2] = 1  # a bright top
    shares = torch.rand(1, 3, 16, 16)
    row = described(deep, shares, "softmax")
    assert row.shape == (1, 2 * DEEP_CELLS**2 + 2 * FOUND_CELLS**2)
    turned = described(deep.flip(2), shares.flip(2), "softmax")
    assert row[0, :4].tolist() == [1, 1, 1, 1]
    assert turned[0, :4].tolist() == [0, 0, 0, 0]
    assert row[0, : DEEP_CELLS**2].mean() == pytest.approx(turned[0, : DEEP_CELLS**2].mean())


def test_sigmoid_has_no_background_to_leave_out_and_volumes_have_three_axes():
    deep, shares = torch.rand(2, 4, 8, 8, 8), torch.rand(2, 3, 16, 16, 16)
    assert described(deep, shares, "sigmoid").shape == (2, 4 * DEEP_CELLS**3 + 3 * FOUND_CELLS**3)
