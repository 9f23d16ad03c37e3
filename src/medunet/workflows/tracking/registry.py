"""The trackers there are, by name.

A tracker of one's own is an entry point of the group `medunet.trackers`: its name is an identifier, and what it names
makes a `Tracker` when called without arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec

from medunet.errors import InputError, UsageError
from medunet.workflows.tracking.mlflow import MLflow
from medunet.workflows.tracking.tensorboard import TensorBoard
from medunet.workflows.tracking.tracker import Tracker
from medunet.workflows.tracking.wandb import Wandb

GROUP = "medunet.trackers"


@dataclass(frozen=True)
class Kind:
    """How a tracker is made, and the packages that it imports; the extra of medunet that brings them has its name."""

    make: Callable[[], Tracker]
    needs: tuple[str, ...] = ()


TRACKERS: Mapping[str, Kind] = {
    "tensorboard": Kind(TensorBoard, needs=("tensorboard",)),
    "mlflow": Kind(MLflow, needs=("mlflow", "sqlalchemy", "alembic")),
    "wandb": Kind(Wandb, needs=("wandb",)),
}


def check_trackers(names: Sequence[str]) -> None:
    """Refuse a tracker that is not known or not installed, before anything is read; nothing is imported.

    Raises:
        UsageError: there is no tracker of this name.
        InputError: a package is not installed; the message says how to install it.
    """
    others = _others()
    for name in names:
        if name not in TRACKERS and name not in others:
            known = ", ".join([*TRACKERS, *sorted(others)])
            raise UsageError("--track", f"{name!r} is no tracker", f"Choose from {known}")
        missing = [] if name in others else [one for one in TRACKERS[name].needs if find_spec(one) is None]
        if missing:
            what = f"needs {', '.join(missing)}, not installed here"
            raise InputError(f"--track {name}", what, f"Install with: python -m pip install 'medunet[{name}]'")


def make_tracker(name: str) -> Tracker:
    """A tracker by a name that `check_trackers` has let pass."""
    others = _others()
    return others[name]() if name in others else TRACKERS[name].make()


def _others() -> dict[str, Callable[[], Tracker]]:
    """Trackers of other packages; none takes the place of one of ours."""
    points = [point for point in entry_points(group=GROUP) if point.name.isidentifier() and point.name not in TRACKERS]
    return {point.name: partial(_loaded, point) for point in points}


def _loaded(point: EntryPoint) -> Tracker:
    """The tracker that an entry point makes."""
    tracker: Tracker = point.load()()
    return tracker
