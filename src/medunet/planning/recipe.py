"""Recipe: what the user asked for, complete; every key known, every default visible.

A recipe is YAML with the sections below; `recipe_file` reads it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Len
from pydantic import Field, model_validator

from medunet.planning.network import NetworkShape, Section

Positive = Annotated[float, Gt(0)]
Share = Annotated[float, Ge(0), Le(1)]
Name = Annotated[str, Len(1)]
Side = Annotated[int, Ge(16), Le(8192)]
Fit = Literal["pad", "stretch"]
LossName = Literal["ce", "bce", "dice"]


class SplitRecipe(Section):
    """Shares of the subjects, used where the data brings no split.

    Attributes:
        train, val, test: shares of the subjects; they add up to 1.
        subject: where a case's subject comes from: auto, column:NAME, name, none, or a regular expression.
        seed: key of the draw, apart from the training's, so that seeds can be compared on one split.
    """

    train: Share = 0.7
    val: Share = 0.1
    test: Share = 0.2
    subject: str = "auto"
    seed: Annotated[int, Ge(0)] = 0

    @model_validator(mode="after")
    def _sums_to_one(self) -> SplitRecipe:
        if abs(self.train + self.val + self.test - 1) > 1e-6 or self.train == 0:
            raise ValueError(f"train {self.train} + val {self.val} + test {self.test} must be 1, with some to train on")
        return self


class IntensityRecipe(Section):
    """How grey values become the network's numbers in [0, 1].

    Attributes:
        kind: percentile, of every image's own valid pixels; or window, one range of values for all images.
        low: the percentile, or the value in the image's own unit (HU), that becomes 0; what lies below is clipped.
        high: the same for 1; it lies above `low`.
    """

    kind: Literal["percentile", "window"] = "percentile"
    low: float = 0.5
    high: float = 99.5

    @model_validator(mode="after")
    def _ordered(self) -> IntensityRecipe:
        if not self.low < self.high:
            raise ValueError(f"low {self.low} must lie below high {self.high}")
        if self.kind == "percentile" and not (self.low >= 0 and self.high <= 100):
            raise ValueError(f"percentiles lie in 0 to 100, got {self.low} and {self.high}")
        return self


class InputRecipe(Section):
    """What the network sees.

    Attributes:
        size: rows and columns in pixels; the plan rounds them up to what the network's levels can halve.
        fit: pad keeps a picture's aspect and fills the rest with 0; stretch fills the whole size.
        intensity: how grey values become the network's numbers.
    """

    size: Annotated[tuple[Side, ...], Len(2, 2)] = (256, 256)
    fit: Fit = "pad"
    intensity: IntensityRecipe = IntensityRecipe()


class ScheduleRecipe(Section):
    """The learning rate over the run.

    Attributes:
        kind: one_cycle rises and then falls to nearly 0 (Smith 2018); plateau falls when the validation loss no
            longer does; constant stays.
        warmup: one_cycle: share of all steps in which it rises.
        factor: plateau: what the rate is multiplied by.
        patience: plateau: epochs without a better validation loss before that.
        minimum: plateau: the rate does not fall below this.
    """

    kind: Literal["one_cycle", "plateau", "constant"] = "one_cycle"
    warmup: Annotated[float, Gt(0), Le(0.9)] = 0.15
    factor: Annotated[float, Gt(0), Le(0.99)] = 0.5
    patience: Annotated[int, Ge(0)] = 5
    minimum: Annotated[float, Ge(0)] = 0.0


class TrainingRecipe(Section):
    """How the network learns. Either `epochs` or `steps` says how long, never both.

    Attributes:
        batch: cases per step.
        epochs: passes over the training cases; empty where `steps` is given.
        steps: optimiser steps, from which the plan makes epochs; empty where `epochs` is given; 2000 without both.
        optimiser: adamw (decoupled weight decay, on kernels only) or adam.
        lr: the (largest) learning rate.
        weight_decay: strength of weight decay.
        loss: losses and their weights; they are added.
        schedule: the learning rate over the run.
        early_stopping: epochs without improvement before training ends; 0 for never.
        monitor: what decides which weights are best: the validation loss or the mean validation Dice.
        precision: auto (bf16 where the machine computes in it), bf16 or float32.
        seed: key of every random draw.
    """

    batch: Annotated[int, Ge(1)] = 8
    epochs: Annotated[int, Ge(1)] | None = None
    steps: Annotated[int, Ge(1)] | None = 2000
    optimiser: Literal["adamw", "adam"] = "adamw"
    lr: Positive = 1e-3
    weight_decay: Annotated[float, Ge(0)] = 0.01
    loss: dict[LossName, Positive] = Field(default={"ce": 1.0, "dice": 1.0})
    schedule: ScheduleRecipe = ScheduleRecipe()
    early_stopping: Annotated[int, Ge(0)] = 0
    monitor: Literal["val_loss", "val_dice"] = "val_loss"
    precision: Literal["auto", "bf16", "float32"] = "auto"
    seed: Annotated[int, Ge(0)] = 0

    @model_validator(mode="before")
    @classmethod
    def _epochs_replace_the_default_of_steps(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("epochs") is not None:
            return {"steps": None, **values}
        return values

    @model_validator(mode="after")
    def _has_length_and_loss(self) -> TrainingRecipe:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError(f"one of epochs and steps must be given, got epochs {self.epochs} and steps {self.steps}")
        if not self.loss:
            raise ValueError("loss needs at least one of ce, bce, dice")
        return self


class AugmentationRecipe(Section):
    """Random changes of every training picture, drawn anew for every epoch and case; 0 turns one off.

    Attributes:
        rotation: degrees, uniform in ±.
        shift: share of the picture's sides, uniform in ±.
        zoom: factor, log-uniform between 1/(1+zoom) and 1+zoom.
        stretch: the same for the height alone, so that the film's aspect varies.
        elastic: smooth displacement of a 5×5 lattice, standard deviation as a share of the picture's sides, uniform
            between 0 and this.
        brightness: added, uniform in ± (the picture's range is 0 to 1).
        contrast: factor about the mean, log-uniform between 1/(1+contrast) and 1+contrast.
        gamma: exponent, log-uniform between 1/(1+gamma) and 1+gamma.
        shading: smooth fields on a 4×4 lattice, one that multiplies (log-normal) and one that adds; standard
            deviation uniform between 0 and this.
        noise: standard deviation of Gaussian noise, uniform between 0 and this.
        flip: mirrors left and right in half of the draws. Never for chest films: the heart has a side.
    """

    rotation: Annotated[float, Ge(0), Le(180)] = 0.0
    shift: Annotated[float, Ge(0), Le(0.5)] = 0.0
    zoom: Annotated[float, Ge(0), Le(3)] = 0.0
    stretch: Annotated[float, Ge(0), Le(1)] = 0.0
    elastic: Annotated[float, Ge(0), Le(0.2)] = 0.0
    brightness: Annotated[float, Ge(0), Le(1)] = 0.0
    contrast: Annotated[float, Ge(0), Le(3)] = 0.0
    gamma: Annotated[float, Ge(0), Le(3)] = 0.0
    shading: Annotated[float, Ge(0), Le(1)] = 0.0
    noise: Annotated[float, Ge(0), Le(1)] = 0.0
    flip: bool = False


class Recipe(Section):
    """A training from end to end.

    Attributes:
        name: how run, model and report call the recipe.
        description: one line on what it is for.
        rename: structure of the data → name to learn; two may become one, and the others keep their names.
        output: softmax: every pixel is one structure or background; sigmoid: every structure is decided alone.
        split: which subjects train, validate and test.
        input: what the network sees of a picture.
        network: the U-Net.
        training: how it learns.
        augmentation: random changes of the training pictures.
    """

    name: Name = "own"
    description: str = ""
    rename: dict[Name, Name] = Field(default={})
    output: Literal["softmax", "sigmoid"] = "softmax"
    split: SplitRecipe = SplitRecipe()
    input: InputRecipe = InputRecipe()
    network: NetworkShape = NetworkShape()
    training: TrainingRecipe = TrainingRecipe()
    augmentation: AugmentationRecipe = AugmentationRecipe()

    @model_validator(mode="after")
    def _losses_fit_output(self) -> Recipe:
        wrong = "bce" if self.output == "softmax" else "ce"
        if wrong in self.training.loss:
            raise ValueError(f"loss {wrong} does not go with output {self.output}: ce is for softmax, bce for sigmoid")
        return self
