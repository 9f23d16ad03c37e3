"""Plan: what was decided from recipe and data, each decision with its reason.

A plan rebuilds network and preprocessing without the data; it is written as plan.yaml and into every model.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from annotated_types import Gt, Len
from pydantic import Field, model_validator

from medunet.planning.augmentation_recipe import AugmentationRecipe
from medunet.planning.fingerprint import Fingerprint
from medunet.planning.network import Section, UNetConfig
from medunet.planning.preprocessing import Preprocessing
from medunet.planning.recipe import IntensityRecipe, Recipe, Rounding
from medunet.planning.training_recipe import BACKGROUND, Name, TrainingRecipe

STEPS_PER_EPOCH = 16
"""An epoch of fewer steps passes over the cases several times: validation and checkpoints cost time too."""
FEWEST_EPOCHS = 10
"""Where one pass takes more than this part of all steps, an epoch is a part of a pass: there must be epochs to choose
the best weights from, and no more steps than were asked for."""
DEEPEST_SIDE = 2
"""Pixels at the bottleneck at least: norms over a single element are undefined."""


class Decision(Section):
    """One decision: what, to which value, why."""

    key: str
    value: str
    reason: str


class Plan(Section):
    """Enough to rebuild network and preprocessing; its parts fit each other.

    Attributes:
        recipe: name of the recipe.
        rename: names of structures in the data → names of classes.
        classes: the structures in the order of the network's classes (0 is the background).
        output: softmax over background and classes, or one sigmoid per class.
        network: the U-Net.
        preprocessing: how images become its input.
        rounding: classes whose predicted masks get round corners: radius as a share of the picture's shorter side.
        augmentation: random changes while training.
        training: how it learns; batch and epochs are decided.
        stages: epochs at which earlier stages of the training ended, where it was continued after its end.
        passes: passes over the training cases in one epoch; no whole number where an epoch is a part of a pass.
        decisions: what was decided and why.

    Raises:
        ValueError: network, preprocessing, output and classes do not belong together, or the length is left open.
    """

    recipe: str
    rename: dict[str, str] = Field(default={})
    classes: Annotated[tuple[Name, ...], Len(1, 255)]
    output: Literal["softmax", "sigmoid"]
    network: UNetConfig
    preprocessing: Preprocessing
    rounding: Rounding = Field(default={})
    augmentation: AugmentationRecipe
    training: TrainingRecipe
    passes: Annotated[float, Gt(0)] = 1
    stages: tuple[int, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Plan:
        size, network = self.preprocessing.size, self.network
        if network.dims != len(size) or any(side % network.multiple for side in size):
            raise ValueError(f"size {size} must have {network.dims} sides, multiples of {network.multiple}")
        if network.in_channels != self.preprocessing.channels:
            raise ValueError(f"the network takes {network.in_channels} channels, not {self.preprocessing.channels}")
        outputs = _outputs(self.output, self.classes)
        if network.out_channels != outputs or len(set(self.classes)) != len(self.classes):
            raise ValueError(f"{self.output} over {self.classes} has {outputs} channels, not {network.out_channels}")
        if self.training.epochs is None:
            raise ValueError("a plan has decided its epochs")
        if unknown := sorted(set(self.training.class_weights) - {BACKGROUND, *self.classes}):
            raise ValueError(f"class_weights names {unknown[0]}, which is not learnt ({', '.join(self.classes)})")
        if self.rounding and network.dims != 2:
            raise ValueError("rounding is for pictures of two dimensions")
        if unknown := sorted(set(self.rounding) - set(self.classes)):
            raise ValueError(f"rounding names {unknown[0]}, which is not learnt ({', '.join(self.classes)})")
        return self

    def steps_per_epoch(self, cases: int) -> int:
        """Optimiser steps of one epoch over `cases` training cases; every batch is full."""
        return steps_of(self.passes, cases, self.training.batch * self.training.accumulate)

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

    def begun_from(self, other: Plan, name: str) -> Plan:
        """The plan for a training that starts with the weights of the model `name` of plan `other`.

        Network and preprocessing are the model's; what only training knows (dropout, noise) stays.
        """
        ours = ("dropout", "dropout_kind", "dropout_at", "input_noise", "out_channels")
        kept = {key: getattr(self.network, key) for key in ours}
        why = f"as in {name}, from which the training starts"
        shown = {
            "size": _times(other.preprocessing.size),
            "fit": other.preprocessing.fit,
            "intensity": _intensity(other.preprocessing.intensity),
        }
        decisions = tuple(
            Decision(key=one.key, value=shown[one.key], reason=why) if one.key in shown else one
            for one in self.decisions
        )
        return self.model_copy(
            update={
                "network": other.network.model_copy(update=kept),
                "preprocessing": other.preprocessing,
                "decisions": (*decisions, Decision(key="start", value=name, reason="asked for: --init")),
            }
        )

    def continued(self, done: int, epochs: int, reason: str) -> Plan:
        """The plan of a training that has ended after `done` epochs and goes on to `epochs`."""
        return self.model_copy(update={"stages": (*self.stages, done)}).with_epochs(epochs, reason)


def steps_of(passes: float, cases: int, batch: int) -> int:
    """Optimiser steps of `batch` cases each that `passes` over `cases` take, at least one."""
    return max(1, math.ceil(passes * cases / batch))


def make_plan(recipe: Recipe, data: Fingerprint, classes: tuple[str, ...], training_cases: int) -> Plan:
    """Decide what the recipe leaves open.

    Args:
        recipe: what was asked.
        data: portrait of the training cases.
        classes: the structures to learn.
        training_cases: how many cases there are to train on, at least one.
    """
    channels = 1 if data.colour else data.channels
    outputs = _outputs(recipe.output, classes)
    size = _size(recipe)
    training, passes, reasons = _length(recipe.training, training_cases)
    intensity = recipe.input.intensity
    rounding = {name: share for name, share in recipe.rounding.items() if name in classes}
    decided = {
        "channels": (channels, "colour is turned into grey (ITU-R 601 luma)" if data.colour else "as in the images"),
        "classes": (", ".join(classes), f"structures of the data; {recipe.output} over {outputs} channels"),
        "size": (_times(size), _why_size(recipe, size, data)),
        "fit": (recipe.input.fit, f"of the recipe; rows ÷ columns lie in {data.aspect[0]:.2f} to {data.aspect[1]:.2f}"),
        "intensity": (
            _intensity(intensity),
            f"of the recipe, {'image by image' if intensity.kind == 'percentile' else 'the same for all images'}",
        ),
        **({"rounding": _rounding(recipe.rounding, classes)} if recipe.rounding else {}),
        "batch": (training.batch, reasons[0]),
        "epochs": (training.epochs, reasons[1]),
    }
    return Plan(
        recipe=recipe.name,
        rename=recipe.rename,
        classes=classes,
        output=recipe.output,
        network=UNetConfig(**recipe.network.model_dump(), dims=2, in_channels=channels, out_channels=outputs),
        preprocessing=Preprocessing(size=size, fit=recipe.input.fit, intensity=intensity, channels=channels),
        rounding=rounding,
        augmentation=recipe.augmentation,
        training=training,
        passes=passes,
        decisions=tuple(Decision(key=key, value=str(value), reason=why) for key, (value, why) in decided.items()),
    )


def _intensity(how: IntensityRecipe) -> str:
    return f"{how.kind} {how.low:g} to {how.high:g}"


def _rounding(asked: Rounding, classes: tuple[str, ...]) -> tuple[str, str]:
    """Which corners are rounded, and which cannot be."""
    shown = ", ".join(f"{name} {share:.1%}" for name, share in asked.items() if name in classes)
    missing = ", ".join(name for name in asked if name not in classes)
    why = "of the recipe: radius of a mask's corners as a share of the film's shorter side"
    return shown or "none", f"{why}; {missing} is not learnt" if missing else why


def _outputs(output: Literal["softmax", "sigmoid"], classes: tuple[str, ...]) -> int:
    """Channels of the network's output: softmax has one for the background."""
    return len(classes) + (1 if output == "softmax" else 0)


