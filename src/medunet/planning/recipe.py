"""Recipe: what the user asked for, complete; every key known, every default visible.

A recipe is YAML with the sections below. The packaged ones lie in `medunet/recipes/`; `medunet recipes show NAME`
prints one. A mistake names the key, the value and what is allowed, all mistakes together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from annotated_types import Ge, Gt, Le, Len
from pydantic import ValidationError, model_validator

from medunet.errors import InputError
from medunet.planning.network import NetworkShape, Section

Positive = Annotated[float, Gt(0)]
Share = Annotated[float, Ge(0), Le(1)]
Fit = Literal["pad", "stretch"]
LossName = Literal["ce", "bce", "dice"]


class SplitRecipe(Section):
    """Shares of the subjects, used where the data brings no split; `subject` as in `--set split.subject=`."""

    train: Share = 0.7
    val: Share = 0.1
    test: Share = 0.2
    subject: str = "auto"

    @model_validator(mode="after")
    def _sums_to_one(self) -> SplitRecipe:
        if abs(self.train + self.val + self.test - 1) > 1e-6 or self.train == 0:
            raise ValueError(f"train {self.train} + val {self.val} + test {self.test} must be 1, with some to train on")
        return self


class IntensityRecipe(Section):
    """How grey values become the network's numbers.

    percentile: `low` and `high` are percentiles of the image's valid pixels that become 0 and 1, clipped.
    window: `low` and `high` are values in the image's own unit (HU) that become 0 and 1, clipped.
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
    """What the network sees: its size in pixels (rows, columns) and how a picture is brought to it."""

    size: Annotated[tuple[Annotated[int, Ge(16)], ...], Len(2, 2)] = (256, 256)
    fit: Fit = "pad"
    intensity: IntensityRecipe = IntensityRecipe()


class ScheduleRecipe(Section):
    """The learning rate over the run.

    one_cycle: rises for the share `warmup` of all steps, then falls to nearly 0 (Smith 2018).
    plateau: is multiplied by `factor` after `patience` epochs without a better validation loss.
    constant: stays.
    """

    kind: Literal["one_cycle", "plateau", "constant"] = "one_cycle"
    warmup: Annotated[float, Gt(0), Le(0.9)] = 0.15
    factor: Annotated[float, Gt(0), Le(0.99)] = 0.5
    patience: Annotated[int, Ge(0)] = 5
    minimum: Annotated[float, Ge(0)] = 0.0


class TrainingRecipe(Section):
    """How the network learns. Either `epochs` or `steps` says how long.

    Attributes:
        batch: cases per step.
        epochs: passes over the training cases; empty where `steps` is given.
        steps: optimiser steps, from which the plan makes epochs; empty where `epochs` is given.
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
    loss: dict[LossName, Positive] = {"ce": 1.0, "dice": 1.0}
    schedule: ScheduleRecipe = ScheduleRecipe()
    early_stopping: Annotated[int, Ge(0)] = 0
    monitor: Literal["val_loss", "val_dice"] = "val_loss"
    precision: Literal["auto", "bf16", "float32"] = "auto"
    seed: Annotated[int, Ge(0)] = 0

    @model_validator(mode="before")
    @classmethod
    def _epochs_replace_steps(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("epochs") is not None:
            return {**values, "steps": None}
        return values

    @model_validator(mode="after")
    def _has_length_and_loss(self) -> TrainingRecipe:
        if self.epochs is None and self.steps is None:
            raise ValueError("one of epochs and steps must be given")
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
        brightness: added, uniform in ± (the picture's range is 0 to 1).
        contrast: factor about the mean, log-uniform between 1/(1+contrast) and 1+contrast.
        gamma: exponent, log-uniform between 1/(1+gamma) and 1+gamma.
        noise: standard deviation of Gaussian noise, uniform between 0 and this.
        flip: mirrors left and right in half of the draws. Never for chest films: the heart has a side.
    """

    rotation: Annotated[float, Ge(0), Le(180)] = 0.0
    shift: Annotated[float, Ge(0), Le(0.5)] = 0.0
    zoom: Annotated[float, Ge(0), Le(3)] = 0.0
    stretch: Annotated[float, Ge(0), Le(1)] = 0.0
    brightness: Annotated[float, Ge(0), Le(1)] = 0.0
    contrast: Annotated[float, Ge(0), Le(3)] = 0.0
    gamma: Annotated[float, Ge(0), Le(3)] = 0.0
    noise: Annotated[float, Ge(0), Le(1)] = 0.0
    flip: bool = False


