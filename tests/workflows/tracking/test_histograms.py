from __future__ import annotations

import numpy as np
import pytest
import torch

from medunet.networks import UNet
from medunet.planning import UNetConfig
from medunet.workflows.tracking.histograms import BINS, histogram_of, histograms_of


def test_counts_are_numpys():
    values = torch.randn(3, 5, 700, generator=torch.Generator().manual_seed(0))
    found = histogram_of(values)
    counts, edges = np.histogram(values.numpy().ravel(), bins=BINS)
    assert found.counts.sum() == values.numel()
    # A value on an edge may fall to either side, float32 against float64.
    assert np.abs(found.counts - counts).sum() <= 4
    assert found.edges == pytest.approx(edges, abs=1e-5)
    assert (found.total, found.squares) == pytest.approx((values.sum().item(), values.square().sum().item()), rel=1e-4)


def test_what_is_not_finite_is_left_out():
    found = histogram_of(torch.tensor([1.0, torch.nan, 2.0, torch.inf, -torch.inf]))
    assert found.counts.sum() == 2
    assert (found.edges[0], found.edges[-1], found.total) == (1, 2, 3)
    assert histogram_of(torch.tensor([torch.nan])) is None
    assert histogram_of(torch.zeros(0)) is None


def test_values_that_are_all_the_same_lie_in_one_bin():
    found = histogram_of(torch.full((7,), 3.0))
    assert found.counts.max() == 7
    place = int(found.counts.argmax())
    assert found.edges[place] <= 3 <= found.edges[place + 1]


def test_every_parameter_and_its_gradient_has_one_and_the_network_stays_as_it_is():
    network = UNet(UNetConfig(dims=2, in_channels=1, out_channels=2, widths=(4, 8)))
    names = [name for name, _ in network.named_parameters()]
    assert set(histograms_of(network)) == {f"parameters/{name}" for name in names}
    network(torch.rand(2, 1, 16, 16)).mean().backward()
    before = {name: (one.detach().clone(), one.grad.clone()) for name, one in network.named_parameters()}
    found = histograms_of(network)
    assert set(found) == {f"{kind}/{name}" for kind in ("parameters", "gradients") for name in names}
    for name, one in network.named_parameters():
        assert found[f"gradients/{name}"].counts.sum() == one.numel()
        assert torch.equal(one, before[name][0])
        assert torch.equal(one.grad, before[name][1])