def _size(recipe: Recipe) -> tuple[int, ...]:
    """The recipe's size, rounded up to what the network's levels can halve."""
    multiple = recipe.network.multiple
    return tuple(max(DEEPEST_SIDE, math.ceil(side / multiple)) * multiple for side in recipe.input.size)


def _why_size(recipe: Recipe, size: tuple[int, ...], data: Fingerprint) -> str:
    rounded = ""
    if size != recipe.input.size:
        multiple = recipe.network.multiple
        rounded = (
            f", rounded up to a multiple of {multiple}, {DEEPEST_SIDE * multiple} at least (levels of the network)"
        )
    return f"of the recipe{rounded}; most films are {_times(data.shapes[0][0])}"


def _times(sides: tuple[int, ...]) -> str:
    """Sides as text: 256×256."""
    return "×".join(map(str, sides))


def _length(asked: TrainingRecipe, cases: int) -> tuple[TrainingRecipe, float, tuple[str, str]]:
    """Batch, epochs and passes for `cases` training cases, with the reasons for batch and epochs."""
    if cases < 1:
        raise ValueError("a plan needs at least one training case")
    batch = min(asked.batch, cases)
    why_batch = "of the recipe" if batch == asked.batch else f"no more than the {cases} training cases"
    if asked.steps is None:
        return asked.model_copy(update={"batch": batch}), 1, (why_batch, "of the recipe")
    passes = _passes(asked.steps, cases, batch * asked.accumulate)
    per_epoch = steps_of(passes, cases, batch * asked.accumulate)
    epochs = max(1, round(asked.steps / per_epoch))
    seen = f"{passes:g} × {cases} cases" if passes >= 1 else f"a part of the {cases} cases"
    why = f"{asked.steps} steps of the recipe, {per_epoch} steps an epoch ({seen} in batches of {batch})"
    return asked.model_copy(update={"batch": batch, "epochs": epochs, "steps": None}), passes, (why_batch, why)


def _passes(steps: int, cases: int, batch: int) -> float:
    """Passes over the cases in one epoch: whole ones, unless an epoch would take too many of all `steps`."""
    whole = max(1, math.ceil(STEPS_PER_EPOCH * batch / cases))
    natural = steps_of(whole, cases, batch)
    longest = max(STEPS_PER_EPOCH, math.ceil(steps / FEWEST_EPOCHS)) if whole == 1 else natural
    wanted = min(natural, longest, steps)
    # Rounded down, so that a last digit cannot make a step more.
    return whole if wanted == natural else math.floor(1e9 * wanted * batch / cases) / 1e9
