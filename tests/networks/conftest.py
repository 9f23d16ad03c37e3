"""Small networks for the tests of the layer."""

from __future__ import annotations

import pytest
import torch

from medunet.networks import UNet
from medunet.planning import UNetConfig


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def unet():
    """unet(**config) is a network of two small levels with weights drawn from seed 0."""

    def make(**config):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return UNet(UNetConfig(**{"widths": (4, 8), "out_channels": 3, **config}))

    return make


@pytest.fixture(scope="session")
def noise():
    """noise(*shape) is a batch of normal numbers, the same every time."""
    return lambda *shape: torch.randn(shape, generator=torch.Generator().manual_seed(1))
