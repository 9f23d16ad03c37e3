"""plan: what training would do and why, and what it would cost; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.planning import Plan
from medunet.workflows.preparation import prepare_training, split_sentence
from medunet.workflows.progress import SILENT, Progress


@dataclass(frozen=True)
class Shown:
    """A plan with how the data was read and what training costs.

    Attributes:
        plan: the plan.
        read_as: sentences on how the data was read and split.
        parameters: learnt parameters of the network.
        forward_flop: floating-point operations of the network on one image (a multiply-add counts as two).
        steps: optimiser steps of the whole training.
    """

    plan: Plan
    read_as: tuple[str, ...]
    parameters: int
    forward_flop: int
    steps: int

    @property
    def cost(self) -> list[str]:
        """What it costs, in words."""
        step = 3 * self.forward_flop * self.plan.training.batch / 1e9
        return [
            f"network: {self.parameters:,} parameters, {self.forward_flop / 1e9:.1f} GFLOP per image",
            f"training: {self.steps} steps of {step:.0f} GFLOP ({step * self.steps / 1e6:.2f} PFLOP)",
        ]

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "plan": self.plan.model_dump(mode="json"),
            "read_as": list(self.read_as),
            "parameters": self.parameters,
            "forward_flop": self.forward_flop,
            "steps": self.steps,
        }


def plan(
    data: str | Path,
    *,
    recipe: str = "chest-xray-small",
    changes: Sequence[str] = (),
    progress: Progress = SILENT,
) -> Shown:
    """Plan the training of `recipe` on `data`.

    Raises:
        InputError: recipe or data cannot be used.
    """
    prepared = prepare_training(data, recipe, changes)
    parameters, flop = _cost(prepared.plan)
    learn = len(prepared.cases.of("train"))
    steps = prepared.plan.epochs * prepared.plan.steps_per_epoch(learn)
    return Shown(prepared.plan, (*prepared.cases.provenance, split_sentence(prepared.cases)), parameters, flop, steps)


def _cost(plan: Plan) -> tuple[int, int]:
    """Parameters and floating-point operations per image, counted on tensors without content."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from medunet.networks import UNet, count_parameters

    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = UNet(plan.network).eval()
        network(torch.zeros(1, plan.network.in_channels, *plan.preprocessing.size))
    return count_parameters(network), int(counter.get_total_flops())
