"""Several observers of a training as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medunet.networks import UNet
    from medunet.planning import Plan
    from medunet.training import EpochRow, Snapshot
    from medunet.training.fit import Observer


class Together:
    """Tells each of them in turn."""

    def __init__(self, *observers: Observer) -> None:
        self.observers = observers

    def planned(self, plan: Plan, done: int) -> None:
        """Tell that training is about to begin."""
        for one in self.observers:
            one.planned(plan, done)

    def weights(self, step: int, network: UNet) -> None:
        """Show the network before a step."""
        for one in self.observers:
            one.weights(step, network)

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Tell of a step."""
        for one in self.observers:
            one.step(epoch, step, steps, loss)

    def epoch(self, row: EpochRow, best_epoch: int, snapshot: Snapshot | None) -> None:
        """Tell of an epoch."""
        for one in self.observers:
            one.epoch(row, best_epoch, snapshot)
