"""The recipes of published systems hold the published numbers, and mark what is ours."""

from __future__ import annotations

import pytest
import torch

from medunet.networks import UNet, count_parameters
from medunet.planning import UNetConfig, read_recipe, recipe_text

PUBLISHED = {
    "chest-xray": {
        "input.size": (512, 512),
        "network.widths": (128, 256, 512, 1024, 2048),
        "network.attention": True,
        "training.batch": 8,
        "training.epochs": 30,
        "training.optimiser": "adam",
        "training.lr": 1e-4,
        "training.loss": {"ce": 1.0},
        "split.train": 0.8,
        "split.val": 0.15,
        "split.test": 0.05,
    },
    "lungs": {
        "input.size": (256, 256),
        "network.widths": (32, 64, 128, 256, 512),
        "network.norm": "batch",
        "network.dropout_kind": "spatial",
        "network.dropout_at": "pool",
        "output": "sigmoid",
        "training.batch": 8,
        "training.epochs": 50,
        "training.optimiser": "adam",
        "training.lr": 1e-4,
        "training.loss": {"bce": 1.0},
        "training.schedule.kind": "plateau",
        "training.schedule.factor": 0.5,
        "training.schedule.patience": 5,
        "training.early_stopping": 5,
        "training.monitor": "val_loss",
        "augmentation.rotation": 10,
        "augmentation.shift": 0.05,
        "augmentation.zoom": (0.9, 1.1),
        "augmentation.gain": (0.8, 1.2),
    },
}
"""What `five-systems` says of them, key by key."""
PARAMETERS = {"chest-xray": (3, 125_518_799), "lungs": (1, 7_762_465)}
OURS = {
    "chest-xray": {"fit", "intensity", "weight_decay", "schedule", "monitor", "seed", "split"},
    "lungs": {"split", "fit", "intensity", "dropout", "input_noise", "l2", "seed"},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_holds_the_published_numbers(name):
    recipe = read_recipe(name)
    for key, wanted in PUBLISHED[name].items():
        value = recipe
        for part in key.split("."):
            value = getattr(value, part)
        assert value == wanted, key


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_was_not_published_is_marked(name):
    lines = [line for line in recipe_text(name).splitlines() if "ours" in line and not line.startswith("#")]
    assert {line.strip().partition(":")[0] for line in lines} == OURS[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_its_network_has_the_published_parameters(name):
    outputs, wanted = PARAMETERS[name]
    with torch.device("meta"):
        network = UNet(UNetConfig(**read_recipe(name).network.model_dump(), in_channels=1, out_channels=outputs))
    assert count_parameters(network) == wanted
