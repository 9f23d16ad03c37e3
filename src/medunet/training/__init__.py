"""Training: losses, augmentation, batches, the Lightning task, and `fit`, which joins them.

Nothing here reads the clock or the terminal: a workflow hands in an `Observer` and a clock.
"""

from medunet.training.augmentation import Draw, apply, draw
from medunet.training.fit import Fitted, Observer, fit
from medunet.training.losses import LOSSES, LossTerms, total_loss
from medunet.training.task import EpochRow, Snapshot

__all__ = [
    "LOSSES",
    "Draw",
    "EpochRow",
    "Fitted",
    "LossTerms",
    "Observer",
    "Snapshot",
    "apply",
    "draw",
    "fit",
    "total_loss",
]
