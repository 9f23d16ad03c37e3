"""plan: what training would do and why, and what it would cost; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.planning import Plan
from medunet.workflows import surroundings
from medunet.workflows.preparation import prepare_training, split_sentence
from medunet.workflows.progress import SILENT, Progress

REACHED = 0.6
"""Share of a matrix product's rate that a training step is reckoned to reach; `benchmarks/training_speed.py` prints
what it is."""


@dataclass(frozen=True)
class Shown:
    """A plan with how the data was read and what training costs.

    Attributes:
        plan: the plan.
        read_as: sentences on how the data was read and split.
        parameters: learnt parameters of the network.
        forward_flop: floating-point operations of the network on one image (a multiply-add counts as two).
        steps: optimiser steps of the whole training.
        device: where it would run.
        rate: floating-point operations a second that a matrix product reaches there.
    """

    plan: Plan
    read_as: tuple[str, ...]
    parameters: int
    forward_flop: int
    steps: int
    device: str
    rate: float

    @property
    def step_flop(self) -> float:
        """Operations of one optimiser step: forward, and twice as many backward, for all cases of it."""
        training = self.plan.training
        return 3.0 * self.forward_flop * training.batch * training.accumulate

    @property
    def step_seconds(self) -> float:
        """What a step takes here at `REACHED` of the rate of a matrix product."""
        return self.step_flop / (REACHED * self.rate)

    @property
    def cost(self) -> list[str]:
        """What it costs, in words."""
        each, whole = duration(self.step_seconds), duration(self.step_seconds * self.steps)
        return [
            f"network: {self.parameters:,} parameters, {flop(self.forward_flop)} per image",
            f"training: {self.steps} steps of {flop(self.step_flop)} ({flop(self.step_flop * self.steps)})",
            f"here: about {each} a step and {whole} in all on {self.device} ({flop(self.rate)}/s in a matrix product, "
            f"of which {REACHED:.0%} are reckoned with)",
        ]

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "plan": self.plan.model_dump(mode="json"),
            "read_as": list(self.read_as),
            "parameters": self.parameters,
            "forward_flop": self.forward_flop,
            "step_flop": self.step_flop,
            "steps": self.steps,
            "device": self.device,
            "product_flop_per_second": self.rate,
            "step_seconds": self.step_seconds,
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
    parameters, operations = _cost(prepared.plan)
    learn = len(prepared.cases.of("train"))
    steps = prepared.plan.epochs * prepared.plan.steps_per_epoch(learn)
    read_as = (*prepared.cases.provenance, split_sentence(prepared.cases))
    return Shown(prepared.plan, read_as, parameters, operations, steps, *_speed(prepared.plan))


def _speed(plan: Plan) -> tuple[str, float]:
    """Where training would run, and the rate of a matrix product there."""
    from medunet.networks import choose_device, choose_precision, product_rate

    where = choose_device()
    return str(where), product_rate(where, choose_precision(plan.training.precision, where), surroundings.clock)


def flop(count: float) -> str:
    """Operations with three digits: 578 GFLOP, 37.8 TFLOP."""
    for unit in ("MFLOP", "GFLOP", "TFLOP", "PFLOP"):
        count_in = count / 1e6
        if count_in < 999.5 or unit == "PFLOP":
            break
        count /= 1000
    return f"{count_in:.3g} {unit}" if count_in < 999.5 else f"{count_in:.0f} {unit}"


def duration(seconds: float) -> str:
    """A time with its unit: 0.8 s, 12 min, 7 h, 3 days."""
    for size, unit in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"


def _cost(plan: Plan) -> tuple[int, int]:
    """Parameters and floating-point operations per image, counted on tensors without content."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from medunet.networks import UNet, count_parameters

    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = UNet(plan.network).eval()
        network(torch.zeros(1, plan.network.in_channels, *plan.preprocessing.size))
    return count_parameters(network), int(counter.get_total_flops())
