"""The pictures that a model's checks are fitted on, made of prepared films and drawn; all draws are keyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medunet.images import Grid, Image
from medunet.phantoms.foreign import FOREIGN, foreign_picture
from medunet.phantoms.rearranged import LEFT, MIRRORED, RIGHT, UPSIDE_DOWN, WRONG
from medunet.planning import AugmentationRecipe, Changes, Plan, Preprocessing, Sample, prepare
from medunet.planning.recipe import IntensityRecipe
from medunet.training.augmentation import apply, draw
from medunet.training.keys import generator

SIDE = 128
"""Pixels of a drawn foreign picture's side."""
DRAWN = 8
"""Pictures of each foreign kind."""
AUGMENTED = 0.7
"""Share of the rearranged films that are augmented before."""
QUARTER, HALF = 60.0, 150.0
"""Degrees of a recipe's rotation from which a film turned by a quarter, by a half, is nothing strange."""
BASIC = ("left", "right", "half turn", "mirror")
"""The kinds that every film is rearranged to; of the others one is drawn for each film."""

SPOILING = AugmentationRecipe(
    rotation=60, shift=0.25, zoom=(0.5, 2.0), stretch=0.3, elastic=0.05, brightness=0.4, contrast=2.0, gamma=2.5,
    shading=0.8, noise=0.4, fill=0.5, collimation=0.3, devices=0.5, low_resolution=12, blur=0.04, invert=0.2,
)  # fmt: skip
"""What spoilt films go through at its full strength."""


def good_pictures(plan: Plan, sample: Sample, count: int) -> Tensor:
    """A film as it is and, from the second on, augmented by the plan: float32 (count, C, *size) in [0, 1]."""
    images, _ = _changed(sample, [plan.augmentation] * (count - 1), plan.training.seed)
    return torch.cat([sample.image.float()[None], images]).clamp(0, 1)


def spoilt_pictures(plan: Plan, sample: Sample, count: int) -> tuple[Tensor, Tensor]:
    """A film as it is and spoilt more and more, up to `SPOILING`: images as in `good_pictures`, and their targets."""
    rising = [_weakened(SPOILING, (step + 1) / (count - 1)) for step in range(count - 1)]
    images, targets = _changed(sample, rising, plan.training.seed)
    whole = torch.cat([sample.image.float()[None], images]).clamp(0, 1)
    return whole, torch.cat([sample.target[None], targets])


def wrong_pictures(plan: Plan, sample: Sample, pictures: Tensor, kinds: Sequence[str]) -> tuple[Tensor, list[str]]:
    """A film rearranged: float32 (n, C, *size), and what each looks like, of `LOOKS`.

    Args:
        plan: of the model.
        sample: the film.
        pictures: the film as it is and augmented, of `good_pictures`.
        kinds: of `WRONG`, those that are wrong for the plan.
    """
    rng = generator(plan.training.seed, "wrong pictures", sample.case)
    others = [kind for kind in kinds if kind not in BASIC]
    chosen = [kind for kind in kinds if kind in BASIC]
    chosen += [others[int(place)] for place in rng.choice(len(others), min(2, len(others)), replace=False)]
    made = []
    for kind in chosen:
        film = pictures[int(rng.integers(1, len(pictures))) if rng.random() < AUGMENTED and len(pictures) > 1 else 0]
        change, key = WRONG[kind][1], int(rng.integers(2**32))
        layers = [change(layer, np.random.default_rng(key)) for layer in film.numpy().astype(np.float64)]
        made.append(as_input(np.stack(layers), plan.preprocessing))
    return torch.stack(made), [WRONG[kind][0] for kind in chosen]


def foreign_pictures(plan: Plan) -> Tensor:
    """Drawn pictures of every foreign kind: float32 (n, C, *size); all of them look `UNLIKE`."""
    how, seed = plan.preprocessing, plan.training.seed
    drawn = (foreign_picture(kind, seed, number, SIDE) for kind in FOREIGN for number in range(DRAWN))
    return torch.stack([as_input(np.repeat(grey[None], how.channels, axis=0), how) for grey in drawn])


def wrong_kinds(how: AugmentationRecipe) -> tuple[str, ...]:
    """The kinds of `WRONG` that are wrong for a model of this recipe.

    A film that looks like one that the recipe makes is right. So mirroring is wrong only where no training film was
    mirrored: then the structures have a side.
    """
    every: tuple[Changes, ...] = (how, *how.variants)
    angle = max(one.rotation for one in every)
    right = set()
    if any(one.flip for one in every):
        right.add(MIRRORED)
    if angle >= HALF or any(one.flip_vertical for one in every):
        right.add(UPSIDE_DOWN)
    if angle >= QUARTER:
        right |= {LEFT, RIGHT}
    return tuple(kind for kind, (look, _) in WRONG.items() if look not in right)


def as_input(values: NDArray[Any], how: Preprocessing) -> Tensor:
    """A picture (C, rows, columns) in [0, 1] of any size as the network's input (C, *size)."""
    if how.intensity.kind == "window":
        how = how.model_copy(update={"intensity": IntensityRecipe(kind="window", low=0, high=1)})
    return prepare(Image(np.ascontiguousarray(values, dtype=np.float32), Grid(values.shape[1:])), how)[0]


def _changed(sample: Sample, recipes: Sequence[AugmentationRecipe], seed: int) -> tuple[Tensor, Tensor]:
    """The film changed once by each recipe: images (n, C, *size) and targets (n, *size)."""
    side = min(sample.image.shape[1:])
    draws = [draw(how, seed, -1, sample.case, turn, side) for turn, how in enumerate(recipes)]
    count = len(draws)
    images = sample.image.float()[None].expand(count, *sample.image.shape)
    targets = sample.target[None].expand(count, *sample.target.shape)
    return apply(images, targets, draws) if draws else (images, targets)


def _weakened(how: AugmentationRecipe, part: float) -> AugmentationRecipe:
    """The same changes at a part of their strength; what is there or not keeps its probability."""
    low, high = how.zoom if isinstance(how.zoom, tuple) else (1.0, 1.0)
    scaled = ("rotation", "shift", "stretch", "elastic", "brightness", "contrast", "gamma", "shading", "noise", "blur")
    return how.model_copy(
        update={name: getattr(how, name) * part for name in scaled}
        | {"zoom": (1 + (low - 1) * part, 1 + (high - 1) * part), "low_resolution": round(how.low_resolution / part)}
    )
