"""Recipe: what the user asked for, complete; every key known, every default visible.

A recipe is YAML with the sections below; `recipe_file` reads it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Len
from pydantic import Field, model_validator

from medunet.planning.augmentation_recipe import AugmentationRecipe, Share
from medunet.planning.network import NetworkShape, Section
from medunet.planning.training_recipe import Name, TrainingRecipe

Side = Annotated[int, Ge(16), Le(8192)]
Fit = Literal["pad", "stretch"]
Rounding = dict[Name, Annotated[float, Gt(0), Le(0.2)]]
"""Structure → radius, as a share of the picture's shorter side, of the disc that has to fit into its corners."""


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


class Recipe(Section):
    """A training from end to end.

    Attributes:
        name: how run, model and report call the recipe.
        description: one line on what it is for.
        rename: structure of the data → name to learn; two may become one, and the others keep their names.
        structures: the structures to learn, by their new names; empty for all. The others count as background.
        output: softmax: every pixel is one structure or background; sigmoid: every structure is decided alone.
        split: which subjects train, validate and test.
        input: what the network sees of a picture.
        network: the U-Net.
        rounding: structures whose predicted masks get round corners, and how round.
        training: how it learns.
        augmentation: random changes of the training pictures.
    """

    name: Name = "own"
    description: str = ""
    rename: dict[Name, Name] = Field(default={})
    structures: tuple[Name, ...] = ()
    output: Literal["softmax", "sigmoid"] = "softmax"
    split: SplitRecipe = SplitRecipe()
    input: InputRecipe = InputRecipe()
    network: NetworkShape = NetworkShape()
    rounding: Rounding = Field(default={})
    training: TrainingRecipe = TrainingRecipe()
    augmentation: AugmentationRecipe = AugmentationRecipe()

    @model_validator(mode="after")
    def _losses_fit_output(self) -> Recipe:
        wrong = "bce" if self.output == "softmax" else "ce"
        if wrong in self.training.loss:
            raise ValueError(f"loss {wrong} does not go with output {self.output}: ce is for softmax, bce for sigmoid")
        return self

    @model_validator(mode="after")
    def _structures_are_named_once(self) -> Recipe:
        if len(set(self.structures)) != len(self.structures):
            raise ValueError(f"structures names one twice: {', '.join(self.structures)}")
        return self
