"""Runs that are told to a tracker, stopped on the way and resumed; and a tracker that remembers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from medunet.training.task import TrainingTask
from medunet.workflows.tracking import mlflow, registry, wandb
from medunet.workflows.train import train

PER_EPOCH, EPOCHS = 18, 7
STOPPED_AT = 105
"""The step before which training is stopped: histograms of step 100 were told, and the epoch begins with step 90."""


@pytest.fixture(autouse=True)
def own_environment(monkeypatch):
    """What trackers set in the environment, and what a developer has there, ends with the test."""
    names = {*mlflow.UNLESS_SAID, *wandb.UNLESS_SAID, "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"}
    for name in names:
        monkeypatch.setenv(name, "to be restored")
        monkeypatch.delenv(name)


@pytest.fixture
def stopped_and_resumed(films, cache, changes, monkeypatch):
    """Train with trackers, stop in the sixth epoch, go on to the end of the seventh."""

    def go(out, *track):
        step = TrainingTask.training_step

        def interrupted(self, batch, index):
            if self.current_epoch * PER_EPOCH + index == STOPPED_AT:
                raise KeyboardInterrupt
            return step(self, batch, index)

        told = {"changes": (*changes, "training.steps=126"), "device": "cpu", "cache": cache, "track": track}
        with monkeypatch.context() as patch:
            patch.setattr(TrainingTask, "training_step", interrupted)
            with pytest.raises(KeyboardInterrupt):
                train(films, out=out, **told)
        return train(films, out=out, resume=True, **told)

    return go


class Remembering:
    """A tracker that remembers, and fails where it is told to."""

    def __init__(self):
        self.calls, self.fails = [], set()

    def begin(self, start):
        self._call("begin", start)
        return start.run or "first"

    def figures(self, step, values):
        self._call("figures", step, values)

    def histograms(self, step, values):
        self._call("histograms", step, values)

    def pictures(self, step, pictures):
        self._call("pictures", step, pictures)

    def end(self, *, finished):
        self._call("end", finished)

    def _call(self, name, *values):
        self.calls.append((name, *values))
        if name in self.fails:
            raise OSError(28, "No space left on device")

    def of(self, name):
        return [call[1:] for call in self.calls if call[0] == name]


@pytest.fixture
def remembering(monkeypatch):
    """A tracker of another package, named `memory`."""
    tracker = Remembering()
    point = SimpleNamespace(name="memory", load=lambda: lambda: tracker)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == "medunet.trackers" else [])
    return tracker
