from __future__ import annotations

from medunet.workflows.tracking.together import Together


class One:
    def __init__(self, name, heard):
        self.name, self.heard = name, heard

    def __getattr__(self, method):
        return lambda *values: self.heard.append((self.name, method, values))


def test_each_is_told_everything_in_turn():
    heard = []
    both = Together(One("a", heard), One("b", heard))
    told = [("planned", ("plan", 2)), ("weights", (0, "network")), ("step", (1, 1, 4, 0.5)), ("epoch", ({}, 1, None))]
    for method, values in told:
        getattr(both, method)(*values)
    assert heard == [(name, method, values) for method, values in told for name in ("a", "b")]
