"""Tiny plans, phantoms as samples, and listeners for the tests of the layer."""

from __future__ import annotations

import pytest
import torch

from medunet.phantoms import chest_films
from medunet.planning import (
    AugmentationRecipe,
    Plan,
    Preprocessing,
    Sample,
    TrainingRecipe,
    UNetConfig,
    prepare,
    prepare_labels,
)
from medunet.planning.recipe import IntensityRecipe
from medunet.training.fit import Machine

CLASSES = ("right lung", "left lung", "heart")
SIDE = 32


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _plan(augmentation=None, network=None, output="softmax", passes=1, **training):
    told = {"batch": 4, "epochs": 2, "steps": None, "lr": 1e-2, "seed": 5, **training}
    channels = len(CLASSES) + (output == "softmax")
    return Plan(
        recipe="test",
        classes=CLASSES,
        output=output,
        network=UNetConfig(**{"widths": (4, 8), **(network or {})}, in_channels=1, out_channels=channels),
        preprocessing=Preprocessing(size=(SIDE, SIDE), fit="pad", intensity=IntensityRecipe()),
        augmentation=AugmentationRecipe(**(augmentation or {"rotation": 8, "shift": 0.05, "noise": 0.03})),
        training=TrainingRecipe(**told),
        passes=passes,
    )


@pytest.fixture(scope="session")
def make_plan():
    return _plan


@pytest.fixture(scope="session")
def samples():
    """Twelve phantoms, prepared."""
    how = _plan().preprocessing
    found = []
    for film in chest_films(1, 12, size=64):
        image, placement = prepare(film.image, how)
        found.append(Sample(film.id, image.half(), prepare_labels(film.labels, CLASSES, placement)))
    return found


class Listener:
    """Remembers what it is told; may stop the training at one step or epoch."""

    def __init__(self, stop_at_step=None, stop_after_epoch=None):
        self.stop_at_step, self.stop_after_epoch = stop_at_step, stop_after_epoch
        self.plans, self.steps, self.rows, self.best, self.snapshots, self.watched = ([] for _ in range(6))

    def planned(self, plan, done):
        self.done = done
        self.plans.append(plan)

    def weights(self, step, network):
        self.watched.append(step)

    def step(self, epoch, step, steps, loss):
        self.steps.append((epoch, step, steps, loss))
        if (epoch, step) == self.stop_at_step:
            raise KeyboardInterrupt

    def epoch(self, row, best_epoch, snapshot):
        self.rows.append(row)
        self.best.append(best_epoch)
        self.snapshots.append(snapshot)
        if row["epoch"] == self.stop_after_epoch:
            raise KeyboardInterrupt


@pytest.fixture(scope="session")
def listener():
    return Listener


@pytest.fixture(scope="session")
def machine():
    def make(precision="float32", clock=lambda: 0.0, budget=None):
        return Machine(torch.device("cpu"), precision, clock, budget)

    return make
