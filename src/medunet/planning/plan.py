"""Plan: what was decided from recipe and data, each decision with its reason.

A plan rebuilds network and preprocessing without the data; it is written as plan.yaml and into every model.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from annotated_types import Len

from medunet.planning.fingerprint import Fingerprint
from medunet.planning.network import Section, UNetConfig
from medunet.planning.preprocessing import Preprocessing
from medunet.planning.recipe import AugmentationRecipe, Recipe, TrainingRecipe

STEPS_PER_EPOCH = 16
"""An epoch of fewer steps passes over the cases several times: validation and checkpoints cost time too."""


class Decision(Section):
    """One decision: what, to which value, why."""

    key: str
    value: str
    reason: str


class Plan(Section):
    """Enough to rebuild network and preprocessing.

    Attributes:
        recipe: name of the recipe.
        classes: the structures in the order of the network's classes (0 is the background).
        output: softmax over background and classes, or one sigmoid per class.
        network: the U-Net.
        preprocessing: how images become its input.
        augmentation: random changes while training.
        training: how it learns; batch and epochs are decided.
        passes: passes over the training cases in one epoch.
        decisions: what was decided and why.
    """

    recipe: str
    classes: Annotated[tuple[str, ...], Len(1)]
    output: Literal["softmax", "sigmoid"]
    network: UNetConfig
    preprocessing: Preprocessing
    augmentation: AugmentationRecipe
    training: TrainingRecipe
    passes: int = 1
    decisions: tuple[Decision, ...] = ()

    def steps_per_epoch(self, cases: int) -> int:
        """Optimiser steps of one epoch over `cases` training cases; every batch is full."""
        return max(1, math.ceil(self.passes * cases / self.training.batch))

    @property
    def epochs(self) -> int:
        """Epochs that were decided."""
        if self.training.epochs is None:
            raise ValueError("a plan has decided its epochs")
        return self.training.epochs

    def with_epochs(self, epochs: int, reason: str) -> Plan:
        """The same plan with another length, and why."""
        kept = tuple(decision for decision in self.decisions if decision.key != "epochs")
        return self.model_copy(
            update={
                "training": self.training.model_copy(update={"epochs": epochs}),
                "decisions": (*kept, Decision(key="epochs", value=str(epochs), reason=reason)),
            }
        )


def make_plan(recipe: Recipe, data: Fingerprint, classes: tuple[str, ...], training_cases: int) -> Plan:
    """Decide what the recipe leaves open, from the data's fingerprint and the number of training cases."""
    decisions: list[Decision] = []

    def decide(key: str, value: object, reason: str) -> None:
        decisions.append(Decision(key=key, value=str(value), reason=reason))

    channels = 1 if data.channels == 3 else data.channels
    decide(
        "channels",
        channels,
        "colour is turned into grey (ITU-R 601 luma)" if data.channels == 3 else "as in the images",
    )
    outputs = len(classes) + (1 if recipe.output == "softmax" else 0)
    decide("classes", ", ".join(classes), f"structures of the data; {recipe.output} over {outputs} channels")
    size = tuple(math.ceil(side / recipe.network.multiple) * recipe.network.multiple for side in recipe.input.size)
    largest = data.shapes[0][0]
    shape = "×".join(map(str, largest))
    rounded = f"; rounded up to a multiple of {recipe.network.multiple}" if size != recipe.input.size else ""
    decide("size", "×".join(map(str, size)), f"of the recipe{rounded}; most films are {shape}")
    low, high = data.aspect
    squareness = f"rows ÷ columns lie in {low:.2f} to {high:.2f}"
    decide("fit", recipe.input.fit, f"of the recipe; {squareness}")
    intensity = recipe.input.intensity
    decide("intensity", f"{intensity.kind} {intensity.low:g} to {intensity.high:g}", "of the recipe, image by image")
    training, passes, reasons = _length(recipe.training, training_cases)
    decide("batch", training.batch, reasons[0])
    decide("epochs", training.epochs, reasons[1])
    return Plan(
        recipe=recipe.name,
        classes=classes,
        output=recipe.output,
        network=UNetConfig(**recipe.network.model_dump(), dims=2, in_channels=channels, out_channels=outputs),
        preprocessing=Preprocessing(size=size, fit=recipe.input.fit, intensity=intensity, channels=channels),
        augmentation=recipe.augmentation,
        training=training,
        passes=passes,
        decisions=tuple(decisions),
    )


def _length(asked: TrainingRecipe, cases: int) -> tuple[TrainingRecipe, int, tuple[str, str]]:
    """Batch, epochs and passes for `cases` training cases, with the reasons for batch and epochs."""
    batch = min(asked.batch, cases)
    why_batch = "of the recipe" if batch == asked.batch else f"no more than the {cases} training cases"
    if asked.steps is None:
        training = asked.model_copy(update={"batch": batch})
        return training, 1, (why_batch, "of the recipe")
    passes = max(1, math.ceil(STEPS_PER_EPOCH * batch / cases))
    per_epoch = math.ceil(passes * cases / batch)
    epochs = max(1, round(asked.steps / per_epoch))
    why = f"{asked.steps} steps of the recipe, {per_epoch} steps an epoch ({passes} × {cases} cases in batches of {batch})"
    return asked.model_copy(update={"batch": batch, "epochs": epochs, "steps": None}), passes, (why_batch, why)
