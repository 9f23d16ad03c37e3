"""Starting from a model: the weights that a training begins with, where they do not begin at random.

The network and the preprocessing are the model's. Weights of structures that both know are taken over by name; what is
new begins at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medunet.errors import InputError
from medunet.planning import Plan

if TYPE_CHECKING:
    from torch import Tensor

    from medunet.prediction import Model

HEADS = ("head.", "deep_heads.")
"""Names of the layers that have a channel for each class."""


@dataclass(frozen=True, eq=False)
class Start:
    """What a training begins with.

    Attributes:
        plan: with the model's network and preprocessing.
        weights: by name; those that are missing begin at random.
        trained_on: content keys of the cases that the model has seen.
        facts: for run.json: the model's name and hash, and which structures were taken over.
    """

    plan: Plan
    weights: dict[str, Tensor]
    trained_on: frozenset[str]
    facts: dict[str, object]


def start_from(name: str | Path, plan: Plan) -> Start:
    """Begin the training of `plan` with the weights of a packaged model, a run or a model folder.

    Raises:
        InputError: there is no such model, it is several networks, or it takes other channels.
    """
    from medunet.prediction import load_model

    model = load_model(name)
    if len(model.networks) > 1:
        what = f"is {len(model.networks)} networks (folds)"
        raise InputError(name, what, "Start from one of them: give its folder fold-K")
    theirs = model.plan
    if theirs.network.in_channels != plan.network.in_channels:
        what = f"takes {theirs.network.in_channels} channels, the images have {plan.network.in_channels}"
        raise InputError(name, what, "Start from a model for such images")
    begun = plan.begun_from(theirs, model.name)
    shared = [one for one in plan.classes if one in theirs.classes] if plan.output == theirs.output else []
    weights = dict(model.networks[0].state_dict())
    weights |= _heads({key: values for key, values in weights.items() if key.startswith(HEADS)}, begun, model, shared)
    facts: dict[str, object] = {"model": model.name, "weights_sha256": model.weights_sha256, "structures": list(shared)}
    return Start(begun, weights, model.trained_on, facts)


def _heads(theirs: dict[str, Tensor], plan: Plan, model: Model, shared: list[str]) -> dict[str, Tensor]:
    """Weights (K, …) of layers with a channel for each class of `plan`: the model's for those that both know."""
    from medunet.training.fit import build

    fresh = build(plan).state_dict()
    first = 1 if plan.output == "softmax" else 0
    known = [(plan.classes.index(name) + first, model.plan.classes.index(name) + first) for name in shared]
    if first and shared:
        known.append((0, 0))
    heads = {key: fresh[key].clone() for key in theirs}
    for key, values in heads.items():
        for ours, their in known:
            values[ours] = theirs[key][their]
    return heads
