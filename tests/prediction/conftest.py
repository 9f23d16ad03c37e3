"""Plans, models and films for the tests of the layer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from medunet.images import Grid, Image, Scheme
from medunet.networks import UNet
from medunet.planning import AugmentationRecipe, Plan, Preprocessing, TrainingRecipe, UNetConfig
from medunet.planning.recipe import IntensityRecipe
from medunet.prediction import Model, save_model

CLASSES = ("lung", "heart")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def make_plan():
    """make_plan(...) is a plan for 32 × 32 pixels and a network of two small levels."""

    def make(classes=CLASSES, output="softmax", size=(32, 32), fit="pad", channels=1, intensity=None, **network):
        outputs = len(classes) + (output == "softmax")
        shape = {"widths": (4, 8), **network}
        return Plan(
            recipe="test",
            classes=classes,
            output=output,
            network=UNetConfig(**shape, in_channels=channels, out_channels=outputs),
            preprocessing=Preprocessing(
                size=size, fit=fit, channels=channels, intensity=IntensityRecipe(**(intensity or {}))
            ),
            augmentation=AugmentationRecipe(),
            training=TrainingRecipe(epochs=1),
        )

    return make


@pytest.fixture(scope="session")
def make_network():
    """make_network(plan, seed) is the plan's network, untrained, but of opinions that vary over a film."""

    def make(plan, seed=0):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = UNet(plan.network)
            batch = torch.rand(2, plan.network.in_channels, *plan.preprocessing.size)
            network(batch)  # running statistics that are not those of a fresh network
            network.eval()
            with torch.no_grad():
                network.head.weight *= 20
                network.head.bias -= network(batch).mean((0, 2, 3))
        return network

    return make


@pytest.fixture
def save(tmp_path, make_plan, make_network):
    """save(folder, seed, **plan) writes a model below the test's folder and returns its folder and network."""

    def make(folder="model", seed=0, scheme=None, trained_on=("b" * 64, "a" * 64), **told):
        plan = make_plan(**told)
        network = make_network(plan, seed)
        place = tmp_path / folder
        save_model(place, network, plan, scheme or Scheme.of(plan.classes), trained_on=trained_on, card="# A card\n")
        return place, network

    return make


class Levels(nn.Module):
    """Stands for a trained network: structure k is where the input lies near k / classes."""

    def __init__(self, classes, background):
        super().__init__()
        self.levels = nn.Parameter(torch.arange(0 if background else 1, classes + 1).float() / classes)
        self.seen = []

    def forward(self, x):
        self.seen.append((x.shape, x.dtype, torch.is_autocast_enabled("cpu"), torch.is_inference_mode_enabled()))
        return 4 - 40 * (x - self.levels[:, None, None]).abs()


@pytest.fixture
def by_level(make_plan):
    """by_level(...) is a model that finds structures by their grey value: known answers without training."""

    def make(size=(64, 64), fit="pad", output="softmax", scheme=None, classes=CLASSES, count=1):
        intensity = {"kind": "window", "low": 0, "high": 200}
        plan = make_plan(classes=classes, output=output, size=size, fit=fit, intensity=intensity)
        networks = tuple(Levels(len(classes), output == "softmax") for _ in range(count))
        return Model("by-level", networks, plan, scheme or Scheme.of(classes), "0" * 64)

    return make


@pytest.fixture(scope="session")
def levels():
    """levels(shape) is a film of grey 0, 100 (an ellipse) and 200 (a smaller one) with its labels."""

    def make(shape, spacing=None, dtype=np.uint8):
        y, x = (np.linspace(-1, 1, 2 * n + 1)[1::2] for n in shape)
        distance = np.hypot(y[:, None] - 0.1, x[None] + 0.05)
        labels = (distance < 0.85).astype(np.uint8) + (distance < 0.5)
        return Image((labels * 100).astype(dtype)[None], Grid(shape, spacing), source="film.png"), labels

    return make
