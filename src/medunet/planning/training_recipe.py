"""How the network learns, as a user writes it: length, losses, optimiser, schedule, precision."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic import Field, model_validator

from medunet.planning.network import Section

Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Name = Annotated[str, Len(1)]
LossName = Literal["ce", "bce", "dice", "focal"]
BACKGROUND = "background"
"""The name by which `class_weights` calls what is no structure."""


class ScheduleRecipe(Section):
    """The learning rate over the run.

    Attributes:
        kind: one_cycle rises and then falls to nearly 0 (Smith 2018); cosine falls along half a cosine (Loshchilov
            2017); polynomial falls as (1 − progress)^power (Chen 2017); step falls every so many epochs; plateau falls
            when the validation loss no longer does; constant stays.
        warmup: one_cycle: share of all steps in which it rises.
        factor: plateau, step: what the rate is multiplied by.
        patience: plateau: epochs without a better validation loss before that.
        every: step: epochs between two falls.
        power: polynomial: the exponent.
        minimum: plateau, cosine, polynomial: the rate does not fall below this.
    """

    kind: Literal["one_cycle", "cosine", "polynomial", "step", "plateau", "constant"] = "one_cycle"
    warmup: Annotated[float, Gt(0), Le(0.9)] = 0.15
    factor: Annotated[float, Gt(0), Le(0.99)] = 0.5
    patience: Annotated[int, Ge(0)] = 5
    every: Annotated[int, Ge(1)] = 10
    power: Positive = 0.9
    minimum: NotNegative = 0.0


class TrainingRecipe(Section):
    """How the network learns. Either `epochs` or `steps` says how long, never both.

    Attributes:
        batch: cases per batch.
        accumulate: batches per optimiser step; their gradients are averaged.
        epochs: passes over the training cases; empty where `steps` is given.
        steps: optimiser steps, from which the plan makes epochs; empty where `epochs` is given; 2000 without both.
        optimiser: adamw (decoupled weight decay, Loshchilov 2019), adam (Kingma 2015) or sgd.
        momentum: sgd: share of the last change that is kept (Nesterov's form).
        lr: the (largest) learning rate.
        weight_decay: strength of weight decay, on kernels only.
        l2: λ of a penalty λ · Σ w² over all kernels that is added to the loss.
        clip: largest norm of the whole gradient; 0 for no limit.
        loss: losses and their weights; they are added.
        class_weights: ce: structure, or `background` → weight of its pixels; 1 where not named.
        focal_gamma: focal: the exponent of 1 − p (Lin 2017).
        dice_smooth: dice: added to both sides of the fraction.
        schedule: the learning rate over the run.
        early_stopping: epochs without improvement before training ends; 0 for never.
        monitor: what decides which weights are kept: the best validation loss, the best mean validation Dice, or
            `none`: the last are kept. Then the validation cases have chosen nothing, and the model's intervals can come
            of them.
        averaging: share of the weights' running average that is kept at each step (an exponential moving average,
            Polyak and Juditsky 1992); the average is what is validated and kept. 0 keeps the weights themselves.
        precision: auto (bf16 where the machine computes in it), bf16 or float32.
        checkpointing: compute the blocks of the network twice instead of keeping their results: less memory, more time.
        seed: key of every random draw.
    """

    batch: Annotated[int, Ge(1)] = 8
    accumulate: Annotated[int, Ge(1)] = 1
    epochs: Annotated[int, Ge(1)] | None = None
    steps: Annotated[int, Ge(1)] | None = 2000
    optimiser: Literal["adamw", "adam", "sgd"] = "adamw"
    momentum: Annotated[float, Ge(0), Lt(1)] = 0.9
    lr: Positive = 1e-3
    weight_decay: NotNegative = 0.01
    l2: NotNegative = 0.0
    clip: NotNegative = 0.0
    loss: dict[LossName, Positive] = Field(default={"ce": 1.0, "dice": 1.0})
    class_weights: dict[Name, Positive] = Field(default={})
    focal_gamma: NotNegative = 2.0
    dice_smooth: Positive = 1.0
    schedule: ScheduleRecipe = ScheduleRecipe()
    early_stopping: Annotated[int, Ge(0)] = 0
    monitor: Literal["val_loss", "val_dice", "none"] = "val_loss"
    averaging: Annotated[float, Ge(0), Lt(1)] = 0.0
    precision: Literal["auto", "bf16", "float32"] = "auto"
    checkpointing: bool = False
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
            raise ValueError("loss needs at least one of ce, bce, dice, focal")
        if self.monitor == "none" and self.early_stopping:
            raise ValueError("early_stopping needs a monitor, val_loss or val_dice, got none")
        if self.class_weights and "ce" not in self.loss:
            raise ValueError("class_weights weigh the loss ce, which is not among the losses")
        return self