class Recipe(Section):
    """A training from end to end. `rename` maps structures of the data to the names to learn (two may become one)."""

    name: str = "own"
    description: str = ""
    rename: dict[str, str] = {}
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


def recipe_names() -> tuple[str, ...]:
    """Names of the packaged recipes."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _folder().iterdir()))


def recipe_text(name: str) -> str:
    """The YAML of a packaged recipe or of a file, as it stands."""
    if name in recipe_names():
        return _folder().joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return path.read_text(encoding="utf-8")
    raise InputError(name, "there is no such recipe", f"Known are {', '.join(recipe_names())}, or give a .yaml file")


def read_recipe(name: str, changes: Iterable[str] = ()) -> Recipe:
    """A packaged recipe or a YAML file, with `key=value` changes laid over it.

    Raises:
        InputError: no such recipe, not YAML, or keys and values that are not allowed (all named together).
    """
    try:
        values = yaml.safe_load(recipe_text(name)) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise InputError(name, "is not readable YAML", "Compare it with `medunet recipes show`") from fault
    if not isinstance(values, dict):
        raise InputError(name, "is not a YAML mapping", "Compare it with `medunet recipes show`")
    for change in changes:
        _set(values, change)
    return validated(values, name)


def validated(values: Mapping[str, Any], where: str) -> Recipe:
    """The recipe that `values` describe.

    Raises:
        InputError: every key and value that is not allowed, in one message.
    """
    try:
        return Recipe.model_validate(dict(values))
    except ValidationError as fault:
        raise InputError.together([_explain(where, error) for error in fault.errors()]) from fault


def _folder() -> Path:
    return Path(str(resources.files("medunet"))) / "recipes"


def _set(values: dict[str, Any], change: str) -> None:
    key, sign, text = change.partition("=")
    if not sign or not key:
        raise InputError(f"--set {change}", "is not key=value", "Write for instance --set training.lr=3e-4")
    *sections, leaf = _full_key(key.strip()).split(".")
    place = values
    for section in sections:
        inner = place.setdefault(section, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {change}", f"{section} has no keys below it", "See `medunet recipes show`")
        place = inner
    place[leaf] = yaml.safe_load(text)


def _full_key(key: str) -> str:
    """A key by its last word alone (`lr`) where only one section has it; else the key as it is."""
    if "." in key or key in Recipe.model_fields:
        return key
    owners = [
        name
        for name, field in Recipe.model_fields.items()
        if isinstance(field.annotation, type)
        and issubclass(field.annotation, Section)
        and key in field.annotation.model_fields
    ]
    return f"{owners[0]}.{key}" if len(owners) == 1 else key


def _explain(where: str, error: Any) -> InputError:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = ", ".join(_keys_at(error["loc"][:-1]))
        return InputError(where, f"key {key} is not known", f"Known here: {known}")
    got = "" if isinstance(error["input"], dict) else f", got {error['input']!r}"
    message = error["msg"].removeprefix("Value error, ")
    return InputError(
        where, f"{key + ': ' if key else ''}{message}{got}", "See `medunet recipes show chest-xray-small`"
    )


def _keys_at(path: tuple[str | int, ...]) -> list[str]:
    model: type[Section] = Recipe
    for part in path:
        inner = model.model_fields[str(part)].annotation if str(part) in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, Section)):
            return []
        model = inner
    return list(model.model_fields)
