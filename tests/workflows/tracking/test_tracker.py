from __future__ import annotations

import inspect

import pytest

from medunet.workflows.tracking.registry import TRACKERS
from medunet.workflows.tracking.tracker import Start, Tracker

METHODS = [name for name, _ in inspect.getmembers(Tracker, inspect.isfunction) if not name.startswith("_")]


def test_a_start_is_the_beginning_where_nothing_else_is_said(tmp_path):
    start = Start(tmp_path, "run", {})
    assert (start.step, start.run) == (0, None)


@pytest.mark.parametrize("name", TRACKERS)
def test_every_tracker_has_the_methods_with_their_words(name):
    made = TRACKERS[name].make()
    assert METHODS == ["begin", "end", "figures", "histograms", "pictures"]
    for method in METHODS:
        wanted = list(inspect.signature(getattr(Tracker, method)).parameters)[1:]
        assert list(inspect.signature(getattr(made, method)).parameters) == wanted
